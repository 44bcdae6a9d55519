// AWS's policies in flight, written as AWS writes them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

// 40 requests of 50 ms a second on instances of one core: two cores in use.
const std::string kShop = R"({"windtunnel": 1, "name": "shop", "horizon": "30m", "metrics": {"resolution": "1m"},
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "40/s"}}],
  "signals": {"orders": {"type": "steps", "steps": [{"at": "0s", "value": 10}, {"at": "10m", "value": 90}]}},
  "services": {"s": {"replicas": 3, "startup": [{"phase": "boot", "time": "1m"}],
    "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
    "work": {"default": [{"cpu": "50ms"}]},
    "autoscaler": {"type": "ec2_auto_scaling", "group": {"MinSize": 1, "MaxSize": 9, "DefaultInstanceWarmup": 60}}}}})";

std::vector<Override> with(const std::string& key, const std::string& value) {
  return {{"services.s.autoscaler." + key, value}};
}

std::vector<std::string> told(const Flight& flight) {
  std::vector<std::string> out;
  for (const auto& decision : flight.changes())
    out.push_back(std::to_string(std::lround(decision.time_s)) + " s: " + decision.sentence);
  return out;
}

const std::string kTracking = R"([{"PolicyName": "cpu", "PolicyType": "TargetTrackingScaling",
  "TargetTrackingConfiguration": {"TargetValue": 40.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"}}}])";

TEST(Ec2AutoScaling, TracksATargetInFlight) {
  // 2 cores of 3 are 66.7 %: 5 bring it to 40.
  const Flight flight = fly(kShop, with("policies", kTracking));
  EXPECT_THAT(told(flight), ElementsAre("180 s: 3 -> 5: CPUUtilization 66.7, target 40, over 3 instances"));
  EXPECT_EQ(flight.changes()[0].kind, "scale_up");
  EXPECT_NEAR(flight.figure("s.replicas.mean"), (3 * 180 + 5 * 1620) / 1800.0, 0.01);
}

TEST(Ec2AutoScaling, StepsOnASignalInFlight) {
  const Flight flight = fly(kShop, with("policies", R"([{"PolicyType": "StepScaling",
    "AdjustmentType": "ChangeInCapacity", "StepAdjustments": [
      {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 30, "ScalingAdjustment": 1},
      {"MetricIntervalLowerBound": 30, "ScalingAdjustment": 4}],
    "Alarm": {"MetricName": "orders", "Threshold": 50, "ComparisonOperator": "GreaterThanThreshold",
      "Period": 60, "EvaluationPeriods": 2}}])"));
  ASSERT_FALSE(flight.changes().empty());
  // At 720 s two whole minutes have been at 90, 40 above the threshold.
  EXPECT_EQ(told(flight)[0], "720 s: 3 -> 7: orders 90, threshold 50: 3 to 7");
}

TEST(Ec2AutoScaling, FollowsACalendarInFlight) {
  const Flight flight = fly(kShop, {{"starts_at", "\"2024-03-29 08:50:00\""},  // a Friday
                                    {"services.s.autoscaler.scheduled_actions", R"([
    {"ScheduledActionName": "morning", "Recurrence": "0 9 * * MON-FRI", "MinSize": 6}])"}});
  EXPECT_THAT(told(flight), ElementsAre("600 s: 3 -> 6: scheduled action \"morning\"; below the least capacity"));
}

TEST(Ec2AutoScaling, StartsFromItsWarmPoolFirst) {
  const std::string schedule = R"([{"StartTime": "2024-01-01T00:05:00Z", "DesiredCapacity": 7}])";
  const auto second_of_seven = [&](const std::string& pool) {
    const Flight flight = fly(kShop, {{"services.s.autoscaler.scheduled_actions", schedule},
                                      {"services.s.autoscaler.warm_pool", pool},
                                      {"metrics.resolution", "\"1s\""}});
    const Series& series = flight.result.series.at(0);
    const std::vector<double>& ready = series.find("replicas_ready")->values;
    return series.times_s.at(static_cast<std::size_t>(std::find(ready.begin(), ready.end(), 7) - ready.begin()));
  };
  const double cold = second_of_seven("null");
  const double warm = second_of_seven(R"({"startup": [{"phase": "boot", "time": "15s"}]})");
  const double too_few =
      second_of_seven(R"({"MaxGroupPreparedCapacity": 6, "startup": [{"phase": "boot", "time": "15s"}]})");
  EXPECT_NEAR(cold, 360, 1);
  EXPECT_NEAR(warm, 315, 1);
  EXPECT_NEAR(too_few, 360, 1) << "three from the pool, one cold";
}

TEST(ApplicationAutoScaling, TracksATargetInFlight) {
  const Flight flight = fly(kShop, {{"services.s.autoscaler", R"({"type": "application_auto_scaling",
    "target": {"MinCapacity": 1, "MaxCapacity": 9}, "policies": [{"PolicyType": "TargetTrackingScaling",
      "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 40.0,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}]})"}});
  EXPECT_THAT(told(flight), ElementsAre("180 s: 3 -> 5: CPUUtilization 66.7, target 40, over 3 instances"));
}

TEST(ApplicationAutoScaling, OvershootsWithACooldownShorterThanTheStart) {
  // After a minute the two tasks that were added are not there yet, and five are taken to be at 66.7 %.
  const Flight flight = fly(kShop, {{"services.s.autoscaler", R"({"type": "application_auto_scaling",
    "target": {"MinCapacity": 1, "MaxCapacity": 50}, "policies": [{"PolicyType": "TargetTrackingScaling",
      "TargetTrackingScalingPolicyConfiguration": {"TargetValue": 40.0, "ScaleOutCooldown": 60,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}}]})"}});
  ASSERT_GE(flight.changes().size(), 2U);
  EXPECT_EQ(told(flight)[1], "240 s: 5 -> 9: CPUUtilization 66.7, target 40, over 5 instances");
}

// --- what is wrong

std::vector<std::string> errors_of(const std::vector<Override>& overrides) {
  try {
    test::scenario_of(kShop, overrides);
  } catch (const ConfigError& error) {
    std::vector<std::string> out;
    for (const Issue& issue : error.issues()) out.push_back(issue.pointer + ": " + issue.message);
    return out;
  }
  return {};
}

TEST(Ec2AutoScaling, SaysWhatIsWrong) {
  EXPECT_THAT(errors_of(with("policies", kTracking)), IsEmpty());
  EXPECT_THAT(errors_of(with("group.MaxSize", "0")), ElementsAre(HasSubstr("/group/MaxSize")));
  EXPECT_THAT(errors_of(with("policies", R"([{"PolicyType": "TargetTrackingScaling"}])")),
              ElementsAre(HasSubstr("TargetTrackingScaling needs TargetTrackingConfiguration")));
  EXPECT_THAT(errors_of(with("policies", R"([{"PolicyType": "StepScaling", "ScalingAdjustment": 2}])")),
              UnorderedElementsAre(HasSubstr("StepScaling needs Alarm"), HasSubstr("StepScaling needs StepAdjustments"),
                                   HasSubstr("/ScalingAdjustment: ")));
  EXPECT_THAT(errors_of(with("policies", R"([{"PolicyType": "TargetTrackingScaling", "TargetTrackingConfiguration":
    {"TargetValue": 1e6, "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageNetworkIn"}}}])")),
              ElementsAre(HasSubstr("ASGAverageNetworkIn is not simulated")));
  const auto alarm = [](const std::string& fields) {
    return with("policies", R"([{"ScalingAdjustment": 1, "Alarm": {"Threshold": 1,
      "ComparisonOperator": "GreaterThanThreshold", )" +
                                fields + "}}]");
  };
  EXPECT_THAT(errors_of(alarm(R"("MetricName": "CPUUtilization", "Period": 45)")), ElementsAre(HasSubstr("/Period: ")));
  EXPECT_THAT(errors_of(alarm(R"("MetricName": "CPUUtilization", "Statistic": "Maximum")")),
              ElementsAre(HasSubstr("/Statistic: ")));
  EXPECT_THAT(errors_of(alarm(R"("MetricName": "TargetResponseTime")")), ElementsAre(HasSubstr("percentiles")));
  EXPECT_THAT(errors_of(alarm(R"("MetricName": "TargetResponseTime", "ExtendedStatistic": "p90")")), IsEmpty());
  EXPECT_THAT(errors_of(alarm(R"("MetricName": "order")")),
              ElementsAre(StartsWith("/services/s/autoscaler: looks at the signal \"order\"")));
  EXPECT_THAT(errors_of(alarm(R"("MetricName": "orders", "Nameless": 1)")), ElementsAre(HasSubstr("Nameless")));
}

TEST(Ec2AutoScaling, WantsACpuRequestForCpuUtilization) {
  std::vector<Override> overrides = with("policies", kTracking);
  overrides.push_back({"services.s.instance.resources", "null"});
  EXPECT_THAT(errors_of(overrides), ElementsAre(HasSubstr("/services/s/instance")));
}

TEST(Ec2AutoScaling, NamesWhatItDoesNotModel) {
  const ReadResult read = parse_scenario(kShop, ".", "test", with("group.HealthCheckType", "\"ELB\""));
  EXPECT_THAT(read.warnings, testing::Contains(testing::Field(&Issue::message, HasSubstr("is not modelled"))));
}

}  // namespace
}  // namespace windtunnel
