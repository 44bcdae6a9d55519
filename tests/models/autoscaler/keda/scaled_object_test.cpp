#include "models/autoscaler/keda/scaled_object.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/assign.hpp"

namespace windtunnel::keda {
namespace {

using namespace std::chrono_literals;
using test::Fields;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Items kafka(bool cached = false) {
  return {Fields{{"type", "kafka"}, {"useCachedMetrics", cached}, {"metadata", Fields{}}}};
}
ScaledObjectSpec spec(Fields fields, Items triggers = kafka()) {
  fields.emplace_back("triggers", std::move(triggers));
  ScaledObjectSpec out;
  test::assign(out, fields);
  return out;
}
test::Found found(const ScaledObjectSpec& spec) {
  test::Found out;
  spec.check(out);
  return out;
}

TEST(KedaScaledObject, HasTheDefaultsOfItsApi) {
  const ScaledObjectSpec it = spec({});
  EXPECT_EQ(it.poll_period(), 30s);
  EXPECT_EQ(it.cooldown(), 300s);
  EXPECT_EQ(it.initial_cooldown_period, 0);
  EXPECT_EQ(it.min_replicas, 0);
  EXPECT_EQ(it.max_replicas, 100);
  EXPECT_FALSE(it.idle_replicas);
  EXPECT_FALSE(it.fallback);
  EXPECT_THAT(found(it).errors, IsEmpty());
  EXPECT_THAT(found(it).warnings, IsEmpty());
}

TEST(KedaScaledObject, GeneratesAnAutoscalerOfAtLeastOne) {
  struct Row {
    int least, generated;
  };
  for (const Row& row : {Row{0, 1}, Row{1, 1}, Row{7, 7}}) {
    const hpa::Spec generated = spec({{"minReplicaCount", row.least}, {"maxReplicaCount", 30}}).autoscaler({});
    EXPECT_EQ(generated.min_replicas, row.generated);
    EXPECT_EQ(generated.max_replicas, 30);
    EXPECT_FALSE(generated.behavior);
  }
}

TEST(KedaScaledObject, PassesBehaviorOnAndPausesADirectionByPolicy) {
  const Fields behavior = {{"scaleDown", Fields{{"stabilizationWindowSeconds", 60}}}};
  const ScaledObjectSpec it =
      spec({{"advanced", Fields{{"horizontalPodAutoscalerConfig", Fields{{"behavior", behavior}}}}}});
  EXPECT_EQ(it.autoscaler({}).behavior->down.window_seconds, 60);
  EXPECT_EQ(it.autoscaler({}).behavior->down.select, hpa::SelectPolicy::kMax);
  const hpa::Spec paused = it.autoscaler({.paused_scale_in = true});
  EXPECT_EQ(paused.behavior->down.window_seconds, 60);
  EXPECT_EQ(paused.behavior->down.select, hpa::SelectPolicy::kDisabled);
  EXPECT_EQ(paused.behavior->up.select, hpa::SelectPolicy::kMax);
  const hpa::Spec never_up = spec({}).autoscaler({.paused_scale_out = true});
  EXPECT_EQ(never_up.behavior->up.select, hpa::SelectPolicy::kDisabled);
}

TEST(KedaScaledObject, WarnsOfSettingsWithoutEffectAsAdmissionDoes) {
  const Fields both = {{"minReplicaCount", 1}, {"pollingInterval", 10}, {"cooldownPeriod", 60}};
  EXPECT_THAT(found(spec(both)).warnings,
              ElementsAre(HasSubstr("/pollingInterval: has no effect"), HasSubstr("/cooldownPeriod: has no effect")));
  EXPECT_THAT(found(spec(both, kafka(true))).warnings, ElementsAre(HasSubstr("/cooldownPeriod")))
      << "cached metrics are as old as the last poll";
  EXPECT_THAT(found(spec({{"pollingInterval", 10}, {"cooldownPeriod", 60}})).warnings, IsEmpty());
  EXPECT_THAT(found(spec({{"minReplicaCount", 2}, {"idleReplicaCount", 0}, {"cooldownPeriod", 60}})).warnings,
              IsEmpty());
}

TEST(KedaScaledObject, RefusesWhatAdmissionRefuses) {
  const Items cpu = {Fields{{"type", "cpu"}, {"metricType", "Utilization"}, {"metadata", Fields{{"value", "60"}}}}};
  EXPECT_THAT(found(spec({}, {})).errors, ElementsAre(HasSubstr("/triggers: is empty")));
  EXPECT_THAT(found(spec({{"minReplicaCount", 101}})).errors, ElementsAre(HasSubstr("/maxReplicaCount: 100 is below")));
  EXPECT_THAT(found(spec({{"idleReplicaCount", 0}})).errors,
              ElementsAre(HasSubstr("/idleReplicaCount: 0 is not below")));
  EXPECT_THAT(found(spec({}, cpu)).errors, ElementsAre(HasSubstr("/minReplicaCount: 0 needs a trigger other than")));
  EXPECT_THAT(found(spec({{"minReplicaCount", 1}}, cpu)).errors, IsEmpty());
  const Items twins = {Fields{{"type", "kafka"}, {"name", "a"}, {"metadata", Fields{}}},
                       Fields{{"type", "kafka"}, {"name", "a"}, {"metadata", Fields{}}}};
  EXPECT_THAT(found(spec({}, twins)).errors, ElementsAre("/triggers/1/name: \"a\" is there twice"));
}

}  // namespace
}  // namespace windtunnel::keda
