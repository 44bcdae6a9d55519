#include "models/cluster/karpenter/provisioner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::karpenter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kGi = 1024 * 1024 * 1024LL;

MachineType machine(std::int64_t cores, std::int64_t gib, double price, std::optional<std::int64_t> room = {}) {
  const NodeResources all{cores * 1000, gib * kGi, 110};
  return {all, all, price, room};
}

// Large, small, middle: not in the order of price.
const std::vector<MachineType> kTypes = {machine(16, 64, 0.8), machine(2, 8, 0.1), machine(4, 16, 0.2)};

std::vector<PodToPlace> pods(std::size_t count, std::int64_t milli_cpu, std::int64_t gib, std::uint32_t first = 0) {
  std::vector<PodToPlace> out;
  for (std::uint32_t i = first; i < first + count; ++i) out.push_back({i, {milli_cpu, gib * kGi, 1}, i});
  return out;
}

TEST(Provisioner, LaunchesTheCheapestTypeThatHoldsAllPodsOfAClaim) {
  const Plan one = solve(pods(1, 1000, 1), {}, kTypes, {});
  ASSERT_THAT(one.claims, SizeIs(1));
  EXPECT_THAT(one.claims[0].types, ElementsAre(1, 2, 0));
  const Plan four = solve(pods(4, 1000, 1), {}, kTypes, {});
  ASSERT_THAT(four.claims, SizeIs(1));
  EXPECT_THAT(four.claims[0].types, ElementsAre(2, 0));  // it has grown out of the small one
  const Plan sixteen = solve(pods(16, 1000, 1), {}, kTypes, {});
  ASSERT_THAT(sixteen.claims, SizeIs(1));
  EXPECT_THAT(sixteen.claims[0].types, ElementsAre(0));
}

TEST(Provisioner, OpensAClaimWhenNoTypeWouldHoldAnotherPod) {
  const Plan plan = solve(pods(20, 1000, 1), {}, kTypes, {});
  ASSERT_THAT(plan.claims, SizeIs(2));
  EXPECT_THAT(plan.claims[0].pods, SizeIs(16));
  EXPECT_THAT(plan.claims[1].pods, SizeIs(4));
  EXPECT_THAT(plan.claims[1].types, ElementsAre(2, 0));
}

TEST(Provisioner, PlacesTheLargestPodsFirst) {
  // Cores decide, then memory, then age.
  const std::vector<PodToPlace> mixed = {
      {1, {500, 1 * kGi, 1}, 1}, {2, {1000, 1 * kGi, 1}, 2}, {3, {1000, 2 * kGi, 1}, 3}, {4, {500, 1 * kGi, 1}, 0}};
  EXPECT_THAT(solve(mixed, {}, kTypes, {}).claims.front().pods, ElementsAre(3, 2, 4, 1));
}

TEST(Provisioner, FillsNodesThatAreThereBeforeThoseOnTheirWay) {
  const ExistingNode coming{5, {2000, 8 * kGi, 110}, false}, there{9, {1000, 8 * kGi, 110}, true};
  const Plan plan = solve(pods(4, 1000, 1), {coming, there}, kTypes, {});
  ASSERT_THAT(plan.on_existing, SizeIs(3));
  EXPECT_EQ(plan.on_existing[0].node, 9U);
  EXPECT_TRUE(plan.on_existing[0].initialized);
  EXPECT_EQ(plan.on_existing[1].node, 5U);
  EXPECT_EQ(plan.on_existing[2].node, 5U);
  EXPECT_FALSE(plan.on_existing[2].initialized);
  ASSERT_THAT(plan.claims, SizeIs(1));
  EXPECT_THAT(plan.claims[0].pods, SizeIs(1));
}

TEST(Provisioner, LeavesPodsThatFitOnNoType) {
  const Plan plan = solve({{1, {17'000, kGi, 1}, 1}, {2, {1000, kGi, 1}, 2}}, {}, kTypes, {});
  EXPECT_THAT(plan.unplaced, ElementsAre(1));
  ASSERT_THAT(plan.claims, SizeIs(1));
  EXPECT_THAT(plan.claims[0].pods, ElementsAre(2));
}

TEST(Provisioner, TakesTheNextTypeWhereOneHasNoRoom) {
  const std::vector<MachineType> types = {machine(2, 8, 0.1, 1), machine(2, 8, 0.3)};
  const Plan plan = solve(pods(6, 1000, 1), {}, types, {});
  ASSERT_THAT(plan.claims, SizeIs(3));
  EXPECT_THAT(plan.claims[0].types, ElementsAre(0, 1));
  EXPECT_THAT(plan.claims[1].types, ElementsAre(1));
  EXPECT_THAT(plan.claims[2].types, ElementsAre(1));
}

TEST(Provisioner, StaysWithinTheLimitsOfThePool) {
  // 18 more cores: a claim counts with the largest type it could become, and after one of 16 only two are left.
  const Plan plan = solve(pods(24, 1000, 1), {}, kTypes, {.milli_cpu = 18'000, .memory = {}});
  ASSERT_THAT(plan.claims, SizeIs(2));
  EXPECT_THAT(plan.claims[0].types, ElementsAre(0));
  EXPECT_THAT(plan.claims[1].types, ElementsAre(1));
  EXPECT_THAT(plan.unplaced, SizeIs(6));
  EXPECT_THAT(solve(pods(1, 1000, 1), {}, kTypes, {.milli_cpu = {}, .memory = 4 * kGi}).claims, IsEmpty());
}

TEST(Provisioner, SpreadsPodsOverOpenClaims) {
  // Two pods of 9 cores need a node each; small ones then go to the claim with the fewest pods.
  std::vector<PodToPlace> all = pods(2, 9000, 1);
  for (const PodToPlace& pod : pods(4, 1000, 1, 10)) all.push_back(pod);
  const Plan plan = solve(all, {}, {machine(16, 64, 0.8)}, {});
  ASSERT_THAT(plan.claims, SizeIs(2));
  EXPECT_THAT(plan.claims[0].pods, ElementsAre(0, 10, 12));
  EXPECT_THAT(plan.claims[1].pods, ElementsAre(1, 11, 13));
}

}  // namespace
}  // namespace windtunnel::karpenter
