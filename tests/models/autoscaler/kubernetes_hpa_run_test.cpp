// The HorizontalPodAutoscaler in whole scenarios: read, flown, and what it decided.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::fly;
using test::scenario_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

// 20 requests per second that each wait a second for something outside: 20 in the service at any time.
std::string shop(const std::string& autoscaler, const std::string& rest = "") {
  return R"({"windtunnel": 1, "name": "shop", "horizon": "20m",
  "traffic": [{"name": "t", "to": "shop", "arrivals": {"type": "constant", "rate": "20/s"}}],
  "services": {"shop": {"replicas": 2, "instance": {"runtime": {"type": "event_loop"}},
    "work": {"default": [{"io": "1s"}]}, "when_none_ready": "wait",
    "autoscaler": {"type": "kubernetes_hpa", )" +
         autoscaler + R"(}}})" + rest + "}";
}

std::vector<std::string> sentences(const std::string& text) {
  std::vector<std::string> out;
  for (const test::Told& told : fly(text).seen.decisions) out.push_back(told.sentence);
  return out;
}

TEST(KubernetesHpaInAScenario, FollowsAnExternalSignalDownToZeroAndBack) {
  const std::string text = shop(
      R"("spec": {"minReplicas": 0, "maxReplicas": 10,
          "metrics": [{"type": "External", "external": {"metric": {"name": "orders"},
                       "target": {"type": "AverageValue", "averageValue": 10}}}],
          "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}})",
      R"(, "signals": {"orders": {"type": "steps", "steps": [{"at": "0s", "value": 25}, {"at": "5m", "value": 0},
                                                           {"at": "12m", "value": 100}]}})");
  // 25 orders, ten for each; none; then 100, of which the default policies allow four and then twice as many per 15 s.
  EXPECT_THAT(sentences(text),
              ElementsAre("2 -> 3: orders 25, target 10 per replica", "3 -> 0: orders 0, target 10 per replica",
                          "0 -> 4: orders 100, target 10 per replica; limited by scaleUp Pods 4/15s",
                          "4 -> 8: orders 100, target 10 per replica; limited by scaleUp Pods 4/15s",
                          "8 -> 10: orders 100, target 10 per replica"));
}

TEST(KubernetesHpaInAScenario, DoesNotWakeWhatSomebodyElseSwitchedOff) {
  const std::string text = shop(
      R"("spec": {"minReplicas": 0, "maxReplicas": 10,
          "metrics": [{"type": "External", "external": {"metric": {"name": "orders"},
                       "target": {"type": "AverageValue", "averageValue": 10}}}]})",
      R"(, "signals": {"orders": {"type": "steps", "steps": [{"at": "0s", "value": 25}]}})");
  EXPECT_THAT(sentences(text), SizeIs(1));
  const auto off = fly(text, {{"services.shop.replicas", "0"}});
  EXPECT_TRUE(off.seen.decisions.empty());
}

TEST(KubernetesHpaInAScenario, SharesTheRequestsAmongPods) {
  const std::string text = shop(
      R"("spec": {"minReplicas": 1, "maxReplicas": 10, "metrics": [{"type": "Pods", "pods": {
          "metric": {"name": "http_requests"}, "target": {"type": "AverageValue", "averageValue": 4}}}]},
        "metrics": {"custom": {"names": {"http_requests": {"metric": "request_rate", "window": "15s"}}}})");
  // 10 per second and pod, 2.5 times the target; five pods then get 4 each.
  EXPECT_THAT(sentences(text),
              ElementsAre("2 -> 4: http_requests 10 on average, target 4, 2 of 2 pods ready; limited to twice the "
                          "replicas, or four, per sync",
                          "4 -> 5: http_requests 5 on average, target 4, 4 of 4 pods ready"));
}

TEST(KubernetesHpaInAScenario, RunsAwayWithAValueThatReplicasDoNotChange) {
  const auto concurrency = [](const char* target) {
    return shop(R"("spec": {"minReplicas": 1, "maxReplicas": 30, "metrics": [{"type": "Object", "object": {
          "metric": {"name": "concurrency"}, "describedObject": {"kind": "Service", "name": "shop"},
          "target": )" +
                std::string(target) + "}}]}");
  };
  // 20 against 10 on average: two are right. Against a value of 10 it is twice too much, whatever the replicas.
  EXPECT_TRUE(sentences(concurrency(R"({"type": "AverageValue", "averageValue": 10})")).empty());
  EXPECT_THAT(
      sentences(concurrency(R"({"type": "Value", "value": 10})")),
      ElementsAre("2 -> 4: concurrency 20, target 10, 2 pods ready", "4 -> 8: concurrency 20, target 10, 4 pods ready",
                  "8 -> 16: concurrency 20, target 10, 8 pods ready",
                  "16 -> 30: concurrency 20, target 10, 16 pods ready; limited by maxReplicas"));
}

TEST(KubernetesHpaInAScenario, DoesNotFallWhileOneOfItsMetricsFails) {
  const auto spec = [](const std::string& rest) {
    return shop(R"("spec": {"minReplicas": 1, "maxReplicas": 30, "metrics": [
        {"type": "External", "external": {"metric": {"name": "concurrency"},
         "target": {"type": "AverageValue", "averageValue": 40}}})" +
                rest + "]}");
  };
  const std::string memory = R"(, {"type": "Resource", "resource": {"name": "memory",
      "target": {"type": "AverageValue", "averageValue": "1Gi"}}})";
  EXPECT_THAT(sentences(spec("")), ElementsAre(HasSubstr("2 -> 1: ")));
  EXPECT_TRUE(sentences(spec(memory)).empty()) << "nobody knows the instances' memory";
}

std::vector<std::string> mistakes(const std::string& text) {
  try {
    scenario_of(text);
  } catch (const ConfigError& e) {
    std::vector<std::string> out;
    for (const Issue& issue : e.issues()) out.push_back(issue.pointer + ": " + issue.message);
    return out;
  }
  return {};
}

TEST(KubernetesHpaInAScenario, SaysWhichMetricsThereAre) {
  const auto with_name = [](const std::string& type, const std::string& key, const std::string& name,
                            const std::string& metrics = "") {
    return shop(R"("spec": {"maxReplicas": 9, "metrics": [{"type": ")" + type + R"(", ")" + key +
                    R"(": {"metric": {"name": ")" + name +
                    R"("}, "target": {"type": "AverageValue", "averageValue": 1}}}]})" + metrics,
                R"(, "signals": {"orders": {"type": "steps", "steps": [{"at": "0s", "value": 1}]}})");
  };
  EXPECT_THAT(
      mistakes(with_name("External", "external", "http_requests")),
      ElementsAre("/services/shop/autoscaler/spec/metrics/0/external/metric/name: is neither a scaling metric "
                  "(cpu_utilization, cpu, memory_utilization, concurrency, request_rate, queue_length, latency, "
                  "error_ratio, loop_lag) nor a signal of the scenario (orders); metrics.custom.names may say what it "
                  "stands for"));
  EXPECT_THAT(mistakes(with_name("Pods", "pods", "orders")),
              ElementsAre(HasSubstr("/spec/metrics/0/pods/metric/name: is nothing that a pod has for itself")));
  EXPECT_THAT(mistakes(with_name("External", "external", "http_requests",
                                 R"(, "metrics": {"custom": {"names": {"http_requests": {"metric": "ordres"}}}})")),
              ElementsAre(HasSubstr("stands for \"ordres\", which is neither")));
  EXPECT_THAT(
      mistakes(with_name("External", "external", "orders", R"(, "metrics": {"custom": {"scrape_period": "14.999s"}})")),
      testing::IsEmpty());
  EXPECT_THAT(
      mistakes(with_name("External", "external", "x",
                         R"(, "metrics": {"custom": {"names": {"x": {"metric": "orders", "quantile": 0.5}}}})")),
      ElementsAre(HasSubstr("/metrics/custom/names/x/quantile: is for a latency")));
}

TEST(KubernetesHpaInAScenario, NeedsPeriodsThatGoTogether) {
  const std::string both = R"("spec": {"maxReplicas": 9, "metrics": [
      {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": 1}}},
      {"type": "External", "external": {"metric": {"name": "concurrency"},
       "target": {"type": "AverageValue", "averageValue": 1}}}]}, "metrics": {"custom": {"scrape_period": )";
  EXPECT_THAT(mistakes(shop(both + R"("10s"}})")), testing::IsEmpty());
  EXPECT_THAT(mistakes(shop(both + R"("14.999s"}})")),
              ElementsAre(HasSubstr("/metrics/custom/scrape_period: 14.999s and the 15s of the resource metrics")));
}

}  // namespace
}  // namespace windtunnel
