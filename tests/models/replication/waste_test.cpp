// CPU that goes into requests nobody waits for: on known paths, to the nanosecond, and conserved.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;

// One request after 5 s, of a client that gives up after 100 ms.
Flight fly_one(const std::string& work, const std::vector<Override>& overrides = {},
               const std::string& runtime = R"({"type": "event_loop"})") {
  return fly(R"({"windtunnel": 1, "name": "waste", "horizon": "14s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "0.1/s"}, "timeout": "100ms"}],
    "services": {"s": {"instance": {"runtime": )" +
                 runtime + R"(}, "work": {"default": )" + work + "}}}}",
             overrides);
}

TEST(WastedCpu, IsWhatAStepGoesOnWithWhenItsClientHasGone) {
  const Flight flight = fly_one(R"([{"cpu": "300ms"}])");
  EXPECT_NEAR(flight.figure("s.cpu_wasted"), 0.2, 1e-9);
  EXPECT_NEAR(flight.figure("s.cpu_wasted_share"), 2.0 / 3, 1e-9);
  EXPECT_NEAR(fly_one(R"([{"cpu": "50ms"}, {"io": "100ms"}, {"cpu": "30ms"}])").figure("s.cpu_wasted"), 0.03, 1e-9);
  EXPECT_NEAR(fly_one(R"([{"io": "50ms"}, {"cpu": "60ms"}, {"cpu": "30ms"}])").figure("s.cpu_wasted"), 0.04, 1e-9);
  EXPECT_DOUBLE_EQ(fly_one(R"([{"cpu": "90ms"}])").figure("s.cpu_wasted"), 0);
}

TEST(WastedCpu, IsNoneWhereTheServiceIsTold) {
  // Two services, each with a client that gives up: one of them is told.
  const auto source = [](const std::string& name, const std::string& how) {
    return R"({"name": "to )" + name + R"(", "to": ")" + name + R"(", "timeout": "30ms", "on_timeout": ")" + how +
           R"(", "arrivals": {"type": "poisson", "rate": "60/s"}, "retry": {"attempts": 3}})";
  };
  const std::string service = R"({"instance": {"runtime": {"type": "worker_pool", "workers": 2}},
                                  "work": {"default": [{"cpu": {"type": "exponential", "mean": "20ms"}}, {"cpu": "5ms"}]}})";
  const std::string text = R"({"windtunnel": 1, "name": "told", "horizon": "60s", "traffic": [)" +
                           source("told", "cancel") + ", " + source("untold", "continue") +
                           R"(], "services": {"told": )" + service + R"(, "untold": )" + service + "}}";
  const Flight flight = fly(text);
  EXPECT_GT(flight.figure("told.loss.timed_out"), 0.1);
  EXPECT_DOUBLE_EQ(flight.figure("told.cpu_wasted"), 0);
  EXPECT_GT(flight.figure("untold.cpu_wasted"), 0);
  EXPECT_LT(flight.figure("untold.cpu_wasted_share"), 1);
  // Where everybody is told there is no such figure.
  EXPECT_EQ(
      fly_one(R"([{"cpu": "300ms"}])", {{"traffic.0.on_timeout", "\"cancel\""}}).result.find_metric("s.cpu_wasted"),
      nullptr);
}

TEST(WastedCpu, IsCountedAtTheSpeedOfTheCore) {
  // Twice as slow from the beginning: 600 ms of a core, 100 of them for somebody.
  const std::string slow = R"([{"type": "slow_instances", "service": "s", "count": 1, "factor": 2, "at": ")";
  EXPECT_NEAR(fly_one(R"([{"cpu": "300ms"}])", {{"faults", slow + R"(1s"}])"}}).figure("s.cpu_wasted"), 0.5, 1e-9);
  // From 5150 ms on: the 50 ms to there, and twice the 150 that are left.
  EXPECT_NEAR(fly_one(R"([{"cpu": "300ms"}])", {{"faults", slow + R"(5150ms"}])"}}).figure("s.cpu_wasted"), 0.35, 1e-9);
}

TEST(WastedCpu, OfSharedCoresIsTheRequestsShareOfThem) {
  // Two requests share a core from 5000 ms on, 50 ms are done of each when one client leaves.
  const std::string one = R"({"name": ")", two = R"(", "to": "s", "arrivals": {"type": "constant", "rate": "0.1/s"})";
  const Flight flight =
      fly_one(R"([{"cpu": "200ms"}])",
              {{"traffic", "[" + one + "a" + two + R"(, "timeout": "100ms"}, )" + one + "b" + two + "}]"}},
              R"({"type": "processor_sharing", "cores": "1"})");
  EXPECT_NEAR(flight.figure("s.cpu_wasted"), 0.15, 1e-6);
  EXPECT_NEAR(flight.figure("s.cpu_wasted_share"), 0.15 / 0.4, 1e-6);
}

TEST(WastedCpu, IsNotWhatWasCutOff) {
  // Killed at 5150 ms: 50 ms were for nobody.
  const Flight flight =
      fly_one(R"([{"cpu": "300ms"}])",
              {{"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "5150ms"}])"}});
  EXPECT_NEAR(flight.figure("s.cpu_wasted"), 0.05, 1e-9);
  // As is what is under way when the run ends, or when measuring begins.
  EXPECT_NEAR(fly_one(R"([{"cpu": "20s"}])").figure("s.cpu_wasted"), 14 - 5.1, 1e-9);
  EXPECT_NEAR(fly_one(R"([{"cpu": "20s"}])", {{"warmup", "\"6s\""}}).figure("s.cpu_wasted"), 14, 1e-9);
}

TEST(WastedCpu, IsThatOfCopiesThatLose) {
  // The copy leaves after 50 ms, and has done as much when the first has its answer.
  const Flight flight = fly_one(R"([{"cpu": "90ms"}])", {{"traffic.0.hedge", R"({"delay": "50ms"})"}},
                                R"({"type": "worker_pool", "workers": 2})");
  EXPECT_NEAR(flight.figure("s.cpu_wasted"), 0.05, 1e-9);
}

TEST(WastedCpu, IsAlsoThatOfCallsForSomebodyWhoHasGone) {
  const std::string text = R"({"windtunnel": 1, "name": "chain", "horizon": "14s",
    "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "0.1/s"}, "timeout": "100ms"}],
    "services": {
      "front": {"instance": {"runtime": {"type": "event_loop"}},
                "work": {"default": [{"cpu": "20ms"}, {"call": {"service": "back"}}, {"cpu": "10ms"},
                                     {"call": {"service": "back"}}]}},
      "back": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"cpu": "200ms"}]}}}})";
  // The first call goes on for 120 ms, the second is for nobody from its beginning.
  const Flight plain = fly(text);
  EXPECT_NEAR(plain.figure("back.cpu_wasted"), 0.12 + 0.2, 1e-9);
  EXPECT_NEAR(plain.figure("front.cpu_wasted"), 0.01, 1e-9);
  // Nor does it matter that it is an operation.
  const Flight retried = fly(text, {{"services.front.work.default.1.call.retry", R"({"attempts": 2})"},
                                    {"services.front.work.default.3.call.retry", R"({"attempts": 2})"}});
  EXPECT_NEAR(retried.figure("back.cpu_wasted"), 0.12 + 0.2, 1e-9);
}

TEST(WastedCpu, IsAtMostAllAndNearlyAllInAStorm) {
  const std::string text = R"({"windtunnel": 1, "name": "storm", "horizon": "300s", "warmup": "60s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "80/s"}, "timeout": "500ms",
                 "retry": {"attempts": 3, "backoff": {"base": "10ms"}}}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                       "work": {"default": [{"cpu": {"type": "exponential", "mean": "20ms"}}]}}}})";
  // Served first come, first served, at well above capacity: everybody has gone before their turn comes.
  const Flight storm = fly(text);
  EXPECT_GT(storm.figure("s.cpu_wasted_share"), 0.99);
  EXPECT_LE(storm.figure("s.cpu_wasted_share"), 1 + 1e-9);
  EXPECT_NEAR(storm.figure("s.cpu_wasted"), 300, 3);
}

}  // namespace
}  // namespace windtunnel
