#include "models/autoscaler/keda/scaling_modifiers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/autoscaler/keda/scaled_object.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel::keda {
namespace {

using test::Fields;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Fields cron(const char* name = "") {
  return {{"type", "cron"},
          {"name", name},
          {"metadata",
           Fields{{"timezone", "UTC"}, {"start", "0 * * * *"}, {"end", "1 * * * *"}, {"desiredReplicas", "1"}}}};
}
Fields workload(const char* name = "") {
  return {{"type", "metrics-api"}, {"name", name}, {"metadata", Fields{{"targetValue", "1"}}}};
}
Fields cpu(const char* name) {
  return {{"type", "cpu"}, {"name", name}, {"metricType", "Utilization"}, {"metadata", Fields{{"value", "60"}}}};
}

ScaledObjectSpec spec(Fields modifiers, Items triggers, Fields rest = {}) {
  ScaledObjectSpec out;
  rest.emplace_back("triggers", std::move(triggers));
  rest.emplace_back("advanced", Fields{{"scalingModifiers", std::move(modifiers)}});
  test::assign(out, rest);
  return out;
}
test::Found found(const ScaledObjectSpec& spec) {
  test::Found out;
  spec.check(out);
  return out;
}

TEST(KedaScalingModifiers, AreAdmittedAsUpstreamsWebhookDoes) {
  // scaledobject_webhook_test.go, the cases about ScalingModifiers; what is a kubernetes-workload there is a
  // metrics-api.
  struct Row {
    const char* name;
    const char *formula, *target;
    Items triggers;
    bool admitted;
  };
  const std::vector<Row> rows = {
      {"when triggers in the formula have no names", "workload_trig + cron_trig", "2", {cron(), workload()}, false},
      {"when formula triggers do have names but not all triggers",
       "workload_trig + 1",
       "2",
       {cron(), workload("workload_trig")},
       true},
      {"when formula casts to float already", "float(workload_trig + 1)", "2", {workload("workload_trig")}, true},
      {"casting float from ternary operator",
       "float(workload_trig < 5 ? cron_trig + workload_trig : 5)",
       "2",
       {cron("cron_trig"), workload("workload_trig")},
       true},
      {"ternary operator without casting float",
       "workload_trig < 5 ? cron_trig + workload_trig : 5",
       "2",
       {cron("cron_trig"), workload("workload_trig")},
       true},
      {"count operator",
       "count([trig_one,trig_two],{#>1}) > 1 ? 5 : 0",
       "2",
       {cron("trig_one"), workload("trig_two")},
       true},
      {"complex ternary",
       "float(trig_one < 2 ? trig_one+trig_two >= 2 ? 5 : 10 : 0)",
       "2",
       {cron("trig_one"), workload("trig_two")},
       true},
      {"double float cast",
       "float(float(trig_two < 5 ? trig_one + trig_two : 5))",
       "2",
       {cron("trig_one"), workload("trig_two")},
       true},
      {"formula is given but target is empty", "trig_one", "", {cron("trig_one")}, false},
      {"target is not above 0", "trig_one", "0", {cron("trig_one")}, false},
      {"target is no number", "trig_one", "two", {cron("trig_one")}, false},
      {"resources are no part of it", "cpu_trig + trig_one", "2", {cpu("cpu_trig"), cron("trig_one")}, false},
  };
  for (const Row& row : rows) {
    const test::Found said = found(spec({{"formula", row.formula}, {"target", row.target}}, row.triggers));
    EXPECT_EQ(said.errors.empty(), row.admitted) << row.name << ": " << testing::PrintToString(said.errors);
  }
}

TEST(KedaScalingModifiers, SayWhatIsWrong) {
  const auto errors = [](Fields modifiers, Fields rest = {}) {
    return found(spec(std::move(modifiers), {workload("lag")}, std::move(rest))).errors;
  };
  EXPECT_THAT(errors({{"target", "2"}}), ElementsAre("/advanced/scalingModifiers: needs formula"));
  EXPECT_THAT(errors({{"formula", "lag"}}), ElementsAre("/advanced/scalingModifiers: needs target"));
  EXPECT_THAT(
      errors({{"formula", "lga + 1"}, {"target", "2"}}),
      ElementsAre("/advanced/scalingModifiers/formula: \"lga + 1\", at character 1: \"lga\" is no trigger's name; "
                  "did you mean \"lag\"?"));
  EXPECT_THAT(errors({{"formula", "lag"}, {"target", "2"}, {"metricType", "Utilization"}}),
              ElementsAre(HasSubstr("AverageValue and Value do")));
  EXPECT_THAT(errors({{"formula", "lag"}, {"target", "2"}, {"activationTarget", "x"}}),
              ElementsAre(HasSubstr("/advanced/scalingModifiers/activationTarget: \"x\" is no number")));
}

Fields fallback(const char* behavior) {
  return {{"fallback", Fields{{"failureThreshold", 3}, {"replicas", 5}, {"behavior", behavior}}}};
}

TEST(KedaScalingModifiers, MayFallBackWhereTheirTargetIsWhole) {
  // "should validate the so creation with scalingModifiers fallback behavior", and without a formula it should not.
  const Fields modifiers = {{"formula", "trig_one ?? trig_two ?? 5"}, {"target", "2"}};
  const Items triggers = {cron("trig_one"), workload("trig_two")};
  EXPECT_THAT(found(spec(modifiers, triggers, fallback("scalingModifiers"))).errors, IsEmpty());
  EXPECT_THAT(found(spec({}, triggers, fallback("scalingModifiers"))).errors,
              ElementsAre(HasSubstr("/fallback/behavior: scalingModifiers needs advanced.scalingModifiers")));
  // HasValidFallback: the target has to be what ParseInt takes.
  const ScaledObjectSpec shares = spec({{"formula", "trig_one"}, {"target", "2.5"}}, triggers, fallback("static"));
  EXPECT_THAT(found(shares).warnings, testing::Contains(HasSubstr("/fallback: has no effect")));
  EXPECT_FALSE(shares.fallback_in_force());
  EXPECT_TRUE(spec(modifiers, triggers, fallback("static")).fallback_in_force());
}

TEST(KedaScalingModifiers, WorkOutOneMetricOfTheTriggers) {
  // TestCalculateScalingModifiersFormula: 2 and 5 are 7.
  const ScaledObjectSpec it = spec({{"formula", "trigger1 + trigger2"}, {"target", "3"}},
                                   {cpu("cpu"), workload("trigger1"), workload("trigger2")});
  const CompositeMetric metric(it.advanced.modifiers, it.triggers);
  const std::vector<std::optional<double>> values = {{}, 2, 5};
  EXPECT_EQ(metric.value(values).number, 7);
  EXPECT_EQ(metric.activation(), 0);
  EXPECT_EQ(metric.spelled(values), "trigger1 + trigger2 of trigger1 2, trigger2 5");
  const hpa::Metric generated = it.advanced.modifiers.metric().metric();
  EXPECT_EQ(generated.type, hpa::Metric::Type::kExternal);
  EXPECT_EQ(generated.target.average_value, 3000);
}

}  // namespace
}  // namespace windtunnel::keda
