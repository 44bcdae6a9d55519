#include "models/cluster/cluster_autoscaler/estimator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>

namespace windtunnel::cluster_autoscaler {
namespace {

constexpr std::int64_t kMi = 1024 * 1024;

PodGroup pods_of(std::int64_t milli_cpu, std::int64_t memory, std::size_t count, std::uint32_t first = 0) {
  PodGroup group{{milli_cpu, memory, 1}, std::vector<std::uint32_t>(count)};
  std::iota(group.pods.begin(), group.pods.end(), first);
  return group;
}

// Cluster Autoscaler, estimator/binpacking_estimator_test.go, TestBinpackingEstimate: nodes of 10 pods each. Not
// expressible: "hostport conflict …" (pods have no ports) and the four rows on topology spreading (constraints that
// forbid, which pods here do not have). The row "fastpath …" is the first one again.
struct Row {
  std::string name;
  std::int64_t milli_cpu, mebibytes;
  std::vector<PodGroup> pods;
  std::int64_t most_nodes;
  std::int64_t nodes;
  std::size_t placed;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class BinpackingEstimate : public ::testing::TestWithParam<Row> {};

TEST_P(BinpackingEstimate, IsThatOfTheRealOne) {
  const Row& row = GetParam();
  const Estimate found = estimate(row.pods, {row.milli_cpu, row.mebibytes * kMi, 10}, row.most_nodes);
  EXPECT_EQ(found.nodes, row.nodes);
  EXPECT_EQ(found.pods.size(), row.placed);
}

constexpr std::int64_t kAny = 1'000'000;
INSTANTIATE_TEST_SUITE_P(
    TestBinpackingEstimate, BinpackingEstimate,
    ::testing::Values(
        Row{"simple resource-based binpacking", 350 * 3 - 50, 2 * 1000, {pods_of(350, 1000, 10)}, kAny, 5, 10},
        Row{"pods-per-node bound binpacking", 10'000, 20'000, {pods_of(10, 100, 20)}, kAny, 2, 20},
        Row{"limiter cuts binpacking", 1000, 5000, {pods_of(500, 1000, 20)}, 5, 5, 10},
        Row{"decreasing ordered pods are processed first",
            1000,
            5000,
            {pods_of(50, 1000, 10, 100), pods_of(500, 1000, 10)},
            5,
            5,
            10}));

TEST(BinpackingEstimate, TakesTheLargestPodsFirst) {  // the same row's expectProcessedPods
  const Estimate found = estimate({pods_of(50, 1000, 10, 100), pods_of(500, 1000, 10)}, {1000, 5000 * kMi, 10}, 5);
  EXPECT_THAT(found.pods, ::testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(BinpackingEstimate, PacksFiftyThousandPodsAsTheRealOneDoes) {  // BenchmarkBinpackingEstimate
  const Estimate found =
      estimate({pods_of(50, 100, 50'000), pods_of(95, 190, 1000, 50'000)}, {1000, 5000 * kMi, 100}, 3000);
  EXPECT_EQ(found.nodes, 2595);
  EXPECT_EQ(found.pods.size(), 51'000U);
}

TEST(BinpackingEstimate, LeavesOutWhatFitsOnNoEmptyNode) {
  const Estimate found = estimate({pods_of(1500, 10, 3), pods_of(500, 10, 3, 10)}, {1000, 100, 10}, kAny);
  EXPECT_EQ(found.nodes, 2);
  EXPECT_THAT(found.pods, ::testing::ElementsAre(10, 11, 12));
}

// estimator/decreasing_pod_orderer_test.go, TestPodPriorityProcessor: pods of 1, 2 and 2 milli-cores with 1, 1 and 100
// bytes on a node of 4 milli-cores and 600 MiB.
TEST(PodOrder, IsByFallingShareOfANode) {
  const NodeResources node{4, 600 * kMi, 10};
  const PodGroup p1 = pods_of(1, 1, 1, 1), p2 = pods_of(2, 1, 1, 2), p3 = pods_of(2, 100, 1, 3);
  const auto order = [&](std::vector<PodGroup> groups) {
    order_decreasing(groups, node);
    std::vector<std::uint32_t> out;
    for (const PodGroup& group : groups) out.push_back(group.pods.front());
    return out;
  };
  EXPECT_THAT(order({p1}), ::testing::ElementsAre(1));
  EXPECT_THAT(order({p3, p2, p1}), ::testing::ElementsAre(3, 2, 1));
  EXPECT_THAT(order({p1, p3, p2}), ::testing::ElementsAre(3, 2, 1));
  EXPECT_THAT(order({}), ::testing::IsEmpty());
}

}  // namespace
}  // namespace windtunnel::cluster_autoscaler
