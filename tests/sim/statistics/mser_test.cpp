#include "sim/statistics/mser.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace windtunnel {
namespace {

// Validation case V110, both series.
TEST(Mser, CutsADecayingStart) {
  const double pattern[] = {1, -1, .5, -.5, 0};
  std::vector<double> series;
  for (int i = 0; i < 100; ++i)
    series.push_back(10 + 20 * std::pow(0.8, i) + pattern[i % 5] + (i / 5 % 2 == 1 ? 0.3 : -0.3));
  const Truncation t = mser5(series);
  EXPECT_EQ(t.observations, 20u);
  EXPECT_NEAR(t.statistic, 0.005443523985, 1e-9 * 0.005443523985);
  EXPECT_NEAR(t.mean, 10.01441152, 1e-9 * 10.01441152);
  EXPECT_FALSE(t.at_limit);
}

TEST(Mser, CutsAFlatStart) {
  std::vector<double> series(10, 50);
  for (int i = 0; i < 45; ++i) series.insert(series.end(), {10, 12});
  const Truncation t = mser5(series);
  EXPECT_EQ(t.observations, 10u);
  EXPECT_NEAR(t.statistic, 0.002222222222, 1e-9 * 0.00222222);
  EXPECT_DOUBLE_EQ(t.mean, 11);
}

TEST(Mser, LeavesOutAsLittleAsPossibleAmongEquals) {
  EXPECT_EQ(mser5(std::vector<double>(103, 0.1)).observations, 0u);
  EXPECT_EQ(mser5(std::vector<double>(103, 0.1)).statistic, 0);
  // Batch means 4, 0, 0, 0: d = 1 and d = 2 both give 0.
  std::vector<double> series(20, 0);
  for (int i = 0; i < 5; ++i) series[static_cast<std::size_t>(i)] = 4;
  EXPECT_EQ(mser5(series).observations, 5u);
}

// Batch means 1, 0: d = 0 gives 1/8, d = 1 gives 0.
TEST(Mser, SaysWhenTheSeriesIsTooShortToTell) {
  const Truncation t = mser5(std::vector<double>{1, 1, 1, 1, 1, 0, 0, 0, 0, 0});
  EXPECT_EQ(t.observations, 5u);
  EXPECT_TRUE(t.at_limit);
}

// The mean is over every observation kept, the incomplete last batch included.
TEST(Mser, KeepsTheRest) {
  const Truncation t = mser5(std::vector<double>{1, 1, 1, 1, 1, 4});
  EXPECT_EQ(t.observations, 0u);
  EXPECT_DOUBLE_EQ(t.mean, 1.5);
}

TEST(Mser, OfAlmostNothingCutsNothing) {
  EXPECT_TRUE(std::isnan(mser5({}).mean));
  const Truncation t = mser5(std::vector<double>{3, 5});
  EXPECT_EQ(t.observations, 0u);
  EXPECT_TRUE(std::isnan(t.statistic));
  EXPECT_EQ(t.mean, 4);
}

}  // namespace
}  // namespace windtunnel
