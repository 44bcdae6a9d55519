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

// --- upstream's horizontal_test.go -----------------------------------------------------------------------------------

// Levels and requests are per pod, halved over two containers, as upstream writes them. What is no metric of pods reads
// its values from the levels as well.
struct Row {
  const char* name;
  std::int32_t least, most, current;
  std::vector<Metric> metrics;
  Levels levels;
  Levels requests;
  std::int32_t desired;
  States states = {};
  bool empty_history = false;  // an empty list, so that no initial recommendation is added
  LimitedBy by = LimitedBy::kNothing;
  std::optional<std::int32_t> utilization = {};
  std::optional<std::int32_t> counted = {};  // scale.status.replicas, where it is not the current ones
  bool scaled_to_zero = false;               // status condition ScaledToZero
  std::optional<Behavior> behavior = {};
};
void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

Row silent_history(Row row) {
  row.empty_history = true;
  return row;
}
Row limited(LimitedBy by, Row row) {
  row.by = by;
  return row;
}

Levels halves(Levels levels) {
  for (std::int64_t& level : levels) level /= 2;
  return levels;
}

Reading read(const Row& row, const Metric& metric) {
  Reading reading;
  switch (metric.type) {
    case Metric::Type::kResource:
    case Metric::Type::kContainerResource:
      if (metric.resource == Resource::kNone) reading.error = "a metric that fails";
      reading.samples =
          samples_of(cpu_metrics(halves(row.levels), halves(row.levels), kNow), metric.resource, metric.container);
      break;
    case Metric::Type::kPods:
      reading.samples = samples_of(row.levels, kNow);
      break;
    case Metric::Type::kObject:
      reading.value = row.levels.front();
      break;
    case Metric::Type::kExternal:
      reading.series = row.levels;
      break;
  }
  return reading;
}

Limits limits_of(const Row& row) {
  Limits limits{.min_replicas = row.least, .max_replicas = row.most, .behavior = row.behavior};
  for (const Metric& metric : row.metrics)
    limits.wakes_from_zero |= metric.type == Metric::Type::kObject || metric.type == Metric::Type::kExternal;
  return limits;
}

SyncResult sync(const Row& row, Controller& controller, const Terms& terms = upstream_terms()) {
  // Upstream's tests list a pod for each request, or for each replica where they give none.
  const std::size_t n = row.requests.empty() ? static_cast<std::size_t>(row.current) : row.requests.size();
  const Pods pods(n, halves(row.requests), row.states, true);
  std::vector<Proposal> proposals;
  for (const Metric& metric : row.metrics)
    proposals.push_back(
        propose(metric, read(row, metric), row.current, row.counted.value_or(row.current), pods, terms, kNow));
  if (row.utilization) {
    EXPECT_EQ(proposals.front().utilization, *row.utilization);
  }
  return controller.sync(row.current, proposals, kNow);
}

History history_of(const Row& row) {
  History history;
  history.begun = row.empty_history;
  history.scaled_to_zero = row.scaled_to_zero;
  return history;
}

class WholeController : public testing::TestWithParam<Row> {};

TEST_P(WholeController, SetsUpstreamsReplicas) {
  const Row& row = GetParam();
  Controller controller(limits_of(row), history_of(row));
  const SyncResult result = sync(row, controller);
  EXPECT_EQ(result.desired, row.desired);
  EXPECT_EQ(result.limited.by, row.by);
}

Metric cpu_percent(std::int64_t target) { return metric_of(Metric::Type::kResource, TargetType::kUtilization, target); }
std::vector<Metric> cpu(std::int64_t target) { return {cpu_percent(target)}; }
std::vector<Metric> of_container(const char* name, std::int64_t target) {
  Metric metric = cpu_percent(target);
  metric.type = Metric::Type::kContainerResource;
  metric.container = name;
  return {metric};
}
std::vector<Metric> pods_metric(std::int64_t target) {
  return {metric_of(Metric::Type::kPods, TargetType::kAverageValue, target)};
}
std::vector<Metric> object(TargetType type, std::int64_t target) {
  return {metric_of(Metric::Type::kObject, type, target)};
}
std::vector<Metric> external(TargetType type, std::int64_t target) {
  return {metric_of(Metric::Type::kExternal, type, target)};
}
std::vector<Metric> failing() {
  Metric metric = cpu_percent(1);
  metric.resource = Resource::kNone;
  return {metric};
}
std::vector<Metric> both(std::vector<Metric> a, const std::vector<Metric>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

constexpr TargetType kValue = TargetType::kValue, kAverage = TargetType::kAverageValue;
constexpr LimitedBy kMin = LimitedBy::kMinReplicas, kMax = LimitedBy::kMaxReplicas;
const Levels kAroundAThousand = {900, 1000, 1100};
const Levels kTenRequests = {400, 200, 310, 290, 302, 298, 301, 299, 300, 300};
const Levels kUp = {300, 500, 700};
const Levels kDown = {100, 300, 500, 250, 250};

Levels thousands(std::size_t n) { return Levels(n, 1000); }

// Where later releases have a subtest of another name for what used to be a test, the older name is given.
INSTANTIATE_TEST_SUITE_P(
    Resource, WholeController,
    testing::Values(
        Row{"TestScaleUp", 2, 6, 3, cpu(30), kUp, thousands(3), 5},
        Row{"TestScaleUpContainer", 2, 6, 3, of_container("container1", 30), kUp, thousands(3), 5},
        Row{"TestScaleUpUnreadyLessScale",
            2,
            6,
            3,
            cpu(30),
            kUp,
            thousands(3),
            4,
            {"FTT"},
            false,
            LimitedBy::kNothing,
            60},
        Row{"TestScaleUpHotCpuLessScale",
            2,
            6,
            3,
            cpu(30),
            kUp,
            thousands(3),
            4,
            {.start = "hcc"},
            false,
            LimitedBy::kNothing,
            60},
        Row{"TestScaleUpUnreadyNoScale",
            2,
            6,
            3,
            cpu(30),
            {400, 500, 700},
            thousands(3),
            3,
            {"TFF"},
            false,
            LimitedBy::kNothing,
            40},
        Row{"TestScaleUpHotCpuNoScale",
            2,
            6,
            3,
            cpu(30),
            {400, 500, 700},
            thousands(3),
            3,
            {"TFF", "chh"},
            false,
            LimitedBy::kNothing,
            40},
        Row{"TestScaleUpIgnoresFailedPods",
            2,
            6,
            2,
            cpu(30),
            {500, 700},
            thousands(4),
            4,
            {.ready = "TTFF", .phase = "RRXX"},
            false,
            LimitedBy::kNothing,
            60},
        Row{"TestScaleUpIgnoresDeletionPods",
            2,
            6,
            2,
            cpu(30),
            {500, 700},
            thousands(4),
            4,
            {.ready = "TTFF", .marked = "--DD"},
            false,
            LimitedBy::kNothing,
            60},
        Row{"TestScaleUpDeployment, TestScaleUpReplicaSet", 2, 6, 3, cpu(30), kUp, thousands(3), 5},
        silent_history({"TestScaleDown", 2, 6, 5, cpu(50), kDown, thousands(5), 3}),
        silent_history({"TestScaleDownContainerResource", 2, 6, 5, of_container("container2", 50), kDown, thousands(5),
                        3}),
        Row{"TestScaleDownStabilizeInitialSize", 2, 6, 5, cpu(50), kDown, thousands(5), 5},
        silent_history({"TestScaleDownIgnoresFailedPods",
                        2,
                        6,
                        5,
                        cpu(50),
                        kDown,
                        thousands(7),
                        3,
                        {.ready = "TTTTTFF", .phase = "RRRRRXX"},
                        false,
                        LimitedBy::kNothing,
                        28}),
        silent_history({"TestScaleDownIgnoresDeletionPods",
                        2,
                        6,
                        5,
                        cpu(50),
                        kDown,
                        thousands(7),
                        3,
                        {.ready = "TTTTTFF", .marked = "-----DD"},
                        false,
                        LimitedBy::kNothing,
                        28}),
        Row{"TestTolerance", 1, 5, 3, cpu(100), {1010, 1030, 1020}, kAroundAThousand, 3},
        Row{"TestMoreReplicasThanSpecNoScale",
            1,
            8,
            4,
            cpu(50),
            Levels(5, 500),
            thousands(5),
            4,
            {},
            false,
            LimitedBy::kNothing,
            {},
            5},
        silent_history({"TestMissingReports", 1, 5, 4, cpu(50), {200}, {200}, 2}),
        Row{"TestEventCreated", 1, 5, 1, cpu(50), {200}, {200}, 2},
        Row{"TestEventNotCreated", 1, 5, 2, cpu(50), {200, 200}, {400, 400}, 2},
        silent_history({"TestComputedToleranceAlgImplementation, 56 %", 0, 1000, 10, cpu(56), Levels(10, 150),
                        kTenRequests, 9}),
        silent_history({"TestComputedToleranceAlgImplementation, 55 %", 0, 1000, 10, cpu(55), Levels(10, 150),
                        kTenRequests, 10}),
        limited(
            kMin,
            silent_history(
                {"TestAvoidUnnecessaryUpdates", 2, 6, 2, cpu(80), {400, 500, 700}, thousands(3), 2, {.start = "chh"}})),
        Row{"TestConditionNoAmbiguousSelectorWhenNoSelectorOverlapBetweenHPAs", 2, 6, 3, cpu(30), kUp, thousands(3), 5},
        Row{"TestHPARescaleWithSuccessfulConflictRetry", 2, 6, 3, cpu(50), {600, 700, 800}, thousands(3), 5}));

INSTANTIATE_TEST_SUITE_P(
    TestReplicaLimits, WholeController,
    testing::Values(
        Row{"TestZeroReplicas", 3, 5, 0, cpu(90), {}, {}, 0}, Row{"TestTooFewReplicas", 3, 5, 2, cpu(90), {}, {}, 3},
        Row{"TestTooManyReplicas", 3, 5, 10, cpu(90), {}, {}, 5},
        limited(kMax, {"TestMaxReplicas", 2, 5, 3, cpu(90), {8000, 9500, 1000}, kAroundAThousand, 5}),
        limited(kMin, silent_history({"TestMinReplicas", 2, 5, 3, cpu(90), {10, 95, 10}, kAroundAThousand, 2})),
        silent_history({"TestZeroMinReplicasDesiredZero", 0, 5, 3, cpu(90), {0, 0, 0}, kAroundAThousand, 0}),
        limited(kMin, silent_history({"TestMinReplicasDesiredZero", 2, 5, 3, cpu(90), {0, 0, 0}, kAroundAThousand, 2})),
        Row{"TestScaleUpRCImmediately", 2, 6, 1, {}, {0, 0, 0, 0}, thousands(4), 2},
        Row{"TestScaleDownRCImmediately", 2, 5, 6, cpu(50), {8000, 9500, 1000}, kAroundAThousand, 5}));

INSTANTIATE_TEST_SUITE_P(
    TestMetricsEdgeCases, WholeController,
    testing::Values(
        limited(kMax,
                {"TestSuperfluousMetrics", 2, 6, 4, cpu(100), {4000, 9500, 3000, 7000, 3200, 2000}, thousands(4), 6}),
        silent_history({"TestMissingMetrics", 2, 6, 4, cpu(100), {400, 95}, thousands(4), 3}),
        Row{"TestEmptyMetrics", 2, 6, 4, cpu(100), {}, thousands(4), 4},
        Row{"TestEmptyCPURequest", 1, 5, 1, cpu(100), {200}, {}, 1},
        Row{"TestConditionFailedGetMetrics", 1, 100, 3, failing(), {}, Levels(3, 100), 3},
        Row{"TestConditionInvalidSourceType", 2, 6, 3, failing(), {20000}, {}, 3},
        Row{"TestScaleUpOneMetricInvalid", 2, 6, 3, both(cpu(30), failing()), {300, 400, 500}, thousands(3), 4},
        Row{"TestScaleUpOneMetricEmpty", 2, 6, 3, both(cpu(30), failing()), {300, 400, 500}, thousands(3), 4},
        silent_history({"TestNoScaleDownOneMetricInvalid", 2, 6, 5, both(cpu(50), failing()), kDown, thousands(5), 5}),
        silent_history({"TestNoScaleDownOneMetricEmpty", 2, 6, 5, both(failing(), cpu(50)), kDown, thousands(5), 5}),
        Row{"TestScaleUpFromZeroOneMetricInvalid", 0, 6, 0, both(cpu(30), failing()), {300, 400, 500}, {}, 0}));

INSTANTIATE_TEST_SUITE_P(
    PodsMetric, WholeController,
    testing::Values(Row{"TestScaleUpCM", 2, 6, 3, pods_metric(15000), {20000, 10000, 30000}, thousands(3), 4},
                    Row{"TestScaleUpCMUnreadyAndHotCpuNoLessScale",
                        2,
                        6,
                        3,
                        pods_metric(15000),
                        {50000, 10000, 30000},
                        thousands(3),
                        6,
                        {"TTF", "cch"}},
                    limited(kMax, {"TestScaleUpCMUnreadyandCpuHot",
                                   2,
                                   6,
                                   3,
                                   pods_metric(15000),
                                   {50000, 15000, 30000},
                                   thousands(3),
                                   6,
                                   {"FTF", "hch"}}),
                    silent_history({"TestScaleDownCM", 2, 6, 5, pods_metric(20000), Levels(5, 12000), thousands(5), 3}),
                    Row{"TestToleranceCM", 1, 5, 3, pods_metric(20000), {20000, 20001, 21000}, kAroundAThousand, 3},
                    Row{"TestNoBackoffUpscaleCM", 1, 5, 3, pods_metric(15000), {20000, 10000, 30000}, thousands(3), 4},
                    limited(kMax, {"TestNoBackoffUpscaleCMNoBackoffCpu",
                                   1,
                                   5,
                                   3,
                                   both(cpu(10), pods_metric(15000)),
                                   {20000, 10000, 30000},
                                   thousands(3),
                                   5})));

// From zero: only if it was the autoscaler itself that went there (status condition ScaledToZero).
INSTANTIATE_TEST_SUITE_P(
    ObjectAndExternal, WholeController,
    testing::Values(
        Row{"TestScaleUpCMObject", 2, 6, 3, object(kValue, 15000), {20000}, thousands(3), 4},
        Row{"TestScaleUpPerPodCMObject", 2, 6, 3, object(kAverage, 10000), {40000}, thousands(3), 4},
        Row{"TestScaleUpFromZeroCMObject",
            0,
            6,
            0,
            object(kValue, 15000),
            {20000},
            {},
            2,
            {},
            false,
            LimitedBy::kNothing,
            {},
            {},
            true},
        Row{"TestScaleUpFromZeroIgnoresToleranceCMObject",
            0,
            6,
            0,
            object(kValue, 1000),
            {1000},
            {},
            1,
            {},
            false,
            LimitedBy::kNothing,
            {},
            {},
            true},
        Row{"TestScaleUpCMExternal", 2, 6, 3, external(kValue, 6666), {8600}, {}, 4},
        Row{"TestScaleUpPerPodCMExternal", 2, 6, 3, external(kAverage, 2222), {8600}, {}, 4},
        silent_history({"TestScaleDownCMObject", 2, 6, 5, object(kValue, 20000), {12000}, thousands(5), 3}),
        silent_history({"TestScaleDownToZeroCMObject", 0, 6, 5, object(kValue, 20000), {0}, thousands(5), 0}),
        silent_history({"TestScaleDownPerPodCMObject", 2, 6, 5, object(kAverage, 20000), {60000}, thousands(5), 3}),
        silent_history({"TestScaleDownCMExternal", 2, 6, 5, external(kValue, 14400), {8600}, {}, 3}),
        silent_history({"TestScaleDownToZeroCMExternal", 0, 6, 5, external(kValue, 14400), {0}, {}, 0}),
        silent_history({"TestScaleDownPerPodCMExternal", 2, 6, 5, external(kAverage, 3000), {8600}, {}, 3}),
        Row{"TestToleranceCMObject", 1, 5, 3, object(kValue, 20000), {20050}, kAroundAThousand, 3},
        Row{"TestToleranceCMExternal", 2, 6, 4, external(kValue, 8666), {8600}, {}, 4},
        Row{"TestTolerancePerPodCMObject", 2, 6, 4, object(kAverage, 2200), {8600}, {}, 4},
        Row{"TestTolerancePerPodCMExternal", 2, 6, 4, external(kAverage, 2200), {8600}, {}, 4}));

// With the feature gate HPAScaleToZero on, as release 1.37 has it by default.
INSTANTIATE_TEST_SUITE_P(
    TestScaleToZeroBehavior, WholeController,
    testing::Values(Row{"from zero without condition", 0, 6, 0, object(kValue, 15000), {20000}, {}, 0},
                    limited(kMin, {"minReplicas increased with ScaledToZero condition",
                                   2,
                                   6,
                                   0,
                                   object(kValue, 15000),
                                   {10000},
                                   {},
                                   2,
                                   {},
                                   false,
                                   kMin,
                                   {},
                                   {},
                                   true}),
                    Row{"stale ScaledToZero condition cleared on normal rescale",
                        1,
                        6,
                        3,
                        cpu(30),
                        kUp,
                        thousands(3),
                        5,
                        {},
                        false,
                        LimitedBy::kNothing,
                        {},
                        {},
                        true},
                    Row{"manual scale to zero disables HPA", 1, 6, 0, cpu(50), {}, {}, 0}));

TEST(ScaledToZero, IsRememberedOnlyIfTheAutoscalerCanComeBack) {
  const auto remembers = [](const Row& row) {
    Controller controller(limits_of(row), history_of(row));
    sync(row, controller);
    return controller.history().scaled_to_zero;
  };
  EXPECT_TRUE(
      remembers(silent_history({"TestScaleDownToZeroCMObject", 0, 6, 5, object(kValue, 20000), {0}, thousands(5), 0})));
  EXPECT_TRUE(
      remembers(silent_history({"TestScaleDownToZeroCMExternal", 0, 6, 5, external(kValue, 14400), {0}, {}, 0})));
  EXPECT_FALSE(
      remembers(silent_history({"TestZeroMinReplicasDesiredZero", 0, 5, 3, cpu(90), {0, 0, 0}, kAroundAThousand, 0})));
  EXPECT_FALSE(remembers({"stale ScaledToZero condition cleared on normal rescale",
                          1,
                          6,
                          3,
                          cpu(30),
                          kUp,
                          thousands(3),
                          5,
                          {},
                          false,
                          LimitedBy::kNothing,
                          {},
                          {},
                          true}));
  EXPECT_TRUE(remembers({"nothing to wake up for",
                         0,
                         6,
                         0,
                         object(kValue, 20000),
                         {0},
                         {},
                         0,
                         {},
                         false,
                         LimitedBy::kNothing,
                         {},
                         {},
                         true}));
}

ScalingPolicy pods(std::int32_t value, Duration period) { return {ScalingPolicy::Kind::kPods, value, period}; }
ScalingPolicy percent(std::int32_t value, Duration period) { return {ScalingPolicy::Kind::kPercent, value, period}; }

Behavior behavior_of(std::vector<ScalingPolicy> up, Duration up_window, std::vector<ScalingPolicy> down,
                     Duration down_window) {
  return {{up_window, SelectPolicy::kMax, std::move(up)}, {down_window, SelectPolicy::kMax, std::move(down)}};
}
// What the API server fills in.
Behavior defaults() { return behavior_of({pods(4, 15s), percent(100, 15s)}, 0s, {percent(100, 15s)}, 300s); }

TEST(WholeControllerWithBehavior, KeepsTheUpscaleCap) {
  Row row{"TestUpscaleCap", 1, 100, 3, cpu(10), {100, 200, 300}, Levels(3, 100), 24};
  row.behavior = behavior_of({percent(700, 60s)}, 0s, {percent(100, 15s)}, 300s);
  Controller capped(limits_of(row));
  const SyncResult result = sync(row, capped);
  EXPECT_EQ(result.desired, 24);
  EXPECT_EQ(result.limited.by, LimitedBy::kScaleUpLimit);
  row.most = 20;
  Controller below(limits_of(row));
  const SyncResult most = sync(row, below);  // TestUpscaleCapGreaterThanMaxReplicas
  EXPECT_EQ(most.desired, 20);
  EXPECT_EQ(most.limited.by, kMax);
}

TEST(WholeControllerWithBehavior, HasItsOwnTolerances) {  // TestConfigurableTolerance
  Row up{
      "scaling up because of a 1% configurable tolerance", 1, 5, 3, cpu(100), {1010, 1030, 1020}, kAroundAThousand, 4};
  up.behavior = defaults();
  Controller one_percent(limits_of(up));
  EXPECT_EQ(sync(up, one_percent, upstream_terms(0.1, 0.01)).desired, 4);
  Controller standard(limits_of(up));  // "no scaling because of the large default tolerance"
  EXPECT_EQ(sync(up, standard).desired, 3);
  Row down{
      "no scale-down because of a 90% configurable tolerance", 1, 5, 3, cpu(100), {300, 300, 300}, thousands(3), 3};
  down.behavior = defaults();
  Controller ninety_percent(limits_of(down), {.begun = true});
  EXPECT_EQ(sync(down, ninety_percent, upstream_terms(0.9, 0.1)).desired, 3);
  Controller otherwise(limits_of(down), {.begun = true});
  EXPECT_EQ(sync(down, otherwise).desired, 1);
}

TEST(WholeControllerWithBehavior, ComesBackFromZeroToMinReplicas) {
  Row row{"", 3, 6, 0, object(kValue, 15000), {10000}, {}, 3, {}, false, kMin, {}, {}, true};
  row.behavior = defaults();
  Controller controller(limits_of(row), history_of(row));
  const SyncResult result = sync(row, controller);
  EXPECT_EQ(result.desired, 3);
  EXPECT_EQ(result.limited.by, kMin);
}

TEST(WholeControllerWithoutBehavior, StabilizesAFall) {
  const Row row{"TestStabilizeDownscale", 1, 5, 4, cpu(100), {50, 50, 50}, Levels(3, 100), 4};
  History history;
  history.begun = true;
  history.recommendations = {{10, kNow - 600s}, {4, kNow - 60s}};
  Controller controller(limits_of(row), history);
  const SyncResult result = sync(row, controller);
  EXPECT_EQ(result.recommended, 2);
  EXPECT_EQ(result.desired, 4);
}

// --- sequences of the validation catalogue, case V66 -----------------------------------------------------------------

// An external metric's total load against an average per replica, looked at every 15 s.
struct Sequence {
  const char* name;
  std::int32_t start;
  std::int64_t target;
  std::int32_t least, most;
  Behavior behavior;
  Levels loads;
  std::vector<std::int32_t> replicas;
};
void PrintTo(const Sequence& sequence, std::ostream* os) { *os << sequence.name; }

class V66 : public testing::TestWithParam<Sequence> {};

TEST_P(V66, GoesThroughTheHandWorkedReplicas) {
  const Sequence& sequence = GetParam();
  Controller controller({.min_replicas = sequence.least, .max_replicas = sequence.most, .behavior = sequence.behavior});
  std::vector<std::int32_t> replicas;
  std::int32_t current = sequence.start;
  Time now = kNow;
  for (const std::int64_t load : sequence.loads) {
    const Levels series = {load * 1000};
    const Proposal proposal = propose_for_external_average(current, sequence.target * 1000, series, upstream_terms());
    current = controller.sync(current, std::vector{proposal}, now).desired;
    replicas.push_back(current);
    now += 15s;
  }
  EXPECT_EQ(replicas, sequence.replicas);
}

Behavior with_up(Duration window, SelectPolicy select, std::vector<ScalingPolicy> policies) {
  Behavior behavior = defaults();
  behavior.up = {window, select, std::move(policies)};
  return behavior;
}
Behavior with_down(Duration window, SelectPolicy select, std::vector<ScalingPolicy> policies) {
  Behavior behavior = defaults();
  behavior.down = {window, select, std::move(policies)};
  return behavior;
}
template <class T>
std::vector<T> repeated(std::initializer_list<std::pair<std::size_t, T>> runs) {
  std::vector<T> out;
  for (const auto& [n, value] : runs) out.insert(out.end(), n, value);
  return out;
}
using Times = std::initializer_list<std::pair<std::size_t, std::int32_t>>;
using Loads = std::initializer_list<std::pair<std::size_t, std::int64_t>>;

const std::vector<ScalingPolicy> kUpDefault = {pods(4, 15s), percent(100, 15s)};
const std::vector<ScalingPolicy> kDownDefault = {percent(100, 15s)};

INSTANTIATE_TEST_SUITE_P(
    Sequences, V66,
    testing::Values(Sequence{"S1 doubling", 2, 50, 1, 1000, defaults(), {200, 200, 200}, {4, 4, 4}},
                    Sequence{"S2 tolerance band", 4, 50, 1, 1000, defaults(), {216, 224, 220}, {4, 5, 5}},
                    Sequence{"S3 rate limited up, period 20 s",
                             4,
                             10,
                             1,
                             1000,
                             with_up(0s, SelectPolicy::kMax, {percent(100, 20s), pods(4, 20s)}),
                             repeated(Loads{{6, 400}}),
                             {8, 8, 16, 16, 32, 32}},
                    Sequence{"S4 down-stabilization 290 s", 10, 50, 1, 1000,
                             with_down(290s, SelectPolicy::kMax, kDownDefault), repeated(Loads{{1, 500}, {22, 100}}),
                             repeated(Times{{20, 10}, {3, 2}})},
                    Sequence{"S5 10 percent per 50 s down, no window", 100, 1, 1, 1000,
                             with_down(0s, SelectPolicy::kMax, {percent(10, 50s)}), repeated(Loads{{17, 1}}),
                             repeated(Times{{4, 90}, {4, 81}, {4, 72}, {4, 64}, {1, 57}})},
                    Sequence{"S6 selectPolicy Min up",
                             10,
                             1,
                             1,
                             1000,
                             with_up(0s, SelectPolicy::kMin, {percent(100, 10s), pods(4, 10s)}),
                             repeated(Loads{{4, 100}}),
                             {14, 18, 22, 26}},
                    Sequence{"S7 scaleDown disabled",
                             6,
                             10,
                             1,
                             1000,
                             with_down(300s, SelectPolicy::kDisabled, kDownDefault),
                             {60, 20, 20, 90},
                             {6, 6, 6, 9}},
                    Sequence{"S8 min/max clamps",
                             3,
                             10,
                             3,
                             12,
                             with_down(0s, SelectPolicy::kMax, kDownDefault),
                             {500, 500, 500, 5, 5},
                             {7, 12, 12, 3, 3}},
                    Sequence{"S9 up-stabilization 50 s filters a spike",
                             2,
                             10,
                             1,
                             1000,
                             with_up(50s, SelectPolicy::kMax, kUpDefault),
                             {20, 20, 90, 20, 90, 90, 90, 90, 90},
                             {2, 2, 2, 2, 2, 2, 2, 6, 9}},
                    Sequence{"S10 flapping load is held at the peak",
                             4,
                             10,
                             1,
                             1000,
                             with_down(290s, SelectPolicy::kMax, kDownDefault),
                             {40, 80, 40, 80, 40, 40},
                             {4, 8, 8, 8, 8, 8}}));

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

TEST(Ramps, FallByTenPercentAMinute) {
  const std::vector<std::int32_t> replicas =
      ramp(limits(1, 200, behavior_of({pods(4, 15s)}, 0s, {percent(10, 60s)}, 0s)), 100, 10, 60s, 20);
  EXPECT_THAT(replicas, ElementsAre(100, 90, 81, 72, 64, 57, 51, 45, 40, 36, 32, 28, 25, 22, 19, 17, 15, 13, 11, 10));
}

TEST(Ramps, FallByTheMoreCautiousPolicy) {
  Behavior behavior = behavior_of({pods(4, 15s)}, 0s, {percent(10, 60s), pods(4, 60s)}, 0s);
  behavior.down.select = SelectPolicy::kMin;
  EXPECT_THAT(ramp(limits(1, 200, behavior), 100, 10, 60s, 7), ElementsAre(100, 96, 92, 88, 84, 80, 76));
}

TEST(Ramps, RiseByOneAMinute) {
  EXPECT_THAT(ramp(limits(1, 10, behavior_of({pods(1, 60s)}, 0s, {percent(100, 15s)}, 0s)), 1, 10, 60s, 8),
              ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(ramp(limits(1, 10, behavior_of({percent(10, 60s)}, 0s, {percent(100, 15s)}, 0s)), 1, 10, 60s, 4),
              ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(ramp(limits(1, 500, defaults()), 10, 500, 15s, 7), ElementsAre(10, 20, 40, 80, 160, 320, 500));
}

TEST(Ramps, WaitForTheWholeWindowUpwards) {  // 5 wanted until 15 s, 20 from 30 s; the window is 60 s
  Controller controller(limits(1, 100, behavior_of({pods(4, 15s), percent(100, 15s)}, 60s, {percent(100, 15s)}, 300s)));
  std::vector<std::int32_t> replicas = {5};
  for (int sync = 0; sync < 7; ++sync)
    replicas.push_back(
        controller.sync(replicas.back(), std::vector{asking(sync < 2 ? 5 : 20)}, kNow + sync * 15s).desired);
  EXPECT_THAT(replicas, ElementsAre(5, 5, 5, 5, 5, 5, 10, 20));
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

TEST(Controller, StoresNoEventWithoutBehavior) {  // TestStoreScaleEvents, its two cases without behavior
  Controller empty(limits(1, 100));
  EXPECT_EQ(empty.sync(10, std::vector{asking(15)}, kNow).desired, 15);
  EXPECT_TRUE(empty.history().rises.empty());
  History history;
  history.rises = history.falls = {{7, kNow - 61s, false}};
  Controller outdated(limits(1, 100), history);
  EXPECT_EQ(outdated.sync(10, std::vector{asking(15)}, kNow).desired, 15);
  ASSERT_EQ(outdated.history().rises.size(), 1U);
  EXPECT_EQ(outdated.history().rises[0].change, 7);
  EXPECT_FALSE(outdated.history().rises[0].outdated);
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
