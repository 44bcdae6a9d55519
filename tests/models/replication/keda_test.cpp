// ScaledObjects in whole runs: the operator polls every 30 s, the horizontal pod autoscaler looks every 15.001 s.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/replication/flight.hpp"
#include "tests/models/replication/issues.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::issues;
using test::kMs;
using test::kSec;
using test::Told;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

// A worker that two signals, lag and depth, may scale; one request per second is there for company. `object`: the
// policy's fields.
std::string worker(const std::string& object, const std::string& lag = R"([{"at": "0s", "value": 0}])",
                   const std::string& depth = R"([{"at": "0s", "value": 0}])") {
  return R"({"windtunnel": 1, "name": "worker", "horizon": "15m", "starts_at": "2024-01-05 05:55:00",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"s": {"replicas": 0, "when_none_ready": "wait",
    "instance": {"resources": {"requests": {"cpu": "1"}}}, "work": {"default": [{"cpu": "10ms"}]},
    "autoscaler": {"type": "keda", )" +
         object + R"(}}}, "signals": {"lag": {"type": "steps", "steps": )" + lag +
         R"(}, "depth": {"type": "steps", "steps": )" + depth + "}}}";
}
std::string kafka(const std::string& metadata, const std::string& rest = "") {
  return R"({"type": "kafka", "metadata": {)" + metadata + "}" + rest + "}";
}
std::string object(const std::string& triggers, const std::string& rest = "") {
  return R"("spec": {"triggers": [)" + triggers + "]" + rest +
         R"(}, "metrics": {"triggers": {"kafka": {"metric": "lag"}, "prometheus": {"metric": "depth"}}})";
}

using Change = std::pair<std::int64_t, std::string>;  // at, in ms
std::vector<Change> changes(const Flight& flight) {
  std::vector<Change> out;
  for (const Told& told : flight.seen.decisions) out.emplace_back(told.at / kMs, told.sentence);
  return out;
}
std::vector<Change> changes(const std::string& text, const std::vector<Override>& overrides = {}) {
  return changes(fly(text, overrides));
}

// The page's vector: an activation threshold of 50 and a lag of 40 leave zero alone; at one replica the horizontal pod
// autoscaler asks for four, while the cooldown runs on, until nothing is left.
TEST(Keda, KnowsTheActivationThresholdAtZeroOnlyAndCoolsDownAllTheSame) {
  const std::string trigger = kafka(R"("lagThreshold": "10", "activationLagThreshold": "50")");
  EXPECT_THAT(changes(worker(object(trigger), R"([{"at": "0s", "value": 40}])")), IsEmpty());
  EXPECT_THAT(changes(worker(object(trigger), R"([{"at": "0s", "value": 60}, {"at": "30001ms", "value": 40}])")),
              ElementsAre(Pair(30'000, "0 -> 1: kafka 60, active above 50"),
                          Pair(30'002, "1 -> 4: kafka 40, target 10 per replica"),
                          Pair(360'000, "4 -> 0: no trigger active for 5m30s, cooldownPeriod 5m")));
}

TEST(Keda, IsActiveAboveTheThresholdAndNotAtIt) {
  const std::string trigger = kafka(R"("activationLagThreshold": "50")");
  EXPECT_THAT(changes(worker(object(trigger), R"([{"at": "0s", "value": 50}])")), IsEmpty());
  EXPECT_THAT(changes(worker(object(kafka("")), R"([{"at": "0s", "value": 1}])")),
              ElementsAre(Pair(30'000, "0 -> 1: kafka 1, active above 0")));
}

TEST(Keda, WakesToTheMinimumAndIdlesBelowIt) {
  const std::string lag = R"([{"at": "0s", "value": 20}, {"at": "31s", "value": 0}])";
  EXPECT_THAT(changes(worker(object(kafka(""), R"(, "minReplicaCount": 2, "idleReplicaCount": 0)"), lag)),
              ElementsAre(Pair(30'000, "0 -> 2: kafka 20, active above 0"), Pair(360'000, HasSubstr("2 -> 0: "))));
  EXPECT_THAT(changes(worker(object(kafka(""), R"(, "minReplicaCount": 3)"), lag)),
              ElementsAre(Pair(30'000, "0 -> 3: kafka 20, active above 0")))
      << "without an idle count the minimum stays";
}

TEST(Keda, PollsAtItsIntervalAndCoolsDownForItsPeriod) {
  const std::string lag = R"([{"at": "0s", "value": 0}, {"at": "61s", "value": 5}, {"at": "62s", "value": 0}])";
  EXPECT_THAT(changes(worker(object(kafka("")), lag)), IsEmpty()) << "over before the next poll";
  EXPECT_THAT(changes(worker(object(kafka(""), R"(, "pollingInterval": 1, "cooldownPeriod": 45)"), lag)),
              ElementsAre(Pair(61'000, "0 -> 1: kafka 5, active above 0"), Pair(107'000, HasSubstr("1 -> 0: "))));
}

TEST(Keda, FollowsTheHighestOfItsTriggersAndWakesForAny) {
  const std::string two =
      kafka("") +
      R"(, {"type": "prometheus", "metadata": {"threshold": "5", "serverAddress": "http://p", "query": "q"}})";
  const std::string text = worker(object(two), R"([{"at": "0s", "value": 0}, {"at": "100s", "value": 60}])",
                                  R"([{"at": "0s", "value": 20}])");
  EXPECT_THAT(changes(text), ElementsAre(Pair(30'000, "0 -> 1: prometheus 20, active above 0"),
                                         Pair(30'002, "1 -> 4: prometheus 20, target 5 per replica"),
                                         Pair(105'007, "4 -> 6: kafka 60, target 10 per replica")));
}

TEST(Keda, GoesThroughTheAutoscalersLimitsOnceThereIsOne) {
  const std::string lag = R"([{"at": "0s", "value": 1000}])";
  EXPECT_THAT(
      changes(worker(object(kafka(""), R"(, "maxReplicaCount": 30)"), lag)),
      ElementsAre(Pair(30'000, HasSubstr("0 -> 1: ")), Pair(30'002, HasSubstr("1 -> 4: ")),
                  Pair(45'003, HasSubstr("4 -> 8: ")), Pair(60'004, HasSubstr("8 -> 16: ")),
                  Pair(75'005, HasSubstr("16 -> 30: kafka 1000, target 10 per replica; limited by maxReplicas"))));
  const std::string behavior = R"(, "advanced": {"horizontalPodAutoscalerConfig": {"behavior": {"scaleUp":
      {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}]}}}})";
  EXPECT_THAT(changes(worker(object(kafka(""), behavior + R"(, "maxReplicaCount": 3)"), lag)),
              ElementsAre(Pair(30'000, HasSubstr("0 -> 1: ")), Pair(30'002, HasSubstr("1 -> 2: ")),
                          Pair(90'006, HasSubstr("2 -> 3: "))));
}

TEST(Keda, AsksAgainAtEachLookUnlessItTakesWhatThePollFound) {
  const std::string lag = R"([{"at": "0s", "value": 10}, {"at": "40s", "value": 40}])";
  const auto second = [&](const char* cached) {
    const auto all = changes(worker(object(kafka("", cached)), lag));
    EXPECT_EQ(all.size(), 2U);
    return all.back();
  };
  EXPECT_THAT(second(""), Pair(45'003, "1 -> 4: kafka 40, target 10 per replica"));
  EXPECT_THAT(second(R"(, "useCachedMetrics": true)"), Pair(60'004, "1 -> 4: kafka 40, target 10 per replica"));
}

// The run begins at 05:55.
TEST(Keda, KeepsCronHours) {
  const std::string cron = R"({"type": "cron", "metadata": {"timezone": "UTC", "start": "0 6 * * *", "end": "2 6 * * *",
      "desiredReplicas": "4"}})";
  EXPECT_THAT(changes(worker(object(cron))),
              ElementsAre(Pair(300'000, "0 -> 1: cron is open"), Pair(300'020, "1 -> 4: cron 4, target 1 per replica"),
                          Pair(705'047, "4 -> 1: cron 0, target 1 per replica; limited by minReplicas"),
                          Pair(720'000, "1 -> 0: no trigger active for 5m30s, cooldownPeriod 5m")))
      << "the autoscaler's five minutes since it last saw four run beside the cooldown since the last open poll";
}

// kedacore/keda#5820: eleven are within a tenth of ten.
TEST(Keda, StaysAtElevenWhereCronSaysTen) {
  const std::string both =
      R"({"type": "cron", "metadata": {"timezone": "UTC", "start": "0 5 * * *", "end": "0 20 * * *",
      "desiredReplicas": "10"}}, )" +
      kafka("");
  const std::string text = worker(object(both), R"([{"at": "0s", "value": 110}, {"at": "1m", "value": 0}])");
  const auto last = changes(text, {{"services.s.replicas", "11"}});
  EXPECT_THAT(last, IsEmpty());
  EXPECT_THAT(changes(text, {{"services.s.replicas", "12"}}),
              ElementsAre(Pair(345'023, "12 -> 10: cron 10, target 1 per replica")))
      << "twelve are not";
}

TEST(Keda, FallsBackOnceMoreQueriesFailedThanTheThreshold) {
  const std::string trigger = R"({"type": "prometheus", "metadata": {"threshold": "10"}})";
  const auto flown = [&](const std::string& fallback, const std::string& replicas) {
    return changes(worker(R"("spec": {"triggers": [)" + trigger + "]" + fallback +
                              R"(}, "metrics": {"triggers": {"prometheus": {"metric": "depth",
                              "outages": [{"at": "1m", "for": "10m"}]}}})",
                          R"([{"at": "0s", "value": 0}])", R"([{"at": "0s", "value": 60}])"),
                   {{"services.s.replicas", replicas}, {"horizon", "\"11m\""}});
  };
  // Queries at 60.004, 75.005, 90.006 and 105.007 s: the fourth is one too many.
  EXPECT_THAT(flown(R"(, "fallback": {"failureThreshold": 3, "replicas": 10})", "6"),
              ElementsAre(Pair(105'007,
                               "6 -> 10: prometheus 100, target 10 per replica; prometheus cannot be asked and "
                               "falls back")));
  EXPECT_THAT(
      flown(R"(, "fallback": {"failureThreshold": 3, "replicas": 4, "behavior": "currentReplicasIfHigher"})", "6"),
      IsEmpty());
  EXPECT_THAT(flown("", "6"), IsEmpty()) << "what there is stays, and does not go to zero";
  EXPECT_THAT(flown("", "0"), ElementsAre(Pair(30'000, HasSubstr("0 -> 1")), Pair(30'002, HasSubstr("1 -> 4")),
                                          Pair(45'003, HasSubstr("4 -> 6"))));
}

// Two triggers, named like the signals that they measure, and a formula of them. `outages`: of the source of depth.
std::string composite(const std::string& modifiers, const std::string& rest = "", const std::string& outages = "") {
  const std::string trigger = R"({"type": "metrics-api", "metadata": {"targetValue": "1"}, "name": )";
  return worker(R"("spec": {"triggers": [)" + trigger + R"("lag"}, )" + trigger +
                    R"("depth"}], "advanced": {"scalingModifiers": {)" + modifiers + "}}" + rest +
                    R"(}, "metrics": {"triggers": {"depth": {"metric": "depth", "outages": [)" + outages + "]}}}",
                R"([{"at": "0s", "value": 40}])", R"([{"at": "0s", "value": 2}, {"at": "2m", "value": 12}])");
}

TEST(Keda, ScalesOnWhatAFormulaMakesOfItsTriggers) {
  const std::string formula = R"_("formula": "max(lag / 10, depth / 2)", "target": "1")_";
  EXPECT_THAT(
      changes(composite(formula)),
      ElementsAre(
          Pair(30'000, "0 -> 1: composite-metric 4, active above 0 (max(lag / 10, depth / 2) of lag 40, depth 2)"),
          Pair(30'002,
               "1 -> 4: composite-metric 4, target 1 per replica; max(lag / 10, depth / 2) of lag 40, "
               "depth 2"),
          Pair(120'008,
               "4 -> 6: composite-metric 6, target 1 per replica; max(lag / 10, depth / 2) of lag 40, "
               "depth 12")));
  const Flight flight = fly(composite(formula));
  EXPECT_EQ(flight.changes()[0].inputs.at("composite_value"), 4);
  EXPECT_EQ(flight.changes()[2].inputs.at("trigger_1_value"), 12);
  // Value: so many times the ready replicas, whatever the target is of.
  const auto value = changes(composite(R"("formula": "lag / 20", "target": "1", "metricType": "Value")"));
  EXPECT_THAT(value.at(1), Pair(30'002, HasSubstr("1 -> 2: composite-metric 2, target 1, ")));
}

TEST(Keda, IsActiveByTheFormulaAloneWhereThereIsOne) {
  // Both triggers are above their own activation thresholds of 0.
  EXPECT_THAT(changes(composite(R"("formula": "lag", "target": "10", "activationTarget": "40")")), IsEmpty());
  EXPECT_THAT(changes(composite(R"("formula": "depth", "target": "10", "activationTarget": "5")")).at(0),
              Pair(120'000, "0 -> 1: composite-metric 12, active above 5 (depth of lag 40, depth 12)"));
  EXPECT_THAT(changes(composite(R"("formula": "0 - lag", "target": "10")")), IsEmpty());
}

TEST(Keda, FallsBackToTheFormulasTargetOrLetsTheFormulaDecide) {
  const auto flown = [](const std::string& formula, const std::string& fallback) {
    return changes(
        composite(R"("formula": ")" + formula + R"(", "target": "2")", fallback, R"({"at": "1m", "for": "10m"})"),
        {{"services.s.replicas", "6"}, {"horizon", "\"4m\""}});
  };
  const std::string three = R"(, "fallback": {"failureThreshold": 3, "replicas": 10, "behavior": )";
  // (40 + 2) / 2 are 21. Queries fail at 60.004, 75.005, 90.006 and 105.007 s: the fourth is one too many. Before it
  // the one failing trigger takes the whole metric with it, and what there is stays.
  const auto static_one = flown("lag + depth", three + "\"static\"}");
  ASSERT_THAT(static_one, testing::SizeIs(2));
  EXPECT_THAT(static_one.at(1), Pair(30'002, HasSubstr("12 -> 21: composite-metric 42, target 2 per replica")));
  // With scalingModifiers the trigger is nil from then on: 40 / 2 are 20, and 21 are within a tenth of that.
  const auto of_lag = flown("(depth ?? 30) + lag", three + "\"scalingModifiers\"}");
  EXPECT_THAT(of_lag.back(), Pair(105'007,
                                  "21 -> 35: composite-metric 70, target 2 per replica; (depth ?? 30) + lag of "
                                  "lag 40, depth nil; depth cannot be asked and falls back"));
  // TestCalculateScalingModifiersFormulaFallbackReplicas: where the formula gives nil as well, it is the replicas.
  EXPECT_THAT(flown("depth ?? nil", three + "\"scalingModifiers\"}").back(),
              Pair(105'007, HasSubstr("6 -> 10: composite-metric 20, target 2 per replica")));
}

TEST(Keda, ScalesOnCpuAsTheHorizontalPodAutoscalerDoes) {
  const auto shop = [](const std::string& autoscaler) {
    return R"({"windtunnel": 1, "name": "shop", "horizon": "20m",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "40/s"}}],
      "services": {"s": {"replicas": 2, "instance": {"resources": {"requests": {"cpu": "500m"}}},
        "work": {"default": [{"cpu": "50ms"}]}, "startup": [{"phase": "boot", "time": "20s"}], "autoscaler": )" +
           autoscaler + "}}}";
  };
  const auto keda = changes(shop(R"({"type": "keda", "spec": {"minReplicaCount": 2, "maxReplicaCount": 9, "triggers": [
      {"type": "cpu", "metricType": "Utilization", "metadata": {"value": "60"}}]}})"));
  const auto hpa = changes(shop(R"({"type": "kubernetes_hpa", "spec": {"minReplicas": 2, "maxReplicas": 9, "metrics": [
      {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}})"));
  EXPECT_FALSE(hpa.empty());
  EXPECT_EQ(keda, hpa);
}

// Requests that wait for the first replica: two within a second, then none.
std::string queue(const std::string& object) {
  return R"({"windtunnel": 1, "name": "queue", "horizon": "10m",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "steps", "spacing": "even", "steps":
      [{"at": "0s", "rate": "0/s"}, {"at": "40s", "rate": "2/s"}, {"at": "41s", "rate": "0/s"}]}}],
  "services": {"s": {"replicas": 0, "when_none_ready": "wait",
    "instance": {"runtime": {"type": "processor_sharing", "cores": 1}},
    "work": {"default": [{"io": "100ms"}]}, "startup": [{"phase": "boot", "time": "1500ms"}],
    "autoscaler": {"type": "keda", )" +
         object + "}}}}";
}

TEST(Keda, LetsRequestsWaitForThePollAndThePod) {
  const Flight flight = fly(queue(R"("spec": {"triggers": [{"type": "rabbitmq", "metadata": {"queueName": "jobs"}}]},
      "metrics": {"triggers": {"rabbitmq": {"metric": "queue_length"}}})"));
  EXPECT_THAT(changes(flight), ElementsAre(Pair(60'000, "0 -> 1: rabbitmq 2, active above 0"),
                                           Pair(390'000, "1 -> 0: no trigger active for 5m30s, cooldownPeriod 5m")));
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 2U);
  for (const auto& request : requests) EXPECT_EQ(request.ended, 61'600 * kMs);
  EXPECT_EQ(flight.figure("s.cold_starts"), 1);
}

TEST(Keda, IsWokenAtOnceByAScalerThatPushes) {
  const Flight flight = fly(queue(R"("spec": {"triggers": [{"type": "external-push", "metadata": {}}]},
      "metrics": {"triggers": {"external-push": {"metric": "concurrency", "target": 100}}})"));
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].latency(), 1600 * kMs);
  const auto first = flight.seen.decisions.at(0);
  EXPECT_EQ(first.at, requests[0].arrived);
  EXPECT_EQ(first.sentence, "0 -> 1: external-push, a request waits");
}

// In the rate modes what waits makes it active as well, although no rate is left.
TEST(Keda, IsWokenByABacklogInRabbitsRateModes) {
  const auto flown = [](const std::string& mode) {
    return changes(
        queue(R"("spec": {"triggers": [{"type": "rabbitmq", "metadata": {"value": "1", "mode": ")" + mode +
              R"("}}]}, "metrics": {"triggers": {"rabbitmq": {"metric": "request_rate", "window": "10s"}}})"));
  };
  EXPECT_THAT(flown("MessageRate").at(0), Pair(60'000, HasSubstr("0 -> 1: rabbitmq 0")));
  EXPECT_THAT(flown("QueueLength"), IsEmpty());
}

TEST(Keda, TakesAQueryWithoutAResultForNothingOrForAFailure) {
  const auto flown = [](const std::string& ignore) {
    return changes(queue(R"("spec": {"initialCooldownPeriod": 100, "triggers": [{"type": "prometheus", "metadata": {
                         "threshold": "1", "ignoreNullValues": ")" +
                         ignore + R"("}}]}, "metrics": {"triggers": {"prometheus": {"metric": "latency",
                         "quantile": 0.9, "window": "30s"}}})"),
                   {{"services.s.replicas", "1"},
                    {"traffic.0.arrivals.steps.1.at", "\"5m\""},
                    {"traffic.0.arrivals.steps.2.at", "\"6m\""},
                    {"horizon", "\"4m\""}});
  };
  EXPECT_THAT(flown("true"), ElementsAre(Pair(120'000, "1 -> 0: no trigger has been active")));
  EXPECT_THAT(flown("false"), IsEmpty());
}

TEST(Keda, HasNoMoreReplicasThanPartitions) {
  const std::string text = worker(R"("spec": {"triggers": [)" + kafka("") + R"(]},
      "metrics": {"triggers": {"kafka": {"metric": "lag", "partitions": 6}}})",
                                  R"([{"at": "0s", "value": 1000}])");
  EXPECT_THAT(changes(text),
              ElementsAre(Pair(30'000, HasSubstr("0 -> 1: kafka 60")), Pair(30'002, HasSubstr("1 -> 4: kafka 60")),
                          Pair(45'003, "4 -> 6: kafka 60, target 10 per replica")));
}

TEST(Keda, StaysWhereAnAnnotationForbidsTheStep) {
  const auto flown = [](const std::string& annotation, const std::string& replicas, const std::string& is = "true") {
    return changes(
        worker(object(kafka("")) + R"(, "annotations": {"autoscaling.keda.sh/)" + annotation + R"(": ")" + is + R"("})",
               R"([{"at": "0s", "value": 30}, {"at": "2m", "value": 0}])"),
        {{"services.s.replicas", replicas}});
  };
  EXPECT_THAT(flown("paused-scale-in", "0"),
              ElementsAre(Pair(30'000, HasSubstr("0 -> 1")), Pair(30'002, HasSubstr("1 -> 3"))));
  EXPECT_THAT(flown("paused-scale-out", "1"), ElementsAre(Pair(420'000, HasSubstr("1 -> 0"))));
  EXPECT_THAT(flown("paused", "1"), IsEmpty());
  EXPECT_EQ(flown("paused", "0", "false").size(), 4U);
  EXPECT_THAT(flown("paused-replicas", "1", "5"), ElementsAre(Pair(30'000, "1 -> 5: paused by annotation")));
  EXPECT_THAT(flown("force-activation", "0"),
              ElementsAre(Pair(30'000, HasSubstr("0 -> 1")), Pair(30'002, HasSubstr("1 -> 3")),
                          Pair(405'027, HasSubstr("3 -> 1: "))));
}

// Without processing time every other look falls on a poll.
TEST(Keda, PollsBeforeItLooksAtTheSameMoment) {
  const std::string text =
      worker(object(kafka("")) + R"(, "controller": {"processing_time": "0s"})",
             R"([{"at": "0s", "value": 40}, {"at": "29s", "value": 20}, {"at": "50s", "value": 40}])");
  EXPECT_THAT(changes(text), ElementsAre(Pair(30'000, "0 -> 1: kafka 20, active above 0"),
                                         Pair(30'000, "1 -> 2: kafka 20, target 10 per replica"),
                                         Pair(60'000, "2 -> 4: kafka 40, target 10 per replica")));
}

TEST(Keda, KeepsItsRhythmsInsideOfASchedule) {
  const std::string text = worker(object(kafka("")), R"([{"at": "0s", "value": 60}, {"at": "40s", "value": 80}])");
  const std::string scheduled = R"({"type": "scheduled", "min_replicas": 0, "windows": [
      {"start": "0 12 * * *", "for": "1h", "min_replicas": 9}], "policy": {"type": "keda", )" +
                                object(kafka("")) + "}}";
  EXPECT_EQ(changes(text, {{"services.s.autoscaler", scheduled}}), changes(text));
}

TEST(Keda, RecordsWhatItSaw) {
  const Flight flight = fly(worker(object(kafka("")), R"([{"at": "0s", "value": 30}, {"at": "1m", "value": 0}])"));
  const std::vector<Decision> decisions = flight.changes();
  ASSERT_EQ(decisions.size(), 4U);
  const auto& woken = decisions[0].inputs;
  EXPECT_EQ(woken.at("current_replicas"), 0);
  EXPECT_EQ(woken.at("desired"), 1);
  EXPECT_EQ(woken.at("trigger_0_value"), 30);
  EXPECT_EQ(woken.at("trigger_0_active"), 1);
  EXPECT_EQ(woken.at("active"), 1);
  EXPECT_EQ(woken.at("failing"), 0);
  const auto& scaled = decisions[1].inputs;
  EXPECT_EQ(scaled.at("metric_0_value"), 30);
  EXPECT_EQ(scaled.at("metric_0_target"), 10);
  EXPECT_EQ(scaled.at("metric_0_proposed"), 3);
  const auto& asleep = decisions[3].inputs;
  EXPECT_EQ(asleep.at("since_active_s"), 330);
  EXPECT_EQ(asleep.at("cooldown_s"), 300);
  EXPECT_EQ(asleep.at("trigger_0_active"), 0);
}

// --- reading

TEST(Keda, SaysWhatDoesNotFit) {
  const std::string at = "/services/s/autoscaler";
  EXPECT_THAT(issues(worker(object(kafka(""), R"(, "minReplicaCount": 5, "maxReplicaCount": 2)"))),
              ElementsAre(at + "/spec/maxReplicaCount: 2 is below minReplicaCount, 5"));
  EXPECT_THAT(issues(worker(object(kafka(""), R"(, "minReplicaCount": 2, "idleReplicaCount": 2)"))),
              ElementsAre(at + "/spec/idleReplicaCount: 2 is not below minReplicaCount, 2"));
  EXPECT_THAT(issues(worker(object(R"({"type": "cpu", "metricType": "Utilization", "metadata": {"value": "60"}})"))),
              ElementsAre(HasSubstr("/spec/minReplicaCount: 0 needs a trigger other than cpu and memory")));
  EXPECT_THAT(issues(worker(R"("spec": {"triggers": [{"type": "redis", "metadata": {}}]})")),
              ElementsAre(HasSubstr("/spec/triggers/0/type: is neither a scaling metric (cpu_utilization")));
  EXPECT_THAT(issues(worker(R"("spec": {"triggers": [{"type": "external-push", "metadata": {}}]},
      "metrics": {"triggers": {"external-push": {"metric": "concurrency"}}})")),
              ElementsAre(HasSubstr("/spec/triggers/0: needs metrics.triggers.external-push.target")));
}

}  // namespace
}  // namespace windtunnel
