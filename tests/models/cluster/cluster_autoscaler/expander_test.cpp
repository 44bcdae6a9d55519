#include "models/cluster/cluster_autoscaler/expander.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <utility>

namespace windtunnel::cluster_autoscaler {
namespace {

using ::testing::ElementsAre;

constexpr std::int64_t kMi = 1024 * 1024, kGi = 1024 * kMi;

Option option(std::string name, std::int64_t nodes, NodeResources capacity, std::int64_t pods, NodeResources each,
              double price = 0) {
  Option out{0, std::move(name), nodes, pods, {}, capacity, price};
  for (std::int64_t i = 0; i < pods; ++i) out.requested += each;
  return out;
}

// Cluster Autoscaler, expander/waste/waste_test.go, TestLeastWaste: one pod of half a core and 1000 MiB.
TEST(LeastWaste, IsThatOfTheRealOne) {
  constexpr std::int64_t kCpu = 500, kMemory = 1000 * kMi;
  const NodeResources pod{kCpu, kMemory, 1};
  const Option balanced = option("balanced", 1, {16 * kCpu, 16 * kMemory, 100}, 1, pod);
  const Option high_memory = option("highmem", 1, {16 * kCpu, 32 * kMemory, 100}, 1, pod);
  const Option low_cpu = option("lowcpu", 1, {8 * kCpu, 16 * kMemory, 100}, 1, pod);
  EXPECT_THAT(best_of(Expander::kLeastWaste, {option("balanced", 1, balanced.capacity, 0, pod)}, {}), ElementsAre(0));
  EXPECT_THAT(best_of(Expander::kLeastWaste, {balanced}, {}), ElementsAre(0));
  EXPECT_THAT(best_of(Expander::kLeastWaste, {balanced, high_memory}, {}), ElementsAre(0));
  EXPECT_THAT(best_of(Expander::kLeastWaste, {balanced, high_memory, low_cpu}, {}), ElementsAre(2));
}

TEST(LeastWaste, AddsTheSharesOfCpuAndMemoryThatAreLeft) {
  // Pods of 3 cores and 4 GiB in all: a node of 4 cores and 16 GiB wastes 0.25 + 0.75, one of 8 and 16 0.625 + 0.75.
  const NodeResources pods{3000, 4 * kGi, 1};
  const Option small = option("a", 1, {4000, 16 * kGi, 110}, 1, pods),
               large = option("b", 1, {8000, 16 * kGi, 110}, 1, pods);
  EXPECT_DOUBLE_EQ(waste(small), 1.0);
  EXPECT_DOUBLE_EQ(waste(large), 1.375);
  EXPECT_THAT(best_of(Expander::kLeastWaste, {small, large}, {}), ElementsAre(0));
}

TEST(MostPods, IsByThePodsHelped) {  // expander/mostpods/mostpods_test.go, TestMostPods
  const auto helping = [](std::int64_t pods) { return option("", 1, {1000, kGi, 110}, pods, {1, 1, 1}); };
  EXPECT_THAT(best_of(Expander::kMostPods, {helping(0)}, {}), ElementsAre(0));
  EXPECT_THAT(best_of(Expander::kMostPods, {helping(0), helping(1)}, {}), ElementsAre(1));
  EXPECT_THAT(best_of(Expander::kMostPods, {helping(0), helping(1), helping(1)}, {}), ElementsAre(1, 2));
}

// expander/leastnodes/leastnodes_test.go, TestLeastNodes: nodes of each option, and which are left. An option of no
// nodes, as in "no valid options" and one of seven in the last row, does not come to an expander here.
TEST(LeastNodes, IsByTheNodesNeeded) {
  const std::pair<std::vector<std::int64_t>, std::vector<std::size_t>> rows[] = {{{}, {}},
                                                                                 {{2}, {0}},
                                                                                 {{2, 1}, {1}},
                                                                                 {{6, 2, 2}, {1, 2}},
                                                                                 {{8, 8, 8}, {0, 1, 2}},
                                                                                 {{23, 5, 8, 5, 5, 22}, {1, 3, 4}}};
  for (const auto& [nodes, left] : rows) {
    std::vector<Option> options;
    for (const std::int64_t n : nodes) options.push_back(option("", n, {1000, kGi, 110}, 1, {1, 1, 1}));
    EXPECT_EQ(best_of(Expander::kLeastNodes, options, {}), left) << nodes.size() << " options";
  }
}

TEST(PriceExpander, ComparesThePriceOfNodesWithThatOfThePodsTheyHelp) {
  // A pod of one core and one GiB is worth 0.033174 + 0.004446 = 0.03762 an hour.
  const NodeResources pod{1000, kGi, 1};
  const Option two = option("two of four", 2, {4000, 16 * kGi, 110}, 4, pod, 0.2);
  const Option one = option("one of eight", 1, {8000, 32 * kGi, 110}, 4, pod, 0.39);
  EXPECT_NEAR(price_ratio(two), 0.4 / (4 * 0.03762), 1e-12);
  EXPECT_THAT(best_of(Expander::kPrice, {two, one}, {}), ElementsAre(1));
}

// expander/priority/priority_test.go. Left out are its rows on changes of the ConfigMap.
TEST(PriorityExpander, IsThatOfTheRealOne) {
  const auto group = [](const char* name) { return option(name, 1, {1000, kGi, 110}, 1, {1, 1, 1}); };
  const Option t2_micro = group("my-asg.t2.micro"), t2_large = group("my-asg.t2.large"),
               t3_large = group("my-asg.t3.large"), m4_4xlarge = group("my-asg.m4.4xlarge");
  const Priorities config = {
      {5, {".*t2\\.micro.*"}}, {10, {".*t2\\.large.*", ".*t3\\.large.*"}}, {50, {".*m4\\.4xlarge.*"}}};
  const Priorities one_entry = {{10, {".*t2\\.large.*"}}};
  const Priorities not_matching = {{5, {".*t\\.micro.*"}}, {10, {".*t\\.large.*"}}};
  const Priorities wildcard = {{5, {".*"}}, {10, {".t2\\.large.*"}}};
  const auto left = [](const std::vector<Option>& options, const Priorities& priorities) {
    return best_of(Expander::kPriority, options, priorities);
  };
  EXPECT_THAT(left({t2_large}, config), ElementsAre(0));                         // …SingleMatchingOptionOutOfOne
  EXPECT_THAT(left({t2_large, m4_4xlarge}, config), ElementsAre(1));             // …SingleMatchingOptionOutOfMany
  EXPECT_THAT(left({t2_large, t2_micro}, wildcard), ElementsAre(0));             // …FiltersToHigherPriorityMatch
  EXPECT_THAT(left({t2_large, t3_large, t2_micro}, config), ElementsAre(0, 1));  // …TwoMatchingOptionsOutOfMany
  EXPECT_THAT(left({t2_large, t3_large}, config), ElementsAre(0, 1));  // …FallsBackToAllWhenNoMatches, as written
  EXPECT_THAT(left({t2_large, t3_large}, not_matching), ElementsAre(0, 1));  // …, as its name says
  EXPECT_THAT(left({t2_large, t3_large, m4_4xlarge}, one_entry), ElementsAre(0));
  EXPECT_THAT(left({t2_large, t3_large, m4_4xlarge}, config),
              ElementsAre(2));  // …HandlesConfigUpdate, before and after
}

TEST(ExpanderChain, NarrowsTheChoiceOneByOne) {
  const NodeResources pod{1000, kGi, 1};
  const std::vector<Option> options = {option("few pods", 1, {2000, 2 * kGi, 110}, 2, pod),
                                       option("wasteful", 1, {16'000, 64 * kGi, 110}, 4, pod),
                                       option("right", 1, {4000, 4 * kGi, 110}, 4, pod)};
  Stream words(1, "expander", 0);
  EXPECT_EQ(choose({Expander::kMostPods, Expander::kLeastWaste}, options, {}, words), 2U);
  EXPECT_EQ(choose({Expander::kLeastWaste, Expander::kMostPods}, options, {}, words), 2U);
}

TEST(ExpanderChain, DrawsAmongEquals) {
  const std::vector<Option> options(3, option("", 1, {4000, 16 * kGi, 110}, 2, {1000, kGi, 1}));
  Stream words(1, "expander", 0);
  std::map<std::size_t, int> chosen;
  for (int i = 0; i < 3000; ++i) ++chosen[choose({Expander::kLeastWaste}, options, {}, words)];
  ASSERT_EQ(chosen.size(), 3U);
  for (const auto& [index, times] : chosen) EXPECT_NEAR(times, 1000, 120) << index;  // 4.6 standard deviations
}

TEST(Expander, IsSpelledAsTheFlagSpellsIt) {
  for (const char* flag : {"random", "most-pods", "least-nodes", "least-waste", "price", "priority"})
    EXPECT_TRUE(expander_named(flag)) << flag;
  EXPECT_FALSE(expander_named("least_waste"));
  EXPECT_FALSE(expander_named("grpc"));
}

}  // namespace
}  // namespace windtunnel::cluster_autoscaler
