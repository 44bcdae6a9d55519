#include "models/cluster/cluster_params.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using test::Fields;
using test::Found;
using test::Items;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const Fields kMachine = {{"type", "m"}, {"cpu", Cpu{4}}, {"memory", Bytes{16e9}}};

Fields with(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

Found checked_group(const Fields& more) {
  NodeGroupParams params;
  test::assign(params, with(kMachine, more));
  Found found;
  params.check(found);
  return found;
}

TEST(NodeGroupParams, KeepCountWithinMinAndMax) {
  EXPECT_THAT(checked_group({{"count", 3}, {"min", 1}, {"max", 3}}).errors, IsEmpty());
  EXPECT_THAT(checked_group({{"count", 3}, {"max", 2}}).errors, ElementsAre("/max: 2 is below count, 3"));
  EXPECT_THAT(checked_group({{"count", 1}, {"min", 2}}).errors, ElementsAre("/count: 1 is below min, 2"));
  EXPECT_THAT(checked_group({{"count", 5}, {"min", 5}, {"max", 4}}).errors, ElementsAre("/max: 4 is below min, 5"));
}

TEST(NodeGroupParams, LeaveSomethingForPods) {
  EXPECT_THAT(checked_group({{"system_reserved", Fields{{"cpu", Cpu{4}}}}}).errors,
              ElementsAre(StartsWith("/system_reserved/cpu: ")));
  EXPECT_THAT(checked_group({{"system_reserved", Fields{{"memory", Bytes{17e9}}}}}).errors,
              ElementsAre(StartsWith("/system_reserved/memory: ")));
}

TEST(NodeGroupParams, AreCalledByTheirTypeIfTheyHaveNoName) {
  NodeGroupParams params;
  test::assign(params, kMachine);
  EXPECT_EQ(params.label(), "m");
  test::assign(params, with(kMachine, {{"name", "pool"}}));
  EXPECT_EQ(params.label(), "pool");
}

Found checked_cluster(const Fields& fields) {
  ClusterParams params;
  test::assign(params, fields);
  Found found;
  params.check(found);
  return found;
}

TEST(ClusterParams, TellNodeGroupsApartByName) {
  const Fields one = with(kMachine, {{"count", 1}});
  EXPECT_THAT(checked_cluster({{"nodes", Items{one, one}}}).errors,
              ElementsAre(AllOf(StartsWith("/nodes/1/type: "), HasSubstr("taken by node group 0"))));
  EXPECT_THAT(checked_cluster({{"nodes", Items{one, with(one, {{"name", "other"}})}}}).errors, IsEmpty());
  const Fields named = with(one, {{"name", "same"}});
  EXPECT_THAT(checked_cluster({{"nodes", Items{named, named}}}).errors, ElementsAre(StartsWith("/nodes/1/name: ")));
}

TEST(ClusterParams, NeedNodesForAnAutoscaler) {
  const Fields scaled = {{"autoscaler", Fields{{"type", "cluster_autoscaler"}}}};
  EXPECT_THAT(checked_cluster(scaled).errors, ElementsAre(StartsWith("/autoscaler: ")));
  EXPECT_THAT(checked_cluster(with(scaled, {{"nodes", Items{kMachine}}})).errors, IsEmpty());
}

TEST(ClusterParams, WarnOfBoundsThatNothingLooksAt) {
  const Fields bounded = with(kMachine, {{"count", 2}, {"max", 5}});
  EXPECT_THAT(checked_cluster({{"nodes", Items{bounded}}}).warnings, ElementsAre(StartsWith("/nodes/0/max: ")));
  EXPECT_THAT(
      checked_cluster({{"nodes", Items{with(bounded, {{"autoscaler", Fields{{"type", "cluster_autoscaler"}}}})}}})
          .warnings,
      IsEmpty());
  EXPECT_THAT(checked_cluster({{"nodes", Items{kMachine}}}).errors, ElementsAre(StartsWith("/nodes/0/count: ")));
}

TEST(ClusterParams, GiveTheClustersAutoscalerTheGroupsWithoutTheirOwn) {
  ClusterParams params;
  test::assign(params, {{"nodes", Items{kMachine, with(kMachine, {{"name", "own"},
                                                                  {"price", 1.0},
                                                                  {"autoscaler", Fields{{"type", "karpenter"}}}})}},
                        {"autoscaler", Fields{{"type", "cluster_autoscaler"}}}});
  EXPECT_TRUE(params.autoscaler_of(params.nodes[0])->scales_groups());
  EXPECT_FALSE(params.autoscaler_of(params.nodes[1])->scales_groups());
}

// --- the autoscalers' own

Found checked(const std::string& type, const Fields& fields) {
  Choice<NodeAutoscalerParams> choice = test::chosen<NodeAutoscalerParams>(type, fields);
  Found found;
  choice.mutable_params().check(found);
  return found;
}

TEST(ClusterAutoscalerParams, KnowTheirExpanders) {
  EXPECT_THAT(checked("cluster_autoscaler", {{"expander", Items{"most-pods", "least-waste"}}}).errors, IsEmpty());
  EXPECT_THAT(checked("cluster_autoscaler", {{"expander", Items{"most-pods", "least_waste"}}}).errors,
              ElementsAre(AllOf(StartsWith("/expander/1: "), HasSubstr("least-waste, price, priority"))));
  EXPECT_THAT(checked("cluster_autoscaler", {{"expander", Items{}}}).errors, ElementsAre(StartsWith("/expander: ")));
}

TEST(ClusterAutoscalerParams, NeedPrioritiesForThePriorityExpander) {
  const Fields by_priority = {{"expander", Items{"priority"}}};
  EXPECT_THAT(checked("cluster_autoscaler", by_priority).errors, ElementsAre(StartsWith("/priorities: ")));
  EXPECT_THAT(
      checked("cluster_autoscaler", with(by_priority, {{"priorities", Fields{{"10", Items{"spot.*"}}}}})).errors,
      IsEmpty());
  EXPECT_THAT(checked("cluster_autoscaler", with(by_priority, {{"priorities", Fields{{"high", Items{"("}}}}})).errors,
              ElementsAre(StartsWith("/priorities/high: "), StartsWith("/priorities/high/0: ")));
  EXPECT_THAT(checked("cluster_autoscaler", {{"priorities", Fields{{"10", Items{"a"}}}}}).warnings,
              ElementsAre(StartsWith("/priorities: ")));
}

}  // namespace
}  // namespace windtunnel
