#include "models/cluster/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

NodeGroupParams group(const std::string& type, std::vector<std::string> zones = {}) {
  NodeGroupParams out;
  out.type = type;
  out.cpu = Cpu{4};
  out.memory = Bytes{16e9};
  out.system_reserved.cpu = Cpu{0.1};
  out.system_reserved.memory = Bytes{1e9};
  out.zones = std::move(zones);
  return out;
}

ClusterParams three_zones() {
  ClusterParams params;
  params.zones = {"a", "b", "c"};
  params.nodes = {group("everywhere"), group("only in b", {"b"})};
  return params;
}

TEST(NodeResources, AreRoundedUpToWholeOnes) {
  EXPECT_EQ(NodeResources::of(Cpu{0.1}, Bytes{0.5}, 1), (NodeResources{100, 1, 1}));
  EXPECT_EQ(NodeResources::of(Cpu{0.0001}, Bytes{1}, 1), (NodeResources{1, 1, 1}));
}

TEST(Cluster, KeepsForPodsWhatTheSystemDoesNotNeed) {
  const ClusterParams params = three_zones();
  const Cluster cluster(params, 0.3);
  EXPECT_EQ(cluster.groups()[0].capacity, (NodeResources{4000, 16'000'000'000, 110}));
  EXPECT_EQ(cluster.groups()[0].allocatable, (NodeResources{3900, 15'000'000'000, 110}));
  EXPECT_EQ(cluster.groups()[0].price, 0.3);
  EXPECT_THAT(cluster.groups()[0].zones, ElementsAre(0, 1, 2));
  EXPECT_THAT(cluster.groups()[1].zones, ElementsAre(1));
}

TEST(Cluster, BalancesAGroupOverItsZonesThatAreUp) {
  const ClusterParams params = three_zones();
  Cluster cluster(params, 0);
  const auto add = [&](std::uint32_t g) {
    const std::uint32_t zone = cluster.next_zone(g);
    cluster.add_node(g, zone, 0s);
    return zone;
  };
  EXPECT_EQ(add(1), 1U);
  EXPECT_EQ(add(0), 0U);  // another group's node does not count
  EXPECT_EQ(add(0), 1U);
  cluster.set_zone_up(2, false);
  EXPECT_EQ(add(0), 0U);
  cluster.set_zone_up(1, false);
  EXPECT_FALSE(cluster.any_zone_up(1));
  EXPECT_EQ(add(1), 1U);
}

TEST(Cluster, KnowsWhatIsTakenAndWhatWaits) {
  const ClusterParams params = three_zones();
  Cluster cluster(params, 0);
  const std::uint32_t node = cluster.add_node(0, 0, 0s);
  cluster.set_ready(node, 10s);
  for (const std::uint32_t pod : {5U, 3U, 4U}) cluster.add_pod(pod, 0, {1000, 1, 1}, 20s);
  EXPECT_THAT(cluster.pending(), ElementsAre(5, 3, 4));
  cluster.bind(3, node, 30s);
  EXPECT_THAT(cluster.pending(), ElementsAre(5, 4));
  EXPECT_EQ(cluster.free_on(*cluster.find_node(node)).milli_cpu, 2900);
  EXPECT_EQ(cluster.find_node(node)->last_pod_event, 30s);
  cluster.set_leaving(5);
  EXPECT_THAT(cluster.pending(), ElementsAre(4));
  EXPECT_THAT(cluster.broken_rule(), IsEmpty());
  cluster.erase_pod(3, 40s);
  cluster.erase_pod(5, 40s);
  EXPECT_EQ(cluster.find_node(node)->used, NodeResources{});
  EXPECT_EQ(cluster.find_node(node)->last_pod_event, 40s);
  EXPECT_THAT(cluster.broken_rule(), IsEmpty());
}

TEST(Cluster, NeverUsesANodesNumberTwice) {
  const ClusterParams params = three_zones();
  Cluster cluster(params, 0);
  EXPECT_EQ(cluster.add_node(0, 0, 0s), 0U);
  cluster.erase_node(0);
  EXPECT_EQ(cluster.add_node(0, 0, 0s), 1U);
  EXPECT_EQ(cluster.find_node(0), nullptr);
  EXPECT_EQ(cluster.size(0), 1);
}

TEST(Cluster, CountsItsChanges) {
  const ClusterParams params = three_zones();
  Cluster cluster(params, 0);
  std::uint64_t version = cluster.version();
  const auto changed = [&] { return std::exchange(version, cluster.version()) != cluster.version(); };
  cluster.add_node(0, 0, 0s);
  EXPECT_TRUE(changed());
  cluster.set_ready(0, 0s);
  EXPECT_TRUE(changed());
  cluster.add_pod(1, 0, {1, 1, 1}, 0s);
  EXPECT_TRUE(changed());
  cluster.bind(1, 0, 0s);
  EXPECT_TRUE(changed());
  EXPECT_FALSE(changed());
}

}  // namespace
}  // namespace windtunnel
