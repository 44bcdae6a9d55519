#include "models/autoscaler/hpa/replica_calculator.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "tests/models/autoscaler/hpa/pods.hpp"

// Expectations are those of upstream's pkg/controller/podautoscaler/replica_calculator_test.go; every row names its
// subtest, and its function where releases before 1.37 had one of its own. README.md says which rows are where.
namespace windtunnel::hpa {
namespace {

using namespace test;

constexpr std::int32_t kMost32 = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMost64 = std::numeric_limits<std::int64_t>::max();

// --- CPU in percent of the requests ----------------------------------------------------------------------------------

// Requests and levels are per container, as upstream writes them, of both containers alike where nothing else is said.
struct CpuRow {
  const char* name;
  std::int32_t current;
  std::size_t pods;
  Levels requests;
  Levels levels;
  States states;
  std::int32_t target;
  std::int32_t replicas, utilization;
  std::int64_t average;
  const char* container = "";
  std::optional<Levels> first = {};  // levels of container1, where they differ
  double tolerance_down = 0.1, tolerance_up = 0.1;
};
void PrintTo(const CpuRow& row, std::ostream* os) { *os << row.name; }

CpuRow in_container(const char* container, Levels first, CpuRow row) {
  row.container = container;
  row.first = std::move(first);
  return row;
}
CpuRow tolerating(double down, double up, CpuRow row) {
  row.tolerance_down = down;
  row.tolerance_up = up;
  return row;
}

Proposal propose(const CpuRow& row) {
  Metric metric = metric_of(Metric::Type::kResource, TargetType::kUtilization, row.target);
  metric.container = row.container;
  if (!metric.container.empty()) metric.type = Metric::Type::kContainerResource;
  Reading reading;
  reading.samples =
      samples_of(cpu_metrics(row.first.value_or(row.levels), row.levels, Time{0}), Resource::kCpu, metric.container);
  return hpa::propose(metric, reading, row.current, row.current, Pods(row.pods, row.requests, row.states),
                      upstream_terms(row.tolerance_down, row.tolerance_up), kNow);
}

class CpuUtilization : public testing::TestWithParam<CpuRow> {};

TEST_P(CpuUtilization, GivesUpstreamsReplicas) {
  const CpuRow& row = GetParam();
  const Proposal proposal = propose(row);
  ASSERT_TRUE(proposal.valid()) << proposal.error;
  EXPECT_EQ(proposal.replicas, row.replicas);
  EXPECT_EQ(proposal.utilization, row.utilization);
  EXPECT_EQ(proposal.usage, row.average);
}

const Levels kThousands(7, 1000);
const Levels kUp = {300, 500, 700};
const Levels kDown = {100, 300, 500, 250, 250};
const States kTwoFailed = {.ready = "TTFF", .phase = "RRXX"};
const States kTwoDeleted = {.ready = "TTFF", .marked = "--DD"};
const States kFiveAndTwoFailed = {.ready = "TTTTTFF", .phase = "RRRRRXX"};
const States kFiveAndTwoDeleted = {.ready = "TTTTTFF", .marked = "-----DD"};
const States kFourPending = {.ready = "TFFFF", .phase = "RPPPP"};
const States kFirstHot = {.start = "hcc"};
const States kLastTwoHot = {.start = "ccchh"};

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcResourceScale, CpuUtilization,
    testing::Values(
        CpuRow{"scale up", 3, 3, kThousands, kUp, {}, 30, 5, 50, 1000},
        in_container("container2", Levels(3, 1000),
                     {"scale up: container metric", 3, 3, kThousands, kUp, {}, 30, 5, 50, 500}),
        CpuRow{"scale up: unready pod scales less", 3, 3, kThousands, kUp, {"FTT"}, 30, 4, 60, 1200},
        in_container("container2", {0, 0, 0},
                     {"scale up: hot-CPU container scales less", 3, 3, kThousands, kUp, kFirstHot, 30, 4, 60, 600}),
        CpuRow{"scale up: hot-CPU pod scales less", 3, 3, kThousands, kUp, kFirstHot, 30, 4, 60, 1200},
        CpuRow{"no scale: unready pods ignored", 3, 3, kThousands, {400, 500, 700}, {"TFF"}, 30, 3, 40, 800},
        CpuRow{"no scale: hot-CPU pods ignored", 3, 3, kThousands, {400, 500, 700}, {"TFF", "chh"}, 30, 3, 40, 800},
        CpuRow{"scale up: failed pods ignored", 2, 4, kThousands, {500, 700}, kTwoFailed, 30, 4, 60, 1200},
        in_container("container2", {1000, 9000, 1000, 9000},
                     {"scale up: failed pods ignored with missing container metric",
                      2,
                      4,
                      kThousands,
                      {500, 700},
                      kTwoFailed,
                      30,
                      4,
                      60,
                      600}),
        in_container("container2", {1000, 9000},
                     {"scale up: container metrics with failed pods ignored",
                      2,
                      4,
                      kThousands,
                      {500, 700},
                      kTwoFailed,
                      30,
                      4,
                      60,
                      600}),
        CpuRow{"scale up: pods being deleted are ignored", 2, 4, kThousands, {500, 700}, kTwoDeleted, 30, 4, 60, 1200},
        in_container("container1", {500, 700},
                     {"scale up: container metrics with pods being deleted ignored",
                      2,
                      4,
                      kThousands,
                      {500, 700},
                      kTwoDeleted,
                      30,
                      4,
                      60,
                      600}),
        CpuRow{"scale down", 5, 5, kThousands, kDown, {}, 50, 3, 28, 560},
        in_container("container2", Levels(5, 1000),
                     {"scale down: container metric", 5, 5, kThousands, kDown, {}, 50, 3, 28, 280}),
        CpuRow{"scale down: exclude unready pods", 5, 5, kThousands, kDown, {"TTTFF"}, 50, 2, 30, 600},
        in_container(
            "container2", Levels(5, 1000),
            {"scale down: container metric excludes unready pods", 5, 5, kThousands, kDown, {"TTTFF"}, 50, 2, 30, 300}),
        CpuRow{"scale down: exclude unscheduled pods", 5, 5, kThousands, {100}, kFourPending, 50, 1, 10, 200},
        in_container("container2", Levels(5, 1000),
                     {"scale down: container metric excludes unscheduled pods", 5, 5, kThousands, kDown, kFourPending,
                      50, 1, 10, 100}),
        CpuRow{"scale down: ignore hot-CPU pods", 5, 5, kThousands, kDown, kLastTwoHot, 50, 2, 30, 600},
        in_container("container2", Levels(5, 1000),
                     {"scale down: container metric ignores hot-CPU pods",
                      5,
                      5,
                      kThousands,
                      {100, 300, 500, 1000, 1000},
                      kLastTwoHot,
                      50,
                      2,
                      30,
                      300}),
        CpuRow{"scale down: failed pods ignored", 5, 7, kThousands, kDown, kFiveAndTwoFailed, 50, 3, 28, 560},
        in_container("container2", Levels(5, 1000),
                     {"scale down: container metric with failed pods ignored", 5, 7, kThousands, kDown,
                      kFiveAndTwoFailed, 50, 3, 28, 280}),
        CpuRow{"scale down: pods being deleted are ignored", 5, 7, kThousands, kDown, kFiveAndTwoDeleted, 50, 3, 28,
               560},
        in_container("container2", Levels(5, 1000),
                     {"scale down: still-running pods being deleted are ignored", 5, 7, kThousands, kDown,
                      kFiveAndTwoDeleted, 50, 3, 28, 280})));

const Levels kAroundAThousand = {900, 1000, 1100};

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcResourceTolerance, CpuUtilization,
    testing::Values(
        CpuRow{"within default tolerance", 3, 3, kAroundAThousand, {1010, 1030, 1020}, {}, 100, 3, 102, 2040},
        tolerating(0, 0, {"outside 0% tolerance", 3, 3, kAroundAThousand, {909, 1010, 1111}, {}, 100, 4, 101, 2020}),
        tolerating(
            0.1, 2.0,
            {"within 200% scale-up tolerance", 3, 3, kAroundAThousand, {1890, 1910, 1900}, {}, 100, 3, 190, 3800}),
        tolerating(2.0, 0.08,
                   {"outside 8% scale-up tolerance (superfluous scale-down tolerance)",
                    3,
                    3,
                    kAroundAThousand,
                    {1100, 1080, 1090},
                    {},
                    100,
                    4,
                    109,
                    2180}),
        tolerating(0.36, 0.1,
                   {"within 36% scale-down tolerance", 3, 3, kAroundAThousand, {660, 640, 650}, {}, 100, 3, 65, 1300}),
        tolerating(
            0.34, 0.1,
            {"outside 34% scale-down tolerance", 3, 3, kAroundAThousand, {660, 640, 650}, {}, 100, 2, 65, 1300})));

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcResourceMissingMetrics, CpuUtilization,
    testing::Values(
        CpuRow{"superfluous metrics counted (TestReplicaCalcSuperfluousMetrics)",
               4,
               4,
               kThousands,
               {4000, 9500, 3000, 7000, 3200, 2000},
               {},
               100,
               24,
               587,
               11750},
        CpuRow{"some pods missing metrics scales down (TestReplicaCalcMissingMetrics)",
               4,
               4,
               kThousands,
               {400, 95},
               {},
               100,
               3,
               24,
               495},
        CpuRow{"no change: metric equal to target (TestReplicaCalcMissingMetricsNoChangeEq)",
               2,
               2,
               kThousands,
               {1000},
               {},
               100,
               2,
               100,
               2000},
        CpuRow{"no change: metric above target (TestReplicaCalcMissingMetricsNoChangeGt)",
               2,
               2,
               kThousands,
               {1900},
               {},
               100,
               2,
               190,
               3800},
        CpuRow{"no change: metric below target (TestReplicaCalcMissingMetricsNoChangeLt)",
               2,
               2,
               kThousands,
               {600},
               {},
               100,
               2,
               60,
               1200},
        CpuRow{"no change: unready pod metric missing (TestReplicaCalcMissingMetricsUnreadyChange)",
               3,
               3,
               kThousands,
               {100, 450},
               {"FTT"},
               50,
               3,
               45,
               900},
        CpuRow{"no change: hot-CPU pod metric missing (TestReplicaCalcMissingMetricsHotCpuNoChange)",
               3,
               3,
               kThousands,
               {100, 450},
               kFirstHot,
               50,
               3,
               45,
               900},
        CpuRow{"scale up: unready pod metric missing (TestReplicaCalcMissingMetricsUnreadyScaleUp)",
               3,
               3,
               kThousands,
               {100, 2000},
               {"FTT"},
               50,
               4,
               200,
               4000},
        CpuRow{"scale up: hot-CPU pod metric missing (TestReplicaCalcMissingMetricsHotCpuScaleUp)",
               3,
               3,
               kThousands,
               {100, 2000},
               {"FTT", "hcc"},
               50,
               4,
               200,
               4000},
        CpuRow{"scale down: unready pod metric missing (TestReplicaCalcMissingMetricsUnreadyScaleDown)",
               4,
               4,
               kThousands,
               {100, 100, 100},
               {"FTTT"},
               50,
               3,
               10,
               200},
        CpuRow{"scale down: target over 100 (TestReplicaCalcMissingMetricsScaleDownTargetOver100)",
               4,
               4,
               {1000, 1000, 2000, 2000},
               {200, 100, 100},
               {"FTTT"},
               300,
               2,
               6,
               200},
        CpuRow{
            "rolling update with maxSurge: extra pod missing metric (TestReplicaCalcDuringRollingUpdateWithMaxSurge)",
            2,
            3,
            kThousands,
            {100, 100},
            {},
            50,
            2,
            10,
            200}));

const Levels kTenRequests = {400, 200, 310, 290, 302, 298, 301, 299, 300, 300};

INSTANTIATE_TEST_SUITE_P(TestReplicaCalcComputedToleranceAlgImplementation, CpuUtilization,
                         testing::Values(CpuRow{"56 %", 10, 10, kTenRequests, Levels(10, 150), {}, 56, 9, 50, 300},
                                         CpuRow{"55 %", 10, 10, kTenRequests, Levels(10, 150), {}, 55, 10, 50, 300}));

// The validation catalogue's case V67: pods of one container.
INSTANTIATE_TEST_SUITE_P(
    V67, CpuUtilization,
    testing::Values(
        in_container("container1", kUp, {"ScaleUp", 3, 3, kThousands, kUp, {}, 30, 5, 50, 500}),
        in_container("container1", kUp, {"ScaleUpUnreadyLessScale", 3, 3, kThousands, kUp, {"FTT"}, 30, 4, 60, 600}),
        in_container("container1", {400, 500, 700},
                     {"ScaleUpUnreadyNoScale", 3, 3, kThousands, {400, 500, 700}, {"TFF"}, 30, 3, 40, 400}),
        in_container("container1", {500, 700},
                     {"ScaleUpIgnoresFailedPods", 2, 4, kThousands, {500, 700}, kTwoFailed, 30, 4, 60, 600}),
        in_container("container1", kDown, {"ScaleDown", 5, 5, kThousands, kDown, {}, 50, 3, 28, 280}),
        in_container("container1", kDown,
                     {"ScaleDownIncludeUnready", 5, 5, kThousands, kDown, {"TTTFF"}, 50, 2, 30, 300})));

// Not upstream's: computed from its formula ceil(double(utilization) / target * ready) in IEEE doubles with another
// program. Exact arithmetic gives the first of them differently by one tolerance, the others by one replica.
INSTANTIATE_TEST_SUITE_P(
    DoubleArithmetic, CpuUtilization,
    testing::Values(
        CpuRow{"upper edge of the tolerance", 10, 10, Levels(10, 1000), Levels(10, 550), {}, 50, 10, 55, 1100},
        CpuRow{"lower edge of the tolerance", 10, 10, Levels(10, 1000), Levels(10, 450), {}, 50, 10, 45, 900},
        CpuRow{"7 % of 25 %", 25, 25, Levels(25, 1000), Levels(25, 70), {}, 25, 8, 7, 140},
        CpuRow{"14 % of 25 %", 25, 25, Levels(25, 1000), Levels(25, 140), {}, 25, 15, 14, 280},
        CpuRow{"9 % of 14 %", 42, 42, Levels(42, 1000), Levels(42, 90), {}, 14, 28, 9, 180}));

TEST(Utilization, CountsPodsByClass) {
  const Proposal proposal =
      propose({"", 6, 6, Levels(6, 1000), {600, 600, 600, 600}, {.ready = "TTFTTT", .phase = "RRRXRP"}, 30, 0, 0, 0});
  EXPECT_EQ(proposal.ready, 2);
  EXPECT_EQ(proposal.unready, 2);  // one not ready, one pending
  EXPECT_EQ(proposal.missing, 1);
  EXPECT_EQ(proposal.ignored, 1);  // failed
  EXPECT_DOUBLE_EQ(proposal.ratio, 2);
  // Two of 600 %; the missing and the two unready ones as nothing.
  EXPECT_DOUBLE_EQ(*proposal.cautious, 24.0 / 30);
}

TEST(Utilization, SaysNothingWithoutUsableNumbers) {
  const auto error = [](const Samples& samples, std::span<const Pod> pods, std::string_view container = {}) {
    return propose_for_utilization(1, 100, samples, pods, Resource::kCpu, container, upstream_terms(), kNow).error;
  };
  const Samples one = samples_of({200}, Time{0});
  // "no metrics returned from metrics API" (TestReplicaCalcEmptyMetrics)
  EXPECT_EQ(error({}, Pods(3, kThousands)), "no metrics");
  // "missing CPU request on container" (TestReplicaCalcEmptyCPURequest)
  EXPECT_EQ(error(one, Pods(1, {})), "a container without a request");
  // "disjoint pod and metric names" (TestReplicaCalcDisjointResourcesMetrics)
  EXPECT_EQ(error({{77, {100, Time{0}, 60s}}}, Pods(1, kThousands)), "no metrics match the pods");
  EXPECT_EQ(error(one, Pods(1, kThousands), "container3"), "a pod without the container");
  EXPECT_EQ(error(one, {}), "no pods");
  EXPECT_EQ(error(samples_of({200, 200}, Time{0}), Pods(2, kThousands, {"FF"})), "no metrics of ready pods");
}

TEST(Utilization, IsInvalidIfOnePodHasNoRequestEvenOneThatIsIgnored) {
  const Pods pods(3, {1000, 1000}, {.phase = "RRX"});
  EXPECT_EQ(
      propose_for_utilization(3, 50, samples_of({500, 500}, Time{0}), pods, Resource::kCpu, {}, upstream_terms(), kNow)
          .error,
      "a container without a request");
}

// --- averages over pods ----------------------------------------------------------------------------------------------

struct AverageRow {
  const char* name;
  std::int32_t current;
  std::size_t pods;
  Levels levels;
  States states;
  std::int64_t target;
  std::int32_t replicas;
  std::int64_t average;
  double tolerance_up = 0.1;
};
void PrintTo(const AverageRow& row, std::ostream* os) { *os << row.name; }

class PodsMetric : public testing::TestWithParam<AverageRow> {};

TEST_P(PodsMetric, GivesUpstreamsReplicas) {
  const AverageRow& row = GetParam();
  Reading reading;
  reading.samples = samples_of(row.levels, Time{0});
  const Proposal proposal =
      propose(metric_of(Metric::Type::kPods, TargetType::kAverageValue, row.target), reading, row.current, row.current,
              Pods(row.pods, {}, row.states), upstream_terms(0.1, row.tolerance_up), kNow);
  ASSERT_TRUE(proposal.valid()) << proposal.error;
  EXPECT_EQ(proposal.replicas, row.replicas);
  EXPECT_EQ(proposal.usage, row.average);
}

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcPodMetric, PodsMetric,
    testing::Values(
        AverageRow{"scale up (TestReplicaCalcScaleUpCM)", 3, 3, {20000, 10000, 30000}, {}, 15000, 4, 20000},
        AverageRow{"scale up: unready hot-CPU pod scales less (TestReplicaCalcScaleUpCMUnreadyHotCpuNoLessScale)",
                   3,
                   3,
                   {50000, 10000, 30000},
                   {"TTF", "cch"},
                   15000,
                   6,
                   30000},
        AverageRow{"scale up: unready hot-CPU pods avoid scale-down "
                   "(TestReplicaCalcScaleUpCMUnreadyHotCpuScaleWouldScaleDown)",
                   3,
                   3,
                   {50000, 15000, 30000},
                   {"FTF", "hch"},
                   15000,
                   7,
                   31666},
        AverageRow{"scale down (TestReplicaCalcScaleDownCM)", 5, 5, Levels(5, 12000), {}, 20000, 3, 12000},
        AverageRow{
            "within default tolerance (TestReplicaCalcToleranceCM)", 3, 3, {20000, 21000, 21000}, {}, 20000, 3, 20666},
        AverageRow{"outside configurable 1% tolerance (TestReplicaCalcConfigurableToleranceCM)",
                   3,
                   3,
                   {20000, 21000, 21000},
                   {},
                   20000,
                   4,
                   20666,
                   0.01},
        AverageRow{"no change: missing metrics (TestPlainMetricReplicaCalcMissingMetricsNoChangeEq)",
                   5,
                   5,
                   {20000, 19000, 21000},
                   {},
                   20000,
                   5,
                   20000},
        AverageRow{"rolling update with maxSurge: extra pod missing metric "
                   "(TestReplicaCalcDuringRollingUpdateWithMaxSurgeCM)",
                   2,
                   3,
                   {10000, 10000},
                   {},
                   17000,
                   2,
                   10000}));

// By the controller's rules: the same steps as for utilization, with CPU doubted while a pod starts.
TEST(AverageValueOfAResource, DoubtsPodsThatStartOnlyIfItIsCpu) {
  const Pods pods(3, kThousands, kFirstHot);
  const Samples samples = samples_of({900, 500, 700}, Time{0});
  const auto replicas = [&](Resource resource) {
    return propose_for_average(3, 300, samples, pods, resource, upstream_terms(), kNow).replicas;
  };
  EXPECT_EQ(replicas(Resource::kCpu), 4);     // (500 + 700) / 2 = 2 times; with a zero for the hot one 400 / 300 * 3
  EXPECT_EQ(replicas(Resource::kMemory), 7);  // 2100 / 3 / 300 * 3
}

TEST(AverageValueOfAResource, NeedsNoRequests) {
  Metric metric = metric_of(Metric::Type::kResource, TargetType::kAverageValue, 200);
  metric.resource = Resource::kCpu;
  Reading reading;
  reading.samples = samples_of({300, 300}, Time{0});
  EXPECT_EQ(propose(metric, reading, 2, 2, Pods(2, {}), upstream_terms(), kNow).replicas, 3);
  metric.target.average_utilization = 10;  // the controller goes by the value where both are given
  EXPECT_EQ(propose(metric, reading, 2, 2, Pods(2, {}), upstream_terms(), kNow).replicas, 3);
}

TEST(AverageValueOfAResource, DoesNotTurnRoundBecausePodsAreMissing) {
  // 2 of 5 pods at 1.2 times: with zeros for the other three it is 0.48, which would be fewer.
  EXPECT_EQ(propose_for_average(5, 1000, samples_of({1200, 1200}, Time{0}), Pods(5, {}), Resource::kNone,
                                upstream_terms(), kNow)
                .replicas,
            5);
}

// --- objects and external metrics ------------------------------------------------------------------------------------

struct ValueRow {
  const char* name;
  Metric::Type type;
  std::int32_t current;
  States states;
  Levels values;
  std::int64_t target;
  std::int32_t replicas;
  std::int64_t usage;
  double tolerance_up = 0.1;
};
void PrintTo(const ValueRow& row, std::ostream* os) { *os << row.name; }

Proposal propose(const ValueRow& row, TargetType target) {
  Reading reading;
  reading.value = row.values.front();
  reading.series = row.values;
  return propose(metric_of(row.type, target, row.target), reading, row.current, row.current,
                 Pods(static_cast<std::size_t>(row.current), {}, row.states), upstream_terms(0.1, row.tolerance_up),
                 kNow);
}

class Value : public testing::TestWithParam<ValueRow> {};

TEST_P(Value, GivesUpstreamsReplicas) {
  const Proposal proposal = propose(GetParam(), TargetType::kValue);
  ASSERT_TRUE(proposal.valid()) << proposal.error;
  EXPECT_EQ(proposal.replicas, GetParam().replicas);
  EXPECT_EQ(proposal.usage, GetParam().usage);
}

constexpr Metric::Type kObject = Metric::Type::kObject, kExternal = Metric::Type::kExternal;

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcObjectMetric, Value,
    testing::Values(
        ValueRow{"scale up (TestReplicaCalcScaleUpCMObject)", kObject, 3, {}, {20000}, 15000, 4, 20000},
        ValueRow{"very large metric saturates (TestReplicaCalcScaleUpOverflow)",
                 kObject,
                 3,
                 {},
                 {kMost64},
                 1,
                 kMost32,
                 kMost64},
        ValueRow{"ignores unready pods (TestReplicaCalcScaleUpCMObjectIgnoresUnreadyPods)",
                 kObject,
                 3,
                 {"FTF"},
                 {50000},
                 10000,
                 5,
                 50000},
        ValueRow{"scale down (TestReplicaCalcScaleDownCMObject)", kObject, 5, {}, {12000}, 20000, 3, 12000},
        ValueRow{
            "within default tolerance (TestReplicaCalcToleranceCMObject)", kObject, 3, {}, {20666}, 20000, 3, 20666},
        ValueRow{"outside configurable 1% tolerance (TestReplicaCalcConfigurableToleranceCMObject)",
                 kObject,
                 3,
                 {},
                 {20666},
                 20000,
                 4,
                 20666,
                 0.01}));

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcExternalMetric, Value,
    testing::Values(
        ValueRow{"scale down: ignores unready pods (TestReplicaCalcScaleUpCMExternalIgnoresUnreadyPods)",
                 kExternal,
                 3,
                 {"FTF"},
                 {8600},
                 4400,
                 2,
                 8600},
        ValueRow{"scale down (TestReplicaCalcScaleDownCMExternal)", kExternal, 5, {}, {8600}, 14334, 3, 8600},
        ValueRow{
            "within default tolerance (TestReplicaCalcToleranceCMExternal)", kExternal, 3, {}, {8600}, 8888, 3, 8600},
        ValueRow{"outside configurable 1% tolerance (TestReplicaCalcConfigurableToleranceCMExternal)",
                 kExternal,
                 3,
                 {},
                 {8900},
                 8800,
                 4,
                 8900,
                 0.01},
        ValueRow{"usage overflow caps (TestReplicaCalcExternalMetricUsageOverflow)",
                 kExternal,
                 3,
                 {},
                 {kMost64 / 2 + 1, kMost64 / 2 + 1},
                 kMost64,
                 3,
                 kMost64}));

class AverageValue : public testing::TestWithParam<ValueRow> {};

TEST_P(AverageValue, GivesUpstreamsReplicas) {
  const Proposal proposal = propose(GetParam(), TargetType::kAverageValue);
  ASSERT_TRUE(proposal.valid()) << proposal.error;
  EXPECT_EQ(proposal.replicas, GetParam().replicas);
  EXPECT_EQ(proposal.usage, GetParam().usage);
}

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcObjectPerPodMetric, AverageValue,
    testing::Values(ValueRow{"scale up (TestReplicaCalcScaleUpCMPerPodObject)", kObject, 3, {}, {20000}, 5000, 4, 6667},
                    ValueRow{
                        "scale down (TestReplicaCalcScaleDownPerPodCMObject)", kObject, 5, {}, {6000}, 2000, 3, 1200},
                    ValueRow{"within default tolerance (TestReplicaCalcTolerancePerPodCMObject)",
                             kObject,
                             4,
                             {},
                             {20166},
                             5000,
                             4,
                             5042},
                    ValueRow{"outside configurable 1% tolerance (TestReplicaCalcConfigurableTolerancePerPodCMObject)",
                             kObject,
                             4,
                             {},
                             {20208},
                             5000,
                             5,
                             5052,
                             0.01}));

INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcExternalPerPodMetric, AverageValue,
    testing::Values(
        ValueRow{"replica count overflow saturates (TestExternalPerPodMetricReplicaOverflow)",
                 kExternal,
                 1,
                 {},
                 {kMost64},
                 1,
                 kMost32,
                 kMost64},
        ValueRow{"usage overflow with huge target (TestExternalPerPodMetricUsageOverflow)",
                 kExternal,
                 1,
                 {},
                 {kMost64},
                 kMost64,
                 1,
                 kMost64},
        ValueRow{"scale up (TestReplicaCalcScaleUpPerPodCMExternal)", kExternal, 3, {}, {8600}, 2150, 4, 2867},
        ValueRow{"scale down (TestReplicaCalcScaleDownPerPodCMExternal)", kExternal, 5, {}, {8600}, 2867, 3, 1720},
        ValueRow{"within default tolerance (TestReplicaCalcTolerancePerPodCMExternal)",
                 kExternal,
                 3,
                 {},
                 {8600},
                 2900,
                 3,
                 2867},
        ValueRow{"outside configurable 1% tolerance (TestReplicaCalcConfigurableTolerancePerPodCMExternal)",
                 kExternal,
                 3,
                 {},
                 {8600},
                 2800,
                 4,
                 2867,
                 0.01}));

TEST(Value, OfNoReplicasIsTakenAsItIs) {  // neither tolerance nor pods: ceil(20000 / 15000)
  EXPECT_EQ(propose({"", kObject, 0, {}, {20000}, 15000, 0, 0}, TargetType::kValue).replicas, 2);
  EXPECT_EQ(propose({"", kObject, 0, {}, {1000}, 1000, 0, 0}, TargetType::kValue).replicas, 1);
  EXPECT_EQ(propose({"", kExternal, 0, {}, {0}, 1000, 0, 0}, TargetType::kValue).replicas, 0);
  EXPECT_EQ(propose({"", kExternal, 0, {}, {7, 1000}, 1000, 0, 0}, TargetType::kAverageValue).replicas, 2);
  EXPECT_EQ(propose({"", kObject, 0, {}, {0}, 1000, 0, 0}, TargetType::kAverageValue).replicas, 0);
}

TEST(Value, CountsReadyPodsThoughTheyAreBeingDeletedAndNoneThatOnlyRun) {
  Reading reading;
  reading.value = 20000;
  const Metric metric = metric_of(kObject, TargetType::kValue, 10000);
  const auto replicas = [&](const States& states) {
    return propose(metric, reading, 3, 3, Pods(3, {}, states), upstream_terms(), kNow).replicas;
  };
  EXPECT_EQ(replicas({.marked = "DDD"}), 6);
  EXPECT_EQ(replicas({.ready = "TTF"}), 4);
  EXPECT_EQ(replicas({.phase = "RXP"}), 2);
}

TEST(Value, NeedsPodsOnlyIfThereIsSomethingToChange) {
  Reading reading;
  reading.value = 20000;
  const auto proposal = [&](std::int64_t target) {
    return propose(metric_of(kObject, TargetType::kValue, target), reading, 3, 3, {}, upstream_terms(), kNow);
  };
  EXPECT_EQ(proposal(10000).error, "no pods");
  EXPECT_EQ(proposal(20000).replicas, 3);
}

TEST(ObjectMetric, GoesByTheTypeOfItsTarget) {
  Metric metric = metric_of(kObject, TargetType::kValue, 10000);
  metric.target.average_value = 1000;
  Reading reading;
  reading.value = 20000;
  const auto replicas = [&] { return propose(metric, reading, 3, 3, Pods(3, {}), upstream_terms(), kNow).replicas; };
  EXPECT_EQ(replicas(), 6);
  metric.target.type = TargetType::kAverageValue;
  EXPECT_EQ(replicas(), 20);
}

TEST(ExternalMetric, GoesByTheAverageWhereThereIsOne) {
  Metric metric = metric_of(kExternal, TargetType::kValue, 10000);
  metric.target.average_value = 1000;
  Reading reading;
  reading.series = {15000, 5000};
  EXPECT_EQ(propose(metric, reading, 3, 3, Pods(3, {}), upstream_terms(), kNow).replicas, 20);
  reading.series.clear();
  EXPECT_EQ(propose(metric, reading, 3, 3, Pods(3, {}), upstream_terms(), kNow).error, "no metrics");
}

// --- what integers cannot hold: as compiled Go does it on amd64 ------------------------------------------------------

TEST(Overflow, OfReplicasMakesTheLeastNumberWhereUpstreamDoesNotCap) {
  constexpr std::int32_t kLeast32 = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(propose_for_object_average(3, 1, kMost64, upstream_terms()).replicas, kLeast32);
  EXPECT_EQ(propose_for_object_value(0, 1, kMost64, {}, upstream_terms()).replicas, kLeast32);
  EXPECT_EQ(
      propose_for_average(3, 1, samples_of({kMost64}, Time{0}), Pods(1, {}), Resource::kNone, upstream_terms(), kNow)
          .replicas,
      kLeast32);
}

TEST(Overflow, OfSumsWrapsAround) {
  const Proposal proposal = propose_for_average(2, 1000, samples_of({kMost64, kMost64}, Time{0}), Pods(2, {}),
                                                Resource::kNone, upstream_terms(), kNow);
  EXPECT_EQ(proposal.usage, -1);  // -2 / 2
  EXPECT_EQ(proposal.replicas, 0);
  // 2^62 * 100 wraps to 0.
  const Pods pods(1, {1000});
  EXPECT_EQ(propose_for_utilization(2, 50, samples_of({std::int64_t{1} << 62}, Time{0}), pods, Resource::kCpu, {},
                                    upstream_terms(), kNow)
                .utilization,
            0);
}

TEST(Overflow, OfAnExternalSumCountsAsTheMost) {
  const Levels negative = {-5};
  EXPECT_EQ(propose_for_external_average(2, 1000, negative, upstream_terms()).usage, kMost64);
  EXPECT_EQ(propose_for_external_value(2, 1000, negative, Pods(2, {}), upstream_terms()).usage, -5);
}

// --- classification --------------------------------------------------------------------------------------------------

struct PodRow {
  const char* name;
  Resource resource;
  std::optional<Duration> started;  // ago; absent: no start time; `kNow`: at zero time
  ReadyCondition ready;
  Duration changed;  // ago
  std::optional<Sample> sample;
  PodClass expected;
  PodPhase phase = PodPhase::kSucceeded;
  bool deleted = false;
};
void PrintTo(const PodRow& row, std::ostream* os) { *os << row.name; }

class GroupPods : public testing::TestWithParam<PodRow> {};

TEST_P(GroupPods, PutsThePodWhereUpstreamDoes) {
  const PodRow& row = GetParam();
  Pod pod;
  pod.phase = row.phase;
  pod.deleted = row.deleted;
  pod.ready = row.ready;
  pod.ready_changed = kNow - row.changed;
  if (row.started) pod.started = kNow - *row.started;
  EXPECT_EQ(classify(pod, row.sample ? &*row.sample : nullptr, row.resource, upstream_terms(), kNow), row.expected);
}

constexpr Sample kZeroSample{};

INSTANTIATE_TEST_SUITE_P(
    TestGroupPods, GroupPods,
    testing::Values(
        PodRow{"count in a ready pod - memory", Resource::kMemory, std::nullopt, ReadyCondition::kAbsent, 0s,
               Sample{1, kNow, 60s}, PodClass::kReady},
        PodRow{"unready a pod without ready condition", Resource::kCpu, kNow, ReadyCondition::kAbsent, 0s, kZeroSample,
               PodClass::kUnready},
        PodRow{"count in a ready pod with fresh metrics during initialization period", Resource::kCpu, 60s,
               ReadyCondition::kTrue, 30s, Sample{1, kNow, 30s}, PodClass::kReady},
        PodRow{"unready a ready pod without fresh metrics during initialization period", Resource::kCpu, 60s,
               ReadyCondition::kTrue, 30s, Sample{1, kNow, 60s}, PodClass::kUnready},
        PodRow{"unready an unready pod during initialization period", Resource::kCpu, 600s, ReadyCondition::kFalse,
               594s, kZeroSample, PodClass::kUnready},
        PodRow{"count in a ready pod without fresh metrics after initialization period", Resource::kCpu, 180s,
               ReadyCondition::kTrue, 180s, Sample{1, kNow - 120s, 60s}, PodClass::kReady},
        PodRow{"count in an unready pod that was ready after initialization period", Resource::kCpu, 600s,
               ReadyCondition::kFalse, 540s, kZeroSample, PodClass::kReady},
        PodRow{"unready pod that has never been ready after initialization period", Resource::kCpu, 600s,
               ReadyCondition::kFalse, 590s - 1ns, kZeroSample, PodClass::kReady},
        PodRow{"a missing pod", Resource::kCpu, 180s, ReadyCondition::kAbsent, 0s, std::nullopt, PodClass::kMissing},
        PodRow{"several pods: lucretius", Resource::kCpu, kNow, ReadyCondition::kAbsent, 0s, Sample{1, kNow, 60s},
               PodClass::kUnready},
        PodRow{"several pods: niccolo", Resource::kCpu, 180s, ReadyCondition::kTrue, 180s, kZeroSample,
               PodClass::kReady},
        PodRow{"several pods: epicurus", Resource::kCpu, 180s, ReadyCondition::kAbsent, 0s, std::nullopt,
               PodClass::kMissing},
        PodRow{"pending pods are unreadied", Resource::kCpu, std::nullopt, ReadyCondition::kAbsent, 0s, std::nullopt,
               PodClass::kUnready, PodPhase::kPending},
        PodRow{"ignore pods with deletion timestamps", Resource::kCpu, std::nullopt, ReadyCondition::kAbsent, 0s,
               Sample{1, kNow, 60s}, PodClass::kIgnored, PodPhase::kPending, true},
        PodRow{"ignore pods in a failed state", Resource::kCpu, std::nullopt, ReadyCondition::kAbsent, 0s,
               Sample{1, kNow, 60s}, PodClass::kIgnored, PodPhase::kFailed}));

TEST(GroupPods, OfNoPodsIsNothing) {  // "void"
  EXPECT_EQ(propose_for_average(1, 1000, samples_of({1}, kNow), {}, Resource::kNone, upstream_terms(), kNow).error,
            "no pods");
}

}  // namespace
}  // namespace windtunnel::hpa
