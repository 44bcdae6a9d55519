// Functions: which instance gets a request, what is kept ready for it, and how fast others may start.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

// The first, idle since 11 s, would end at 611 s and dies at 100 s; the second is idle from 116 s to 716 s.
TEST(Functions, DoNotEndWithTheKeepAliveOfAnotherThatDied) {
  const Flight flight = fly(function(
      {0, 105, 650}, "", R"(, "faults": [{"type": "kill_instances", "service": "f", "count": 1, "at": "100s"}])"));
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 10, 0));
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

// AWS Lambda's rate, of 1000 at once and 100 a second after that: from nothing to 3000 at a time takes 20 s, and the
// last ten seconds more to start.
TEST(Functions, ReachThreeThousandAtLambdasRateInTwentySeconds) {
  const Flight flight = fly(
      test::OneFunction{
          std::vector<double>(3000, 0.0),
          R"(, "max_instances": 5000, "at_maximum": "queue", "scaling_rate": {"instances": 1000, "per": "10s"})",
          "100s", ""}
          .text(),
      {{"services.f.work.default", R"([{"io": "60s"}])"}});
  std::vector<double> waits = waits_s(flight);
  ASSERT_EQ(waits.size(), 3000U);
  std::sort(waits.begin(), waits.end());
  EXPECT_EQ(waits[999], 10);
  EXPECT_NEAR(waits[1000], 10 + 0.01, 1e-4);
  EXPECT_NEAR(waits[2999], 10 + 20, 1e-4);
  EXPECT_EQ(flight.figure("f.cold_starts"), 3000);
}

// What is not used does not add up: after a quiet minute there are two again, not twelve.
TEST(Functions, DoNotSaveUpTheScalingRate) {
  const Flight flight =
      fly(function({0, 60, 60, 60, 60}, R"(, "keep_alive": "1s", "scaling_rate": {"instances": 2, "per": "10s"})"));
  EXPECT_EQ(flight.count(Outcome::kRejectedThrottled), 2U);
}

// --- "waiting": "first_free". The request at 10.5 s starts an instance, which is ready at 20.5 s.

const char* const kFirstFree = R"(, "waiting": "first_free")";
const char* const kCancelling = R"(, "waiting": "first_free", "cancel_starts": true)";

TEST(Functions, GiveARequestThatWaitsTheFirstFreeInstanceWhereItMayHaveIt) {
  const std::vector<double> arrivals = {0, 10.5};
  const Flight own = fly(function(arrivals, ""));
  EXPECT_THAT(waits_s(own), ElementsAre(10, 10));
  EXPECT_THAT(instances_used(own), ElementsAre(0, 1));
  const Flight first = fly(function(arrivals, kFirstFree));
  EXPECT_THAT(waits_s(first), ElementsAre(10, 0.5));
  EXPECT_THAT(instances_used(first), ElementsAre(0, 0));
  EXPECT_EQ(first.figure("f.cold_starts"), 2);
  EXPECT_NEAR(first.figure("f.cold_requests"), 1 / 2.0, 1e-12);
  // The first works until 12 s, the second is idle from 20.5 s on; both are kept for ten minutes.
  EXPECT_NEAR(first.figure("f.instance_hours") * 3600, 612 + (620.5 - 10.5), 1e-6);
}

TEST(Functions, CallOffAStartWhenItsRequestIsServedElsewhere) {
  const Flight flight = fly(function({0, 10.5}, kCancelling));
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 0.5));
  EXPECT_EQ(flight.figure("f.cold_starts"), 2);
  EXPECT_NEAR(flight.figure("f.instance_hours") * 3600, 612 + 0.5, 1e-6);
}

// Three come while nothing is ready. At 10 s the first instance takes the first of them. At 11 s it is free again, and
// the second is ready: between them they serve the others, and the third, which began last, is called off.
TEST(Functions, NeverStartMoreInstancesThanRequestsWait) {
  const Flight flight = fly(function({0, 1, 1.5}, kCancelling));
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 10, 9.5));
  EXPECT_EQ(flight.figure("f.replicas.ready_max"), 2);
  EXPECT_NEAR(flight.figure("f.instance_hours") * 3600, 2 * 612 - 1 + (11 - 1.5), 1e-6);
}

TEST(Functions, CallOffAStartWhenItsClientGivesUp) {
  const std::vector<Override> impatient = {{"traffic.0.patience", R"("3s")"}};
  const Flight called_off = fly(function({0}, kCancelling), impatient);
  EXPECT_EQ(called_off.count(Outcome::kAbandoned), 1U);
  EXPECT_NEAR(called_off.figure("f.instance_hours") * 3600, 3, 1e-6);
  const Flight finished = fly(function({0}, kFirstFree), impatient);
  EXPECT_NEAR(finished.figure("f.instance_hours") * 3600, 610, 1e-6);
  const std::vector<Override> hurried = {{"traffic.0.timeout", R"("4s")"}, {"traffic.0.on_timeout", R"("cancel")"}};
  EXPECT_NEAR(fly(function({0}, kCancelling), hurried).figure("f.instance_hours") * 3600, 4, 1e-6);
}

// Its replacement starts at 100 s; whoever came at 105 s gives up at 108 s.
TEST(Functions, DoNotCallOffTheStartOfAProvisionedInstance) {
  const Flight flight =
      fly(function({0, 105, 200}, kCancelling + std::string(R"(, "provisioned": 1)"),
                   R"(, "faults": [{"type": "kill_instances", "service": "f", "count": 1, "at": "100s"}])"),
          {{"traffic.0.patience", R"("3s")"}});
  EXPECT_EQ(flight.count(Outcome::kAbandoned), 1U);
  EXPECT_THAT(waits_s(flight), ElementsAre(0, 3, 0));
  EXPECT_EQ(flight.figure("f.cold_starts"), 1);
  EXPECT_EQ(flight.figure("f.replicas.max"), 1);
}

TEST(Functions, QueueForTheFirstFreeInstanceAtTheMostInstances) {
  const std::string one = kCancelling + std::string(R"(, "max_instances": 1)");
  const auto of = [](const std::string& terms, const std::string& at_maximum) {
    return fly(test::OneFunction{{0, 0, 0}, terms + R"(, "at_maximum": ")" + at_maximum + "\"", "1000s", ""}.text());
  };
  EXPECT_THAT(waits_s(of(one, "queue")), ElementsAre(10, 11, 12));
  EXPECT_EQ(of(one, "reject").count(Outcome::kRejectedThrottled), 2U);
}

// A bucket of one that fills in 20 s: the second request is served by the first instance before it could have its own.
TEST(Functions, StartNobodyUnderTheScalingRateOnceNobodyWaits) {
  const Flight flight = fly(function(
      {0, 0}, kFirstFree + std::string(R"(, "at_maximum": "queue", "scaling_rate": {"instances": 1, "per": "20s"})")));
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 11));
  EXPECT_EQ(flight.figure("f.cold_starts"), 1);
}

TEST(Functions, ReplaceAStartThatDiesWhileSomebodyWaits) {
  const Flight flight = fly(function(
      {0, 0}, kCancelling, R"(, "faults": [{"type": "kill_instances", "service": "f", "count": 1, "at": "4s"}])"));
  // One goes on and is ready at 10 s; it is free again at 11 s, before the other's replacement at 14 s, which is called
  // off.
  EXPECT_THAT(waits_s(flight), ElementsAre(10, 11));
  EXPECT_NEAR(flight.figure("f.instance_hours") * 3600, 612 + 4 + (11 - 4), 1e-6);
}

TEST(Functions, CallOffStartsOnlyWhereRequestsAreNotBoundToThem) {
  try {
    (void)test::scenario_of(function({0}, R"(, "cancel_starts": true)"));
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr(R"(/cancel_starts: needs "waiting": "first_free")"));
  }
}

TEST(Functions, TellTheTimeWithoutAReadyInstance) {
  // Ready from 10 s until 111 s.
  EXPECT_NEAR(fly(function({0}, R"(, "keep_alive": "100s")")).figure("f.none_ready_time"), 1 - 101 / 1000.0, 1e-9);
  EXPECT_EQ(fly(function({0}, R"(, "provisioned": 1)")).figure("f.none_ready_time"), 0);
}

}  // namespace
}  // namespace windtunnel
