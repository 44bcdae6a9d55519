#include "models/autoscaler/keda/scaled_job.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/assign.hpp"

// Rows of upstream's pkg/scaling/executor/scale_jobs_test.go and pkg/scaling/scaledjob/scale_metrics_test.go. Not
// expressible: what the tests of cleanUp say of the history of jobs, as what has ended is gone here. GetPendingJobCount
// is in ../../replication/keda_jobs_test.cpp.
namespace windtunnel::keda {
namespace {

using test::Fields;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ScalingStrategySpec strategy(JobStrategy kind, std::int64_t deduction = 0, const char* percentage = "") {
  ScalingStrategySpec out;
  out.strategy = kind;
  out.custom_deduction = deduction;
  out.custom_percentage = percentage;
  return out;
}

struct Row {
  std::int64_t max_scale, running, pending, max_replicas;
  std::int64_t expected;
};
void expect(const ScalingStrategySpec& strategy, const std::vector<Row>& rows) {
  for (const Row& row : rows)
    EXPECT_EQ(effective(strategy, row.max_scale, row.running, row.pending, row.max_replicas, 1).max_scale, row.expected)
        << row.max_scale << ", " << row.running << ", " << row.pending << ", " << row.max_replicas;
}

TEST(KedaJobStrategy, DefaultTakesRunningJobsOff) {  // TestDefaultScalingStrategy
  expect(strategy(JobStrategy::kDefault), {{3, 2, 0, 5, 1}, {2, 0, 0, 5, 2}});
}

TEST(KedaJobStrategy, CustomTakesADeductionAndAShareOff) {  // TestCustomScalingStrategy
  expect(strategy(JobStrategy::kCustom, 1, "0.5"), {{3, 2, 0, 5, 1}, {10, 0, 0, 10, 9}});
  // Without both, or with an empty text, it is the default strategy.
  expect(strategy(JobStrategy::kCustom), {{3, 2, 0, 5, 1}, {2, 0, 0, 5, 2}});
  expect(strategy(JobStrategy::kCustom, 1, ""), {{3, 2, 0, 5, 1}});
  expect(strategy(JobStrategy::kCustom, 2, "0"), {{3, 2, 0, 5, 1}});
  expect(strategy(JobStrategy::kCustom, -2, "0"), {{3, 2, 0, 4, 4}});
  // TestCustomScalingStrategyNilQueueLengthDeduction
  expect(strategy(JobStrategy::kCustom, 0, "0.5"), {{3, 2, 0, 5, 2}, {10, 0, 0, 10, 10}});
}

TEST(KedaJobStrategy, AccurateTakesPendingJobsOff) {  // TestAccurateScalingStrategy
  expect(strategy(JobStrategy::kAccurate), {{3, 2, 0, 5, 3},
                                            {5, 2, 0, 5, 3},
                                            {3, 4, 2, 10, 1},
                                            {5, 4, 2, 5, 1},
                                            {3, 3, 3, 5, 0},
                                            {15, 15, 15, 20, 0},
                                            {10, 10, 10, 15, 0},
                                            {20, 15, 10, 20, 5}});
}

TEST(KedaJobStrategy, EagerTakesWhatFits) {  // TestEagerScalingStrategy
  const ScalingStrategySpec eager = strategy(JobStrategy::kEager);
  expect(eager, {{4, 3, 0, 10, 4}, {4, 0, 3, 10, 4}, {4, 7, 0, 10, 3}, {4, 1, 6, 10, 3}, {15, 0, 0, 10, 10}});
  EXPECT_EQ(effective(eager, 4, 3, 0, 10, 1).scale_to, 10);
}

ScaledJobSpec least(std::int64_t min_replicas) {
  ScaledJobSpec out;
  out.min_replicas = min_replicas;
  return out;
}

TEST(KedaScaledJob, KeepsItsMinimumRunning) {
  const auto of = [](std::int64_t min_replicas, JobDemand demand, std::int64_t running) {
    const JobScale scale = scaling_decision(least(min_replicas), demand, running, 0);
    return std::pair(scale.max_scale, scale.scale_to);
  };
  // TestRunningJobCountSmallerMinReplicaCount
  EXPECT_EQ(of(2, {}, 0), std::pair(2L, 2L));
  // TestRunningJobCountIsDeductedFromMinReplicaCount
  EXPECT_EQ(of(2, {}, 1), std::pair(1L, 1L));
  // TestRunningJobCountGreaterOrEqualMinReplicaCountExecutesScalingStrategy
  EXPECT_EQ(of(1, {true, 2, 2}, 1), std::pair(2L, 2L));
}

TEST(KedaScaledJob, CreatesNoFewerThanNone) {
  EXPECT_EQ((JobScale{-3, 5}).jobs(), 0);
  EXPECT_EQ((JobScale{3, 5}).jobs(), 3);
  EXPECT_EQ((JobScale{5, 3}).jobs(), 3);
}

// A trigger as upstream's tests make it: its queue, its target, and what comes of both.
JobTrigger trigger(double length, double target, bool active, double max_replicas) {
  return {length, std::min(length / target, max_replicas), active};
}

TEST(KedaScaledJob, CountsItsTriggersAsItIsTold) {  // TestIsScaledJobActive
  struct Calculation {
    ScalersCalculation of;
    double max_replicas;
    std::int64_t scale_to, max_scale;
  };
  for (const Calculation& row :
       {Calculation{ScalersCalculation::kMax, 100, 20, 20}, Calculation{ScalersCalculation::kMin, 100, 5, 2},
        Calculation{ScalersCalculation::kAvg, 100, 12, 9}, Calculation{ScalersCalculation::kSum, 100, 35, 27},
        Calculation{ScalersCalculation::kSum, 25, 35, 25}}) {
    const std::vector<JobTrigger> triggers = {
        trigger(20, 1, true, row.max_replicas), trigger(10, 2, true, row.max_replicas),
        trigger(5, 3, true, row.max_replicas), trigger(7, 4, false, row.max_replicas)};
    const JobDemand demand = demand_of(triggers, row.of, 0, static_cast<std::int64_t>(row.max_replicas));
    EXPECT_TRUE(demand.active);
    EXPECT_EQ(demand.scale_to, row.scale_to);
    EXPECT_EQ(demand.max_scale, row.max_scale);
  }
  const std::vector<JobTrigger> one = {trigger(20, 2, true, 100)}, none = {trigger(0, 2, false, 100)};
  EXPECT_EQ(demand_of(one, ScalersCalculation::kMax, 0, 100).max_scale, 10);
  EXPECT_FALSE(demand_of(none, ScalersCalculation::kMax, 0, 100).active);
  EXPECT_EQ(demand_of(none, ScalersCalculation::kMax, 0, 100).max_scale, 0);
  EXPECT_TRUE(demand_of(none, ScalersCalculation::kMax, 1, 100).active) << "a minimum makes it active";
}

TEST(KedaScaledJob, SaysWhatDoesNotFit) {
  const auto errors = [](Fields fields, Items triggers) {
    ScaledJobSpec spec;
    fields.emplace_back("triggers", std::move(triggers));
    test::assign(spec, fields);
    test::Found found;
    spec.check(found);
    spec.scaling.check(found);
    return found.errors;
  };
  const Items queue = {Fields{{"type", "queue"}, {"metadata", Fields{{"queue", "q"}, {"value", "1"}}}}};
  EXPECT_THAT(errors({}, queue), IsEmpty());
  EXPECT_THAT(errors({}, {}), ElementsAre("/triggers: is empty; at least one trigger fits"));
  EXPECT_THAT(errors({{"minReplicaCount", 5}, {"maxReplicaCount", 2}}, queue),
              ElementsAre("/maxReplicaCount: 2 is below minReplicaCount, 5"));
  EXPECT_THAT(errors({}, {Fields{{"type", "cpu"}, {"metadata", Fields{}}}}),
              ElementsAre("/triggers/0/type: cpu is not for jobs, which come and go"));
  EXPECT_THAT(errors({{"scalingStrategy", Fields{{"customScalingRunningJobPercentage", "half"}}}}, queue),
              ElementsAre(HasSubstr("\"half\" is no number")));
  EXPECT_THAT(errors({{"scalingStrategy", Fields{{"pendingPodConditions", Items{"Redy"}}}}}, queue),
              ElementsAre(HasSubstr("\"Redy\" is no condition")));
}

}  // namespace
}  // namespace windtunnel::keda
