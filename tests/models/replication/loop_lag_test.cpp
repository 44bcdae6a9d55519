// How late event loops are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/theory/closed_forms.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;

// One request at 500 ms that computes for 95; a probe every 40.
const std::string kOne = R"({"windtunnel": 1, "name": "l", "horizon": "990ms",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"s": {"instance": {"runtime": {"type": "event_loop", "lag_probes": "40ms"}},
                     "work": {"default": [{"cpu": "95ms"}]}}}})";

TEST(LoopLag, IsWhatIsLeftOfTheWorkBeforeIt) {
  // Of 24 probes those at 520 and 560 wait until 595.
  const Flight flight = fly(kOne);
  EXPECT_NEAR(flight.figure("s.loop.lag.max"), 0.075, 1e-9);
  EXPECT_NEAR(flight.figure("s.loop.lag.mean"), (0.075 + 0.035) / 24, 1e-9);
  EXPECT_NEAR(flight.figure("s.loop.utilization"), 0.095 / 0.99, 1e-9);
}

TEST(LoopLag, CountsWhoWaitsBeforeItAndNobodyWhoCameLater) {
  // Two requests at 500 keep it busy until 690, one of 530 until 785. The probe at 520 waits for the two, those from
  // 560 on for the third as well.
  const Flight flight =
      fly(kOne, {{"traffic", R"([{"name": "a", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}},
                             {"name": "b", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}},
                             {"name": "c", "to": "s",
                              "arrivals": {"type": "closed_loop", "clients": 1, "think_time": "530ms"}}])"}});
  EXPECT_NEAR(flight.figure("s.loop.lag.max"), 0.225, 1e-9);
  EXPECT_NEAR(flight.figure("s.loop.lag.mean"), (0.170 + 0.225 + 0.185 + 0.145 + 0.105 + 0.065 + 0.025) / 24, 1e-9);
}

TEST(LoopLag, LastsThroughPauses) {
  // It stands still from 100 to 195: the probes at 120 and 160 wait although nothing computes.
  const Flight flight =
      fly(kOne, {{"services.s.instance.pauses", R"({"every": "100ms", "length": "95ms"})"}, {"horizon", "\"290ms\""}});
  EXPECT_NEAR(flight.figure("s.loop.lag.max"), 0.075, 1e-9);
  EXPECT_NEAR(flight.figure("s.loop.lag.mean"), (0.075 + 0.035) / 7, 1e-9);
}

TEST(LoopLag, OfWhatIsStillWaitingAtTheEndIsCountedAsFarAsItGoes) {
  const Flight flight = fly(kOne, {{"services.s.work.default.0.cpu", "\"10s\""}});
  EXPECT_NEAR(flight.figure("s.loop.lag.max"), 0.990 - 0.520, 1e-9);
}

TEST(LoopLag, IsNotAnOthers) {
  // Each process has its own; with two the one that is idle is asked as well.
  const Flight flight = fly(kOne, {{"services.s.instance.runtime.processes", "2"}});
  EXPECT_NEAR(flight.figure("s.loop.lag.max"), 0.075, 1e-9);
  EXPECT_NEAR(flight.figure("s.loop.lag.mean"), (0.075 + 0.035) / 48, 1e-9);
}

// Whoever comes at no particular time waits as a request that arrives at random does.
TEST(LoopLag, IsTheWaitOfRequestsThatArriveAtRandom) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "l", "horizon": "10m", "warmup": "10s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "60/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop", "lag_probes": "10ms"}},
                       "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}}]}}}})",
                            {}, 20);
  const Estimate lag = flight.result.find_metric("s.loop.lag.mean")->estimate;
  EXPECT_NEAR(lag.mean, theory::wait_mg1(0.6, 0.010, 1), 2 * lag.half_width_95);
  EXPECT_LT(lag.half_width_95, 0.05 * lag.mean);
}

TEST(LoopLag, ChangesNothingForRequests) {
  const std::string text = R"({"windtunnel": 1, "name": "l", "horizon": "1m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "60/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}}]}}}})";
  const Flight probed = fly(text, {{"services.s.instance.runtime.lag_probes", "\"7ms\""}});
  EXPECT_EQ(probed.seen.by_arrival(), fly(text).seen.by_arrival());
}

}  // namespace
}  // namespace windtunnel
