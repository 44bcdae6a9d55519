#include "models/autoscaler/keda/fallback.hpp"

#include <gtest/gtest.h>

#include <vector>

// Rows with "should …" are those of upstream's pkg/fallback/fallback_test.go (KEDA 2.20). Not expressible: failing
// updates of the status and its conditions, a negative failureThreshold (which the reader refuses), and fallback for
// targets of type Utilization, which no external metric has. The Value rows follow fallback.go.
namespace windtunnel::keda {
namespace {

hpa::Target average(std::int64_t milli) { return {.type = hpa::TargetType::kAverageValue, .average_value = milli}; }
hpa::Target ratio(std::int64_t milli) { return {.type = hpa::TargetType::kValue, .value = milli}; }

Health failed(std::optional<Fallback> fallback, int times, const hpa::Target& target) {
  Health health(fallback);
  for (int i = 0; i < times; ++i) health.answer({}, target, 1, 1);
  return health;
}

constexpr Fallback kThreeThenTen{3, 10};

TEST(KedaFallback, AnswersAsUpstreamsTestsSay) {
  struct Row {
    const char* name;
    std::optional<Fallback> fallback;
    int failures_before;
    std::optional<std::int64_t> value;
    std::int64_t target;
    std::optional<std::int64_t> answer;
    std::int64_t failures;
  };
  const std::vector<Row> rows = {
      {"should return the expected metric when fallback is disabled", {}, 0, 5000, 3000, 5000, 0},
      {"should reset the health status when scaler metrics are available", kThreeThenTen, 5, 6000, 3000, 6000, 0},
      {"should propagate the error when fallback is disabled", {}, 0, {}, 3000, {}, 1},
      {"should bump the number of failures when metrics call fails", kThreeThenTen, 0, {}, 10000, {}, 1},
      {"should return a normalised metric when number of failures are beyond threshold",
       kThreeThenTen,
       3,
       {},
       10000,
       100000,
       4},
      {"at the threshold the error still passes", kThreeThenTen, 2, {}, 10000, {}, 3},
      {"a threshold of none", Fallback{0, 2}, 0, {}, 5000, 10000, 1},
  };
  for (const Row& row : rows) {
    Health health = failed(row.fallback, row.failures_before, average(row.target));
    EXPECT_EQ(health.answer(row.value, average(row.target), 1, 1), row.answer) << row.name;
    EXPECT_EQ(health.failures(), row.failures) << row.name;
  }
}

TEST(KedaFallback, TakesTheReplicasThatItsBehaviorSays) {
  struct Row {
    FallbackBehavior behavior;
    std::int64_t current, wanted;
  };
  for (const Row& row : std::vector<Row>{{FallbackBehavior::kStatic, 4, 10},
                                         {FallbackBehavior::kStatic, 25, 10},
                                         {FallbackBehavior::kCurrentReplicas, 4, 4},
                                         {FallbackBehavior::kCurrentReplicas, 25, 25},
                                         {FallbackBehavior::kCurrentReplicasIfHigher, 4, 10},
                                         {FallbackBehavior::kCurrentReplicasIfHigher, 25, 25},
                                         {FallbackBehavior::kCurrentReplicasIfLower, 4, 4},
                                         {FallbackBehavior::kCurrentReplicasIfLower, 25, 10}})
    EXPECT_EQ((Fallback{3, 10, row.behavior}.wanted(row.current)), row.wanted);
}

// What the horizontal pod autoscaler makes of the answer is the fallback's replicas, whatever the target.
TEST(KedaFallback, MakesTheHorizontalPodAutoscalerAskForExactlyThese) {
  for (const std::int64_t target : {1, 500, 7000, 20000}) {
    Health health(Fallback{0, 10});
    const auto answer = health.answer({}, average(target), 3, 3);
    ASSERT_TRUE(answer);
    const std::vector<std::int64_t> series = {*answer};
    EXPECT_EQ(hpa::propose_for_external_average(3, target, series, {}).replicas, 10);
  }
}

TEST(KedaFallback, DividesAValueByTheReadyReplicas) {
  Health health(Fallback{0, 10});
  EXPECT_EQ(health.answer({}, ratio(8000), 4, 4), 20000);  // 10 / 4 * 8
  EXPECT_EQ(health.answer({}, ratio(8000), 4, 0), std::nullopt) << "nothing to divide by";
}

}  // namespace
}  // namespace windtunnel::keda
