// Circuit breakers, against the tests of those who have them: resilience4j's FixedSizeSlidingWindowMetricsTest,
// SlidingTimeWindowMetricsTest and CircuitBreakerStateMachineTest; Hystrix by its rules. Not expressible: H3
// (testMoveHeadIndexByOne) looks at an index, H12's release is given_up().

#include <gtest/gtest.h>

#include "models/resilience/resilience4j.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using resilience4j::Breaker;
using resilience4j::Terms;
using resilience4j::Window;
using resilience4j::WindowType;
using test::assign;
using test::Fields;
using State = Breaker::State;

std::unique_ptr<CircuitBreaker> make(std::string_view type, const Fields& fields = {}) {
  auto breaker = CircuitBreakerChoice::of(type);
  assign(breaker.mutable_params(), fields);
  return breaker->make(Time{});
}

resilience4j::Outcomes call(bool success, Duration took = 100ms, bool slow = false) {
  return {1, success ? 0 : 1, slow ? 1 : 0, took};
}

double failure_rate(const Window& window) {
  return 100.0 * static_cast<double>(window.total().failed) / static_cast<double>(window.total().calls);
}

// Leaves and ends at once, at `now`.
void call(CircuitBreaker& breaker, Time now, bool success, Duration took = 100ms) {
  ASSERT_TRUE(breaker.permits(now));
  breaker.ended(now, took, success);
}

void calls(CircuitBreaker& breaker, Time now, std::string_view outcomes) {  // E: error, S: success
  for (const char c : outcomes) call(breaker, now, c == 'S');
}

TEST(Resilience4jWindow, TestSlidingWindowMetrics) {
  Window window(WindowType::kCountBased, 4, {});
  window.record({}, call(false));
  EXPECT_DOUBLE_EQ(failure_rate(window), 100);
  window.record({}, call(true));
  EXPECT_DOUBLE_EQ(failure_rate(window), 50);
  window.record({}, call(true));
  EXPECT_NEAR(failure_rate(window), 33.333332, 1e-5);
  window.record({}, call(true));
  EXPECT_DOUBLE_EQ(failure_rate(window), 25);
  window.record({}, call(true));
  EXPECT_DOUBLE_EQ(failure_rate(window), 0);
  EXPECT_EQ(window.total().calls, 4);
  EXPECT_EQ(window.total().took, 400ms);
}

TEST(Resilience4jWindow, TestSlowCallsPercentage) {
  Window window(WindowType::kCountBased, 5, {});
  window.record({}, call(true, 10s, true));
  window.record({}, call(false, 10s, true));
  for (int i = 0; i < 3; ++i) window.record({}, call(true));
  EXPECT_EQ(window.total().calls, 5);
  EXPECT_EQ(window.total().calls - window.total().failed, 4);
  EXPECT_EQ(window.total().took, 20300ms);
  EXPECT_EQ(window.total().slow, 2);
  EXPECT_DOUBLE_EQ(failure_rate(window), 20);
}

TEST(Resilience4jWindow, ShouldClearSlidingTimeWindowMetrics) {
  Window window(WindowType::kTimeBased, 5, {});
  window.record(Time{}, call(false));
  window.record(Time{100ms}, call(true));
  window.record(Time{900ms}, call(false, 1s, true));
  EXPECT_EQ(window.total().calls, 3);
  EXPECT_EQ(window.total().failed, 2);
  EXPECT_EQ(window.total().took, 1200ms);
  window.advance(Time{4900ms});
  EXPECT_EQ(window.total().calls, 3);
  window.advance(Time{5900ms});
  EXPECT_EQ(window.total().calls, 0);
  EXPECT_EQ(window.total().took, 0ms);
  window.record(Time{5900ms}, call(true));
  window.record(Time{10900ms}, call(true));
  EXPECT_EQ(window.total().calls, 1);
}

Terms terms() {
  Terms t;
  t.failure_rate = 50;
  t.window_size = 5;
  t.minimum_calls = 5;
  t.permitted_half_open = 4;
  t.wait_open = 5s;
  t.slow_call = 4s;
  t.slow_call_rate = 50;
  return t;
}

TEST(Resilience4j, ShouldOpenAfterFailureRateThresholdExceeded) {
  Breaker breaker(terms(), {});
  calls(breaker, {}, "EEES");
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), -1);
  EXPECT_EQ(breaker.state(), State::kClosed);
  calls(breaker, {}, "S");
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 60);
  EXPECT_EQ(breaker.buffered().calls, 5);
  EXPECT_EQ(breaker.buffered().failed, 3);
  EXPECT_FALSE(breaker.permits({}));
  EXPECT_EQ(breaker.not_permitted(), 1);
}

TEST(Resilience4j, ShouldOpenAfterFailureRateThresholdExceeded2) {
  Terms t = terms();
  t.window_type = WindowType::kTimeBased;
  t.window_size = 20;
  Breaker breaker(t, {});
  Time now{};
  for (const char c : std::string_view("SSSEE")) {
    call(breaker, now, c == 'S');
    now += 1s;
  }
  EXPECT_EQ(breaker.state(), State::kClosed);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 40);
  call(breaker, now, false);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 50);
}

TEST(Resilience4j, ShouldOpenAfterSlowCallRateThresholdExceeded) {
  Terms t = terms();
  t.failure_rate = 100;
  Breaker breaker(t, {});
  call(breaker, {}, false, 5s);
  call(breaker, {}, true, 5s);
  call(breaker, {}, false, 100ms);
  call(breaker, {}, false, 100ms);
  EXPECT_EQ(breaker.state(), State::kClosed);
  call(breaker, {}, true, 5s);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_DOUBLE_EQ(breaker.slow_call_rate(), 60);
}

TEST(Resilience4j, ShouldTransitionToHalfOpenAfterWaitDuration) {
  Breaker breaker(terms(), {});
  calls(breaker, {}, "EEEEE");
  EXPECT_FALSE(breaker.permits(Time{}));
  EXPECT_FALSE(breaker.permits(Time{3s}));
  EXPECT_EQ(breaker.not_permitted(), 2);
  EXPECT_TRUE(breaker.permits(Time{6s}));
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), -1);
  EXPECT_EQ(breaker.buffered().calls, 0);
}

TEST(Resilience4j, ShouldTransitionToHalfOpenAfterWaitInterval) {
  Terms t = terms();
  t.wait_multiplier = 1.5;
  Breaker breaker(t, {});
  calls(breaker, {}, "EEEEE");
  EXPECT_FALSE(breaker.permits(Time{5s - 1ns}));
  calls(breaker, Time{5s}, "EEEE");
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_FALSE(breaker.permits(Time{5s + 6s}));
  EXPECT_FALSE(breaker.permits(Time{12500ms - 1ns}));
  EXPECT_TRUE(breaker.permits(Time{5s + 11s}));
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
}

TEST(Resilience4j, ShouldOnlyPermitFourCallsInHalfOpenState) {
  Breaker breaker(terms(), {});
  calls(breaker, {}, "EEEEE");
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(breaker.permits(Time{6s}));
  EXPECT_FALSE(breaker.permits(Time{6s}));
  breaker.given_up(Time{6s});  // H12
  EXPECT_TRUE(breaker.permits(Time{6s}));
  EXPECT_FALSE(breaker.permits(Time{6s}));
  for (int i = 0; i < 4; ++i) breaker.ended(Time{7s}, 1ms, false);
  EXPECT_EQ(breaker.state(), State::kOpen);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(breaker.permits(Time{12s}));
  EXPECT_FALSE(breaker.permits(Time{12s}));
}

TEST(Resilience4j, ShouldTransitionBackToOpenStateWhenFailureRateIsAboveThreshold) {
  Breaker breaker(terms(), {});
  calls(breaker, {}, "EEEEE");
  calls(breaker, Time{5s}, "EES");
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  calls(breaker, Time{5s}, "E");
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 75);
}

TEST(Resilience4j, ShouldTransitionBackToOpenStateWhenSlowCallRateIsAboveThreshold) {
  Breaker breaker(terms(), {});
  calls(breaker, {}, "EEEEE");
  for (int i = 0; i < 3; ++i) call(breaker, Time{5s}, true, 5s);
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  call(breaker, Time{5s}, true);
  EXPECT_EQ(breaker.state(), State::kOpen);
  EXPECT_DOUBLE_EQ(breaker.slow_call_rate(), 75);
  EXPECT_DOUBLE_EQ(breaker.failure_rate(), 0);
}

TEST(Resilience4j, ClosesWhenAllPermittedCallsHaveEndedWellEnough) {
  Breaker breaker(terms(), {});
  calls(breaker, {}, "EEEEE");
  calls(breaker, Time{5s}, "SSE");
  EXPECT_EQ(breaker.state(), State::kHalfOpen);
  calls(breaker, Time{5s}, "S");
  EXPECT_EQ(breaker.state(), State::kClosed);
  EXPECT_EQ(breaker.buffered().calls, 0);
}

TEST(Resilience4j, OpensAgainWhenHalfOpenTookTooLong) {
  Terms t = terms();
  t.max_wait_half_open = 10s;
  Breaker breaker(t, {});
  calls(breaker, {}, "EEEEE");
  EXPECT_TRUE(breaker.permits(Time{5s}));
  EXPECT_TRUE(breaker.permits(Time{15s - 1ns}));
  EXPECT_FALSE(breaker.permits(Time{15s}));
  EXPECT_TRUE(breaker.permits(Time{20s}));
}

TEST(ConsecutiveFailures, OpenItAndOneProbeClosesIt) {
  const auto breaker = make("consecutive_failures", {{"failures", 3}, {"open_for", 5s}});
  calls(*breaker, {}, "EESEE");
  EXPECT_FALSE(breaker->open());
  calls(*breaker, {}, "E");
  EXPECT_TRUE(breaker->open());
  EXPECT_FALSE(breaker->permits(Time{5s - 1ns}));
  EXPECT_TRUE(breaker->permits(Time{5s}));
  EXPECT_FALSE(breaker->permits(Time{5s})) << "one probe is under way";
  breaker->ended(Time{6s}, 1s, false);
  EXPECT_FALSE(breaker->permits(Time{11s - 1ns}));
  calls(*breaker, Time{11s}, "S");
  calls(*breaker, Time{11s}, "EESEE");
  EXPECT_FALSE(breaker->open());
}

TEST(MaxRequests, AreThoseUnderWay) {
  const auto breaker = make("max_requests", {{"max_requests", 2}});
  EXPECT_TRUE(breaker->permits({}));
  EXPECT_TRUE(breaker->permits({}));
  EXPECT_TRUE(breaker->open());
  EXPECT_FALSE(breaker->permits({}));
  breaker->ended({}, 1s, false);
  EXPECT_TRUE(breaker->permits({}));
  breaker->given_up({});
  EXPECT_FALSE(breaker->open());
}

// 19 failures are below the volume; the snapshot sees the twentieth when its bucket is over.
TEST(Hystrix, LooksAtItsSnapshotsAlone) {
  const auto breaker = make("hystrix");
  calls(*breaker, Time{100ms}, "EEEEEEEEEEEEEEEEEEE");
  EXPECT_TRUE(breaker->permits(Time{499ms}));
  breaker->ended(Time{499ms}, 1ms, false);
  EXPECT_TRUE(breaker->permits(Time{500ms - 1ns}));
  EXPECT_FALSE(breaker->permits(Time{500ms}));
  EXPECT_FALSE(breaker->permits(Time{5500ms})) << "more than the sleep window must have passed";
  EXPECT_TRUE(breaker->permits(Time{5500ms + 1ns}));
  EXPECT_FALSE(breaker->permits(Time{5501ms})) << "one trial";
  breaker->ended(Time{5600ms}, 1ms, true);
  EXPECT_TRUE(breaker->permits(Time{5600ms}));
  EXPECT_FALSE(breaker->open());
}

TEST(Hystrix, ForgetsWhatIsOlderThanItsWindow) {
  const auto breaker = make("hystrix");
  calls(*breaker, {}, "EEEEEEEEEEEEEEE");
  for (int i = 1; i < 10; ++i) EXPECT_TRUE(breaker->permits(Time{i * 1s}));  // not ended: no outcomes
  calls(*breaker, Time{10500ms}, "EEEEE");
  EXPECT_TRUE(breaker->permits(Time{11s})) << "five in the last ten seconds";
}

// 10 of 21 are 47 whole per cent, 11 of 21 are 52.
TEST(Hystrix, OpensAtHalfOfTheCalls) {
  const auto below = make("hystrix"), above = make("hystrix");
  calls(*below, {}, "EEEEEEEEEESSSSSSSSSSS");
  calls(*above, {}, "EEEEEEEEEEESSSSSSSSSS");
  EXPECT_TRUE(below->permits(Time{500ms}));
  EXPECT_FALSE(above->permits(Time{500ms}));
}

}  // namespace
}  // namespace windtunnel
