#include "models/replay/recorded_series.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace windtunnel {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;

TEST(RecordedSeries, HoldsAValueUntilTheNextOne) {
  const RecordedSeries series({{0, 1}, {kMinute, 2}, {2 * kMinute, 3}});
  EXPECT_EQ(series.at(0), 1);
  EXPECT_EQ(series.at(kMinute - 1), 1);
  EXPECT_EQ(series.at(kMinute), 2);
  EXPECT_EQ(series.at(-1), std::nullopt);
  EXPECT_EQ(series.end(), 3 * kMinute);
}

TEST(RecordedSeries, HasNoValueInAGapOfMoreThanTwoSteps) {
  const RecordedSeries series({{0, 1}, {kMinute, 2}, {2 * kMinute, 3}, {10 * kMinute, 4}});
  EXPECT_EQ(series.at(4 * kMinute - 1), 3);
  EXPECT_EQ(series.at(4 * kMinute), std::nullopt);
  EXPECT_EQ(series.next(2 * kMinute), 4 * kMinute);
  EXPECT_EQ(series.next(4 * kMinute), 10 * kMinute);
}

TEST(RecordedSeries, HasNoValueWhereNoneIsRecorded) {
  const RecordedSeries series({{0, 1}, {kMinute, std::numeric_limits<double>::quiet_NaN()}, {2 * kMinute, 3}});
  EXPECT_EQ(series.at(kMinute + 1), std::nullopt);
  EXPECT_EQ(series.at(2 * kMinute), 3);
}

}  // namespace
}  // namespace windtunnel
