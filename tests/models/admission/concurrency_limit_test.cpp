// Adaptive limits against the tests of Netflix's concurrency-limits (AIMDLimitTest, VegasLimitTest) and values derived
// from Gradient2Limit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/admission/limits.hpp"
#include "models/admission/places.hpp"
#include "models/admission/windowed_limit.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;

ConcurrencySample sample(Duration round_trip, std::int64_t in_flight, bool dropped = false) {
  return {.began = Time{1s}, .now = Time{1s} + round_trip, .in_flight = in_flight, .dropped = dropped};
}

std::int64_t after(ConcurrencyLimit& limit, const ConcurrencySample& sample) {
  limit.ended(sample);
  return limit.limit();
}

Stream words() { return Stream(1, "limit", 0); }

// --- AIMDLimitTest

TEST(AimdLimit, BeginsAsItIsToldEvenBelowItsLeast) {  // testDefault
  EXPECT_EQ(AimdLimit({.initial = 10}).limit(), 10);
}

TEST(AimdLimit, RisesByOneAfterASuccess) {  // increaseOnSuccess
  AimdLimit limit({.initial = 20});
  EXPECT_EQ(after(limit, sample(1ms, 10)), 21);
}

TEST(AimdLimit, FallsByATenthAfterADrop) {  // decreaseOnDrops
  AimdLimit limit({.initial = 30});
  EXPECT_EQ(after(limit, sample(1ms, 0, true)), 27);
}

TEST(AimdLimit, DoesNotRiseAboveItsMost) {  // successOverflow
  AimdLimit limit({.initial = 21, .min = 0, .max = 21});
  EXPECT_EQ(after(limit, sample(1ms, 10)), 21);
}

TEST(AimdLimit, TakesWhatIsTooSlowForADrop) {
  AimdLimit limit({.initial = 30});
  EXPECT_EQ(after(limit, sample(5s, 30)), 31) << "its timeout has not passed";
  EXPECT_EQ(after(limit, sample(5s + 1ns, 30)), 27);
}

TEST(AimdLimit, StaysWhereHalfOfItIsNotUsed) {
  AimdLimit limit({.initial = 30});
  EXPECT_EQ(after(limit, sample(1ms, 14)), 30);
  EXPECT_EQ(after(limit, sample(1ms, 15)), 31);
}

// --- VegasLimitTest

VegasLimit vegas(std::int64_t initial, std::int64_t max, double smoothing = 1, bool halves = false) {
  return VegasLimit({.initial = initial, .max = max, .smoothing = smoothing, .halves = halves}, words());
}

TEST(VegasLimit, RisesWhileNothingQueues) {  // increaseLimit
  VegasLimit limit = vegas(10, 20);
  EXPECT_EQ(after(limit, sample(10ms, 10)), 10) << "the first sample is the baseline";
  EXPECT_EQ(after(limit, sample(10ms, 11)), 16);
}

TEST(VegasLimit, FallsWhenTheQueueIsLong) {  // decreaseLimit
  VegasLimit limit = vegas(10, 20);
  EXPECT_EQ(after(limit, sample(10ms, 10)), 10);
  EXPECT_EQ(after(limit, sample(50ms, 11)), 9);
}

TEST(VegasLimit, StaysWhileTheQueueIsAsLongAsItShouldBe) {  // noChangeIfWithinThresholds
  VegasLimit limit = vegas(10, 20);
  EXPECT_EQ(after(limit, sample(10ms, 10)), 10);
  EXPECT_EQ(after(limit, sample(14ms, 14)), 10);
}

TEST(VegasLimit, FallsSmoothly) {  // decreaseSmoothing
  VegasLimit limit = vegas(100, 200, 0.5, true);
  EXPECT_EQ(after(limit, sample(10ms, 100)), 100);
  EXPECT_EQ(after(limit, sample(20ms, 100)), 75);
  EXPECT_EQ(after(limit, sample(20ms, 100)), 56);
}

TEST(VegasLimit, FallsAtOnceWithoutSmoothing) {  // decreaseWithoutSmoothing
  VegasLimit limit = vegas(100, 200, 1, true);
  EXPECT_EQ(after(limit, sample(10ms, 100)), 100);
  EXPECT_EQ(after(limit, sample(20ms, 100)), 50);
  EXPECT_EQ(after(limit, sample(20ms, 100)), 25);
}

TEST(VegasLimit, RisesFasterTheHigherItIs) {  // largeLimitIncrease
  VegasLimit limit = vegas(10000, 20000);
  EXPECT_EQ(after(limit, sample(10s, 5000)), 10000);
  EXPECT_EQ(after(limit, sample(10s, 6000)), 10024);
}

TEST(VegasLimit, CountsInDecimalDigits) {  // Log10RootFunctionTest
  EXPECT_EQ(VegasLimit::log10_root(0), 1);
  EXPECT_EQ(VegasLimit::log10_root(100), 2);
  EXPECT_EQ(VegasLimit::log10_root(10000), 4);
}

TEST(VegasLimit, LearnsItsBaselineAnewNowAndThen) {
  VegasLimit limit = vegas(10, 1000);
  EXPECT_EQ(after(limit, sample(10ms, 1)), 10);
  EXPECT_EQ(after(limit, sample(50ms, 11)), 9) << "a queue, by that baseline";
  // The service has become slower for good: after 30 x 10 samples at the latest that is no queue any more.
  for (int i = 0; i < 300; ++i) limit.ended(sample(50ms, 1));
  const std::int64_t before = limit.limit();
  EXPECT_EQ(after(limit, sample(50ms, before)), before + 6);
}

// --- Gradient2Limit, derived from its rule

TEST(Gradient2Limit, RisesByTheQueueThatItAllowsWhereRoundTripsStay) {
  Gradient2Limit limit({.initial = 20});
  for (const double expected : {20.8, 21.6, 22.4, 23.2, 24.0}) {
    limit.ended(sample(10ms, 20));
    EXPECT_NEAR(limit.exact(), expected, 1e-9);
  }
}

TEST(Gradient2Limit, FallsByAHalfAtMostWhenRoundTripsGrow) {
  Gradient2Limit limit({.initial = 100});
  for (int i = 0; i < 10; ++i) limit.ended(sample(10ms, 100));
  EXPECT_NEAR(limit.exact(), 108.0, 1e-9);
  for (const double expected : {98.0, 89.0, 80.9}) {
    limit.ended(sample(40ms, 100));
    EXPECT_NEAR(limit.exact(), expected, 0.05);
  }
}

TEST(Gradient2Limit, StaysWhereTheApplicationDoesNotUseIt) {
  Gradient2Limit limit({.initial = 100});
  limit.ended(sample(10ms, 49));
  EXPECT_EQ(limit.exact(), 100);
}

TEST(FixedLimit, StaysWhatItIs) {
  const auto limit = chosen<ConcurrencyLimitParams>("fixed", {{"limit", std::int64_t{25}}})->make(words());
  EXPECT_EQ(after(*limit, sample(10s, 1, true)), 25);
}

// --- GradientLimit, derived from its rule

TEST(GradientLimit, TakesSquareRootsWithAFloor) {  // SquareRootFunctionTest
  EXPECT_EQ(GradientLimit::square_root(0), 4);
  EXPECT_EQ(GradientLimit::square_root(999), 31);
  EXPECT_EQ(GradientLimit::square_root(2500), 50);
}

TEST(GradientLimit, RisesByItsQueueAndFallsSmoothly) {
  GradientLimit limit({.initial = 100, .probe_interval = 1'000'000}, words());
  EXPECT_EQ(after(limit, sample(10ms, 100)), 110);
  EXPECT_EQ(after(limit, sample(10ms, 54)), 110) << "less than half of it is used";
  // Twice the shortest trip is tolerated; four times halves it: 110 (0.8) + (55 + 10) 0.2.
  EXPECT_EQ(after(limit, sample(20ms, 110)), 120);
  EXPECT_EQ(after(limit, sample(40ms, 120)), 110);      // 120 0.8 + (60 + 10) 0.2
  EXPECT_EQ(after(limit, sample(10ms, 1, true)), 107);  // 110 (0.8 + 0.9 0.2)
}

TEST(GradientLimit, LetsItsQueueRunEmptyAtTimes) {
  GradientLimit limit({.initial = 100, .probe_interval = 10}, words());
  int samples = 0;
  while (after(limit, sample(10ms, 40)) == 100) ++samples;
  EXPECT_GE(samples, 10);
  EXPECT_LT(samples, 20);
  EXPECT_EQ(limit.limit(), 10);
}

// --- ExpAvgMeasurementTest

TEST(ExponentialAverage, BeginsWithAPlainMean) {  // testWarmup
  ExponentialAverage average(100, 10);
  for (int i = 0; i < 10; ++i) EXPECT_DOUBLE_EQ(average.add(10 + i), 10 + i / 2.0);
  EXPECT_NEAR(average.add(100), 16.2, 0.1);
}

// --- AbstractPartitionedLimiterTest; partition 0 is "batch" with 0.3, 1 is "live" with 0.7

TEST(Places, AreAllotedByShare) {  // limitAllocatedToBins
  const Places places({0.3, 0.7});
  EXPECT_EQ(places.limit_of(0, 10), 3);
  EXPECT_EQ(places.limit_of(1, 10), 7);
  EXPECT_EQ(places.limit_of(0, 20), 6);
}

TEST(Places, AreLentWhileNobodyElseWantsThem) {  // exceedTotalLimitForUnusedBin
  Places places({0.3, 0.7});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(places.take(0, 10)) << i;
  EXPECT_FALSE(places.take(0, 10));
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(places.take(1, 10)) << i;
  EXPECT_FALSE(places.take(1, 10));
}

TEST(Places, AreRefusedOnceAllLimitsAreReached) {  // rejectOnceAllLimitsReached
  Places places({0.3, 0.7});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(places.take(0, 10));
  for (int i = 0; i < 7; ++i) EXPECT_TRUE(places.take(1, 10));
  EXPECT_FALSE(places.take(0, 10));
  EXPECT_FALSE(places.take(1, 10));
  places.give_back(1);
  EXPECT_TRUE(places.take(0, 10)) << "there is one";
}

TEST(Places, AreNotTakenByThoseWhoBypass) {
  Places places;
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(places.take(0, 10));
  EXPECT_FALSE(places.take(0, 10));
  EXPECT_TRUE(places.take(Places::kBypass, 10));
  EXPECT_EQ(places.held(), 10);
}

// --- WindowedLimit, derived from its rule

TEST(WindowedLimit, TellsOfWholeWindows) {
  auto aimd = std::make_unique<AimdLimit>(AimdLimit::Settings{.initial = 30});
  WindowedLimit limit({}, std::move(aimd));
  const auto at = [&](Duration now, std::int64_t in_flight, bool dropped = false) {
    limit.ended({Time{now} - 10ms, Time{now}, in_flight, dropped});
    return limit.limit();
  };
  EXPECT_EQ(at(1s, 30), 30) << "a window of one request";
  for (int i = 1; i <= 10; ++i) EXPECT_EQ(at(1s + i * 100ms, 10), 30);
  EXPECT_EQ(at(2001ms, 20), 31) << "the most that were in flight count";
  EXPECT_EQ(at(2500ms, 31, true), 31);
  for (int i = 1; i <= 9; ++i) at(2500ms + i * 1ms, 31);
  EXPECT_EQ(at(3002ms, 31), 27) << "one of them was dropped";
}

// --- Envoy's filter, derived from its rule

TEST(EnvoyGradientLimit, MeasuresTheShortestTripFirst) {
  EnvoyGradientLimit limit({}, words());
  EXPECT_EQ(limit.limit(), 3);
  Time now{};
  const auto ends = [&](Duration trip) {
    now += 1ms;
    limit.ended({now - trip, now, 3, false});
    return limit.limit();
  };
  for (int i = 0; i < 50; ++i) EXPECT_EQ(ends(10ms), 3);
  for (int i = 0; i < 99; ++i) EXPECT_EQ(ends(10ms), 3);
  EXPECT_EQ(ends(10ms), 5);  // 3 (1.25) + sqrt(3.75)
  for (int i = 0; i < 99; ++i) ends(50ms);
  EXPECT_EQ(ends(50ms), 4);  // 5 (0.5) + sqrt(2.5)
}

}  // namespace
}  // namespace windtunnel
