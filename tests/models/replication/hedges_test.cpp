// Copies of a call: after a quantile of its latency ("The Tail at Scale"), and what ends them (gRFC A6).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::Each;
using testing::ElementsAre;

// One operation begins after 5 s; the service takes 80 ms for its answer, and the client hedges every 50 ms.
Flight fly_one(const std::string& hedge, const std::string& step) {
  return fly(R"({"windtunnel": 1, "name": "hedges", "horizon": "14s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "0.1/s"}, "on_timeout": "cancel",
                 "hedge": {"delay": "50ms", "attempts": 4, )" +
             hedge + R"(}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "80ms", )" +
             step + "}]}}}}");
}

std::vector<std::int64_t> arrivals_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.arrived / kMs);
  return out;
}

std::vector<Outcome> outcomes(const Flight& flight) {
  std::vector<Outcome> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.outcome);
  return out;
}

TEST(Hedges, EndWithAFailureThatIsFatal) {
  const std::string internal = R"("errors": [{"share": 1, "status": "INTERNAL"}])";
  // The second leaves after 50 ms; the first fails 30 ms later, and the second with it.
  const Flight fatal = fly_one(R"("non_fatal": ["UNAVAILABLE"])", internal);
  EXPECT_THAT(arrivals_ms(fatal), ElementsAre(5000, 5050));
  EXPECT_THAT(outcomes(fatal), ElementsAre(Outcome::kFailedError, Outcome::kCancelled));
  EXPECT_DOUBLE_EQ(fatal.figure("t.operations.success_ratio"), 0);
  EXPECT_NEAR(fatal.figure("t.operations.final_failures"), 1.0 / 14, 1e-12);
  // gRPC's default: all are.
  EXPECT_THAT(arrivals_ms(fly_one(R"("non_fatal": [])", internal)), ElementsAre(5000, 5050));
}

TEST(Hedges, GoOnAtOnceAfterAFailureThatIsNot) {
  // Fails at 5080, which sends the third; the fourth leaves 50 ms after that at the latest, or at 5130, when the second
  // fails: both at once, and it is one.
  const Flight flight = fly_one(R"("non_fatal": ["INTERNAL"])", R"("errors": [{"share": 1, "status": "INTERNAL"}])");
  EXPECT_THAT(arrivals_ms(flight), ElementsAre(5000, 5050, 5080, 5130));
  EXPECT_THAT(outcomes(flight), Each(Outcome::kFailedError));
}

TEST(Hedges, LeaveWhenTheServerSaysSo) {
  const auto arrivals = [](const std::string& advice) {
    return arrivals_ms(fly(R"({"windtunnel": 1, "name": "hedges", "horizon": "14s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "0.1/s"},
                   "hedge": {"delay": "1s", "attempts": 3, "pushback": {"type": "grpc_pushback"}}}],
      "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                         "work": {"default": [{"io": "80ms", "errors": [{"share": 1, )" +
                           advice + R"(}]}]}}}})"));
  };
  EXPECT_THAT(arrivals(R"("retry_after": "200ms")"), ElementsAre(5000, 5280, 5560));
  EXPECT_THAT(arrivals(R"("no_retry": true)"), ElementsAre(5000));
  EXPECT_THAT(arrivals(R"("status": "503")"), ElementsAre(5000, 5080, 5160));
}

TEST(Hedges, LetTheOthersEndWhereTheServerWantsNoMoreOfThem) {
  // At 5080 the first says no more; the second, sent at 5050, is left to fail at 5130.
  const Flight flight =
      fly_one(R"("pushback": {"type": "grpc_pushback"})", R"("errors": [{"share": 1, "no_retry": true}])");
  EXPECT_THAT(arrivals_ms(flight), ElementsAre(5000, 5050));
  EXPECT_THAT(outcomes(flight), Each(Outcome::kFailedError));
}

TEST(Hedges, AreDroppedWhereTheThrottleOfGrpcIsBelowHalf) {
  // Of 10 tokens more than 5 must be there: five failures end it, and the first copies still leave.
  const Flight flight = fly(R"({"windtunnel": 1, "name": "throttled", "horizon": "10s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"},
                 "hedge": {"delay": "1h", "attempts": 3, "budget": {"type": "grpc_throttling"}}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "1ms", "error": 1}]}}}})");
  // 9, 8 and 7 after the first operation, 6 and 5 after two attempts of the second, which is refused its third.
  EXPECT_EQ(flight.seen.requests.size(), 3U + 2U + 8U);
}

// Times are exponential with a mean of 100 ms, any number at once. The next time is larger than the 950th of the last
// 1000 with probability 51/1001, whatever the distribution. A copy after d = 100 ms ln 20 leaves S(t) = e^-(2t - d) of
// the operations at t > d: the mean is 1/mu - e^(-mu d) / (2 mu), p99 is (d + 100 ms ln 100) / 2.
TEST(Hedges, AfterAQuantileAddAsMuchLoadAsItLeavesAbove) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "tail", "horizon": "2000s", "warmup": "60s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}, "on_timeout": "cancel",
                 "hedge": {"after": {"quantile": "95%"}, "attempts": 2}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "work": {"default": [{"io": {"type": "exponential", "mean": "100ms"}}]}}}})");
  // A window's share has a variance of p (1 - p) / 1000, and there are 100 of them apart; operations add as much again.
  const double p = 51.0 / 1001, sd = std::sqrt(2 * p * (1 - p) / 100'000);
  EXPECT_NEAR(flight.figure("t.operations.attempts") - 1, p, 5 * sd);
  EXPECT_NEAR(flight.figure("t.operations.latency.mean"), 0.1 - 0.05 * p, 5 * 0.1 / std::sqrt(100'000));
  const double p99 = 0.1 * (std::log(20.0) + std::log(100.0)) / 2;
  // Its standard error is sqrt(q (1 - q) / n) over the density, 2 q mu; the histogram is good for 1 %.
  EXPECT_NEAR(flight.figure("t.operations.latency.p99"), p99, 5 * std::sqrt(0.01 * 0.99 / 1e5) / 0.2 + 0.01 * p99);
}

TEST(Hedges, WaitForWhatIsNotKnownYet) {
  // Of every client process ten calls must be known. At 20 ms each, none takes longer than any other.
  const auto copies = [](const std::string& hedge) {
    const Flight flight = fly(R"({"windtunnel": 1, "name": "unknown", "horizon": "2s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"}, "hedge": )" +
                              hedge + R"(}],
      "services": {"s": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "20ms"}]}}}})");
    return flight.seen.requests.size() - 20;
  };
  EXPECT_EQ(copies(R"({"after": {"quantile": 1, "calls": 10, "minimum": 10}})"), 0U);
  // Until then the delay holds.
  EXPECT_EQ(copies(R"({"delay": "5ms", "after": {"quantile": 1, "calls": 10, "minimum": 10}})"), 10U);
}

}  // namespace
}  // namespace windtunnel
