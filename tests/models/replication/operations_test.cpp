// Operations: calls that are tried again, copies, breakers, throttles, bulkheads and deadlines, in whole runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;

// The arrivals of one class, in whole milliseconds.
std::vector<std::int64_t> arrivals_ms(const Flight& flight, const std::string& traffic, const std::string& name) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) {
    const ClassResult& c = flight.result.classes[r.request_class];
    if (c.traffic == traffic && c.request_class == name) out.push_back(r.arrived / kMs);
  }
  return out;
}

std::vector<Outcome> outcomes(const Flight& flight, const std::string& traffic, const std::string& name) {
  std::vector<Outcome> out;
  for (const Seen& r : flight.seen.by_arrival()) {
    const ClassResult& c = flight.result.classes[r.request_class];
    if (c.traffic == traffic && c.request_class == name) out.push_back(r.outcome);
  }
  return out;
}

// A front that calls a back, once a second from 500 ms on, 10 ms of network each way.
std::string front_and_back(const std::string& callee, const std::string& back_step) {
  return R"({"windtunnel": 1, "name": "calls", "horizon": "3s",
    "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "1/s"}}],
    "services": {
      "front": {"instance": {"runtime": {"type": "event_loop"}},
                "work": {"default": [{"call": {"service": "back", "network": "10ms", )" +
         callee + R"(}}]}},
      "back": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [)" +
         back_step + "]}}}}";
}

TEST(CallRetries, LeaveFromTheCallerWhenItsWaitIsOver) {
  // There at 510, late at 600 (the answer would have had to leave at 590), back at 600; 50 ms later the next leaves.
  const Flight flight = fly(
      front_and_back(R"("timeout": "100ms", "retry": {"attempts": 3, "backoff": {"base": "50ms", "jitter": "none"}})",
                     R"({"io": "300ms"})"));
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0"), ElementsAre(510, 1510, 2510));
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0.retries"), ElementsAre(660, 860, 1660, 1860, 2660, 2860));
  EXPECT_THAT(outcomes(flight, "t", ""),
              ElementsAre(Outcome::kFailedDependency, Outcome::kFailedDependency, Outcome::kFailedDependency));
  EXPECT_EQ(flight.seen.by_arrival().front().latency(), (100 + 50 + 100 + 100 + 100) * kMs);
  EXPECT_DOUBLE_EQ(flight.figure("front.calls.back.0.operations.attempts"), 3);
  EXPECT_DOUBLE_EQ(flight.figure("front.calls.back.0.operations.success_ratio"), 0);
}

TEST(CallRetries, SaveTheCallerWhenOneSucceeds) {
  const Flight flight =
      fly(front_and_back(R"("retry": {"attempts": 50, "backoff": {"base": "1ms", "jitter": "none", "multiplier": 1}})",
                         R"({"io": "5ms", "error": "50%"})"),
          {{"traffic.0.arrivals.rate", "\"20/s\""}, {"horizon", "\"500s\""}});
  // 2^-50 of the operations fail. Attempts are geometric: 2 on average, with a variance of 2.
  EXPECT_DOUBLE_EQ(flight.figure("front.success_ratio"), 1);
  EXPECT_NEAR(flight.figure("front.calls.back.0.operations.attempts"), 2, 5 * std::sqrt(2.0 / 10'000));
  EXPECT_NEAR(flight.figure("front.latency.mean"), 2 * 0.025 + 0.001, 5 * 0.026 * std::sqrt(2.0 / 10'000));
}

TEST(CallRetries, EndWithTheRequestThatWaitsForThem) {
  const Flight flight = fly(front_and_back(R"("timeout": "100ms", "on_timeout": "cancel",
        "retry": {"attempts": 10, "backoff": {"base": "50ms", "jitter": "none", "multiplier": 1}})",
                                           R"({"io": "300ms"})"),
                            {{"traffic.0.timeout", "\"200ms\""}, {"traffic.0.on_timeout", "\"cancel\""}});
  // The second attempt is there at 660 and is cut off with its caller at 700.
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0.retries"), ElementsAre(660, 1660, 2660));
  EXPECT_THAT(outcomes(flight, "front", "calls.back.0.retries"),
              ElementsAre(Outcome::kCancelled, Outcome::kCancelled, Outcome::kCancelled));
}

TEST(CallRetries, HaveABudgetInEachInstanceOfTheCaller) {
  const std::string budget =
      R"("retry": {"attempts": 2, "backoff": {"base": "1ms", "jitter": "none"},
                   "budget": {"type": "aws_quota", "quota": 5, "cost": 5, "per_success": 0}})";
  for (const int instances : {1, 3}) {
    const Flight flight =
        fly(front_and_back(budget, R"({"io": "5ms", "error": 1})"),
            {{"traffic.0.arrivals.rate", "\"10/s\""}, {"services.front.replicas", std::to_string(instances)}});
    EXPECT_EQ(arrivals_ms(flight, "front", "calls.back.0.retries").size(), static_cast<std::size_t>(instances));
  }
}

TEST(Hedges, LeaveWhileTheFirstIsUnderWayAndTheFirstSuccessEndsTheOthers) {
  const Flight flight = fly(
      front_and_back(R"("on_timeout": "cancel", "hedge": {"delay": "100ms", "attempts": 3})", R"({"io": "250ms"})"));
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0"), ElementsAre(510, 1510, 2510));
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0.retries"), ElementsAre(610, 710, 1610, 1710, 2610, 2710));
  // The answer of the first is back at 770, and ends the others.
  EXPECT_THAT(outcomes(flight, "front", "calls.back.0"), testing::Each(Outcome::kCompleted));
  EXPECT_THAT(outcomes(flight, "front", "calls.back.0.retries"), testing::Each(Outcome::kCancelled));
  EXPECT_EQ(flight.seen.by_arrival().front().latency(), 270 * kMs);
  EXPECT_DOUBLE_EQ(flight.figure("front.calls.back.0.operations.attempts"), 3);
  EXPECT_DOUBLE_EQ(flight.figure("front.calls.back.0.operations.copies_first"), 0);
}

TEST(Hedges, SendTheNextCopyAtOnceWhenOneFails) {
  const Flight flight =
      fly(front_and_back(R"("hedge": {"delay": "1s", "attempts": 3})", R"({"io": "80ms", "error": 1})"));
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0.retries"), ElementsAre(610, 710, 1610, 1710, 2610, 2710));
  EXPECT_EQ(flight.seen.with(Outcome::kFailedDependency).front().latency(), 300 * kMs);
}

// The least of two exponential times that begin 0 apart has half their mean; with a copy after d it is
// 1/mu - exp(-mu d) / (2 mu).
TEST(Hedges, CutTheMeanOfExponentialTimesAsTheyMust) {
  for (const double d : {0.0, 0.05, 0.1}) {
    const Flight flight = fly(R"({"windtunnel": 1, "name": "hedge", "horizon": "1000s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "20/s"}, "on_timeout": "cancel",
                   "hedge": {"attempts": 2, "delay": ")" +
                              std::to_string(d) + R"(s"}}],
      "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                         "work": {"default": [{"io": {"type": "exponential", "mean": "100ms"}}]}}}})");
    const double expected = 0.1 - std::exp(-d / 0.1) * 0.05;
    EXPECT_NEAR(flight.figure("t.operations.latency.mean"), expected, 5 * 0.1 / std::sqrt(20'000)) << d;
    EXPECT_NEAR(flight.figure("t.operations.attempts"), 1 + std::exp(-d / 0.1), 5 * 0.5 / std::sqrt(20'000)) << d;
  }
}

TEST(Hedges, AreNotSentWithoutLeave) {
  const Flight flight = fly(front_and_back(R"("hedge": {"delay": "100ms", "attempts": 3,
                                               "budget": {"type": "token_bucket", "capacity": 1, "per_success": 0}})",
                                           R"({"io": "250ms"})"));
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0.retries"), ElementsAre(610));
  EXPECT_NEAR(flight.figure("front.calls.back.0.operations.copies_refused"), 5.0 / 3, 1e-12);
}

TEST(CircuitBreakers, RefuseAtTheClientWhileTheyAreOpen) {
  // Fails at 505, 605 and 705 ms (answers of 5 ms), opens then, probes at 1805, and again a second after 1810.
  const Flight flight = fly(R"({"windtunnel": 1, "name": "open", "horizon": "3s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"},
                 "circuit_breaker": {"type": "consecutive_failures", "failures": 3, "open_for": "1s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "5ms", "error": 1}]}}}})");
  EXPECT_THAT(arrivals_ms(flight, "t", ""), ElementsAre(50, 150, 250, 1350, 2450));
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.circuit_breaker.refused"), 25.0 / 30);
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.circuit_breaker.opened"), 1);
  // From 255 to 1350, from 1355 to 2450, from 2455 to the end.
  EXPECT_NEAR(flight.figure("t.operations.circuit_breaker.open"), (1.095 + 1.095 + 0.545) / 3, 1e-9);
  EXPECT_DOUBLE_EQ(flight.figure("t.operations.success_ratio"), 0);
}

TEST(CircuitBreakers, AreOneForEachProcessOfTheClient) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "open", "horizon": "1s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "100/s"}, "processes": 4,
                 "circuit_breaker": {"type": "consecutive_failures", "failures": 3, "open_for": "1h"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "1ms", "error": 1}]}}}})");
  EXPECT_EQ(arrivals_ms(flight, "t", "").size(), 12U);
}

TEST(Throttles, OfTheSreBookLetTwiceThroughWhatIsAccepted) {
  // 50 a second can be served of 400. In the long run requests = k accepts / (1 - p) …: let through = k x accepted.
  const Flight flight = fly(R"({"windtunnel": 1, "name": "throttle", "horizon": "600s", "warmup": "300s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "400/s"},
                 "throttle": {"type": "adaptive_throttling"}}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                       "admission": {"rate_limits": [{"type": "token_bucket", "rate": "50/s", "burst": 1}]},
                       "work": {"default": [{"io": "1ms"}]}}}})");
  const double let_through = 400 * (1 - flight.figure("t.operations.throttle.refused"));
  EXPECT_NEAR(let_through / flight.figure("t.operations.goodput"), 2, 0.05);
}

TEST(Throttles, OfTheAwsSdksSettleNearWhatTheServiceTakes) {
  const std::string text = R"({"windtunnel": 1, "name": "throttle", "horizon": "600s", "warmup": "60s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "45/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "admission": {"rate_limits": [{"type": "token_bucket", "rate": "40/s", "burst": 40}]},
                       "work": {"default": [{"io": "1ms"}]}}}})";
  const Flight without = fly(text);
  const Flight with = fly(text, {{"traffic.0.throttle", R"({"type": "aws_adaptive"})"}});
  // 5 of 45 a second are turned away; a rate cut by 0.3 at each throttled answer and back to it along the cubic spends
  // little time above the limit.
  EXPECT_NEAR(without.figure("s.loss.rejected_rate_limited"), 5.0 / 45, 0.01);
  EXPECT_LT(with.figure("s.loss.rejected_rate_limited"), 0.3 * without.figure("s.loss.rejected_rate_limited"));
  EXPECT_GT(with.figure("t.operations.goodput"), 0.7 * 40);
}

TEST(Bulkheads, RefuseWhatIsTooMuchAtOnceOrLetItWait) {
  const std::string text = R"({"windtunnel": 1, "name": "bulkhead", "horizon": "1s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"},
                 "bulkhead": {"max_concurrent_calls": 1}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "150ms"}]}}}})";
  EXPECT_THAT(arrivals_ms(fly(text), "t", ""), ElementsAre(50, 250, 450, 650, 850));
  // 150 waits until 200, 250 until 350; 350 gives up at 490, and 450 has the place at 500. So does 750 for 650's.
  const Flight waits = fly(text, {{"traffic.0.bulkhead.max_wait", "\"140ms\""}});
  EXPECT_THAT(arrivals_ms(waits, "t", ""), ElementsAre(50, 200, 350, 500, 650, 800));
  EXPECT_DOUBLE_EQ(waits.figure("t.operations.bulkhead.refused"), 0.2);
}

TEST(Deadlines, EndTheWholeOperation) {
  const Flight flight = fly(front_and_back(R"("on_timeout": "cancel", "deadline": "180ms", "timeout": "100ms",
        "retry": {"attempts": 3, "backoff": {"base": "50ms", "jitter": "none"}})",
                                           R"({"io": "300ms"})"));
  // Attempts leave at 500 and 650; at 680 it is over.
  EXPECT_THAT(arrivals_ms(flight, "front", "calls.back.0.retries"), ElementsAre(660, 1660, 2660));
  EXPECT_THAT(outcomes(flight, "front", "calls.back.0.retries"), testing::Each(Outcome::kTimedOut));
  EXPECT_EQ(flight.seen.with(Outcome::kFailedDependency).front().latency(), 180 * kMs);
  EXPECT_DOUBLE_EQ(flight.figure("front.calls.back.0.operations.deadlines_passed"), 1);
}

// One thread, 10 ms a request, three times as much as it can do; clients give up after 100 ms. First come, first served
// serves late ones alone; one that honours deadlines drops them and is in time for as many as it can serve.
TEST(Deadlines, AreHonouredByDroppingLateRequestsWhenTheirTurnComes) {
  const std::string text = R"({"windtunnel": 1, "name": "late", "horizon": "60s", "warmup": "10s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "300/s"}, "deadline": "100ms"}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                       "work": {"default": [{"cpu": "10ms"}]}}}})";
  const Flight ignored = fly(text);
  const Flight honoured = fly(text, {{"services.s.honour_deadlines", "true"}});
  EXPECT_LT(ignored.figure("t.operations.goodput"), 1);
  // Every request that starts has waited less than 100 ms; what starts in the last 10 of them is late by its end.
  EXPECT_GT(honoured.figure("t.operations.goodput"), 0);
  for (const Seen& r : honoured.seen.requests) EXPECT_TRUE(r.started < 0 || r.wait() < 100 * kMs);
  EXPECT_NEAR(honoured.figure("s.utilization"), 1, 0.01);
}

TEST(Deadlines, AreHandedOnLessTheTimeThatHasPassed) {
  const std::string text = R"({"windtunnel": 1, "name": "chain", "horizon": "3s",
    "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "1/s"}, "deadline": "200ms"}],
    "services": {
      "front": {"instance": {"runtime": {"type": "event_loop"}},
                "work": {"default": [{"io": "50ms"}, {"call": {"service": "back", "on_timeout": "cancel"}}]}},
      "back": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "300ms"}]}}}})";
  const Flight kept = fly(text, {{"services.front.honour_deadlines", "true"}});
  const Flight lost = fly(text);
  EXPECT_THAT(outcomes(kept, "front", "calls.back.1"), testing::Each(Outcome::kTimedOut));
  for (const Seen& r : kept.seen.with(Outcome::kTimedOut))
    EXPECT_EQ(r.latency(), (kept.result.classes[r.request_class].traffic == "front" ? 150 : 200) * kMs);
  EXPECT_THAT(outcomes(lost, "front", "calls.back.1"), testing::Each(Outcome::kCompleted));
}

TEST(Errors, AreAShareOfTheRequestsThatReachTheStep) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "errors", "horizon": "1000s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 4}},
                       "work": {"default": [{"cpu": "10ms", "error": "10%"}, {"cpu": "5ms"}]}}}})");
  EXPECT_NEAR(flight.figure("s.loss.failed_error"), 0.1, 5 * std::sqrt(0.1 * 0.9 / 50'000));
  EXPECT_NEAR(flight.figure("s.utilization"), 50 * (0.010 + 0.9 * 0.005) / 4, 0.002);
}

}  // namespace
}  // namespace windtunnel
