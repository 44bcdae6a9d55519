// What a policy leaves of a recommendation and what pods are admitted with, against kubernetes/autoscaler:
// vertical-pod-autoscaler/pkg/utils/vpa (capping_test.go), updater/priority, admission-controller.
// Not expressible: limit ranges and the global maxAllowed of a cluster, limits of a container status, several
// containers.

#include <gtest/gtest.h>

#include "models/vertical_autoscaler/vertical_autoscaler.hpp"

namespace windtunnel::vpa {
namespace {

constexpr double kMi = 1024.0 * 1024;

Recommendation of(double cpu, double memory) {
  Recommendation r;
  r.target = r.uncapped = {cpu, memory};
  r.lower = {cpu / 2, memory / 2};
  r.upper = {cpu * 2, memory * 2};
  return r;
}
ResourceList list(double cpu, double memory) { return {Cpu{cpu}, Bytes{memory}}; }

TEST(VpaPolicy, KeepsTheRecommendationWithinItsBounds) {
  struct Row {
    const char* name;
    ResourceList least, most;
    Amounts target, lower, upper, new_target, new_lower, new_upper;
  };
  const Amounts target{0.042, 42 * kMi}, lower{0.031, 31 * kMi}, upper{0.053, 53 * kMi};
  for (const Row& row : {Row{"TestApplyVPAPolicy: no policy", {}, {}, target, lower, upper, target, lower, upper},
                         {"TestApplyVPAPolicy: min allowed",
                          list(0.05, 50 * kMi),
                          {},
                          target,
                          lower,
                          upper,
                          {0.05, 50 * kMi},
                          {0.05, 50 * kMi},
                          upper},
                         {"TestApplyVPAPolicy: max allowed",
                          {},
                          list(0.04, 40 * kMi),
                          target,
                          lower,
                          upper,
                          {0.04, 40 * kMi},
                          lower,
                          {0.04, 40 * kMi}},
                         {"TestRecommendationCappedToMinMaxPolicy",
                          list(400, 40000),
                          list(450, 45000),
                          {300.0, 50000.0},
                          {200.0, 43000.0},
                          {500.0, 55000.0},
                          {400.0, 45000.0},
                          {400.0, 43000.0},
                          {450.0, 45000.0}}}) {
    ContainerPolicy policy;
    policy.min_allowed = row.least;
    policy.max_allowed = row.most;
    const Recommendation r = *under(policy, {row.target, row.lower, row.upper, row.target}, {});
    EXPECT_EQ(r.target, row.new_target) << row.name;
    EXPECT_EQ(r.lower, row.new_lower) << row.name;
    EXPECT_EQ(r.upper, row.new_upper) << row.name;
    EXPECT_EQ(r.uncapped, row.target) << row.name;
  }
}

// TestRecommendationToLimitCapping: requests alone can't go beyond the limits.
TEST(VpaPolicy, KeepsRequestsWithinLimitsThatItDoesNotMove) {
  const Recommendation r{{20, 80000}, {10, 40000}, {100, 90000}, {20, 80000}};
  ContainerPolicy policy;
  policy.controlled_values = ControlledValues::kRequestsOnly;
  EXPECT_EQ(under(policy, r, list(30, 70000))->target, (Amounts{20, 70000}));
  EXPECT_EQ(under(policy, r, list(30, 70000))->upper, (Amounts{30, 70000}));
  policy.controlled_values = ControlledValues::kRequestsAndLimits;
  EXPECT_EQ(under(policy, r, list(30, 70000))->target, (Amounts{20, 80000}));
  EXPECT_EQ(under(policy, r, list(30, 70000))->upper, (Amounts{100, 90000}));
}

// TestControlledResourcesFiltered (recommender_test.go).
TEST(VpaPolicy, SpeaksOfControlledResourcesOnly) {
  ContainerPolicy policy;
  policy.controlled_resources = {"memory"};
  EXPECT_EQ(under(policy, of(1, 1000), {})->target, (Amounts{{}, 1000.0}));
  policy.mode = ContainerPolicy::Mode::kOff;
  EXPECT_FALSE(under(policy, of(1, 1000), {}));
}

TEST(VpaPolicy, OfANamedContainerGoesBeforeThatOfAll) {
  Spec spec;
  EXPECT_EQ(spec.container().mode, ContainerPolicy::Mode::kAuto);
  spec.resources.containers.resize(2);
  spec.resources.containers[1].container = "app";
  spec.resources.containers[1].mode = ContainerPolicy::Mode::kOff;
  EXPECT_EQ(spec.container().container, "app");
}

// TestUpdateResourceRequests, its rows on limits: they keep their proportion to the request.
TEST(VpaAdmission, ScalesLimitsWithRequests) {
  struct Row {
    const char* name;
    Resources before;
    ControlledValues controlled;
    Resources after;
  };
  const Amounts target{2.0, 200 * kMi};
  const auto both = ControlledValues::kRequestsAndLimits, requests = ControlledValues::kRequestsOnly;
  for (const Row& row :
       {Row{"proportional limit",
            {list(1, 100 * kMi), list(2, 200 * kMi)},
            both,
            {list(2, 200 * kMi), list(4, 400 * kMi)}},
        {"limit equal to request",
         {list(1, 100 * kMi), list(1, 100 * kMi)},
         both,
         {list(2, 200 * kMi), list(2, 200 * kMi)}},
        {"no request, limit only", {{}, list(1, 100 * kMi)}, both, {list(2, 200 * kMi), list(2, 200 * kMi)}},
        {"requests only", {list(1, 100 * kMi), list(3, 300 * kMi)}, requests, {list(2, 200 * kMi), list(3, 300 * kMi)}},
        {"neither", {{}, {}}, both, {list(2, 200 * kMi), {}}}}) {
    const Resources got = admitted(row.before, target, row.controlled);
    EXPECT_EQ(got.requests.cpu->cores, row.after.requests.cpu->cores) << row.name;
    EXPECT_EQ(got.requests.memory->count, row.after.requests.memory->count) << row.name;
    ASSERT_EQ(got.limits.cpu.has_value(), row.after.limits.cpu.has_value()) << row.name;
    if (!got.limits.cpu) continue;
    EXPECT_EQ(got.limits.cpu->cores, row.after.limits.cpu->cores) << row.name;
    EXPECT_EQ(got.limits.memory->count, row.after.limits.memory->count) << row.name;
  }
}

TEST(VpaPolicy, EvictsOnlyWhereAllRequirementsHold) {
  using Change = EvictionRequirement::Change;
  constexpr Change kUp = Change::kTargetHigherThanRequests, kDown = Change::kTargetLowerThanRequests;
  const std::vector<std::string> cpu{"cpu"}, memory{"memory"}, both{"cpu", "memory"};
  struct Row {
    const char* name;  // of TestAdmitForSingleContainer (scaling_direction_pod_eviction_admission_test.go)
    std::vector<EvictionRequirement> requirements;
    Amounts target;
    bool admitted;
  };
  for (const Row& row :
       {Row{"no config", {}, {0.6, 10}, true},
        {"CPU is scaled up and config allows scaling up CPU", {{cpu, kUp}}, {0.6, 10}, true},
        {"CPU is scaled down and config allows scaling down CPU", {{cpu, kDown}}, {0.4, 10}, true},
        {"config allows only scaling up", {{both, kUp}}, {0.5, 10}, false},
        {"CPU violates, even though the memory fulfills", {{both, kUp}}, {0.5, 11}, false},
        {"memory is scaled up and config allows scaling up memory", {{memory, kUp}}, {0.5, 11}, true},
        {"memory is scaled down and config allows scaling down memory", {{memory, kDown}}, {0.5, 9}, true},
        {"memory is scaled down and config allows only scaling up", {{both, kUp}}, {0.5, 9}, false},
        {"CPU up, memory down, both allowed", {{cpu, kUp}, {memory, kDown}}, {0.6, 9}, true},
        {"CPU is scaled up and config allows only scaling down CPU", {{cpu, kDown}}, {1, 9}, false},
        {"CPU up, memory down, only up allowed", {{cpu, kUp}, {memory, kUp}}, {0.6, 9}, false}})
    EXPECT_EQ(may_evict(row.requirements, {0.5, 10}, row.target), row.admitted) << row.name;
  EXPECT_TRUE(may_evict({{cpu, kUp}}, {}, {0.6, 10}));  // "no resource request is present"
}

}  // namespace
}  // namespace windtunnel::vpa
