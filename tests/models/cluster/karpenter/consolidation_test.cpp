#include "models/cluster/karpenter/consolidation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace windtunnel::karpenter {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::int64_t kGi = 1024 * 1024 * 1024LL;

MachineType machine(std::int64_t cores, double price) {
  const NodeResources all{cores * 1000, cores * 4 * kGi, 110};
  return {all, all, price, {}};
}
constexpr std::size_t kSmall = 0, kMiddle = 1, kLarge = 2;
const std::vector<MachineType> kTypes = {machine(2, 0.1), machine(4, 0.2), machine(8, 0.4)};

// A node of a type with pods of one core each.
Candidate candidate(std::uint32_t node, std::size_t type, std::size_t pods) {
  Candidate out{node, type, kTypes[type].price, {}};
  for (std::uint32_t i = 0; i < pods; ++i) out.pods.push_back({node * 100 + i, {1000, kGi, 1}, node * 100 + i});
  return out;
}

// What there is beside the candidates: so many cores free on each node.
World world(const std::vector<std::int64_t>& free, bool initialized = true) {
  World out;
  out.types = kTypes;
  for (std::size_t i = 0; i < free.size(); ++i)
    out.nodes.push_back({static_cast<std::uint32_t>(1000 + i), {free[i] * 1000, 1000 * kGi, 110}, initialized});
  return out;
}

TEST(Consolidation, DeletesANodeWhosePodsFitElsewhere) {
  const Candidate one = candidate(1, kMiddle, 3);
  const std::optional<Command> command = compute(std::span(&one, 1), world({2, 1}));
  ASSERT_TRUE(command);
  EXPECT_THAT(command->nodes, ElementsAre(1));
  EXPECT_THAT(command->replacements, IsEmpty());
  EXPECT_DOUBLE_EQ(command->savings, 0.2);
}

TEST(Consolidation, ReplacesANodeByACheaperOne) {
  const Candidate one = candidate(1, kLarge, 3);
  const std::optional<Command> command = compute(std::span(&one, 1), world({}));
  ASSERT_TRUE(command);
  EXPECT_THAT(command->replacements, ElementsAre(kMiddle));  // the large one holds them too, and is not cheaper
  EXPECT_DOUBLE_EQ(command->savings, 0.2);
}

TEST(Consolidation, LeavesANodeThatNothingCheaperCanReplace) {
  const Candidate one = candidate(1, kMiddle, 3);
  EXPECT_EQ(compute(std::span(&one, 1), world({})), std::nullopt);
}

TEST(Consolidation, NeverTurnsNodesIntoMoreThanOne) {
  const std::vector<Candidate> two = {candidate(1, kLarge, 7), candidate(2, kLarge, 3)};
  EXPECT_EQ(compute(two, world({})), std::nullopt);  // ten cores need two nodes
}

TEST(Consolidation, ReplacesSeveralNodesByOneThatIsCheaperThanAll) {
  const std::vector<Candidate> three = {candidate(1, kMiddle, 1), candidate(2, kMiddle, 1), candidate(3, kMiddle, 1)};
  const std::optional<Command> command = compute(three, world({}));
  ASSERT_TRUE(command);
  EXPECT_THAT(command->replacements, ElementsAre(kMiddle, kLarge));
  EXPECT_DOUBLE_EQ(command->savings, 0.2 + 0.2 + 0.2 - 0.2);
}

TEST(Consolidation, DoesNotCountOnNodesThatAreOnTheirWay) {
  const Candidate one = candidate(1, kMiddle, 3);
  EXPECT_EQ(compute(std::span(&one, 1), world({4}, false)), std::nullopt);
}

TEST(Consolidation, IsNotHeldUpByPodsThatArePendingAnyway) {
  World with_pending = world({3});
  with_pending.pods.push_back({7, {20'000, kGi, 1}, 0});  // fits on no type
  const Candidate one = candidate(1, kMiddle, 3);
  EXPECT_TRUE(compute(std::span(&one, 1), with_pending));
}

TEST(Consolidation, TriesWhatSavesMostPerDisruptionFirst) {
  // Price over 1 and 1 for each pod: 0.2 / 2, 0.2 / 4, 0.4 / 4, 0.1 / 1.
  std::vector<Candidate> all = {candidate(1, kMiddle, 3), candidate(2, kMiddle, 1), candidate(3, kLarge, 3),
                                candidate(4, kSmall, 0)};
  sort_candidates(all);
  std::vector<std::uint32_t> order;
  for (const Candidate& one : all) order.push_back(one.node);
  EXPECT_THAT(order, ElementsAre(2, 3, 4, 1));
}

// karpenter, pkg/controllers/disruption/multinodeconsolidation.go, filterOutSameType, by its comment: t3a.2xlarge twice
// and t3a.small are not replaced by one of small, xlarge, 2xlarge; they are by one of nano, small, xlarge, 2xlarge: by
// nano.
TEST(MultiNodeConsolidation, DoesNotReplaceNodesByOneOfThem) {
  const std::vector<MachineType> types = {machine(1, 0.0047), machine(2, 0.0188), machine(4, 0.1504),
                                          machine(8, 0.3008)};
  constexpr std::size_t kNano = 0, kT3Small = 1, kXlarge = 2, k2xlarge = 3;
  std::vector<Candidate> taken_out = {{1, k2xlarge, 0.3008, {}}, {2, k2xlarge, 0.3008, {}}, {3, kT3Small, 0.0188, {}}};
  EXPECT_THAT(without_same_type({kT3Small, kXlarge, k2xlarge}, taken_out, types), IsEmpty());
  EXPECT_THAT(without_same_type({kNano, kT3Small, kXlarge, k2xlarge}, taken_out, types), ElementsAre(kNano));
  EXPECT_THAT(without_same_type({kNano, kXlarge}, taken_out, types), ElementsAre(kNano, kXlarge));
}

// firstNConsolidationOption: prefixes of mid + 1 candidates, mid from 1 to n - 1, or 100 where there are more than 100.
struct Search {
  std::vector<std::size_t> tried;
  std::optional<std::size_t> found;
};
Search search(std::size_t candidates, std::size_t longest_that_works) {
  std::vector<Candidate> all(candidates);
  for (std::uint32_t i = 0; i < candidates; ++i) all[i].node = i;
  Search out;
  const std::optional<Command> best = longest_prefix(all, [&](std::span<const Candidate> prefix) {
    out.tried.push_back(prefix.size());
    if (prefix.size() > longest_that_works) return std::optional<Command>();
    Command command;
    for (const Candidate& one : prefix) command.nodes.push_back(one.node);
    return std::optional(command);
  });
  if (best) out.found = best->nodes.size();
  return out;
}

TEST(MultiNodeConsolidation, HalvesItsWayToTheLongestPrefixThatWorks) {
  // n = 10: mid 5, 2 or 7 …
  EXPECT_THAT(search(10, 10).tried, ElementsAre(6, 8, 9, 10));
  EXPECT_EQ(search(10, 10).found, 10U);
  EXPECT_THAT(search(10, 4).tried, ElementsAre(6, 3, 4, 5));
  EXPECT_EQ(search(10, 4).found, 4U);
  EXPECT_THAT(search(10, 1).tried, ElementsAre(6, 3, 2));
  EXPECT_EQ(search(10, 1).found, std::nullopt);
}

TEST(MultiNodeConsolidation, NeedsTwoCandidates) {
  EXPECT_THAT(search(1, 1).tried, IsEmpty());
  EXPECT_EQ(search(2, 2).found, 2U);
}

TEST(MultiNodeConsolidation, LooksAtTheFirstHundredAndOne) {
  EXPECT_EQ(search(100, 1000).found, 100U);
  EXPECT_EQ(search(101, 1000).found, 101U);
  EXPECT_EQ(search(500, 1000).found, 101U);
}

TEST(MultiNodeConsolidation, MissesALongPrefixBehindAShortOneThatFails) {
  std::vector<Candidate> all(10);
  EXPECT_EQ(longest_prefix(all,
                           [&](std::span<const Candidate> prefix) {
                             return prefix.size() == 10 ? std::optional<Command>(Command{}) : std::nullopt;
                           }),
            std::nullopt);
}

// karpenter, pkg/controllers/disruption/balanced_test.go, TestScoreMove_…: a pool of ten nodes and 80 pods for 58.08 a
// day, unless the row says otherwise. Left out are TestGetConsolidationThreshold (a field that 1.14 does not have) and
// the fields of its result that merely repeat what was given.
struct MoveRow {
  std::string name;
  double savings, disruption;
  PoolTotals pool;
  double k;
  double score;
  bool approved;
};
void PrintTo(const MoveRow& row, std::ostream* out) { *out << row.name; }

class ScoreMove : public ::testing::TestWithParam<MoveRow> {};

TEST_P(ScoreMove, IsThatOfTheRealOne) {
  const MoveRow& row = GetParam();
  const Score score = score_move(row.savings, row.disruption, row.pool, row.k);
  EXPECT_EQ(score.approved, row.approved);
  if (std::isinf(row.score))
    EXPECT_EQ(score.score, row.score);
  else
    EXPECT_NEAR(score.score, row.score, 0.02);
}

constexpr PoolTotals kPool{58.08, 90}, kUniform{48.40, 90}, kUneven{58.08, 117};
const double kInfinity = std::numeric_limits<double>::infinity();

INSTANTIATE_TEST_SUITE_P(
    Balanced, ScoreMove,
    ::testing::Values(MoveRow{"OversizedNode_Approved", 7.26, 4, kPool, 2, 2.81, true},
                      MoveRow{"SpareCapacityDelete_Approved", 4.84, 5, kPool, 2, 1.50, true},
                      MoveRow{"MarginalMove_Rejected", 2.42, 9, kPool, 2, 0.42, false},
                      MoveRow{"WellPackedNode_Rejected", 0, 11, kPool, 2, 0, false},
                      MoveRow{"UniformPoolReplace_Approved", 2.42, 9, kUniform, 2, 0.50, true},
                      MoveRow{"HeterogeneousDisruption, node A", 4.84, 5, kUneven, 2, 1.95, true},
                      MoveRow{"HeterogeneousDisruption, node B", 4.84, 32, kUneven, 2, 0.30, false},
                      MoveRow{"ScaleInvariance", 7.26, 4, {580.80, 900}, 2, 2.81, true},
                      MoveRow{"ZeroDisruptionCost_Approved", 4.84, 0, kPool, 2, kInfinity, true},
                      MoveRow{"ZeroDisruptionCost, nothing saved", 0, 0, kPool, 2, 0, false},
                      MoveRow{"ZeroNodePoolCost", 4.84, 5, {0, 90}, 2, 0, false},
                      MoveRow{"ZeroTotalDisruptionCost", 4.84, 5, {58.08, 0}, 2, kInfinity, true},
                      MoveRow{"ZeroTotalDisruptionCost, nothing saved", 0, 0, {58.08, 0}, 2, 0, false},
                      MoveRow{"DivisionByZero_PoolDisruption", 10, 5, {100, 0}, 2, kInfinity, true},
                      MoveRow{"ConsolidationThreshold, k = 2", 2.42, 9, kPool, 2, 0.42, false},
                      MoveRow{"ConsolidationThreshold, k = 3", 2.42, 9, kPool, 3, 0.42, true},
                      MoveRow{"ConsolidationThreshold, k = 1", 2.42, 9, kPool, 1, 0.42, false},
                      MoveRow{"CrossNodePool, on demand", 4.84, 4, {48.40, 90}, 2, 2.25, true},
                      MoveRow{"CrossNodePool, spot", 1.45, 4, {14.50, 90}, 2, 2.25, true}));

TEST(ScoreMove, ComparesShares) {
  // The first row's fractions.
  const Score score = score_move(7.26, 4, kPool, 2);
  EXPECT_NEAR(score.savings_share, 0.125, 0.001);
  EXPECT_NEAR(score.disruption_share, 0.0444, 0.001);
}

// balanced_scoring_test.go, Candidate.SavingsRatio: 4.84 an hour without pods, and with three.
TEST(ReschedulingCost, IsOneAndOneForEachPod) {
  EXPECT_EQ(rescheduling_cost(candidate(1, kSmall, 0)), 1);
  EXPECT_EQ(4.84 / rescheduling_cost(candidate(1, kSmall, 3)), 1.21);
}

}  // namespace
}  // namespace windtunnel::karpenter
