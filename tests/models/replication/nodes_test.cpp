// Instances that need machines: whole runs of which every step is known beforehand. Times of the autoscalers are those
// of the real ones; how they come about is said at each.

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
using test::kSec;
using test::scenario_of;
using test::Told;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// Three instances of one core each, and a request a second. Machines of four cores that take a minute to come.
const std::string kShop = R"({"windtunnel": 1, "name": "shop", "horizon": "30m",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"s": {"replicas": 3,
    "instance": {"runtime": {"type": "event_loop"}, "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
    "startup": [{"phase": "boot", "time": "10s"}],
    "work": {"default": [{"cpu": "40ms"}]}}},
  "cluster": {"nodes": {"type": "four", "cpu": 4, "memory": "16Gi", "count": 1, "provision": "60s", "price": 0.2}}})";

const char* const kScaled = R"({"type": "cluster_autoscaler"})";

struct When {
  double at_s;
  std::string what;
  bool operator==(const When& other) const { return what == other.what && std::fabs(at_s - other.at_s) < 1e-6; }
  friend void PrintTo(const When& when, std::ostream* out) { *out << when.at_s << " s " << when.what; }
};

// What happened to nodes.
std::vector<When> of_nodes(const Flight& flight) {
  std::vector<When> out;
  for (const Told& d : flight.seen.decisions)
    if (d.service == "cluster") out.push_back({static_cast<double>(d.at) * 1e-9, d.kind});
  return out;
}

std::vector<std::string> sentences(const Flight& flight, const std::string& kind) {
  std::vector<std::string> out;
  for (const Told& d : flight.seen.decisions)
    if (d.kind == kind) out.push_back(d.sentence);
  return out;
}

std::vector<double> column(const Flight& flight, const std::string& series, const std::string& name) {
  for (const Series& s : flight.result.series)
    if (s.service == series) return s.find(name)->values;
  return {};
}

// --- machines that are there, and no others

TEST(Nodes, HoldAsManyInstancesAsFit) {
  const Flight flight = fly(kShop, {{"services.s.replicas", "6"}});
  EXPECT_EQ(flight.figure("s.replicas.ready_mean"), 4);
  EXPECT_EQ(flight.figure("s.replicas.mean"), 6);
  EXPECT_EQ(flight.figure("s.replicas.pending_mean"), 2);
  EXPECT_EQ(flight.figure("cluster.pods_pending.mean"), 2);
  EXPECT_EQ(flight.figure("cluster.cpu_requested"), 1);
  EXPECT_NEAR(flight.figure("cluster.memory_requested"), 4.0 / 16, 1e-12);
  // Nobody has got a node in the measured time, and two have waited for all of it.
  EXPECT_EQ(flight.figure("s.pending_time.mean"), 1800);
}

TEST(Nodes, KeepWhatIsReservedForTheSystem) {
  const Flight flight = fly(
      kShop, {{"cluster.nodes.system_reserved", R"({"cpu": "100m", "memory": "1Gi"})"}, {"services.s.replicas", "6"}});
  EXPECT_EQ(flight.figure("s.replicas.ready_mean"), 3);
  EXPECT_NEAR(flight.figure("cluster.cpu_requested"), 3 / 3.9, 1e-12);
}

TEST(Nodes, AreNoMatterToAScenarioWithoutThem) {
  const Flight flight = fly(kShop, {{"cluster", "null"}});
  EXPECT_EQ(flight.figure("s.replicas.ready_mean"), 3);
  EXPECT_EQ(flight.result.find_metric("cluster.nodes.mean"), nullptr);
  EXPECT_EQ(flight.result.find_metric("s.pending_time.max"), nullptr);
  EXPECT_EQ(flight.result.series.size(), 1U);
}

TEST(Nodes, GiveTheirRoomToTheNextInLine) {
  // The first instance is killed after a minute, and its replacement queues behind those that have waited longer.
  const Flight flight =
      fly(kShop, {{"services.s.replicas", "6"},
                  {"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "60s"}])"}});
  EXPECT_EQ(flight.figure("s.replicas.pending_mean"), 2);
  EXPECT_NEAR(flight.figure("s.replicas.ready_mean"), 4 - 10.0 / 1800, 1e-9);  // its start-up
  // One has waited for a minute; the other and the replacement still do.
  EXPECT_NEAR(flight.figure("s.pending_time.mean"), (60 + 1800 + 1740) / 3.0, 1e-6);
}

TEST(Nodes, DoNotLetFaultsHitInstancesThatAreNotThere) {
  const Flight flight = fly(kShop, {{"services.s.replicas", "6"},
                                    {"faults", R"([{"type": "kill_instances", "service": "s", "share": 1, "at": "60s",
                                                    "replace": false}])"}});
  EXPECT_THAT(sentences(flight, "fault"), ElementsAre(HasSubstr("killed 4 of 4 instances")));
}

TEST(Nodes, CostFromTheirLaunchToTheirEnd) {
  const Flight flight = fly(kShop, {{"cluster.nodes.count", "3"}, {"warmup", "\"10m\""}, {"horizon", "\"1h\""}});
  EXPECT_NEAR(flight.figure("cluster.node_hours"), 3, 1e-12);
  EXPECT_NEAR(flight.figure("cost.nodes"), 0.6, 1e-12);
  EXPECT_NEAR(flight.figure("cost.total"), 0.6, 1e-12);
  const Flight priced = fly(kShop, {{"cluster.nodes.price", "null"},
                                    {"cost", R"({"per_node_hour": 0.5, "per_instance_hour": {"s": 0.1}})"},
                                    {"services.s.replicas", "6"},
                                    {"horizon", "\"1h\""}});
  EXPECT_NEAR(priced.figure("cost.nodes"), 0.5, 1e-12);
  EXPECT_NEAR(priced.figure("cost.total"), 0.5 + 4 * 0.1, 1e-12);  // two instances never ran
}

TEST(Nodes, MakeARequestToAFunctionWait) {
  // Room for one function. The first request takes it; the second gets an instance of its own, which waits until the
  // first one's has been kept for a second.
  const Flight flight =
      fly(kShop, {{"horizon", "\"10s\""},
                  {"traffic.0.arrivals", R"({"type": "steps", "spacing": "even", "steps": [{"at": "0s", "rate": "10/s"},
                                             {"at": "200ms", "rate": "0/s"}]})"},
                  {"services.s", R"({"instance": {"runtime": {"type": "function"},
                                     "resources": {"requests": {"cpu": "3", "memory": "1Gi"}}},
                      "startup": [{"phase": "boot", "time": "100ms"}], "work": {"default": [{"cpu": "40ms"}]},
                      "autoscaler": {"type": "per_request", "keep_alive": "1s"}})"}});
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].latency(), 140 * kMs);
  EXPECT_EQ(requests[1].ended, requests[0].ended + kSec + 140 * kMs);
  EXPECT_NE(requests[0].instance, requests[1].instance);
}

// --- Cluster Autoscaler

// Load rises at once after five minutes; the HPA goes from two instances to four and then on, with room for two.
const std::string kRise = R"({"windtunnel": 1, "name": "rise", "horizon": "10m", "metrics": {"resolution": "1s"},
  "traffic": [{"name": "t", "to": "s", "timeout": "5s", "on_timeout": "cancel",
    "arrivals": {"type": "steps", "spacing": "even", "steps": [{"at": "0s", "rate": "20/s"}, {"at": "2m", "rate": "80/s"}]}}],
  "services": {"s": {"replicas": 2,
    "instance": {"runtime": {"type": "event_loop"}, "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
    "startup": [{"phase": "boot", "time": "10s"}],
    "work": {"default": [{"cpu": "40ms"}]},
    "autoscaler": {"type": "kubernetes_hpa", "spec": {"minReplicas": 2, "maxReplicas": 6, "metrics": [
      {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}}}},
  "cluster": {"nodes": {"type": "two", "cpu": 2, "memory": "8Gi", "count": 1, "max": 10, "provision": "60s",
                        "autoscaler": {"type": "cluster_autoscaler"}}}})";

TEST(ClusterAutoscaler, LetsTheHpasInstancesWaitUntilNodesCome) {
  const Flight flight = fly(kRise);
  std::vector<double> asked;
  for (const Told& d : flight.seen.decisions)
    if (d.kind == "scale_up") asked.push_back(static_cast<double>(d.at) * 1e-9);
  ASSERT_FALSE(asked.empty());
  // It looks when the pods find no node, waits for more as they are new, and asks 10 s later; nodes come after 60 s.
  const double requested = asked[0] + 10, joined = requested + 60;
  EXPECT_THAT(of_nodes(flight),
              AllOf(Contains(When{requested, "nodes_requested"}), Contains(When{joined, "node_added"})));
  const std::vector<double> ready = column(flight, "s", "replicas_ready"),
                            pending = column(flight, "s", "replicas_pending");
  for (std::size_t second = 0; second + 1 < static_cast<std::size_t>(joined) + 10; ++second)
    EXPECT_EQ(ready[second], 2) << second;
  EXPECT_GT(pending[static_cast<std::size_t>(asked[0]) + 5], 0);
  EXPECT_EQ(ready[static_cast<std::size_t>(joined) + 12], 4);  // a node of two, booted
  EXPECT_EQ(flight.figure("s.replicas.ready_max"), 6);
  EXPECT_EQ(flight.figure("cluster.nodes.max"), 3);
  // To the HPA what waits for a node is a pod that is not ready: two busy ones and two that use nothing are 50 %, so it
  // asks for no more until they have come.
  ASSERT_EQ(asked.size(), 2U);
  EXPECT_GT(asked[1], joined);
  // With nodes at hand far fewer clients give up.
  const Flight at_hand = fly(kRise, {{"cluster.nodes.count", "3"}});
  EXPECT_LT(at_hand.count(Outcome::kTimedOut) * 2, flight.count(Outcome::kTimedOut));
}

TEST(ClusterAutoscaler, AsksForAsManyNodesAsPendingPodsNeed) {
  // Eleven pods, four on the node that is there; of the other seven four fit on each new one.
  const Flight flight = fly(kShop, {{"services.s.replicas", "11"}, {"cluster.autoscaler", kScaled}});
  EXPECT_THAT(of_nodes(flight),
              ElementsAre(When{10, "nodes_requested"}, When{70, "node_added"}, When{70, "node_added"}));
  EXPECT_THAT(sentences(flight, "nodes_requested"), ElementsAre("four: 1 -> 3 nodes: 7 of 7 pending pods would fit"));
  EXPECT_EQ(flight.figure("s.pending_time.max"), 70);
  EXPECT_NEAR(flight.figure("s.replicas.ready_mean"), 11 - 7 * 80.0 / 1800, 1e-9);  // 70 s for a node, 10 to boot
}

TEST(ClusterAutoscaler, LooksEveryTenSecondsWhereItDoesNotLookAtOnce) {
  // Without frequent loops: at 10 s the pods are old enough, and what it asked for is not asked for again at 20 s.
  const Flight flight =
      fly(kShop, {{"services.s.replicas", "11"},
                  {"cluster.autoscaler", R"({"type": "cluster_autoscaler", "frequent_loops": false})"}});
  EXPECT_EQ(of_nodes(flight).front(), (When{10, "nodes_requested"}));
  EXPECT_EQ(flight.figure("cluster.nodes.added"), 2);
}

TEST(ClusterAutoscaler, StopsAtItsLimits) {
  const std::vector<Override> eleven = {{"services.s.replicas", "11"}, {"cluster.autoscaler", kScaled}};
  std::vector<Override> by_group = eleven;
  by_group.push_back({"cluster.nodes.max", "2"});
  EXPECT_EQ(fly(kShop, by_group).figure("cluster.nodes.max"), 2);
  std::vector<Override> by_total = eleven;
  by_total.push_back({"cluster.autoscaler.max_nodes_total", "2"});
  EXPECT_EQ(fly(kShop, by_total).figure("cluster.nodes.max"), 2);
  EXPECT_EQ(fly(kShop, eleven).figure("cluster.nodes.max"), 3);
}

TEST(ClusterAutoscaler, GivesBackANodeThatIsEmptyForLongerThanTenMinutes) {
  // Nodes 1 and 2 are empty from the beginning: unneeded since the look at 10 s, for longer than 10 minutes at 620 s,
  // and gone 5 s after they were closed.
  const Flight flight = fly(kShop, {{"services.s.replicas", "1"},
                                    {"cluster.nodes.count", "3"},
                                    {"cluster.nodes.min", "1"},
                                    {"cluster.autoscaler", kScaled}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{625, "node_removed"}, When{625, "node_removed"}));
  EXPECT_THAT(sentences(flight, "node_removed"), Contains("node 1 (four) given back: unneeded for 610s, no pod on it"));
  EXPECT_NEAR(flight.figure("cluster.node_hours"), (1800 + 2 * 625) / 3600.0, 1e-9);
  EXPECT_EQ(flight.figure("cluster.nodes.min"), 1);
}

TEST(ClusterAutoscaler, KeepsWhatTheGroupMustHave) {
  const Flight flight = fly(kShop, {{"services.s.replicas", "1"},
                                    {"cluster.nodes.count", "3"},
                                    {"cluster.nodes.min", "2"},
                                    {"cluster.autoscaler", kScaled}});
  EXPECT_EQ(flight.figure("cluster.nodes.min"), 2);
}

TEST(ClusterAutoscaler, DrainsALittleUsedNodeWhosePodsFitElsewhere) {
  // One pod on each of two nodes, a quarter of them. The first one's goes: it finishes its requests, another starts on
  // the second node.
  const Flight flight =
      fly(kShop, {{"services.s.replicas", "2"}, {"cluster.nodes.count", "2"}, {"cluster.autoscaler", kScaled}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{625, "node_draining"}, When{625, "node_removed"}));
  EXPECT_THAT(sentences(flight, "node_draining"),
              ElementsAre("node 0 (four) drains: unneeded for 610s, 25 % used, its 1 pod fits elsewhere"));
  EXPECT_EQ(flight.figure("s.cold_starts"), 1);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 0U);
  EXPECT_EQ(flight.figure("cluster.nodes.min"), 1);
}

TEST(ClusterAutoscaler, LeavesANodeThatIsHalfUsedByMoreThanItsThreshold) {
  const std::vector<Override> two_each = {
      {"services.s.replicas", "2"}, {"cluster.nodes.count", "2"}, {"cluster.autoscaler", kScaled}};
  std::vector<Override> half = two_each, more = two_each;
  half.push_back({"services.s.instance.resources.requests.cpu", "2"});
  more.push_back({"services.s.instance.resources.requests.cpu", "2001m"});
  EXPECT_EQ(fly(kShop, half).figure("cluster.nodes.min"), 1);
  EXPECT_EQ(fly(kShop, more).figure("cluster.nodes.min"), 2);
}

TEST(ClusterAutoscaler, TakesNoNodeForTenMinutesAfterItAskedForOne) {
  // The machine of four cores is empty, which is seen at once, and too small for the pod that waits. A large one is
  // asked for at 10 s, so nothing goes before 610 s; without that rule it would go at the first look after 600 s.
  const std::vector<Override> small_and_large = {
      {"services.s.replicas", "1"},
      {"services.s.instance.resources.requests.cpu", "6"},
      {"cluster", R"({"autoscaler": {"type": "cluster_autoscaler"}, "nodes": [
          {"type": "four", "cpu": 4, "memory": "16Gi", "count": 1, "max": 1},
          {"type": "eight", "cpu": 8, "memory": "32Gi", "provision": "60s"}]})"}};
  EXPECT_THAT(of_nodes(fly(kShop, small_and_large)),
              ElementsAre(When{10, "nodes_requested"}, When{70, "node_added"}, When{615.001, "node_removed"}));
  std::vector<Override> without = small_and_large;
  without.push_back({"cluster.autoscaler.scale_down_delay_after_add", "\"0s\""});
  EXPECT_EQ(of_nodes(fly(kShop, without)).back(), (When{605.001, "node_removed"}));
}

TEST(ClusterAutoscaler, WritesOffNodesThatDoNotComeAndLeavesTheGroupAloneForAWhile) {
  // Asked for at 10 s, given up on at the first look later than 15 minutes after that, and asked for again 5 minutes
  // later.
  const Flight flight =
      fly(kShop,
          {{"services.s.replicas", "5"}, {"cluster.nodes.provision_failures", "1"}, {"cluster.autoscaler", kScaled}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{10, "nodes_requested"}, When{910.001, "node_removed"},
                                            When{1210.001, "nodes_requested"}));
  EXPECT_THAT(sentences(flight, "node_removed"), ElementsAre("node 1 (four) given up: not there after 15m"));
  // Machines that never join are paid for.
  EXPECT_NEAR(flight.figure("cluster.node_hours"), (1800 + 900.001 + 1800 - 1210.001) / 3600, 1e-9);
}

TEST(ClusterAutoscaler, ChoosesAmongNodeGroups) {
  // Seven pods of one core wait: two nodes of four, one core left; or one of sixteen, nine left.
  const std::string groups = R"({"nodes": [
      {"type": "four", "cpu": 4, "memory": "16Gi", "count": 1, "provision": "60s", "price": 0.2},
      {"type": "sixteen", "cpu": 16, "memory": "64Gi", "provision": "60s", "price": 0.3}],
    "autoscaler": {"type": "cluster_autoscaler", "expander": EXPANDER, "priorities": PRIORITIES}})";
  const auto asked = [&](const std::string& expander, const std::string& priorities = "{}") {
    std::string text = groups;
    text.replace(text.find("EXPANDER"), 8, expander);
    text.replace(text.find("PRIORITIES"), 10, priorities);
    return sentences(fly(kShop, {{"services.s.replicas", "11"}, {"cluster", text}}), "nodes_requested").front();
  };
  EXPECT_EQ(asked("\"least-waste\""),
            "four: 1 -> 3 nodes: 7 of 7 pending pods would fit, by least-waste of 2 node groups");
  EXPECT_THAT(asked("\"least-nodes\""), HasSubstr("sixteen: 0 -> 1 node"));
  EXPECT_THAT(asked("\"price\""), HasSubstr("sixteen: 0 -> 1 node"));
  EXPECT_THAT(asked("[\"most-pods\", \"least-nodes\"]"), HasSubstr("sixteen: 0 -> 1 node"));
  EXPECT_THAT(asked("\"priority\"", R"({"10": ["^sixteen$"], "5": [".*"]})"), HasSubstr("sixteen: 0 -> 1 node"));
}

TEST(ClusterAutoscaler, KeepsLikeGroupsAtOneSizeWhereItIsToldTo) {
  const std::string zones = R"({"zones": ["a", "b", "c"], "nodes": [
      {"name": "a", "type": "four", "zones": "a", "cpu": 4, "memory": "16Gi", "count": 1, "provision": "60s"},
      {"name": "b", "type": "four", "zones": "b", "cpu": 4, "memory": "16Gi", "provision": "60s"},
      {"name": "c", "type": "four", "zones": "c", "cpu": 4, "memory": "16Gi", "provision": "60s"}],
    "autoscaler": {"type": "cluster_autoscaler", "balance_similar_node_groups": true}})";
  const Flight flight = fly(kShop, {{"services.s.replicas", "23"}, {"cluster", zones}});  // five more nodes
  EXPECT_THAT(sentences(flight, "nodes_requested"),
              ElementsAre(HasSubstr("a: 1 -> 2 nodes"), HasSubstr("b: 0 -> 2 nodes"), HasSubstr("c: 0 -> 2 nodes")));
}

// --- zones

// An instance in each of three zones, each on a node of its own.
const std::string kZones = R"({"windtunnel": 1, "name": "zones", "horizon": "20m",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"s": {"replicas": 3,
    "instance": {"runtime": {"type": "event_loop"}, "resources": {"requests": {"cpu": "3", "memory": "1Gi"}}},
    "startup": [{"phase": "boot", "time": "10s"}], "work": {"default": [{"cpu": "40ms"}]}}},
  "cluster": {"zones": ["a", "b", "c"], "nodes": [
      {"name": "na", "type": "four", "zones": "a", "cpu": 4, "memory": "16Gi", "count": 1, "min": 1, "provision": "60s"},
      {"name": "nb", "type": "four", "zones": "b", "cpu": 4, "memory": "16Gi", "count": 1, "min": 1, "provision": "60s"},
      {"name": "nc", "type": "four", "zones": "c", "cpu": 4, "memory": "16Gi", "count": 1, "min": 1, "provision": "60s"}],
    "autoscaler": {"type": "cluster_autoscaler", "expander": "priority", "priorities": {"1": [".*"], "10": ["nc"]}}},
  "faults": [{"type": "zone_outage", "zone": "b", "at": "100s", "for": "300s"}]})";

TEST(ZoneOutage, TakesTheZonesNodesAndOthersAreAskedFor) {
  const Flight flight = fly(kZones);
  // The instance is replaced at once and finds no node; the autoscaler asks for one in c after 10 s. The lost node is
  // started again when its zone is back: the cloud keeps the size of its group.
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{100, "nodes_lost"}, When{110, "nodes_requested"},
                                            When{170, "node_added"}, When{460, "node_added"}));
  EXPECT_THAT(sentences(flight, "nodes_lost"), ElementsAre("zone b went down with 1 node"));
  EXPECT_THAT(sentences(flight, "nodes_requested"), ElementsAre(HasSubstr("nc: 1 -> 2 nodes")));
  EXPECT_EQ(flight.figure("s.replicas.ready_min"), 2);
  EXPECT_NEAR(flight.figure("s.replicas.ready_mean"), 3 - 80.0 / 1200, 1e-9);  // 70 s for a node, 10 to boot
  // Lost nodes cost nothing while they are lost: three nodes, a fourth from 110 s on, one of them not from 100 to 400
  // s.
  EXPECT_NEAR(flight.figure("cluster.node_hours"), (3 * 1200 + 1090 - 300) / 3600.0, 1e-9);
}

TEST(ZoneOutage, MakesTheCloudReplaceNodesOfAGroupThatHasOtherZones) {
  const Flight flight = fly(
      kZones, {{"cluster.autoscaler", "null"},
               {"cluster.nodes", R"({"type": "four", "cpu": 4, "memory": "16Gi", "count": 3, "provision": "60s"})"}});
  EXPECT_THAT(of_nodes(flight),
              ElementsAre(When{100, "nodes_lost"}, When{100, "nodes_requested"}, When{160, "node_added"}));
  EXPECT_EQ(flight.figure("cluster.nodes.max"), 3);
  EXPECT_THAT(sentences(flight, "node_added"), ElementsAre("node 3 (four, zone a) joined"));
}

TEST(ZoneOutage, LeavesAGroupOfThatZoneWithoutNodesUntilItIsBack) {
  const Flight flight = fly(kZones, {{"cluster.autoscaler", "null"},
                                     {"cluster.nodes.0.min", "0"},
                                     {"cluster.nodes.1.min", "0"},
                                     {"cluster.nodes.2.min", "0"}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{100, "nodes_lost"}, When{460, "node_added"}));
  EXPECT_EQ(flight.figure("s.pending_time.max"), 360);
}

TEST(ZoneOutage, StopsTheClusterAutoscalerWhereTooManyNodesAreLost) {
  // Five of nine nodes are lost: more than 3, and more than 45 %. It does nothing until they are back.
  const Flight flight = fly(kZones, {{"cluster.nodes.1.count", "5"},
                                     {"cluster.nodes.0.count", "2"},
                                     {"cluster.nodes.2.count", "2"},
                                     {"services.s.replicas", "9"}});
  EXPECT_THAT(sentences(flight, "nodes_requested"), IsEmpty());
  // Four of nine are 44 %: it goes on.
  const Flight fewer = fly(kZones, {{"cluster.nodes.1.count", "4"},
                                    {"cluster.nodes.0.count", "3"},
                                    {"cluster.nodes.2.count", "2"},
                                    {"services.s.replicas", "9"}});
  EXPECT_THAT(sentences(fewer, "nodes_requested"), ElementsAre(HasSubstr("nc: 2 -> 6 nodes")));
}

// --- Karpenter

const std::string kKarpenter = R"({"nodes": [
      {"type": "two", "cpu": 2, "memory": "8Gi", "provision": "30s", "price": 0.1},
      {"type": "four", "cpu": 4, "memory": "16Gi", "provision": "30s", "price": 0.2},
      {"type": "eight", "cpu": 8, "memory": "32Gi", "provision": "30s", "price": 0.4}],
    "autoscaler": {"type": "karpenter", "spec": {"disruption": {"consolidateAfter": "Never"}}}})";

TEST(Karpenter, LaunchesTheCheapestNodeForPodsThatComeTogether) {
  const Flight flight = fly(kShop, {{"cluster", kKarpenter}});
  // A second without another pod, then thirty for the node.
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{1, "nodes_requested"}, When{31, "node_added"}));
  EXPECT_THAT(sentences(flight, "nodes_requested"), ElementsAre("a node of four for 3 pods"));
  EXPECT_NEAR(flight.figure("s.pending_time.mean"), 31, 1e-9);
  EXPECT_NEAR(flight.figure("s.pending_time.max"), 31, 1e-9);
  EXPECT_NEAR(flight.figure("cost.nodes"), 0.2 * 1799 / 3600, 1e-9);
}

TEST(Karpenter, StaysWithinTheLimitsOfItsPool) {
  std::vector<Override> ten = {{"services.s.replicas", "10"}, {"cluster", kKarpenter}};
  EXPECT_EQ(fly(kShop, ten).figure("s.replicas.ready_max"), 10);
  ten.push_back({"cluster.autoscaler.spec.limits", R"({"cpu": 8})"});
  EXPECT_EQ(fly(kShop, ten).figure("s.replicas.ready_max"), 8);
}

TEST(Karpenter, ConsolidatesNodesOfWhichFewerWouldDo) {
  // Three nodes of four cores, each with one pod of one core. One node may be out at a time (10 % of 3, rounded up): a
  // look every 10 s, and a second look 15 s later before it acts.
  const std::vector<Override> three = {{"cluster", kKarpenter},
                                       {"cluster.nodes.1.count", "3"},
                                       {"cluster.autoscaler.spec.disruption.consolidateAfter", "\"0s\""}};
  const Flight flight = fly(kShop, three);
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{25, "node_draining"}, When{25, "node_removed"},
                                            When{45, "node_draining"}, When{45, "node_removed"}));
  EXPECT_THAT(sentences(flight, "node_draining"),
              Contains("node 0 (four) drains: consolidated: the 1 pod of 1 node fits elsewhere"));
  EXPECT_EQ(flight.figure("cluster.nodes.min"), 1);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 0U);

  std::vector<Override> never = three;
  never.push_back({"cluster.autoscaler.spec.disruption.consolidateAfter", "\"Never\""});
  const Flight kept = fly(kShop, never);
  EXPECT_NEAR(kept.figure("cost.nodes"), 3 * 0.2 * 0.5, 1e-9);
  EXPECT_NEAR(flight.figure("cost.nodes"), 0.2 * (25 + 45 + 1800) / 3600, 1e-9);
}

TEST(Karpenter, ReplacesANodeByACheaperOneBeforeItGoes) {
  const Flight flight = fly(kShop, {{"services.s.replicas", "2"},
                                    {"cluster", kKarpenter},
                                    {"cluster.nodes.2.count", "1"},
                                    {"cluster.autoscaler.spec.disruption.consolidateAfter", "\"0s\""}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{25, "nodes_requested"}, When{55, "node_added"},
                                            When{55, "node_draining"}, When{55, "node_removed"}));
  EXPECT_THAT(sentences(flight, "nodes_requested"), ElementsAre("a node of two in place of 1 node"));
}

TEST(Karpenter, TakesSeveralNodesOutTogetherWhereItsBudgetAllows) {
  // Two of the three go in one move: their pods fit on the third.
  const Flight flight = fly(kShop, {{"cluster", kKarpenter},
                                    {"cluster.nodes.1.count", "3"},
                                    {"cluster.autoscaler.spec.disruption", R"({"budgets": [{"nodes": "2"}]})"}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{25, "node_draining"}, When{25, "node_draining"},
                                            When{25, "node_removed"}, When{25, "node_removed"}));
  EXPECT_THAT(sentences(flight, "node_draining"), Contains(HasSubstr("the 2 pods of 2 nodes fit elsewhere")));
}

TEST(Karpenter, TakesOnlyEmptyNodesOutIfToldTo) {
  // Pods on two of three nodes.
  const std::vector<Override> two = {{"services.s.replicas", "2"},
                                     {"cluster", kKarpenter},
                                     {"cluster.nodes.1.count", "3"},
                                     {"cluster.autoscaler.spec.disruption", R"({"consolidationPolicy": "WhenEmpty"})"}};
  EXPECT_THAT(of_nodes(fly(kShop, two)), ElementsAre(When{25, "node_removed"}));
}

TEST(Karpenter, WaitsUntilNothingHasHappenedOnANodeForAWhile) {
  const Flight flight = fly(kShop, {{"services.s.replicas", "1"},
                                    {"cluster", kKarpenter},
                                    {"cluster.nodes.1.count", "2"},
                                    {"cluster.autoscaler.spec.disruption", R"({"consolidationPolicy": "WhenEmpty",
                                                                              "consolidateAfter": "5m"})"}});
  EXPECT_THAT(of_nodes(flight), ElementsAre(When{315, "node_removed"}));
}

TEST(Karpenter, HeedsTheScheduleOfABudget) {
  // The run starts on a Monday at midnight; nothing goes in its first quarter of an hour.
  const Flight flight =
      fly(kShop, {{"services.s.replicas", "1"},
                  {"cluster", kKarpenter},
                  {"cluster.nodes.1.count", "2"},
                  {"cluster.autoscaler.spec.disruption",
                   R"({"budgets": [{"nodes": "0", "schedule": "0 0 * * mon", "duration": "15m"}]})"}});
  const auto seen = of_nodes(flight);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.front(), (When{915, "node_removed"}));
}

TEST(Karpenter, ReplacesNodesThatHaveExpired) {
  const Flight flight =
      fly(kShop, {{"cluster", kKarpenter}, {"cluster.autoscaler.spec.template.spec.expireAfter", "\"10m\""}});
  const auto seen = of_nodes(flight);
  ASSERT_GE(seen.size(), 6U);
  // Launched at 1 s, expired ten minutes later; the pods it held wait for the next one: a second and thirty.
  EXPECT_EQ(seen[2], (When{601, "node_draining"}));
  EXPECT_EQ(seen[3], (When{601, "node_removed"}));
  EXPECT_EQ(seen[4], (When{602, "nodes_requested"}));
  EXPECT_EQ(seen[5], (When{632, "node_added"}));
}

TEST(Karpenter, TriesAgainWhenANodeDoesNotRegister) {
  const Flight flight = fly(kShop, {{"cluster", kKarpenter}, {"cluster.nodes.1.provision_failures", "1"}});
  const auto seen = of_nodes(flight);
  ASSERT_GE(seen.size(), 3U);
  EXPECT_EQ(seen[0], (When{1, "nodes_requested"}));
  EXPECT_EQ(seen[1], (When{901, "node_removed"}));
  EXPECT_EQ(seen[2], (When{902, "nodes_requested"}));
  EXPECT_THAT(sentences(flight, "node_removed").front(), "node 0 (four) given up: it has not registered in time");
}

TEST(Karpenter, LaunchesNodesInZonesThatAreUp) {
  const Flight flight = fly(kZones, {{"cluster", R"({"zones": ["a", "b", "c"], "nodes": {"type": "four", "cpu": 4,
      "memory": "16Gi", "count": 3, "provision": "60s", "price": 0.2}, "autoscaler": {"type": "karpenter"}})"}});
  EXPECT_THAT(of_nodes(flight),
              ElementsAre(When{100, "nodes_lost"}, When{101, "nodes_requested"}, When{161, "node_added"}));
  EXPECT_THAT(sentences(flight, "node_added"), ElementsAre(Not(HasSubstr("zone b"))));
}

}  // namespace
}  // namespace windtunnel
