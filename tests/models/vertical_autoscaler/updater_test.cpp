// Which pods the updater picks, against kubernetes/autoscaler: vertical-pod-autoscaler/pkg/updater, priority
// (update_priority_calculator_test.go) and restriction (pods_eviction_restriction_test.go).
// Not expressible: several containers in a pod (TestGetUpdatePriority, "multiple containers, …"), container statuses
// that differ from the pod's spec, the annotation vpaObservedContainers, pods without a controller, pod disruption
// budgets (there are none), the eviction rate limit (off by default).

#include "models/vertical_autoscaler/updater.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace windtunnel::vpa {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

Recommendation cpu_of(double target, double lower, double upper) {
  Recommendation r;
  r.target.cpu = target;
  r.lower.cpu = lower;
  r.upper.cpu = upper;
  return r;
}
UpdatedPod pod(std::uint32_t id, double cores, Time started, bool quick_oom = false) {
  return {id, {cores, {}}, started, quick_oom};
}
bool updated(const UpdatedPod& p, const Recommendation& r, Time now, double threshold = 0.1) {
  UpdaterFlags flags;
  flags.update_threshold.value = threshold;
  return worth_updating(priority_of(p, r), now - p.started, flags);
}

TEST(VpaUpdater, ComparesRequestsWithTargetsAsUpstream) {
  struct Row {
    const char* name;  // of TestGetUpdatePriority (priority_processor_test.go)
    Amounts requests, target, lower, upper;
    bool outside, scale_up;
    double difference;
  };
  const Amounts none;
  for (const Row& row : {
           Row{"simple scale up", {2, {}}, {10, {}}, none, none, false, true, 4},
           {"simple scale down", {4, {}}, {2, {}}, none, none, false, false, 0.5},
           {"no resource diff", {2, {}}, {2, {}}, none, none, false, false, 0},
           {"scale up on milliquanitites", {0.01, {}}, {0.9, {}}, none, none, false, true, 89},
           {"scale up outside recommended range", {4, {}}, {10, {}}, {6, {}}, {14, {}}, true, true, 1.5},
           {"scale down outside recommended range", {8, {}}, {2, {}}, {1, {}}, {3, {}}, true, false, 0.75},
           {"multiple resources, both scale up", {3, 10e6}, {6, 20e6}, none, none, false, true, 2},
           {"multiple resources, only one scale up", {4, 10e6}, {2, 20e6}, none, none, false, true, 1.5},
           {"multiple resources, both scale down", {4, 20e6}, {2, 10e6}, none, none, false, false, 1},
           {"multiple resources, one outside recommended range",
            {4, 20e6},
            {2, 10e6},
            {1, 5e6},
            {3, 30e6},
            true,
            false,
            1},
           {"no request (the comment in priority_processor.go)", none, {1, {}}, none, none, true, true, 999},
       }) {
    Recommendation r;
    r.target = row.target;
    r.lower = row.lower;
    r.upper = row.upper;
    const Priority p = priority_of({0, row.requests, 0s, false}, r);
    EXPECT_EQ(p.outside, row.outside) << row.name;
    EXPECT_EQ(p.scale_up, row.scale_up) << row.name;
    EXPECT_NEAR(p.difference, row.difference, 1e-9) << row.name;
  }
}

// The rows of update_priority_calculator_test.go: target 5 cores, range 1 to 6, threshold 0.5.
TEST(VpaUpdater, UpdatesTheSamePodsAsUpstream) {
  struct Row {
    const char* name;
    double request;
    Duration age;
    bool quick_oom, updated;
  };
  for (const Row& row : {Row{"TestUpdateLonglivedPods, POD1", 4, 13h, false, false},
                         {"TestUpdateLonglivedPods, POD2", 1, 13h, false, true},
                         {"TestUpdateLonglivedPods, POD3", 8, 13h, false, true},
                         {"TestUpdateShortlivedPods, POD1", 4, 11h, false, false},
                         {"TestUpdateShortlivedPods, POD2", 1, 11h, false, false},
                         {"TestUpdateShortlivedPods, POD3", 10, 11h, false, true},
                         {"TestUpdateNotRequired", 5, 24h, false, false},
                         {"TestUpdatePodWithQuickOOM", 4, 11h, true, true},
                         {"TestDontUpdatePodWithQuickOOMNoResourceChange", 5, 11h, true, false},
                         {"TestDontUpdatePodWithOOMAfterLongRun", 4, 11h, false, false}})
    EXPECT_EQ(updated(pod(0, row.request, 0s, row.quick_oom), cpu_of(5, 1, 6), row.age, 0.5), row.updated) << row.name;
}

TEST(VpaUpdater, LeavesAPodWithinTheRangeAloneForTwelveHours) {
  const Recommendation r = cpu_of(5, 1, 6);
  EXPECT_FALSE(updated(pod(0, 4, 0s), r, 12h - 1s));
  EXPECT_TRUE(updated(pod(0, 4, 0s), r, 12h));
  EXPECT_FALSE(updated(pod(0, 4.6, 0s), r, 12h));  // a difference of 0.087 is less than a tenth …
  EXPECT_TRUE(updated(pod(0, 4.54, 0s), r, 12h));  // … 0.1013 is not
  EXPECT_FALSE(updated(pod(0, 1, 0s), r, 1min));   // a bound itself is within
  EXPECT_FALSE(updated(pod(0, 6, 0s), r, 1min));
}

// TestSortPriority, TestSortPriorityResourcesDecrease.
TEST(VpaUpdater, PrefersPodsThatGrowThenThoseFurthestOff) {
  const std::vector<UpdatedPod> pods = {pod(1, 4, 0s), pod(2, 8, 0s), pod(3, 20, 0s), pod(4, 1, 0s)};
  std::vector<std::uint32_t> ids;
  for (const Priority& p : in_order(pods, cpu_of(5, 4.5, 5.5), {}, 1min)) ids.push_back(p.pod);
  EXPECT_THAT(ids, ElementsAre(4, 1, 3, 2));
}

// Replicas, tolerance and minimum as in pods_eviction_restriction_test.go.
TEST(VpaUpdater, KeepsEnoughPodsRunning) {
  struct Row {
    std::int64_t configured, running, live, min_replicas, evicted;
    double tolerance = 0.5;
  };
  for (const Row& row : {Row{4, 4, 4, 2, 2},
                         {3, 3, 3, 2, 1},
                         {2, 2, 2, 2, 1},
                         {1, 1, 1, 2, 0},
                         {1, 1, 1, 1, 1},
                         {5, 5, 5, 2, 1, 0.2},
                         {3, 3, 3, 2, 1, 0.1},  // no tolerance: one at a time …
                         {3, 2, 3, 2, 0, 0.1},  // … and only while all run
                         {4, 3, 4, 2, 1},
                         {4, 2, 4, 2, 0},
                         {10, 10, 10, 2, 5}}) {
    Disruptions disruptions(row.configured, row.running, row.live, row.min_replicas, row.tolerance);
    std::int64_t evicted = 0;
    for (std::int64_t i = 0; i < row.running; ++i)
      if (disruptions.may_disrupt()) {
        disruptions.disrupted();
        ++evicted;
      }
    EXPECT_EQ(evicted, row.evicted) << row.configured << " configured, " << row.running << " running, tolerance "
                                    << row.tolerance;
  }
}

}  // namespace
}  // namespace windtunnel::vpa
