#include "models/autoscaler/hpa/spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/scenario/json_document.hpp"
#include "models/scenario/value_reader.hpp"
#include "models/scenario/value_writer.hpp"

namespace windtunnel::hpa {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Reading {
  Spec spec;
  std::vector<std::string> errors, warnings;
};

Reading read(const std::string& text) {
  Reading out;
  const JsonDocument document = parse_json(text);
  EXPECT_TRUE(document.complete) << text;
  IssueCollector issues(document.root, "hpa.json");
  read_value(document.root, out.spec, issues);
  for (const Issue& issue : issues.take_errors()) out.errors.push_back(issue.pointer + ": " + issue.message);
  for (const Issue& issue : issues.take_warnings()) out.warnings.push_back(issue.pointer + ": " + issue.message);
  return out;
}

Reading with_metrics(const std::string& metrics) { return read(R"({"maxReplicas": 9, "metrics": [)" + metrics + "]}"); }

TEST(HpaSpec, IsReadAsAManifestHasIt) {
  const Reading r = read(R"({
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "php-apache"},
    "minReplicas": 1, "maxReplicas": 10,
    "metrics": [
      {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}},
      {"type": "ContainerResource", "containerResource": {"name": "memory", "container": "application",
        "target": {"type": "AverageValue", "averageValue": "512Mi"}}},
      {"type": "Pods", "pods": {"metric": {"name": "packets-per-second"},
        "target": {"type": "AverageValue", "averageValue": "1k"}}},
      {"type": "Object", "object": {"metric": {"name": "requests-per-second"},
        "describedObject": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "name": "main-route"},
        "target": {"type": "Value", "value": "10k"}}},
      {"type": "External", "external": {"metric": {"name": "queue_messages_ready",
        "selector": {"matchLabels": {"queue": "worker_tasks"}}}, "target": {"type": "AverageValue", "averageValue": 30}}}
    ],
    "behavior": {
      "scaleDown": {"stabilizationWindowSeconds": 60, "tolerance": "0.05",
                    "policies": [{"type": "Pods", "value": 4, "periodSeconds": 60},
                                 {"type": "Percent", "value": 10, "periodSeconds": 60}], "selectPolicy": "Min"},
      "scaleUp": {"tolerance": 0}
    }})");
  EXPECT_THAT(r.errors, IsEmpty());
  EXPECT_THAT(r.warnings, ElementsAre(HasSubstr("/scaleTargetRef: "), HasSubstr("/metrics/1/containerResource/name: "),
                                      HasSubstr("/metrics/4/external/metric/selector: ")));
  std::vector<Metric> metrics;
  for (const MetricSpec& metric : r.spec.metrics) metrics.push_back(metric.metric());
  ASSERT_EQ(metrics.size(), 5U);
  EXPECT_EQ(metrics[0].resource, Resource::kCpu);
  EXPECT_EQ(metrics[0].target.average_utilization, 50);
  EXPECT_EQ(metrics[1].type, Metric::Type::kContainerResource);
  EXPECT_EQ(metrics[1].resource, Resource::kMemory);
  EXPECT_EQ(metrics[1].container, "application");
  EXPECT_EQ(metrics[1].target.average_value, 536870912000);
  EXPECT_EQ(metrics[2].target.average_value, 1'000'000);
  EXPECT_EQ(metrics[3].target.type, TargetType::kValue);
  EXPECT_EQ(metrics[3].target.value, 10'000'000);
  EXPECT_EQ(metrics[4].target.average_value, 30'000);
  EXPECT_EQ(*r.spec.metrics[4].name(), "queue_messages_ready");
  EXPECT_EQ(r.spec.metrics[0].name(), nullptr);

  const Limits limits = r.spec.limits(300s);
  EXPECT_EQ(limits.min_replicas, 1);
  EXPECT_EQ(limits.max_replicas, 10);
  EXPECT_TRUE(limits.wakes_from_zero);
  EXPECT_EQ(limits.behavior->down.window, 60s);
  EXPECT_EQ(limits.behavior->down.select, SelectPolicy::kMin);
  ASSERT_EQ(limits.behavior->down.policies.size(), 2U);
  EXPECT_EQ(limits.behavior->down.policies[0].value, 4);
  EXPECT_EQ(limits.behavior->down.policies[1].kind, ScalingPolicy::Kind::kPercent);
  EXPECT_EQ(limits.behavior->down.policies[1].period, 60s);
  EXPECT_EQ(r.spec.tolerance_down(0.1), 0.05);
  EXPECT_EQ(r.spec.tolerance_up(0.1), 0);
}

// SetDefaults_HorizontalPodAutoscaler and its rules for behavior.
TEST(HpaSpec, HasTheApiServersDefaults) {
  const Reading bare = read(R"({"maxReplicas": 9})");
  EXPECT_THAT(bare.errors, IsEmpty());
  EXPECT_EQ(bare.spec.min_replicas, 1);
  ASSERT_EQ(bare.spec.metrics.size(), 1U);
  EXPECT_EQ(bare.spec.metrics[0].metric().target.average_utilization, 80);
  EXPECT_FALSE(bare.spec.limits(300s).behavior);
  EXPECT_EQ(bare.spec.tolerance_up(0.2), 0.2);

  const Reading up_only = read(R"({"maxReplicas": 9, "behavior": {"scaleUp": {"stabilizationWindowSeconds": 30}}})");
  const Behavior behavior = *up_only.spec.limits(200500ms).behavior;
  EXPECT_EQ(behavior.up.window, 30s);
  ASSERT_EQ(behavior.up.policies.size(), 2U);
  EXPECT_EQ(behavior.up.policies[0].kind, ScalingPolicy::Kind::kPods);
  EXPECT_EQ(behavior.up.policies[0].value, 4);
  EXPECT_EQ(behavior.up.policies[0].period, 15s);
  EXPECT_EQ(behavior.up.policies[1].value, 100);
  EXPECT_EQ(behavior.down.window, 200s) << "the controller's own, in whole seconds";
  ASSERT_EQ(behavior.down.policies.size(), 1U);
  EXPECT_EQ(behavior.down.policies[0].value, 100);

  const Reading one_policy = read(
      R"({"maxReplicas": 9, "behavior": {"scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}}})");
  EXPECT_EQ(one_policy.spec.limits(300s).behavior->up.policies.size(), 1U) << "they replace the default ones";
}

TEST(HpaSpec, IsWrittenAsItIsRead) {
  const std::string text =
      R"({ "type": "Pods", "pods": { "metric": { "name": "rps" }, "target": { "type": "AverageValue", )"
      R"("averageValue": "1500m" } } })";
  Reading r = with_metrics(text);
  EXPECT_EQ(print_json_line(write_described(r.spec.metrics.at(0))), text);
}

// What the API server's validation refuses.
TEST(HpaSpec, RefusesWhatTheApiServerRefuses) {
  const auto errors = [](const std::string& metric) { return with_metrics(metric).errors; };
  const std::string cpu = R"("resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}})";
  EXPECT_THAT(errors(R"({"type": "Resource"})"), ElementsAre("/metrics/0: is of type Resource and needs resource"));
  EXPECT_THAT(
      errors(R"({"type": "Pods", )" + cpu + "}"),
      ElementsAre("/metrics/0: is of type Pods and needs pods", "/metrics/0/resource: does not go with the type Pods"));
  EXPECT_THAT(errors(R"({"type": "CheddarCheese"})"),
              ElementsAre(HasSubstr("needs one of Resource, ContainerResource")));
  const auto target = [&](const std::string& type, const std::string& rest, const std::string& of) {
    return errors(R"({"type": ")" + type + R"(", )" + rest + R"("target": {"type": )" + of + "}}}");
  };
  const std::string resource = R"("resource": {"name": "cpu", )";
  EXPECT_THAT(target("Resource", resource, R"("Utilization")"),
              ElementsAre(HasSubstr("/target: needs one of averageUtilization and averageValue")));
  EXPECT_THAT(target("Resource", resource, R"("Utilization", "averageUtilization": 5, "averageValue": 1)"),
              ElementsAre(HasSubstr("/target: has both averageUtilization and averageValue")));
  EXPECT_THAT(target("Resource", resource, R"("Utilization", "averageUtilization": 0)"),
              ElementsAre(HasSubstr("from 1 to")));
  EXPECT_THAT(target("Resource", resource, R"("AverageValue", "averageValue": "0")"),
              ElementsAre(HasSubstr("above 0")));
  EXPECT_THAT(target("ContainerResource", R"("containerResource": {"name": "cpu", )",
                     R"("Utilization", "averageUtilization": 5)"),
              ElementsAre(HasSubstr("\"container\" is missing")));
  const std::string pods = R"("pods": {"metric": {"name": "m"}, )";
  EXPECT_THAT(target("Pods", pods, R"("Value", "value": 3)"),
              ElementsAre(HasSubstr("/metrics/0/pods/target: needs averageValue")));
  const std::string object = R"("object": {"metric": {"name": "m"}, "describedObject": {"kind": "K", "name": "n"}, )";
  EXPECT_THAT(target("Object", object, R"("Utilization")"), ElementsAre(HasSubstr("needs Value or AverageValue")));
  EXPECT_THAT(target("Object", object, R"("Value", "averageValue": 3)"), ElementsAre(HasSubstr("and needs value")));
  EXPECT_THAT(target("Object", object, R"("AverageValue", "value": 3)"),
              ElementsAre(HasSubstr("and needs averageValue")));
  EXPECT_THAT(target("Object", object, R"("Value", "value": 3, "averageValue": 3)"), IsEmpty());
  const std::string external = R"("external": {"metric": {"name": "m"}, )";
  EXPECT_THAT(target("External", external, R"("Value", "value": 3, "averageValue": 3)"),
              ElementsAre(HasSubstr("has both value and averageValue")));
  EXPECT_THAT(target("External", external, R"("Value")"),
              ElementsAre(HasSubstr("needs one of value and averageValue")));
  EXPECT_THAT(target("External", R"("external": {"metric": {"name": ""}, )", R"("Value", "value": 3)"),
              ElementsAre(HasSubstr("needs the metric's name")));

  EXPECT_THAT(read(R"({"minReplicas": 5, "maxReplicas": 4})").errors, ElementsAre(HasSubstr("is below minReplicas")));
  EXPECT_THAT(read(R"({"maxReplicas": 0})").errors, ElementsAre(HasSubstr("from 1 to")));
  EXPECT_THAT(read(R"({"minReplicas": 0, "maxReplicas": 4})").errors,
              ElementsAre(HasSubstr("needs an Object or External metric")));
  const auto rules = [](const std::string& scale_up) {
    return read(R"({"maxReplicas": 4, "behavior": {"scaleUp": {)" + scale_up + "}}}").errors;
  };
  EXPECT_THAT(rules(R"("policies": [])"), ElementsAre(HasSubstr("at least one policy")));
  EXPECT_THAT(rules(R"("stabilizationWindowSeconds": 3601)"), ElementsAre(HasSubstr("from 0 to 3600")));
  EXPECT_THAT(rules(R"("tolerance": "-1m")"), ElementsAre(HasSubstr("at least 0")));
  EXPECT_THAT(rules(R"("policies": [{"type": "Pods", "value": 0, "periodSeconds": 1801}])").size(), 2U);
  EXPECT_THAT(rules(R"("selectPolicy": "max")"), ElementsAre(HasSubstr("Max, Min, Disabled")));
}

TEST(HpaSpec, WarnsWhereTheControllerGoesByTheTargetInsteadOfItsType) {
  EXPECT_THAT(with_metrics(R"({"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Value",
                           "averageUtilization": 50}}})")
                  .warnings,
              ElementsAre(HasSubstr("/target/type: does not fit the target given beside it")));
}

TEST(HpaSpec, KnowsOneContainerPerInstance) {
  const auto container = [](const char* name) {
    return R"({"type": "ContainerResource", "containerResource": {"name": "cpu", "container": ")" + std::string(name) +
           R"(", "target": {"type": "Utilization", "averageUtilization": 50}}})";
  };
  EXPECT_THAT(with_metrics(container("app") + "," + container("app")).errors, IsEmpty());
  EXPECT_THAT(with_metrics(container("app") + "," + container("proxy")).errors,
              ElementsAre("/metrics/1/containerResource/container: \"proxy\" is another container than \"app\"; an "
                          "instance has one"));
}

}  // namespace
}  // namespace windtunnel::hpa
