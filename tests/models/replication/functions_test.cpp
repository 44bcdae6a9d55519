// Functions: which instance gets a request, what is kept ready for it, and how fast others may start.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/models/replication/one_function.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::instances_used;
using test::waits_s;
using testing::ElementsAre;

std::string function(std::vector<double> arrivals, const std::string& terms, const std::string& more = "") {
  return test::OneFunction{std::move(arrivals), R"(, "max_instances": 100)" + terms, "1000s", more}.text();
}

// Instances 0 and 1 start together for the requests at 0 s; the one that is used alone at 20 s is the last in use.
TEST(Functions, UseTheMostRecentlyUsedInstanceOrTheNewest) {
  const std::vector<double> arrivals = {0, 0, 20, 20.5, 30};
  const Flight recent = fly(function(arrivals, ""));
  const std::vector<std::uint32_t> used = instances_used(recent);
  EXPECT_NE(used[2], used[3]);
  EXPECT_EQ(used[4], used[3]);  // it ended half a second later
  const Flight newest = fly(function(arrivals, R"(, "next_idle": "newest")"));
  EXPECT_THAT(instances_used(newest), ElementsAre(0, 1, 1, 0, 1));
}

TEST(Functions, KeepProvisionedInstancesReadyForEver) {
  const Flight flight = fly(function({0, 0, 0, 700, 700, 700}, R"(, "provisioned": 2)"));
  // At 700 s what started on demand has long ended.
  EXPECT_THAT(waits_s(flight), ElementsAre(0, 0, 10, 0, 0, 10));
  EXPECT_EQ(flight.figure("f.cold_starts"), 2);
  EXPECT_NEAR(flight.figure("f.cold_requests"), 2 / 6.0, 1e-12);
  EXPECT_NEAR(flight.figure("f.instance_hours") * 3600, 2 * 1000 + (10 + 1 + 600) + 300, 1e-6);
}

TEST(Functions, SendRequestsToProvisionedInstancesFirst) {
  // At 20 s all three are idle, the one on demand having been used last.
  const Flight flight = fly(function({0, 0, 0, 20, 30, 30.5}, R"(, "provisioned": 2)"));
  const std::vector<std::uint32_t> used = instances_used(flight);
  EXPECT_LT(used[3], 2U);
  EXPECT_LT(used[4], 2U);
  EXPECT_LT(used[5], 2U);
}

TEST(Functions, ReplaceAProvisionedInstanceThatDies) {
  const Flight flight =
      fly(function({0, 105, 200}, R"(, "provisioned": 1)",
                   R"(, "faults": [{"type": "kill_instances", "service": "f", "count": 1, "at": "100s"}])"));
  // The one at 105 s finds the replacement half started.
  EXPECT_THAT(waits_s(flight), ElementsAre(0, 5, 0));
  EXPECT_EQ(flight.figure("f.replicas.max"), 1);
}

// One on each of two machines of which one is enough. That is found out after ten minutes, at 625 s, when both work
// until 660 s: the one that has to go is replaced then, not when it has finished.
TEST(Functions, ReplaceAProvisionedInstanceAtOnceThatHasToLeaveItsNode) {
  const Flight flight = fly(function({0, 600, 600, 640}, R"(, "provisioned": 2)",
                                     R"(, "cluster": {"autoscaler": {"type": "cluster_autoscaler"},
          "nodes": {"type": "four", "cpu": 4, "memory": "16Gi", "count": 2, "min": 1, "provision": "60s", "price": 1}})"),
                            {{"services.f.work.default", R"([{"io": "60s"}])"},
                             {"services.f.instance.resources", R"({"requests": {"cpu": "1", "memory": "1Gi"}})"},
                             {"services.f.drain_timeout", "2m"}});
  EXPECT_THAT(waits_s(flight), ElementsAre(0, 0, 0, 0));
  EXPECT_EQ(instances_used(flight)[3], 2U);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 0U);
  EXPECT_EQ(flight.figure("f.cold_starts"), 1);
}

// A bucket of two that fills at one in five seconds.
TEST(Functions, StartNoFasterThanTheScalingRate) {
  const std::string rate = R"(, "scaling_rate": {"instances": 2, "per": "10s"})";
  const Flight rejected = fly(function({0, 0, 0, 4.9, 5.1, 5.1}, rate));
  EXPECT_EQ(rejected.count(Outcome::kRejectedThrottled), 3U);  // the third, the one at 4.9 s, and the last
  EXPECT_EQ(rejected.figure("f.cold_starts"), 3);
  const Flight queued = fly(function({0, 0, 0, 0}, rate + R"(, "at_maximum": "queue")"));
  // The third starts at 5 s and the fourth at 10 s.
  EXPECT_EQ(queued.count(Outcome::kCompleted), 4U);
  const std::vector<double> waits = waits_s(queued);
  EXPECT_EQ(waits[0], 10);
  EXPECT_EQ(waits[1], 10);
  EXPECT_NEAR(waits[2], 15, 1e-6);
  EXPECT_NEAR(waits[3], 20, 1e-6);
}

// What is not used does not add up: after a quiet minute there are two again, not twelve.
TEST(Functions, DoNotSaveUpTheScalingRate) {
  const Flight flight =
      fly(function({0, 60, 60, 60, 60}, R"(, "keep_alive": "1s", "scaling_rate": {"instances": 2, "per": "10s"})"));
  EXPECT_EQ(flight.count(Outcome::kRejectedThrottled), 2U);
}

}  // namespace
}  // namespace windtunnel
