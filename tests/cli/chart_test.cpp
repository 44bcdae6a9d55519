#include <gtest/gtest.h>

#include "cli/format/format.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

TEST(Chart, ASparklineHasABlockPerEighthOfTheGreatestValue) {
  EXPECT_EQ(sparkline({1, 2, 3, 4, 5, 6, 7, 8}, 8, Fold::kMean), "▁▂▃▄▅▆▇█");
}

TEST(Chart, NothingAndZeroAreBlankAndTheLeastValueIsNot) {
  EXPECT_EQ(sparkline({kNothing, 0, 0.001, 100}, 4, Fold::kMean), "  ▁█");
  EXPECT_EQ(sparkline({0, 0}, 2, Fold::kMean), "  ");
  EXPECT_EQ(sparkline({}, 3, Fold::kMean), "   ");
}

TEST(Chart, ManyValuesShareAColumnAsTheirMeanOrTheirGreatest) {
  EXPECT_EQ(sparkline({0, 4, 8, 8}, 2, Fold::kMean), "▂█");
  EXPECT_EQ(sparkline({0, 4, 8, 8}, 2, Fold::kMost), "▄█");
}

TEST(Chart, FewValuesFillTheWidth) { EXPECT_EQ(sparkline({4, 8}, 6, Fold::kMean), "▄▄▄███"); }

TEST(Chart, BlocksStackFromZeroToTheTop) {
  EXPECT_EQ(block_chart({0, 1, 2, 3, 4}, 4, 5, 2), (std::vector<std::string>{"   ▄█", " ▄███"}));
}

TEST(Chart, TheAxisIsTickedAtRoundTimes) {
  const TimeAxis axis = time_axis(0, 3600, 48);
  //                     0 min        15 min       30 min       45 min
  EXPECT_EQ(axis.ticks, "┴───────────┴───────────┴───────────┴───────────");
  EXPECT_EQ(axis.labels, "0s          15m         30m         45m");
}

TEST(Chart, AnAxisOfNoLengthHasNoTicks) {
  EXPECT_EQ(time_axis(5, 5, 3).ticks, "───");
  EXPECT_EQ(time_axis(5, 5, 3).labels, "");
}

}  // namespace
}  // namespace windtunnel::cli
