// Expected values of the hybrid histogram: the rules of Shahrad et al. (USENIX ATC 2020) worked by hand on made-up idle
// times.
#include "models/autoscaler/keep_alive/keep_alive.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "models/autoscaler/keep_alive/idle_times.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;
using test::Found;
using testing::HasSubstr;
using testing::SizeIs;

void add(IdleTimes& times, int count, Duration idle) {
  for (int i = 0; i < count; ++i) times.add(idle);
}

void expect_minutes(const KeepAliveTerms& terms, double load_after, double keep) {
  EXPECT_NEAR(to_seconds(terms.load_after) / 60, load_after, 1e-9);
  EXPECT_NEAR(to_seconds(terms.keep) / 60, keep, 1e-9);
}

TEST(FixedKeepAlive, StaysAsLongAsItIsTold) {
  const auto fixed = chosen<KeepAliveParams>("fixed", {{"time", Duration{7min}}})->make();
  fixed->arrived(3h);
  expect_minutes(fixed->after_execution(), 0, 7);
  expect_minutes(Choice<KeepAliveParams>::of("fixed")->make()->after_execution(), 0, 10);
}

TEST(HybridHistogram, KeepsForTheWholeRangeWhileItKnowsNothing) {
  const auto hybrid = Choice<KeepAliveParams>::of("hybrid_histogram")->make();
  expect_minutes(hybrid->after_execution(), 0, 240);
}

// 5 idle times of 10.x minutes, 90 of 30.x, 5 of 45.x. Mean of the 240 bins 100/240, sum of squares 25 + 8100 + 25.
TEST(HybridHistogram, LoadsBeforeTheHeadAndKeepsBeyondTheTail) {
  IdleTimes times({});
  add(times, 5, 10min + 20s);
  add(times, 90, 30min + 40s);
  add(times, 5, 45min + 1s);
  const double mean = 100 / 240.0;
  EXPECT_NEAR(times.coefficient_of_variation(), std::sqrt((8150 - 240 * mean * mean) / 239) / mean, 1e-9);
  EXPECT_NEAR(times.coefficient_of_variation(), 13.98, 0.005);
  expect_minutes(times.next(), 9.0, 50.6);
}

TEST(HybridHistogram, IgnoresTheRarestFivePercentBeforeAndOnePercentAfter) {
  IdleTimes times({});
  add(times, 4, 2min);
  add(times, 96, 30min);
  expect_minutes(times.next(), 27, 34.1);  // 4 % are less than the head's 5 %
  add(times, 1, 200min);
  expect_minutes(times.next(), 27, 34.1);  // 100 of 101 are the tail's 99 %
  add(times, 1, 200min);
  expect_minutes(times.next(), 27, 221.1);
}

TEST(HybridHistogram, StaysLoadedWhereTheHeadIsInTheFirstBin) {
  IdleTimes times({});
  add(times, 50, 3s);
  add(times, 50, 20min);
  expect_minutes(times.next(), 0, 23.1);
}

TEST(HybridHistogram, DoesNotTrustAHistogramWithoutAShape) {
  IdleTimes times({});
  for (int minute = 0; minute < 240; ++minute) add(times, 3, minute * 1min);
  EXPECT_EQ(times.coefficient_of_variation(), 0);
  expect_minutes(times.next(), 0, 240);
}

// Two equal bins of n have the mean 2/n and, over n - 1, the coefficient of variation sqrt(n (n - 2) / (2 (n - 1))):
// below 2 for nine bins, 1.98, and above for ten, 2.11.
TEST(HybridHistogram, TrustsFromACoefficientOfVariationOfTwoOn) {
  for (const int bins : {9, 10}) {
    IdleTimes times({.range = bins * 1min});
    times.add(3min);
    times.add(5min);
    EXPECT_NEAR(times.coefficient_of_variation(), std::sqrt(bins * (bins - 2) / (2.0 * (bins - 1))), 1e-12);
    if (bins == 9)
      expect_minutes(times.next(), 0, 9);
    else
      expect_minutes(times.next(), 2.7, 6.6);
  }
}

// 60 of 100 idle times beyond four hours, all of the forecast's window 300 minutes.
TEST(HybridHistogram, ForecastsWhereHalfOfTheIdleTimesAreOutOfItsRange) {
  IdleTimes times({});
  add(times, 40, 10min);
  add(times, 60, 300min);
  IdleTimes steady({});
  add(steady, 60, 300min);
  expect_minutes(steady.next(), 255, 345);  // kept for 90 minutes from its loading on
  const KeepAliveTerms mixed = times.next();
  EXPECT_NEAR(to_seconds(mixed.keep) / to_seconds(mixed.load_after), 1.15 / 0.85, 1e-6);
  EXPECT_GT(mixed.load_after, 10min);
}

TEST(HybridHistogram, TakesAnIdleTimeOfTheRangeItselfAsBeyondIt) {
  IdleTimes times({});
  times.add(240min);
  expect_minutes(times.next(), 204, 276);
  times.add(240min - 1ns);
  times.add(239min);
  expect_minutes(times.next(), 239 * 0.9, 264);
}

TEST(HybridHistogram, SaysWhatDoesNotFit) {
  struct Row {
    Fields fields;
    const char* message;
  };
  for (const Row& row : {Row{{{"bin", Duration{7min}}}, "/bin: 4h, the range, is not two or more whole bins of 7m"},
                         Row{{{"range", Duration{1min}}}, "/bin: 1m, the range, is not two or more whole bins of 1m"},
                         Row{{{"bin", Duration{1ms}}}, "/bin: makes 14400000 bins; at most a million fit"},
                         Row{{{"head", Share{0.5}}, {"tail", Share{0.4}}}, "/tail: is below the head's share"}}) {
    Found found;
    auto params = chosen<KeepAliveParams>("hybrid_histogram", row.fields);
    params.mutable_params().check(found);
    ASSERT_THAT(found.errors, SizeIs(1)) << row.message;
    EXPECT_THAT(found.errors[0], HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace windtunnel
