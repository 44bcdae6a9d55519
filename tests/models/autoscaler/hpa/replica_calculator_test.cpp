#include "models/autoscaler/hpa/replica_calculator.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "tests/models/autoscaler/hpa/pods.hpp"

// Expectations are those of upstream's pkg/controller/podautoscaler/replica_calculator_test.go (2026); every row names
// its test or subtest.
namespace windtunnel::hpa {
namespace {

using namespace test;
using Levels = std::vector<std::int64_t>;

const Levels kThousands(7, 1000);

// Requests and levels are per container, as upstream writes them; a pod has `containers` that count.
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
  int containers = 2;
  double tolerance_down = 0.1, tolerance_up = 0.1;
};

void PrintTo(const CpuRow& row, std::ostream* os) { *os << row.name; }

Proposal propose(const CpuRow& row) {
  return propose_for_utilization(row.current, row.target, samples_of(scaled(row.levels, row.containers), Time{0}),
                                 pods_of(row.pods, scaled(row.requests, row.containers), row.states, false),
                                 Resource::kCpu, upstream_terms(row.tolerance_down, row.tolerance_up), kNow);
}

class CpuUtilization : public testing::TestWithParam<CpuRow> {};

TEST_P(CpuUtilization, GivesUpstreamsReplicas) {
  const CpuRow& row = GetParam();
  const Proposal proposal = propose(row);
  ASSERT_TRUE(proposal.valid()) << proposal.error;
  EXPECT_EQ(proposal.replicas, row.replicas);
  EXPECT_EQ(proposal.utilization, row.utilization);
  EXPECT_EQ(proposal.average, row.average);
}

const Levels kDown = {100, 300, 500, 250, 250};

// A container metric is the same arithmetic on one container's numbers.
INSTANTIATE_TEST_SUITE_P(
    TestReplicaCalcResourceScale, CpuUtilization,
    testing::Values(
        CpuRow{"scale up", 3, 3, kThousands, {300, 500, 700}, {}, 30, 5, 50, 1000},
        CpuRow{"scale up: container metric", 3, 3, kThousands, {300, 500, 700}, {}, 30, 5, 50, 500, 1},
        CpuRow{"scale up: unready pod scales less", 3, 3, kThousands, {300, 500, 700}, {"FTT"}, 30, 4, 60, 1200},
        CpuRow{"scale up: hot-CPU container scales less",
               3,
               3,
               kThousands,
               {300, 500, 700},
               {.start = "hcc"},
               30,
               4,
               60,
               600,
               1},
        CpuRow{
            "scale up: hot-CPU pod scales less", 3, 3, kThousands, {300, 500, 700}, {.start = "hcc"}, 30, 4, 60, 1200},
        CpuRow{"no scale: unready pods ignored", 3, 3, kThousands, {400, 500, 700}, {"TFF"}, 30, 3, 40, 800},
        CpuRow{"no scale: hot-CPU pods ignored",
               3,
               3,
               kThousands,
               {400, 500, 700},
               {.ready = "TFF", .start = "chh"},
               30,
               3,
               40,
               800},
        CpuRow{"scale up: failed pods ignored",
               2,
               4,
               kThousands,
               {500, 700},
               {.ready = "TTFF", .phase = "RRXX"},
               30,
               4,
               60,
               1200},
        CpuRow{"scale up: failed pods ignored with missing container metric",
               2,
               4,
               kThousands,
               {500, 700},
               {.ready = "TTFF", .phase = "RRXX"},
               30,
               4,
               60,
               600,
               1},
        CpuRow{"scale up: pods being deleted are ignored",
               2,
               4,
               kThousands,
               {500, 700},
               {.ready = "TTFF", .marked = "--DD"},
               30,
               4,
               60,
               1200},
        CpuRow{"scale up: container metrics with pods being deleted ignored",
               2,
               4,
               kThousands,
               {500, 700},
               {.ready = "TTFF", .marked = "--DD"},
               30,
               4,
               60,
               600,
               1},
        CpuRow{"scale down", 5, 5, kThousands, kDown, {}, 50, 3, 28, 560},
        CpuRow{"scale down: container metric", 5, 5, kThousands, kDown, {}, 50, 3, 28, 280, 1},
        CpuRow{"scale down: exclude unready pods", 5, 5, kThousands, kDown, {"TTTFF"}, 50, 2, 30, 600},
        CpuRow{"scale down: container metric excludes unready pods",
               5,
               5,
               kThousands,
               kDown,
               {"TTTFF"},
               50,
               2,
               30,
               300,
               1},
        CpuRow{"scale down: exclude unscheduled pods",
               5,
               5,
               kThousands,
               {100},
               {.ready = "TFFFF", .phase = "RPPPP"},
               50,
               1,
               10,
               200},
        CpuRow{"scale down: container metric excludes unscheduled pods",
               5,
               5,
               kThousands,
               kDown,
               {.ready = "TFFFF", .phase = "RPPPP"},
               50,
               1,
               10,
               100,
               1},
        CpuRow{"scale down: ignore hot-CPU pods", 5, 5, kThousands, kDown, {.start = "ccchh"}, 50, 2, 30, 600},
        CpuRow{"scale down: container metric ignores hot-CPU pods",
               5,
               5,
               kThousands,
               {100, 300, 500, 1000, 1000},
               {.start = "ccchh"},
               50,
               2,
               30,
               300,
               1},
        CpuRow{"scale down: failed pods ignored",
               5,
               7,
               kThousands,
               kDown,
               {.ready = "TTTTTFF", .phase = "RRRRRXX"},
               50,
               3,
               28,
               560},
        CpuRow{"scale down: container metric with failed pods ignored",
               5,
               7,
               kThousands,
               kDown,
               {.ready = "TTTTTFF", .phase = "RRRRRXX"},
               50,
               3,
               28,
               280,
               1},
        CpuRow{"scale down: pods being deleted are ignored",
               5,
               7,
               kThousands,
               kDown,
               {.ready = "TTTTTFF", .marked = "-----DD"},
               50,
               3,
               28,
               560},
        CpuRow{"scale down: still-running pods being deleted are ignored",
               5,
               7,
               kThousands,
               kDown,
               {.ready = "TTTTTFF", .marked = "-----DD"},
               50,
               3,
               28,
               280,
               1}));

const Levels kAroundAThousand = {900, 1000, 1100};
const Levels kTenRequests = {400, 200, 310, 290, 302, 298, 301, 299, 300, 300};
const Levels kTenLevels(10, 150);

INSTANTIATE_TEST_SUITE_P(
    SingleFunctions, CpuUtilization,
    testing::Values(
        CpuRow{"TestReplicaCalcTolerance", 3, 3, kAroundAThousand, {1010, 1030, 1020}, {}, 100, 3, 102, 2040},
        CpuRow{"TestReplicaCalcConfigurableTolerance: outside of a 0% tolerance",
               3,
               3,
               kAroundAThousand,
               {909, 1010, 1111},
               {},
               100,
               4,
               101,
               2020,
               2,
               0,
               0},
        CpuRow{"TestReplicaCalcConfigurableTolerance: within a 200% scale up tolerance",
               3,
               3,
               kAroundAThousand,
               {1890, 1910, 1900},
               {},
               100,
               3,
               190,
               3800,
               2,
               0.1,
               2.0},
        CpuRow{"TestReplicaCalcConfigurableTolerance: outside 8% scale up tolerance",
               3,
               3,
               kAroundAThousand,
               {1100, 1080, 1090},
               {},
               100,
               4,
               109,
               2180,
               2,
               2.0,
               0.08},
        CpuRow{"TestReplicaCalcConfigurableTolerance: within a 36% scale down tolerance",
               3,
               3,
               kAroundAThousand,
               {660, 640, 650},
               {},
               100,
               3,
               65,
               1300,
               2,
               0.36,
               0.1},
        CpuRow{"TestReplicaCalcConfigurableTolerance: outside a 34% scale down tolerance",
               3,
               3,
               kAroundAThousand,
               {660, 640, 650},
               {},
               100,
               2,
               65,
               1300,
               2,
               0.34,
               0.1},
        CpuRow{"TestReplicaCalcSuperfluousMetrics",
               4,
               4,
               kThousands,
               {4000, 9500, 3000, 7000, 3200, 2000},
               {},
               100,
               24,
               587,
               11750},
        CpuRow{"TestReplicaCalcMissingMetrics", 4, 4, kThousands, {400, 95}, {}, 100, 3, 24, 495},
        CpuRow{"TestReplicaCalcMissingMetricsNoChangeEq", 2, 2, kThousands, {1000}, {}, 100, 2, 100, 2000},
        CpuRow{"TestReplicaCalcMissingMetricsNoChangeGt", 2, 2, kThousands, {1900}, {}, 100, 2, 190, 3800},
        CpuRow{"TestReplicaCalcMissingMetricsNoChangeLt", 2, 2, kThousands, {600}, {}, 100, 2, 60, 1200},
        CpuRow{"TestReplicaCalcMissingMetricsUnreadyChange", 3, 3, kThousands, {100, 450}, {"FTT"}, 50, 3, 45, 900},
        CpuRow{"TestReplicaCalcMissingMetricsHotCpuNoChange",
               3,
               3,
               kThousands,
               {100, 450},
               {.start = "hcc"},
               50,
               3,
               45,
               900},
        CpuRow{"TestReplicaCalcMissingMetricsUnreadyScaleUp", 3, 3, kThousands, {100, 2000}, {"FTT"}, 50, 4, 200, 4000},
        CpuRow{"TestReplicaCalcMissingMetricsHotCpuScaleUp",
               3,
               3,
               kThousands,
               {100, 2000},
               {.ready = "FTT", .start = "hcc"},
               50,
               4,
               200,
               4000},
        CpuRow{"TestReplicaCalcMissingMetricsUnreadyScaleDown",
               4,
               4,
               kThousands,
               {100, 100, 100},
               {"FTTT"},
               50,
               3,
               10,
               200},
        CpuRow{"TestReplicaCalcMissingMetricsScaleDownTargetOver100",
               4,
               4,
               {1000, 1000, 2000, 2000},
               {200, 100, 100},
               {"FTTT"},
               300,
               2,
               6,
               200},
        CpuRow{"TestReplicaCalcDuringRollingUpdateWithMaxSurge", 2, 3, kThousands, {100, 100}, {}, 50, 2, 10, 200},
        CpuRow{"TestReplicaCalcComputedToleranceAlgImplementation, target 56 %",
               10,
               10,
               kTenRequests,
               kTenLevels,
               {},
               56,
               9,
               50,
               300},
        CpuRow{"TestReplicaCalcComputedToleranceAlgImplementation, target 55 %",
               10,
               10,
               kTenRequests,
               kTenLevels,
               {},
               55,
               10,
               50,
               300}));

// Not upstream's: computed from its formula ceil(double(utilization) / target * ready) in IEEE doubles with another
// program. Exact arithmetic gives the first of them differently by one tolerance, the others by one replica.
INSTANTIATE_TEST_SUITE_P(
    DoubleArithmetic, CpuUtilization,
    testing::Values(
        CpuRow{"upper edge of the tolerance", 10, 10, Levels(10, 1000), Levels(10, 550), {}, 50, 10, 55, 550, 1},
        CpuRow{"lower edge of the tolerance", 10, 10, Levels(10, 1000), Levels(10, 450), {}, 50, 10, 45, 450, 1},
        CpuRow{"7 % of 25 %", 25, 25, Levels(25, 1000), Levels(25, 70), {}, 25, 8, 7, 70, 1},
        CpuRow{"14 % of 25 %", 25, 25, Levels(25, 1000), Levels(25, 140), {}, 25, 15, 14, 140, 1},
        CpuRow{"9 % of 14 %", 42, 42, Levels(42, 1000), Levels(42, 90), {}, 14, 28, 9, 90, 1}));

TEST(Utilization, CountsPodsByClass) {
  const Proposal proposal =
      propose_for_utilization(6, 30, samples_of({600, 600, 600, 600}, Time{0}),
                              pods_of(6, Levels(6, 1000), {.ready = "TTFTTT", .phase = "RRRXRP"}, false),
                              Resource::kCpu, upstream_terms(), kNow);
  EXPECT_EQ(proposal.ready, 2);
  EXPECT_EQ(proposal.unready, 2);  // one not ready, one pending
  EXPECT_EQ(proposal.missing, 1);
  EXPECT_EQ(proposal.ignored, 1);  // failed
  EXPECT_DOUBLE_EQ(proposal.ratio, 2);
}

TEST(Utilization, SaysNothingWithoutUsableNumbers) {
  const auto error = [](const Samples& samples, const std::vector<Pod>& pods) {
    return propose_for_utilization(1, 100, samples, pods, Resource::kCpu, upstream_terms(), kNow).error;
  };
  // TestReplicaCalcEmptyMetrics
  EXPECT_EQ(error({}, pods_of(3, kThousands, {}, false)), "no metrics");
  // TestReplicaCalcEmptyCPURequest
  EXPECT_EQ(error(samples_of({200}, Time{0}), pods_of(1, {}, {}, false)), "a pod without a request");
  // TestReplicaCalcDisjointResourcesMetrics
  EXPECT_EQ(error({{77, {100, Time{0}, 60s}}}, pods_of(1, kThousands, {}, false)), "no metrics match the pods");
  EXPECT_EQ(error(samples_of({200}, Time{0}), {}), "no pods");
  EXPECT_EQ(error(samples_of({200, 200}, Time{0}), pods_of(2, kThousands, {"FF"}, false)), "no metrics of ready pods");
}

// --- plain averages
// ----------------------------------------------------------------------------------------------------

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
  const Proposal proposal = propose_for_average(row.current, row.target, samples_of(row.levels, Time{0}),
                                                pods_of(row.pods, {}, row.states, false), Resource::kOther,
                                                upstream_terms(0.1, row.tolerance_up), kNow);
  ASSERT_TRUE(proposal.valid()) << proposal.error;
  EXPECT_EQ(proposal.replicas, row.replicas);
  EXPECT_EQ(proposal.average, row.average);
}

INSTANTIATE_TEST_SUITE_P(
    SingleFunctions, PodsMetric,
    testing::Values(
        AverageRow{"TestReplicaCalcScaleUpCM", 3, 3, {20000, 10000, 30000}, {}, 15000, 4, 20000},
        AverageRow{"TestReplicaCalcScaleUpCMUnreadyHotCpuNoLessScale",
                   3,
                   3,
                   {50000, 10000, 30000},
                   {.ready = "TTF", .start = "cch"},
                   15000,
                   6,
                   30000},
        AverageRow{"TestReplicaCalcScaleUpCMUnreadyHotCpuScaleWouldScaleDown",
                   3,
                   3,
                   {50000, 15000, 30000},
                   {.ready = "FTF", .start = "hch"},
                   15000,
                   7,
                   31666},
        AverageRow{"TestReplicaCalcScaleDownCM", 5, 5, Levels(5, 12000), {}, 20000, 3, 12000},
        AverageRow{"TestReplicaCalcToleranceCM", 3, 3, {20000, 21000, 21000}, {}, 20000, 3, 20666},
        AverageRow{"TestReplicaCalcConfigurableToleranceCM", 3, 3, {20000, 21000, 21000}, {}, 20000, 4, 20666, 0.01},
        AverageRow{
            "TestPlainMetricReplicaCalcMissingMetricsNoChangeEq", 5, 5, {20000, 19000, 21000}, {}, 20000, 5, 20000},
        AverageRow{"TestReplicaCalcDuringRollingUpdateWithMaxSurgeCM", 2, 3, {10000, 10000}, {}, 17000, 2, 10000}));

// --- classification
// ----------------------------------------------------------------------------------------------------

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
        PodRow{"count in a ready pod - memory", Resource::kOther, std::nullopt, ReadyCondition::kAbsent, 0s,
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

}  // namespace
}  // namespace windtunnel::hpa
