// Figures of single instances: they add up to those of the service.

#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;

// Ten requests a second, by turns to two instances; each takes 20 ms of CPU and then 80 ms of waiting.
const std::string kTwo = R"({"windtunnel": 1, "name": "two", "horizon": "10s", "metrics": {"instances": 3},
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {"s": {"replicas": 2, "instance": {"runtime": {"type": "event_loop"}},
                     "work": {"default": [{"cpu": "20ms"}, {"io": "80ms"}]}}}})";

double of(const Flight& flight, int instance, const std::string& name) {
  return flight.figure("s.instance." + std::to_string(instance) + "." + name);
}

TEST(FirstInstances, HaveTheirPartOfWhatTheServiceHas) {
  const Flight flight = fly(kTwo, {{"warmup", "1s"}});
  for (const int n : {0, 1}) {
    EXPECT_DOUBLE_EQ(of(flight, n, "arrival_rate"), 5);
    EXPECT_NEAR(of(flight, n, "cpu_cores"), 0.1, 1e-9);
    EXPECT_NEAR(of(flight, n, "number_in_system.mean"), 0.5, 1e-9);
    EXPECT_DOUBLE_EQ(of(flight, n, "instance_hours"), 10. / 3600);
  }
}

TEST(FirstInstances, AreNotThereForLongerThanTheyLive) {
  const Flight flight = fly(kTwo, {{"faults", R"([{"type": "kill_instances", "service": "s", "count": 1,
                                                   "which": "newest", "at": "4s"}])"}});
  EXPECT_DOUBLE_EQ(of(flight, 0, "instance_hours"), 10. / 3600);
  EXPECT_DOUBLE_EQ(of(flight, 1, "instance_hours"), 4. / 3600);
  EXPECT_DOUBLE_EQ(of(flight, 1, "arrival_rate"), 5) << "while it lived";
  EXPECT_DOUBLE_EQ(of(flight, 2, "instance_hours"), 6. / 3600) << "of the one that took its place";
}

TEST(FirstInstances, ThatThereNeverWereHaveNoFigures) {
  const Flight flight = fly(kTwo);
  EXPECT_DOUBLE_EQ(of(flight, 2, "instance_hours"), 0);
  EXPECT_TRUE(std::isnan(of(flight, 2, "arrival_rate")));
  EXPECT_TRUE(std::isnan(of(flight, 2, "cpu_cores")));
}

TEST(FirstInstances, TellTheSlowOneFromTheOthers) {
  const Flight flight = fly(kTwo, {{"faults", R"([{"type": "slow_instances", "service": "s", "count": 1,
                                                   "which": "newest", "at": "0s", "factor": 2}])"}});
  EXPECT_NEAR(of(flight, 0, "cpu_cores"), 0.1, 1e-9);
  EXPECT_NEAR(of(flight, 1, "cpu_cores"), 0.2, 1e-9);
}

TEST(FirstInstances, AddUpUnderEveryRuntime) {
  for (const std::string runtime : {R"({"type": "worker_pool", "workers": 2})", R"({"type": "processor_sharing"})",
                                    R"({"type": "event_loop", "processes": 2, "worker_threads": 2})"}) {
    const Flight flight = fly(kTwo, {{"metrics.instances", "2"},
                                     {"traffic.0.arrivals", R"({"type": "poisson", "rate": "20/s"})"},
                                     {"services.s.balancer", R"({"type": "random"})"},
                                     {"services.s.instance.runtime", runtime},
                                     {"horizon", "100s"},
                                     {"warmup", "10s"}});
    for (const std::string name : {"arrival_rate", "cpu_cores", "number_in_system.mean"})
      EXPECT_NEAR(of(flight, 0, name) + of(flight, 1, name), flight.figure("s." + name), 1e-9) << runtime << name;
  }
}

TEST(FirstInstances, TellForHowLongTheyHeldHowMany) {
  // Each gets a request every 200 ms and has it for 100 ms; the slow one for 120 ms.
  const Flight flight = fly(
      kTwo, {{"metrics.number_in_system", "true"}, {"faults", R"([{"type": "slow_instances", "service": "s", "count": 1,
                                                   "which": "newest", "at": "0s", "factor": 2},
                                                  {"type": "kill_instances", "service": "s", "count": 1,
                                                   "which": "oldest", "at": "4s"}])"}});
  EXPECT_NEAR(of(flight, 0, "number_in_system.share_at_least.1"), 0.5, 1e-9);
  EXPECT_NEAR(of(flight, 1, "number_in_system.share_at_least.1"), 0.6, 0.02) << "but for the last one, cut off";
  EXPECT_NEAR(of(flight, 2, "number_in_system.share_at_least.1"), 0.5, 0.1 / 6) << "of its own time, ± a request";
  EXPECT_DOUBLE_EQ(of(flight, 0, "number_in_system.share_at_least.2"), 0);
}

TEST(FirstInstances, AreNotLookedAtUnlessAsked) {
  const Flight flight = fly(kTwo, {{"metrics.instances", "0"}});
  EXPECT_EQ(flight.result.find_metric("s.instance.0.arrival_rate"), nullptr);
}

}  // namespace
}  // namespace windtunnel
