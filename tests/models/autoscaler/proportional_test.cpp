#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/autoscaler/replica_limits.hpp"
#include "tests/models/autoscaler/own_policies.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::controlled;
using test::Fields;
using test::scaled_on;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Fields proportional(Duration scale_in_window = {}) {
  return {{"max_replicas", 20},
          {"metric", scaled_on("cpu_utilization", Share{0.5}, 15s)},
          {"scale_in_window", scale_in_window}};
}

TEST(Proportional, MultipliesReplicasByValueOverTarget) {
  struct Row {
    std::int64_t replicas;
    double cores;
    std::int64_t expected;
  };
  for (const Row& row : {Row{4, 0.7, 6}, Row{10, 0.3, 6}, Row{3, 0.4, 3}, Row{2, 0.75, 3}, Row{10, 0.5, 10}}) {
    Controlled fleet = controlled("proportional", proportional(), row.replicas);
    fleet.service.load.cores = row.cores;
    fleet.run(15s);
    EXPECT_EQ(fleet.replicas(), row.expected) << row.replicas << " at " << row.cores;
  }
}

TEST(Proportional, DoesNotOvershootWhileItsWindowFills) {
  // Eight cores at 50 % want 16, also while the window still has the time in which four did the work.
  Controlled fleet = controlled("proportional",
                                {{"max_replicas", 50},
                                 {"metric", scaled_on("cpu_utilization", Share{0.5}, 60s)},
                                 {"scale_in_window", Duration{0}}},
                                4);
  test::share(fleet, 8);
  fleet.run(10min);
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{15s}, 16)));
}

TEST(Proportional, LeavesSmallDeviationsAlone) {
  Controlled fleet = controlled("proportional", proportional(), 20);
  fleet.service.load.cores = 0.46;
  fleet.run(5min);
  EXPECT_THAT(fleet.changes, IsEmpty());
  fleet.service.load.cores = 0.44;
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 18);
}

TEST(Proportional, TakesAwayAfterAWindowWithoutReasonToStay) {
  Controlled fleet = controlled("proportional", proportional(2min), 10);
  fleet.service.load.cores = 0.5;
  fleet.run(15s);
  fleet.service.load.cores = 0.2;
  fleet.run(10min);
  EXPECT_EQ(fleet.changes.front(), (std::pair{Time{15s + 2min + 15s}, std::int64_t{4}}));
}

TEST(Proportional, IsFoundByARequestThatFindsNoInstance) {
  Controlled fleet = controlled("proportional",
                                {{"min_replicas", 0},
                                 {"max_replicas", 20},
                                 {"metric", scaled_on("concurrency", 5.0)},
                                 {"scale_in_window", Duration{0}}},
                                2);
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 0) << "nobody is there";
  fleet.run(1min);
  EXPECT_EQ(fleet.replicas(), 0);
}

TEST(Proportional, KeepsLatencyInFlightAndComesBackFromZero) {
  const test::Flight flight = test::fly(R"({"windtunnel": 1, "name": "p", "horizon": "20m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "steps", "steps": [
      {"at": "0s", "rate": "0/s"}, {"at": "10m", "rate": "10/s"}]}}],
    "services": {"s": {"replicas": 1, "when_none_ready": "wait",
      "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
      "work": {"default": [{"cpu": "20ms"}]},
      "autoscaler": {"type": "proportional", "min_replicas": 0, "max_replicas": 5, "scale_in_window": "1m",
        "metric": {"metric": "concurrency", "target": 1}}}}})");
  const std::vector<double>& ready = flight.result.series.at(0).find("replicas_ready")->values;
  EXPECT_EQ(ready.at(20), 0);
  EXPECT_EQ(ready.back(), 1);
  EXPECT_EQ(flight.count(Outcome::kCompleted), flight.result.services[0].arrived);
}

TEST(ScaleInStabilizer, HoldsToTheHighestOfItsWindow) {
  ScaleInStabilizer stabilizer(60s);
  EXPECT_EQ(stabilizer.stabilize(0s, 5, 8), 8);
  EXPECT_EQ(stabilizer.stabilize(20s, 8, 3), 8);
  EXPECT_EQ(stabilizer.stabilize(40s, 8, 5), 8);
  EXPECT_EQ(stabilizer.stabilize(60s, 8, 2), 8) << "a recommendation as old as the window still counts";
  EXPECT_EQ(stabilizer.stabilize(61s, 8, 2), 5);
  EXPECT_EQ(stabilizer.stabilize(80s, 5, 9), 9);
  EXPECT_EQ(stabilizer.stabilize(141s, 9, 1), 1);
  EXPECT_EQ(ScaleInStabilizer(0s).stabilize(0s, 8, 3), 3);
}

TEST(ReplicaLimits, RoundUpAndClamp) {
  ReplicaLimits limits;
  limits.min_replicas = 2;
  limits.max_replicas = 9;
  EXPECT_EQ(limits.clamp(0.0), 2);
  EXPECT_EQ(limits.clamp(3.000000000000001), 3);
  EXPECT_EQ(limits.clamp(3.1), 4);
  EXPECT_EQ(limits.clamp(1e300), 9);
  EXPECT_EQ(limits.limited(10), "; limited by max_replicas");
  EXPECT_EQ(limits.limited(1), "; limited by min_replicas");
  EXPECT_EQ(limits.limited(5), "");
}

}  // namespace
}  // namespace windtunnel
