// Adaptive limits against the tests of Netflix's concurrency-limits (AIMDLimitTest, VegasLimitTest) and values derived
// from Gradient2Limit.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/admission/limits.hpp"
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

}  // namespace
}  // namespace windtunnel
