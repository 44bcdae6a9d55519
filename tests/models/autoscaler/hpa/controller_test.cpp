#include "models/autoscaler/hpa/controller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "tests/models/autoscaler/hpa/pods.hpp"

namespace windtunnel::hpa {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::ElementsAreArray;
using Levels = std::vector<std::int64_t>;

// --- upstream's horizontal_test.go
// ---------------------------------------------------------------------------------------

enum class Asks { kCpu, kPodsMetric, kInvalid };
struct Metric {
  Asks asks = Asks::kCpu;
  std::int64_t target = 0;
};

struct Row {
  const char* name;
  std::int32_t least, most, current;
  std::vector<Metric> metrics;
  Levels levels;  // per pod
  Levels requests;
  std::int32_t desired;
  States states = {};
  bool empty_history = false;  // an empty list, so that no initial recommendation is added
  LimitedBy by = LimitedBy::kNothing;
};
void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

Proposal propose(const Row& row, const Metric& metric) {
  const Samples samples = samples_of(row.levels, kNow);
  const std::vector<Pod> pods = pods_of(row.requests.size(), row.requests, row.states, true);
  switch (metric.asks) {
    case Asks::kCpu:
      return propose_for_utilization(row.current, static_cast<std::int32_t>(metric.target), samples, pods,
                                     Resource::kCpu, upstream_terms(), kNow);
    case Asks::kPodsMetric:
      return propose_for_average(row.current, metric.target, samples, pods, Resource::kOther, upstream_terms(), kNow);
    case Asks::kInvalid:
      break;
  }
  Proposal invalid;
  invalid.error = "failed to get the metric";
  return invalid;
}

SyncResult sync(const Row& row, Controller& controller) {
  std::vector<Proposal> proposals;
  for (const Metric& metric : row.metrics) proposals.push_back(propose(row, metric));
  return controller.sync(row.current, proposals, kNow);
}

class WholeController : public testing::TestWithParam<Row> {};

TEST_P(WholeController, SetsUpstreamsReplicas) {
  const Row& row = GetParam();
  History history;
  history.begun = row.empty_history;
  Controller controller({.min_replicas = row.least, .max_replicas = row.most, .behavior = {}}, history);
  const SyncResult result = sync(row, controller);
  EXPECT_EQ(result.desired, row.desired);
  EXPECT_EQ(result.limited.by, row.by);
}

std::vector<Metric> cpu(std::int64_t target) { return {{Asks::kCpu, target}}; }
std::vector<Metric> pods_metric(std::int64_t target) { return {{Asks::kPodsMetric, target}}; }
const Levels kAroundAThousand = {900, 1000, 1100};
const Levels kTenRequests = {400, 200, 310, 290, 302, 298, 301, 299, 300, 300};
constexpr LimitedBy kMin = LimitedBy::kMinReplicas, kMax = LimitedBy::kMaxReplicas, kNone = LimitedBy::kNothing;

Levels thousands(std::size_t n) { return Levels(n, 1000); }

INSTANTIATE_TEST_SUITE_P(
    HorizontalTest, WholeController,
    testing::Values(
        Row{"TestZeroReplicas", 3, 5, 0, cpu(90), {}, {}, 0}, Row{"TestTooFewReplicas", 3, 5, 2, cpu(90), {}, {}, 3},
        Row{"TestTooManyReplicas", 3, 5, 10, cpu(90), {}, {}, 5},
        Row{"TestMaxReplicas", 2, 5, 3, cpu(90), {8000, 9500, 1000}, kAroundAThousand, 5, {}, false, kMax},
        Row{"TestSuperfluousMetrics",
            2,
            6,
            4,
            cpu(100),
            {4000, 9500, 3000, 7000, 3200, 2000},
            thousands(4),
            6,
            {},
            false,
            kMax},
        Row{"TestMissingMetrics", 2, 6, 4, cpu(100), {400, 95}, thousands(4), 3, {}, true},
        Row{"TestEmptyMetrics", 2, 6, 4, cpu(100), {}, thousands(4), 4},
        Row{"TestEmptyCPURequest", 1, 5, 1, cpu(100), {200}, {}, 1},
        Row{"TestEventCreated", 1, 5, 1, cpu(50), {200}, {200}, 2},
        Row{"TestEventNotCreated", 1, 5, 2, cpu(50), {200, 200}, {400, 400}, 2},
        Row{"TestMissingReports", 1, 5, 4, cpu(50), {200}, {200}, 2, {}, true},
        Row{"TestMoreReplicasThanSpecNoScale", 1, 8, 4, cpu(50), Levels(5, 500), thousands(5), 4},
        Row{"TestConditionFailedGetMetrics", 1, 100, 3, {{Asks::kInvalid, 0}}, {}, Levels(3, 100), 3},
        Row{"TestNoBackoffUpscaleCM", 1, 5, 3, pods_metric(15000), {20000, 10000, 30000}, thousands(3), 4},
        Row{"TestNoBackoffUpscaleCMNoBackoffCpu",
            1,
            5,
            3,
            {{Asks::kCpu, 10}, {Asks::kPodsMetric, 15000}},
            {20000, 10000, 30000},
            thousands(3),
            5,
            {},
            false,
            kMax},
        Row{"TestComputedToleranceAlgImplementation, 56 %",
            0,
            1000,
            10,
            cpu(56),
            Levels(10, 150),
            kTenRequests,
            9,
            {},
            true},
        Row{"TestComputedToleranceAlgImplementation, 55 %",
            0,
            1000,
            10,
            cpu(55),
            Levels(10, 150),
            kTenRequests,
            10,
            {},
            true},
        Row{"TestScaleUpRCImmediately", 2, 6, 1, cpu(50), {0, 0, 0, 0}, thousands(4), 2},
        Row{"TestScaleDownRCImmediately", 2, 5, 6, cpu(50), {8000, 9500, 1000}, kAroundAThousand, 5},
        Row{"TestAvoidUnnecessaryUpdates",
            2,
            6,
            2,
            cpu(80),
            {400, 500, 700},
            thousands(3),
            2,
            {.start = "chh"},
            true,
            kMin},
        Row{"TestScaleUpOneMetricEmpty",
            2,
            6,
            3,
            {{Asks::kCpu, 30}, {Asks::kInvalid, 0}},
            {300, 400, 500},
            thousands(3),
            4},
        Row{"TestNoScaleDownOneMetricInvalid",
            2,
            6,
            5,
            {{Asks::kCpu, 50}, {Asks::kInvalid, 0}},
            {100, 300, 500, 250, 250},
            thousands(5),
            5,
            {},
            true},
        Row{"TestNoScaleDownOneMetricEmpty",
            2,
            6,
            5,
            {{Asks::kInvalid, 0}, {Asks::kCpu, 50}},
            {100, 300, 500, 250, 250},
            thousands(5),
            5,
            {},
            true},
        Row{"TestScaleUpDeployment", 2, 6, 3, cpu(30), {300, 500, 700}, thousands(3), 5},
        Row{"TestScaleUpUnreadyLessScale", 2, 6, 3, cpu(30), {300, 500, 700}, thousands(3), 4, {"FTT"}},
        Row{"TestScaleUpHotCpuLessScale", 2, 6, 3, cpu(30), {300, 500, 700}, thousands(3), 4, {.start = "hcc"}},
        Row{"TestScaleUpUnreadyNoScale", 2, 6, 3, cpu(30), {400, 500, 700}, thousands(3), 3, {"TFF"}},
        Row{"TestScaleUpHotCpuNoScale",
            2,
            6,
            3,
            cpu(30),
            {400, 500, 700},
            thousands(3),
            3,
            {.ready = "TFF", .start = "chh"}},
        Row{"TestScaleUpIgnoresFailedPods",
            2,
            6,
            2,
            cpu(30),
            {500, 700},
            thousands(4),
            4,
            {.ready = "TTFF", .phase = "RRXX"}},
        Row{"TestScaleUpIgnoresDeletionPods",
            2,
            6,
            2,
            cpu(30),
            {500, 700},
            thousands(4),
            4,
            {.ready = "TTFF", .marked = "--DD"}}));

INSTANTIATE_TEST_SUITE_P(
    HorizontalTestMore, WholeController,
    testing::Values(
        Row{"TestScaleUpCM", 2, 6, 3, pods_metric(15000), {20000, 10000, 30000}, thousands(3), 4},
        Row{"TestScaleUpCMUnreadyAndHotCpuNoLessScale",
            2,
            6,
            3,
            pods_metric(15000),
            {50000, 10000, 30000},
            thousands(3),
            6,
            {.ready = "TTF", .start = "cch"}},
        Row{"TestScaleUpCMUnreadyandCpuHot",
            2,
            6,
            3,
            pods_metric(15000),
            {50000, 15000, 30000},
            thousands(3),
            6,
            {.ready = "FTF", .start = "hch"},
            false,
            kMax},
        Row{"TestScaleDownIgnoresFailedPods",
            2,
            6,
            5,
            cpu(50),
            {100, 300, 500, 250, 250},
            thousands(7),
            3,
            {.ready = "TTTTTFF", .phase = "RRRRRXX"},
            true},
        Row{"TestScaleDownIgnoresDeletionPods",
            2,
            6,
            5,
            cpu(50),
            {100, 300, 500, 250, 250},
            thousands(7),
            3,
            {.ready = "TTTTTFF", .marked = "-----DD"},
            true},
        Row{"TestTolerance", 1, 5, 3, cpu(100), {1010, 1030, 1020}, kAroundAThousand, 3},
        Row{"TestToleranceCM", 1, 5, 3, pods_metric(20000), {20000, 20001, 21000}, thousands(3), 3},
        Row{"TestMinReplicas", 2, 5, 3, cpu(90), {10, 95, 10}, kAroundAThousand, 2, {}, true, kMin},
        Row{"TestZeroMinReplicasDesiredZero", 0, 5, 3, cpu(90), {0, 0, 0}, kAroundAThousand, 0, {}, true, kNone},
        Row{"TestMinReplicasDesiredZero", 2, 5, 3, cpu(90), {0, 0, 0}, kAroundAThousand, 2, {}, true, kMin}));

ScalingPolicy pods(std::int32_t value, Duration period) { return {ScalingPolicy::Kind::kPods, value, period}; }
ScalingPolicy percent(std::int32_t value, Duration period) { return {ScalingPolicy::Kind::kPercent, value, period}; }

Behavior behavior_of(std::vector<ScalingPolicy> up, Duration up_window, std::vector<ScalingPolicy> down,
                     Duration down_window) {
  return {{up_window, SelectPolicy::kMax, std::move(up)}, {down_window, SelectPolicy::kMax, std::move(down)}};
}
// What the API server fills in.
Behavior defaults() { return behavior_of({pods(4, 15s), percent(100, 15s)}, 0s, {percent(100, 15s)}, 300s); }

TEST(WholeControllerWithBehavior, KeepsTheUpscaleCap) {
  const Behavior behavior = behavior_of({percent(700, 60s)}, 0s, {percent(100, 15s)}, 300s);
  const Row row{"TestUpscaleCap", 1, 100, 3, cpu(10), {100, 200, 300}, Levels(3, 100), 24};
  Controller capped({.min_replicas = 1, .max_replicas = 100, .behavior = behavior});
  EXPECT_EQ(sync(row, capped).desired, 24);
  Controller below({.min_replicas = 1, .max_replicas = 20, .behavior = behavior});
  const SyncResult result = sync(row, below);  // TestUpscaleCapGreaterThanMaxReplicas
  EXPECT_EQ(result.desired, 20);
  EXPECT_EQ(result.limited.by, kMax);
}

TEST(WholeControllerWithoutBehavior, StabilizesAFall) {
  const Row row{"TestStabilizeDownscale", 1, 5, 4, cpu(100), {50, 50, 50}, Levels(3, 100), 4};
  History history;
  history.begun = true;
  history.recommendations = {{10, kNow - 600s}, {4, kNow - 60s}};
  Controller controller({.min_replicas = 1, .max_replicas = 5, .behavior = {}}, history);
  const SyncResult result = sync(row, controller);
  EXPECT_EQ(result.recommended, 2);
  EXPECT_EQ(result.desired, 4);
}

// --- what upstream's tests leave open
// -------------------------------------------------------------------------------------

Proposal asking(std::int32_t replicas) {
  Proposal proposal;
  proposal.replicas = replicas;
  return proposal;
}

// Replicas at every sync, with metrics that always ask for the same.
std::vector<std::int32_t> ramp(const Limits& limits, std::int32_t from, std::int32_t asked, Duration period,
                               std::size_t syncs) {
  Controller controller(limits);
  std::vector<std::int32_t> out = {from};
  Time now = kNow;
  while (out.size() < syncs) {
    out.push_back(controller.sync(out.back(), std::vector{asking(asked)}, now).desired);
    now += period;
  }
  return out;
}

Limits limits(std::int32_t least, std::int32_t most, std::optional<Behavior> behavior = {}) {
  return {.min_replicas = least, .max_replicas = most, .behavior = std::move(behavior)};
}

// The ramps below follow from the rules by hand (and were checked with another program).
TEST(Ramps, WithDefaultPoliciesAddFourOrDoublePerPeriod) {
  EXPECT_THAT(ramp(limits(1, 100, defaults()), 1, 100, 15s, 7), ElementsAre(1, 5, 10, 20, 40, 80, 100));
  EXPECT_THAT(ramp(limits(1, 100, defaults()), 1, 100, 5s, 17),
              ElementsAre(1, 5, 5, 5, 10, 10, 10, 20, 20, 20, 40, 40, 40, 80, 80, 80, 100));
}

TEST(Ramps, WithoutBehaviorDoublePerSyncFromFour) {
  EXPECT_THAT(ramp(limits(1, 100), 1, 100, 15s, 7), ElementsAre(1, 4, 8, 16, 32, 64, 100));
}

TEST(Ramps, FallByOnePodAMinute) {
  EXPECT_THAT(ramp(limits(1, 100, behavior_of({pods(4, 15s)}, 0s, {pods(1, 60s)}, 0s)), 10, 5, 15s, 18),
              ElementsAre(10, 9, 9, 9, 9, 8, 8, 8, 8, 7, 7, 7, 7, 6, 6, 6, 6, 5));
}

TEST(Ramps, FallByHalfAMinute) {
  EXPECT_THAT(ramp(limits(1, 100, behavior_of({pods(4, 15s)}, 0s, {percent(50, 60s)}, 0s)), 100, 1, 15s, 22),
              ElementsAre(100, 50, 50, 50, 50, 25, 25, 25, 25, 12, 12, 12, 12, 6, 6, 6, 6, 3, 3, 3, 3, 1));
}

TEST(Ramps, RiseByTenPercentAMinute) {
  EXPECT_THAT(ramp(limits(1, 100, behavior_of({percent(10, 60s)}, 0s, {percent(100, 15s)}, 0s)), 50, 100, 15s, 14),
              ElementsAre(50, 56, 56, 56, 56, 62, 62, 62, 62, 69, 69, 69, 69, 76));
}

// The sync, counted from 0, at which a drop from 10 to 2 is carried out.
std::size_t sync_of_drop(const Limits& of, Duration period) {
  const std::vector<std::int32_t> replicas = ramp(of, 10, 2, period, 40);
  const auto drop = std::find(replicas.begin(), replicas.end(), 2);
  return static_cast<std::size_t>(drop - replicas.begin()) - 1;
}

TEST(Stabilization, HoldsTheFirstFallForAWholeWindow) {
  // A recommendation of exactly the window's age still counts without behavior, and does not with it.
  EXPECT_EQ(sync_of_drop(limits(1, 100), 15s), 21U);
  EXPECT_EQ(sync_of_drop(limits(1, 100, defaults()), 15s), 20U);
  // No real controller keeps an exact grid; with the least drift both agree.
  EXPECT_EQ(sync_of_drop(limits(1, 100), 15s + 1ms), 20U);
  EXPECT_EQ(sync_of_drop(limits(1, 100, defaults()), 15s + 1ms), 20U);
}

TEST(Controller, KeepsAsManyRecommendationsAsTheWindowHoldsSyncs) {
  for (const Limits& of : {limits(1, 100), limits(1, 100, defaults())}) {
    Controller controller(of);
    std::int32_t current = 10;
    for (int i = 0; i < 10'000; ++i)
      current = controller.sync(current, std::vector{asking(10 + i % 7)}, kNow + i * 15s).desired;
    EXPECT_LE(controller.history().recommendations.size(), 23U);  // 300 s / 15 s, the edges, and the first one
    EXPECT_LE(controller.history().rises.size() + controller.history().falls.size(), 6U);
  }
}

TEST(Controller, StoresNoEventWithoutBehavior) {  // TestStoreScaleEvents, its cases without behavior
  Controller controller(limits(1, 100));
  EXPECT_EQ(controller.sync(10, std::vector{asking(15)}, kNow).desired, 15);
  EXPECT_TRUE(controller.history().rises.empty());
}

TEST(Controller, StoresTheEventOfAnImmediateClamp) {
  Controller controller(limits(3, 5, defaults()));
  EXPECT_EQ(controller.sync(10, std::vector{asking(4)}, kNow).path, Path::kAboveMax);
  ASSERT_EQ(controller.history().falls.size(), 1U);
  EXPECT_EQ(controller.history().falls[0].change, 5);
  EXPECT_EQ(controller.history().recommendations.size(), 1U);  // the initial one only
}

TEST(Controller, LeavesItsMemoryAloneWhenMetricsFail) {
  Controller controller(limits(1, 100));
  controller.sync(10, std::vector{asking(10)}, kNow);
  Proposal invalid;
  invalid.error = "no metrics";
  const SyncResult result = controller.sync(10, std::vector{invalid}, kNow + 15s);
  EXPECT_EQ(result.path, Path::kMetricsInvalid);
  EXPECT_EQ(result.desired, 10);
  EXPECT_EQ(controller.history().recommendations.size(), 2U);
}

TEST(Controller, FollowsTheMetricThatAsksForMost) {
  Controller controller(limits(1, 100));
  const SyncResult result = controller.sync(4, std::vector{asking(5), asking(7), asking(7), asking(6)}, kNow);
  EXPECT_EQ(result.desired, 7);
  EXPECT_EQ(result.deciding, 1U);
}

}  // namespace
}  // namespace windtunnel::hpa
