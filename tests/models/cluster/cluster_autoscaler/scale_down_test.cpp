#include "models/cluster/cluster_autoscaler/scale_down.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace windtunnel::cluster_autoscaler {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kGi = 1024 * 1024 * 1024LL;

// --- which nodes are little used

TEST(Utilization, IsThatOfTheResourceAskedForMost) {
  const NodeResources node{4000, 16 * kGi, 110};
  EXPECT_DOUBLE_EQ(utilization({1900, 3 * kGi, 5}, node), 0.475);
  EXPECT_DOUBLE_EQ(utilization({100, 12 * kGi, 5}, node), 0.75);
  EXPECT_TRUE(underused({1900, 3 * kGi, 5}, node, 0.5));
  EXPECT_TRUE(underused({2000, 3 * kGi, 5}, node, 0.5));
  EXPECT_FALSE(underused({2001, 3 * kGi, 5}, node, 0.5));
}

// Cluster Autoscaler, core/scaledown/eligibility/eligibility_test.go, TestFilterOutUnremovable: pods of 600m and 100m
// on a node of 1000m. Not expressible: rows on annotations, daemon sets and --scale-down-unready-enabled.
TEST(Utilization, DecidesWhoIsACandidate) {
  const NodeResources node{1000, 10, 110};
  EXPECT_TRUE(underused({0, 0, 0}, node, 0.5));     // regular node stays
  EXPECT_FALSE(underused({600, 0, 1}, node, 0.5));  // highly utilized node is filtered out
  EXPECT_TRUE(underused({100, 0, 1}, node, 0.5));   // underutilized node stays
}

// --- whose pods fit elsewhere

// Nodes of four cores with pods of so many milli-cores on each.
Cluster cluster_of(const ClusterParams& params, const std::vector<std::vector<std::int64_t>>& nodes) {
  Cluster cluster(params, 0);
  std::uint32_t pod = 0;
  for (const std::vector<std::int64_t>& pods : nodes) {
    const std::uint32_t node = cluster.add_node(0, 0, 0s);
    cluster.set_ready(node, 0s);
    for (const std::int64_t milli_cpu : pods) {
      cluster.add_pod(pod, 0, {milli_cpu, 1, 1}, 0s);
      cluster.bind(pod++, node, 0s);
    }
  }
  return cluster;
}

ClusterParams four_cores() {
  ClusterParams params;
  params.nodes.emplace_back();
  params.nodes[0].type = "four";
  params.nodes[0].cpu = Cpu{4};
  params.nodes[0].memory = Bytes{1e9};
  return params;
}

TEST(RemovalSimulator, MovesPodsToOtherNodesWithRoom) {
  const ClusterParams params = four_cores();
  const Cluster cluster = cluster_of(params, {{1000}, {2000}, {3500}});
  RemovalSimulator simulator(cluster, {});
  EXPECT_EQ(simulator.remove(0), 1);
}

TEST(RemovalSimulator, RefusesWhereTheyDoNotFit) {
  const ClusterParams params = four_cores();
  const Cluster cluster = cluster_of(params, {{1000, 1000}, {2500}, {3500}});
  RemovalSimulator simulator(cluster, {});
  EXPECT_EQ(simulator.remove(0), std::nullopt);
  // The pod that had found a place has left it again.
  EXPECT_EQ(simulator.remove(1), std::nullopt);
  EXPECT_EQ(simulator.remove(2), std::nullopt);
}

TEST(RemovalSimulator, TakesANodeThatGoesForNoDestination) {
  const ClusterParams params = four_cores();
  const Cluster cluster = cluster_of(params, {{1000}, {1000}});
  RemovalSimulator simulator(cluster, {});
  EXPECT_EQ(simulator.remove(0), 1);
  EXPECT_EQ(simulator.remove(1), std::nullopt);  // it has both pods now, and nowhere to move them
}

TEST(RemovalSimulator, CountsPodsMovedBefore) {
  const ClusterParams params = four_cores();
  const Cluster cluster = cluster_of(params, {{2000}, {1500}, {500}});
  RemovalSimulator simulator(cluster, {});
  EXPECT_EQ(simulator.remove(0), 1);  // to the second
  EXPECT_EQ(simulator.remove(2), 1);  // 500m beside 3500m
  EXPECT_EQ(simulator.remove(1), std::nullopt);
}

TEST(RemovalSimulator, MovesPodsOfNodesThatAreOnTheirWayOutFirst) {
  const ClusterParams params = four_cores();
  Cluster cluster = cluster_of(params, {{2000}, {2000}, {1000}});
  cluster.set_cordoned(0, true);
  EXPECT_EQ(RemovalSimulator(cluster, {}).remove(2), 1);
  RemovalSimulator simulator(cluster, {0});
  EXPECT_TRUE(simulator.placed());
  EXPECT_EQ(simulator.remove(2), std::nullopt);  // the second node is full of what the first one had
  EXPECT_EQ(simulator.remove(1), std::nullopt);

  Cluster full = cluster_of(params, {{3000}, {2000}});
  full.set_cordoned(0, true);
  EXPECT_FALSE(RemovalSimulator(full, {0}).placed());
}

TEST(RemovalSimulator, LeavesPodsAloneThatEndAnyway) {
  const ClusterParams params = four_cores();
  Cluster cluster = cluster_of(params, {{2000}, {3000}});
  cluster.set_leaving(0);
  RemovalSimulator simulator(cluster, {});
  EXPECT_EQ(simulator.remove(0), 0);
}

// --- since when

// core/scaledown/unneeded/nodes_test.go, TestUpdate: nodes found at first and a minute later, and since when each is
// unneeded.
TEST(Unneeded, KnowsSinceWhenEachIsWithoutABreak) {
  struct Row {
    std::string name;
    std::vector<std::uint32_t> first, last;
    std::map<std::uint32_t, Time> since;
  };
  const Row rows[] = {{"added then deleted", {1, 2, 3}, {}, {}},
                      {"added in last call", {}, {1, 2, 3}, {{1, 1min}, {2, 1min}, {3, 1min}}},
                      {"single one remaining", {1, 2, 3}, {2}, {{2, 0min}}},
                      {"single one older", {2}, {1, 2, 3}, {{1, 1min}, {2, 0min}, {3, 1min}}}};
  for (const Row& row : rows) {
    const auto found = [](const std::vector<std::uint32_t>& nodes) {
      std::vector<Unneeded::Found> out;
      for (const std::uint32_t node : nodes) out.push_back({node, 0});
      return out;
    };
    Unneeded unneeded;
    unneeded.update(found(row.first), 0min);
    unneeded.update(found(row.last), 1min);
    std::map<std::uint32_t, Time> since;
    for (const auto& [node, entry] : unneeded.nodes()) since[node] = entry.since;
    EXPECT_EQ(since, row.since) << row.name;
  }
}

// core/scaledown/unneeded/nodes_test.go, TestRemovableAt: nodes unneeded for 10 minutes with an unneeded time of 0.
TEST(RemovableAt, LeavesEachGroupItsLeastSize) {
  struct Row {
    std::string name;
    std::uint32_t empty, drain;
    std::int64_t least, target, deleting;
    std::size_t empty_removed, drain_removed;
  };
  const Row rows[] = {{"Node group min size is not reached", 3, 2, 1, 10, 2, 3, 2},
                      {"Node group min size is reached for drain nodes", 3, 5, 1, 10, 2, 3, 4},
                      {"Node group min size is reached for empty and drain nodes", 3, 5, 1, 5, 2, 2, 0}};
  for (const Row& row : rows) {
    std::vector<RemovalCandidate> candidates;
    for (std::uint32_t i = 0; i < row.empty + row.drain; ++i) candidates.push_back({i, 0, 0min, i < row.empty, true});
    const Removable found = removable_at(candidates, {{0, {row.target, row.deleting, row.least}}}, {0min, 5min}, 10min);
    EXPECT_EQ(found.empty.size(), row.empty_removed) << row.name;
    EXPECT_EQ(found.drain.size(), row.drain_removed) << row.name;
  }
}

TEST(RemovableAt, IsStrictlyAfterTheUnneededTime) {
  const std::vector<RemovalCandidate> ready = {{1, 0, 5min, true, true}}, unready = {{1, 0, 5min, true, false}};
  const std::map<std::uint32_t, GroupSize> group = {{0, {10, 0, 0}}};
  EXPECT_THAT(removable_at(ready, group, {10min, 20min}, 15min).empty, IsEmpty());
  EXPECT_THAT(removable_at(ready, group, {10min, 20min}, 15min + 1ns).empty, ElementsAre(1));
  EXPECT_THAT(removable_at(unready, group, {10min, 20min}, 25min).empty, IsEmpty());
  EXPECT_THAT(removable_at(unready, group, {10min, 20min}, 25min + 1ns).empty, ElementsAre(1));
}

// --- how many at a time

// core/scaledown/budgets/budgets_test.go, TestCropNodesToBudgets: at most 10 at a time, 5 of them drained. Rows with
// atomic node groups cannot be expressed: groups here are scaled node by node.
struct CropRow {
  std::string name;
  std::int64_t empty_in_progress, drain_in_progress;
  std::size_t empty, drain;  // removable
  std::size_t want_empty, want_drain;
};
void PrintTo(const CropRow& row, std::ostream* out) { *out << row.name; }

class Crop : public ::testing::TestWithParam<CropRow> {};

TEST_P(Crop, LeavesAsManyAsTheRealOneDoes) {
  const CropRow& row = GetParam();
  Removable removable;
  std::map<std::uint32_t, std::uint32_t> group_of;
  for (std::uint32_t i = 0; i < row.empty + row.drain; ++i) {
    group_of[i] = 0;
    (i < row.empty ? removable.empty : removable.drain).push_back(i);
  }
  const Removable found = crop(removable, group_of, {10, 5}, row.empty_in_progress, row.drain_in_progress);
  EXPECT_EQ(found.empty.size(), row.want_empty);
  EXPECT_EQ(found.drain.size(), row.want_drain);
}

INSTANTIATE_TEST_SUITE_P(
    TestCropNodesToBudgets, Crop,
    ::testing::Values(
        CropRow{"no nodes", 0, 0, 0, 0, 0, 0},
        CropRow{"empty nodes within max limit, no deletions in progress", 0, 0, 10, 0, 10, 0},
        CropRow{"empty nodes exceeding max limit, no deletions in progress", 0, 0, 11, 0, 10, 0},
        CropRow{"empty nodes with deletions in progress, within budget", 1, 1, 8, 0, 8, 0},
        CropRow{"empty nodes with deletions in progress, exceeding budget", 1, 1, 10, 0, 8, 0},
        CropRow{"empty nodes with deletions in progress, 0 budget left", 5, 5, 10, 0, 0, 0},
        CropRow{"empty nodes with deletions in progress, budget exceeded", 50, 50, 10, 0, 0, 0},
        CropRow{"drain nodes within max limit, no deletions in progress", 0, 0, 0, 5, 0, 5},
        CropRow{"drain nodes exceeding max limit, no deletions in progress", 0, 0, 0, 6, 0, 5},
        CropRow{"drain nodes with deletions in progress, within budget", 1, 2, 0, 3, 0, 3},
        CropRow{"drain nodes with deletions in progress, exceeding drain budget", 1, 2, 0, 5, 0, 3},
        CropRow{"drain nodes with deletions in progress, 0 drain budget left", 1, 5, 0, 5, 0, 0},
        CropRow{"drain nodes with deletions in progress, drain budget exceeded", 1, 50, 0, 5, 0, 0},
        CropRow{"drain nodes with deletions in progress, exceeding overall budget", 7, 1, 0, 4, 0, 2},
        CropRow{"drain nodes with deletions in progress, 0 overall budget left", 10, 0, 0, 4, 0, 0},
        CropRow{"drain nodes with deletions in progress, overall budget exceeded", 50, 0, 0, 4, 0, 0},
        CropRow{"empty&drain nodes within max limits, no deletions in progress", 0, 0, 5, 5, 5, 5},
        CropRow{"empty&drain nodes exceeding overall limit, no deletions in progress", 0, 0, 8, 8, 8, 2},
        CropRow{"empty&drain nodes exceeding drain limit, no deletions in progress", 0, 0, 2, 8, 2, 5},
        CropRow{"empty&drain nodes with deletions in progress, 0 overall budget left", 10, 0, 5, 5, 0, 0},
        CropRow{"empty&drain nodes with deletions in progress, overall budget exceeded (shouldn't happen)", 50, 0, 5, 5,
                0, 0},
        CropRow{"empty&drain nodes with deletions in progress, 0 drain budget left", 0, 5, 5, 5, 5, 0},
        CropRow{"empty&drain nodes with deletions in progress, drain budget exceeded (shouldn't happen)", 0, 9, 5, 5, 1,
                0},
        CropRow{"… overall budget exceeded, only empty nodes fit", 5, 3, 5, 2, 2, 0},
        CropRow{"… overall budget exceeded, both empty&drain nodes fit", 5, 3, 1, 2, 1, 1},
        CropRow{"empty&drain nodes with deletions in progress, drain budget exceeded", 1, 3, 4, 5, 4, 2}));

TEST(Crop, TakesOneGroupAfterTheOther) {  // "multiple drain node groups"
  Removable removable;
  std::map<std::uint32_t, std::uint32_t> group_of;
  for (std::uint32_t i = 0; i < 10; ++i) {
    removable.drain.push_back(i);
    group_of[i] = i % 2;
  }
  EXPECT_THAT(crop(removable, group_of, {10, 5}, 0, 0).drain, ElementsAre(0, 2, 4, 6, 8));
}

}  // namespace
}  // namespace windtunnel::cluster_autoscaler
