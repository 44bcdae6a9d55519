#include "models/autoscaler/kpa/metric_window.hpp"

#include <gtest/gtest.h>

#include <vector>

// Expectations are those of upstream's pkg/autoscaler/aggregation/bucketing_test.go (knative/serving 1.23); every row
// or test names its own. Where upstream sums the buckets, the average times the seconds it covers stands for the sum.
// Not expressible: TestTimedFloat64BucketsWindowUpdate, …WindowUpdate3sGranularity, …WindowUpdateNoOp and
// TestWeightedFloat64BucketsResizeWindow beyond its first average (a window keeps its length for the whole run), the
// rows of …BucketsSimple with buckets of 5 s (they are always of 1 s), and TestRoundToNDigits with other than 6 digits.
namespace windtunnel::kpa {
namespace {

using namespace std::chrono_literals;

// Upstream starts at time.Now(), somewhere within a second.
constexpr Time kStart = 1000s + 370ms;

struct Write {
  Duration after;
  double value;
};
struct Row {
  const char* name;
  std::vector<Write> writes;  // before the read; those of the rows before stand
  Duration read;
  double average;
};

TEST(MetricWindow, AveragesOverTheSecondsSinceTheFirstValue) {  // TestTimedFloat64BucketsWindowAverage
  const std::vector<Row> rows = {{"the first second alone", {{0s, 1}}, 0s, 1},
                                 {"a full window", {{1s, 2}, {2s, 3}, {3s, 4}, {4s, 5}}, 4s, 15.0 / 5},
                                 {"read a little before the last value", {}, 3600ms, 15.0 / 5},
                                 {"a short hole", {}, 6s, (15.0 - 1 - 2) / (5 - 2)},
                                 {"a long hole", {}, 10s, 0},
                                 {"a value after the hole", {{6s, 91}}, 6s, (15.0 - 1 - 2 + 91) / 5},
                                 {"a value much later", {{60s, 1984}}, 60s, 1984},
                                 {"a value from before it", {{57s, 4}}, 60s, (4.0 + 1984) / 4},
                                 {"one more second", {{61s, 5}}, 61s, (4.0 + 1984 + 5) / 5},
                                 {"an earlier value again", {{58s, 10}}, 61s, (4.0 + 10 + 1984 + 5) / 5},
                                 {"a value that is too old", {{55s, 10}}, 61s, (4.0 + 10 + 1984 + 5) / 5},
                                 {"a value that is just too old", {{56s, 10}}, 61s, (4.0 + 10 + 1984 + 5) / 5},
                                 {"a value exactly a window later", {{66s, 10}}, 66s, 10}};
  MetricWindow window(5s);
  for (const Row& row : rows) {
    for (const Write& write : row.writes) window.record(kStart + write.after, write.value);
    EXPECT_EQ(window.average(kStart + row.read), row.average) << row.name;
  }
}

TEST(MetricWindow, AddsUpWhatComesWithinASecond) {  // TestTimedFloat64BucketsSimple, granularity = 1s
  MetricWindow window(2min);
  EXPECT_TRUE(window.empty(1000s));
  window.record(1000s, 1);
  window.record(1000s + 100ms, 10);
  EXPECT_EQ(window.average(1000s), 11);
  window.record(1001s, 1);
  window.record(1003s, 1);
  EXPECT_EQ(window.average(1003s), 13.0 / 4);
}

TEST(MetricWindow, AddsUpManyValues) {  // TestTimedFloat64BucketsManyReps: buckets of 10, 15, 20, 25 and 30
  MetricWindow window(1min);
  for (int p = 0; p < 5; ++p)
    for (int t = 0; t < 5; ++t) window.record(kStart + (p + 1) * 1s, p + t);
  EXPECT_EQ(window.average(kStart + 5s), 100.0 / 5);
}

TEST(MetricWindow, DoesNotMindTheOrder) {  // TestTimedFloat64BucketsManyRepsWithNonMonotonicalOrder
  MetricWindow window(1min);
  const std::vector<int> order = {0, 3, 2, 1, 4};
  for (int p = 0; p < 5; ++p)
    for (int t = 0; t < 5; ++t) window.record(kStart + order[static_cast<std::size_t>(p)] * 1s, p + t);
  EXPECT_EQ(window.average(kStart + 4s), 100.0 / 5);
}

TEST(MetricWindow, TakesValuesThatComeBackwards) {  // TestDescendingRecord
  MetricWindow window(5s);
  for (int second = 8; second >= 0; --second) window.record(kStart + second * 1s, 5);
  EXPECT_EQ(window.average(kStart + 5s), 5);
}

TEST(MetricWindow, CountsHolesBetweenValuesAsZero) {  // TestTimedFloat64BucketsHoles: 5 and 2 are left, 7 in all
  MetricWindow window(5s);
  for (int second = 0; second < 5; ++second) window.record(kStart + second * 1s, second + 1);
  EXPECT_EQ(window.average(kStart + 4s), 15.0 / 5);
  window.record(kStart + 8s, 2);
  EXPECT_EQ(window.average(kStart + 8s), 7.0 / 5);
}

TEST(MetricWindow, IsEmptyOnlyOnceTheWindowIsOver) {  // isEmptyLocked: more than the window's length since the last
  MetricWindow window(5s);
  window.record(10s, 1);
  EXPECT_FALSE(window.empty(15s));
  EXPECT_EQ(window.average(15s), 0);
  EXPECT_TRUE(window.empty(16s));
}

TEST(MetricWindow, RoundsToSixDecimals) {  // TestRoundToNDigits with 6 digits; to the nearest since #15940
  MetricWindow tiny(5s), negative(5s), third(5s), whole(5s);
  tiny.record(10s, 3.6e-17);
  EXPECT_EQ(tiny.average(10s), 0);
  negative.record(10s, -3.6e-17);
  EXPECT_EQ(negative.average(10s), 0);
  third.record(10s, 2);
  third.record(12s, 0);
  EXPECT_EQ(third.average(12s), 0.666667);
  whole.record(10s, 12345);
  EXPECT_EQ(whole.average(10s), 12345);
}

TEST(MetricWindow, WeighsTheNewestSecondsMost) {  // TestTimedFloat64BucketsWeightedAverage
  const double m = MetricWindow::smoothing(5);
  MetricWindow window(5s, Averaging::kWeightedExponential);
  window.record(kStart, 2);
  EXPECT_DOUBLE_EQ(window.average(kStart), 2 * m);
  EXPECT_DOUBLE_EQ(window.average(kStart + 1s), 2 * m * (1 - m));
  window.record(kStart + 1s, 2);
  EXPECT_DOUBLE_EQ(window.average(kStart + 1s), 2 * m * (1 - m) + 2 * m);
  for (int i = 0; i < 5; ++i) window.record(kStart + (2 + i) * 1s, i + 2);
  const double rest = 1 - m;
  EXPECT_DOUBLE_EQ(window.average(kStart + 6s), 6 * m + 5 * m * rest + 4 * m * rest * rest +
                                                    3 * m * rest * rest * rest + 2 * m * rest * rest * rest * rest);
  EXPECT_EQ(window.average(kStart + 16s), 0);
}

TEST(MetricWindow, WeighsAWindowThatHasRolledOver) {  // TestWeightedFloat64BucketsResizeWindow, its first average
  MetricWindow window(5s, Averaging::kWeightedExponential);
  for (int i = 0; i < 6; ++i) window.record(kStart + i * 1s, i + 1);
  EXPECT_NEAR(window.average(kStart + 5s), 5.812, 5e-4);
}

struct Smoothing {
  std::size_t buckets;
  double weight, within;
};

TEST(MetricWindow, SmoothsWithAFifthAtLeast) {
  // TestComputeDecayMultiplier, and the formula's values for 5 and 30 buckets.
  for (const Smoothing& row :
       {Smoothing{100, 0.2, 0}, Smoothing{60, 0.2, 0}, Smoothing{40, 0.20567, 1e-5}, Smoothing{6, 0.78456, 1e-5},
        Smoothing{5, 0.841511, 1e-6}, Smoothing{30, 0.264358, 1e-6}})
    EXPECT_NEAR(MetricWindow::smoothing(row.buckets), row.weight, row.within) << row.buckets;
}

}  // namespace
}  // namespace windtunnel::kpa
