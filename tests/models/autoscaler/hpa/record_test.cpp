#include "models/autoscaler/hpa/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/autoscaler/hpa/pods.hpp"

namespace windtunnel::hpa {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::Pair;

const Metric kCpu = metric_of(Metric::Type::kResource, TargetType::kUtilization, 60);
const Metric kQueue = metric_of(Metric::Type::kExternal, TargetType::kAverageValue, 10'000);
const Metric kRate = metric_of(Metric::Type::kObject, TargetType::kValue, 500);

struct Case {
  std::int32_t current = 0;
  std::vector<Metric> metrics;
  std::vector<std::string> names;
  std::vector<Proposal> proposals;
  SyncResult result = {};
  Look look() const { return {current, current, metrics, names, proposals, result}; }
};

Proposal failed() {
  Proposal out;
  out.error = "no metrics";
  return out;
}

TEST(Record, HasEveryMetricAndWhatBecameOfTheHighestProposal) {
  const ScalingPolicy policy{ScalingPolicy::Kind::kPercent, 100, 15s};
  Proposal cpu;
  cpu.utilization = 120;
  cpu.usage = 600;
  cpu.ratio = 2;
  cpu.cautious = 1.5;
  cpu.ready = 3;
  cpu.unready = 1;
  cpu.missing = 2;
  cpu.ignored = 1;
  cpu.replicas = 9;
  const Proposal queue = propose_for_external_average(4, 10'000, std::vector<std::int64_t>{70'000}, {});
  Case c{4, {kCpu, kQueue, kRate}, {"cpu", "queue", "rate"}, {cpu, queue, failed()}};
  c.result = {.path = Path::kMetrics,
              .desired = 8,
              .deciding = 0,
              .recommended = 9,
              .stabilized = 9,
              .limited = {8, LimitedBy::kScaleUpLimit, &policy}};
  EXPECT_EQ(why_of(c.look()),
            "cpu 120 % of request, target 60 %, 3 of 6 pods ready, 2 without metrics; 1 of 3 metrics without a "
            "figure; limited by scaleUp Percent 100/15s");
  EXPECT_THAT(
      inputs_of(c.look()),
      ElementsAre(Pair("current_replicas", 4), Pair("deciding_metric", 0), Pair("desired", 8),
                  Pair("limited_by_scale_up_limit", 8), Pair("limiting_policy_period_s", 15),
                  Pair("limiting_policy_value", 100), Pair("metric_0_cautious_ratio", 1.5), Pair("metric_0_ignored", 1),
                  Pair("metric_0_missing", 2), Pair("metric_0_proposed", 9), Pair("metric_0_ratio", 2),
                  Pair("metric_0_ready", 3), Pair("metric_0_target", 60), Pair("metric_0_unready", 1),
                  Pair("metric_0_usage", 0.6), Pair("metric_0_utilization", 120), Pair("metric_1_proposed", 7),
                  Pair("metric_1_ratio", 1.75), Pair("metric_1_target", 10), Pair("metric_1_usage", 17.5),
                  Pair("metric_1_value", 70), Pair("metric_2_failed", 1), Pair("metric_2_target", 0.5),
                  Pair("recommended", 9), Pair("stabilized", 9), Pair("status_replicas", 4)));
}

TEST(Record, NamesTheLimitThatHeldIt) {
  Case c{5, {kRate}, {"rate"}, {Proposal{}}};
  const auto keys = [&](LimitedBy by) {
    c.result = {.path = Path::kMetrics, .desired = 7, .deciding = 0, .limited = {7, by, nullptr}};
    std::vector<std::string> out;
    for (const auto& [key, unused] : inputs_of(c.look()))
      if (key.starts_with("limited")) out.push_back(key);
    return out;
  };
  EXPECT_THAT(keys(LimitedBy::kNothing), ElementsAre());
  EXPECT_THAT(keys(LimitedBy::kMinReplicas), ElementsAre("limited_by_min_replicas"));
  EXPECT_THAT(keys(LimitedBy::kMaxReplicas), ElementsAre("limited_by_max_replicas"));
  EXPECT_THAT(keys(LimitedBy::kScaleUpLimit), ElementsAre("limited_by_scale_up_limit"));
  EXPECT_THAT(keys(LimitedBy::kScaleDownLimit), ElementsAre("limited_by_scale_down_limit"));
}

TEST(Record, SaysWhyNoMetricWasLookedAt) {
  Case c{9, {kCpu}, {"cpu"}, {}};
  c.result = {.path = Path::kAboveMax, .desired = 5};
  EXPECT_EQ(why_of(c.look()), "above maxReplicas");
  EXPECT_THAT(inputs_of(c.look()), ElementsAre(Pair("current_replicas", 9), Pair("desired", 5),
                                               Pair("limited_by_max_replicas", 5), Pair("status_replicas", 9)));
  c.current = 1;
  c.result = {.path = Path::kBelowMin, .desired = 3};
  EXPECT_EQ(why_of(c.look()), "below minReplicas");
  EXPECT_EQ(inputs_of(c.look()).at("limited_by_min_replicas"), 3);
  c.current = 0;
  c.result = {.path = Path::kDisabled};
  EXPECT_EQ(inputs_of(c.look()).at("disabled"), 1);
  EXPECT_EQ(why_of(c.look()), "nothing runs, and it was not the autoscaler that saw to it");
  EXPECT_EQ(derivation_of(c.look()).recommendation, std::nullopt);
}

TEST(Record, DerivesTheReplicasRuleByRule) {
  const ScalingPolicy policy{ScalingPolicy::Kind::kPods, 2, std::chrono::seconds{60}};
  const Proposal rate = propose_for_object_value(9, 500, 100, Pods(9, {}), {});
  Case c{9, {kRate}, {"rate"}, {rate}};
  c.result = {.path = Path::kMetrics,
              .desired = 7,
              .deciding = 0,
              .recommended = 2,
              .stabilized = 5,
              .limited = {7, LimitedBy::kScaleDownLimit, &policy}};
  const Derivation how = derivation_of(c.look());
  EXPECT_EQ(how.recommendation, 2);
  EXPECT_THAT(how.rules, ElementsAre(Ruling{"stabilization window", 2, 5}, Ruling{"scaleDown Pods 2/60s", 5, 7}));
  // A direction that is forbidden, and the limit where there is no behavior: neither is a policy's.
  c.result.limited = {9, LimitedBy::kScaleDownLimit, nullptr};
  EXPECT_EQ(derivation_of(c.look()).rules.at(1), (Ruling{"scaleDown selectPolicy Disabled", 5, 9}));
  c.result.stabilized = 30;
  c.result.limited = {18, LimitedBy::kScaleUpLimit, nullptr};
  EXPECT_EQ(derivation_of(c.look()).rules.at(1), (Ruling{"twice the replicas, or four, per sync", 30, 18}));
}

TEST(Record, SaysThatTheRatioIsWithinTheTolerance) {
  const Proposal rate = propose_for_object_value(4, 1000, 1050, Pods(4, {}), {});
  Case c{4, {kRate}, {"rate"}, {rate}};
  c.result = {.path = Path::kMetrics,
              .desired = 4,
              .deciding = 0,
              .recommended = 4,
              .stabilized = 4,
              .limited = {4, LimitedBy::kNothing, nullptr}};
  EXPECT_THAT(why_of(c.look()), testing::EndsWith(", within the tolerance"));
  EXPECT_EQ(inputs_of(c.look()).at("metric_0_tolerated"), 1);
  EXPECT_TRUE(derivation_of(c.look()).rules.empty());
}

// An average over no replicas has no figure, and the ratio of something to nothing is none.
TEST(Record, LeavesOutWhatIsNoNumber) {
  const Proposal queue = propose_for_external_average(0, 10'000, std::vector<std::int64_t>{70'000}, {});
  Case c{0, {kQueue}, {"queue"}, {queue}};
  c.result = {.path = Path::kMetrics, .desired = 4, .deciding = 0, .recommended = 7, .stabilized = 7};
  const auto inputs = inputs_of(c.look());
  EXPECT_EQ(inputs.count("metric_0_usage"), 0U);
  EXPECT_EQ(inputs.count("metric_0_ratio"), 0U);
  EXPECT_EQ(inputs.at("metric_0_value"), 70);
  EXPECT_EQ(inputs.at("metric_0_proposed"), 7);
}

TEST(Record, SpeaksOfStabilization) {
  const Proposal rate = propose_for_object_value(2, 500, 100, Pods(2, {}), {});
  Case c{2, {kRate}, {"rate"}, {rate}};
  c.result = {.path = Path::kMetrics, .desired = 3, .deciding = 0, .recommended = 1, .stabilized = 3};
  EXPECT_EQ(why_of(c.look()), "rate 100m, target 500m, 2 pods ready; 1 stabilized to 3");
}

}  // namespace
}  // namespace windtunnel::hpa
