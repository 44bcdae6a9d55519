#include "models/autoscaler/aws/specs.hpp"

#include <string>

namespace windtunnel::aws {
namespace {

constexpr Bounds kCapacity{.lo = 0, .hi = 1e6};
constexpr Bounds kRequiredCapacity{.lo = 0, .hi = 1e6, .required = true};
constexpr Bounds kSeconds{.lo = 0, .hi = 1e7};
constexpr Bounds kPoints{.lo = 1, .hi = 1440};

std::optional<MetricSource> source_of(const MetricAlarmSpec& alarm, std::string& wrong) {
  return MetricSource::of({.name = alarm.metric_name,
                           .statistic = alarm.statistic,
                           .extended_statistic = alarm.extended_statistic,
                           .period = std::chrono::seconds{alarm.period}},
                          wrong);
}

}  // namespace

void GroupSpec::describe(FieldVisitor& v) {
  v.field("MinSize", min_size, "Capacity at least", kRequiredCapacity);
  v.field("MaxSize", max_size, "Capacity at most", kRequiredCapacity);
  v.field("DefaultCooldown", default_cooldown,
          "Seconds after an activity of a simple scaling policy in which no other one begins", kSeconds);
  v.field("DefaultInstanceWarmup", default_instance_warmup,
          "Seconds for which a new instance counts neither in metrics nor as capacity; none or -1: as "
          "EstimatedInstanceWarmup or else DefaultCooldown say",
          {.lo = -1, .hi = 3600});
  constexpr std::string_view kElsewhere = "the scenario says it elsewhere: replicas, cluster, startup, drain_timeout";
  for (const std::string_view name :
       {"AutoScalingGroupName", "DesiredCapacity", "AvailabilityZones", "VPCZoneIdentifier", "LaunchTemplate",
        "LaunchConfigurationName", "InstanceId", "LoadBalancerNames", "TargetGroupARNs", "TrafficSources",
        "ServiceLinkedRoleARN", "Tags", "PlacementGroup", "Context"})
    v.not_modelled(name, kElsewhere);
  v.not_modelled("MixedInstancesPolicy", "instances of a service are alike");
  v.not_modelled("DesiredCapacityType", "capacity is counted in instances");
  v.not_modelled("HealthCheckType", "what fails is replaced as the scenario's faults say");
  v.not_modelled("HealthCheckGracePeriod", "what fails is replaced as the scenario's faults say");
  v.not_modelled("TerminationPolicies", "instances that start go first, then the newest");
  v.not_modelled("NewInstancesProtectedFromScaleIn", "every instance may be taken");
  v.not_modelled("CapacityRebalance", "there are no Spot instances");
  v.not_modelled("LifecycleHookSpecificationList", "startup says how long an instance takes");
  v.not_modelled("MaxInstanceLifetime", "instances do not age");
  v.not_modelled("InstanceMaintenancePolicy", "instances are not refreshed");
}

void GroupSpec::check(Problems& p) const {
  if (max_size < min_size)
    p.error("/MaxSize", std::to_string(max_size) + " is below MinSize, " + std::to_string(min_size));
}

Duration GroupSpec::warmup(std::optional<std::int64_t> own) const {
  if (own) return std::chrono::seconds{*own};
  if (default_instance_warmup && *default_instance_warmup >= 0) return std::chrono::seconds{*default_instance_warmup};
  return cooldown();
}

void MetricAlarmSpec::describe(FieldVisitor& v) {
  v.field("MetricName", metric_name,
          "CPUUtilization, MemoryUtilization, RequestCount, RequestCountPerTarget, TargetResponseTime, "
          "ApproximateNumberOfMessagesVisible, one of windtunnel's scaling metrics, or a signal of the scenario",
          kRequired);
  v.choice("Statistic", statistic, kStatistics, "Average of levels, Sum of counts");
  v.field("ExtendedStatistic", extended_statistic, "A percentile of TargetResponseTime, such as p99");
  v.field("Period", period, "Seconds that one point covers: 10, 20, 30 or a multiple of 60", {.lo = 10, .hi = 86'400});
  v.field("EvaluationPeriods", evaluation_periods, "How many of the newest points are looked at", kPoints);
  v.field("DatapointsToAlarm", datapoints_to_alarm, "How many of them must breach; none: all", kPoints);
  v.field("Threshold", threshold, "What points are compared with", kRequired);
  v.choice("ComparisonOperator", comparison, kComparisons, "When a point breaches", kRequired);
  v.choice("TreatMissingData", missing, kMissingData, "What periods without a point are taken for");
  constexpr std::string_view kNoMeaning = "it has no meaning in a simulation";
  for (const std::string_view name : {"AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions",
                                      "InsufficientDataActions", "Namespace", "Dimensions", "Unit", "Tags"})
    v.not_modelled(name, kNoMeaning);
  v.not_modelled("EvaluateLowSampleCountPercentile", "percentiles are taken of what there is");
  v.not_modelled("Metrics", "there is no metric math");
  v.not_modelled("ThresholdMetricId", "there is no anomaly detection");
}

void MetricAlarmSpec::check(Problems& p) const {
  if (period % 60 != 0 && period != 10 && period != 20 && period != 30)
    p.error("/Period", std::to_string(period) + " does not fit; 10, 20, 30 and multiples of 60 do");
  if (datapoints_to_alarm && *datapoints_to_alarm > evaluation_periods)
    p.error("/DatapointsToAlarm", "is more than EvaluationPeriods, " + std::to_string(evaluation_periods));
  std::string wrong;
  if (metric_name.empty()) p.error("/MetricName", "is empty");
  if (!source_of(*this, wrong)) p.error(extended_statistic.empty() ? "/Statistic" : "/ExtendedStatistic", wrong);
}

WatchedAlarm MetricAlarmSpec::alarm() const {
  std::string unused;
  return {.metric = *source_of(*this, unused),
          .period = std::chrono::seconds{period},
          .terms = {.comparison = comparison,
                    .threshold = threshold,
                    .evaluation_periods = evaluation_periods,
                    .datapoints_to_alarm = datapoints_to_alarm.value_or(evaluation_periods),
                    .missing = missing}};
}

bool MetricAlarmSpec::needs_cpu_request() const {
  return metric_name == "CPUUtilization" || metric_name == "cpu_utilization";
}

void PredefinedMetricSpec::describe(FieldVisitor& v) {
  v.choice("PredefinedMetricType", type, kPredefinedMetrics, "The metric", kRequired);
  v.not_modelled("ResourceLabel", "the target group is the service");
}
void PredefinedMetricSpec::check(Problems& p) const {
  if (!MetricSource::of(type, std::chrono::minutes{1}))
    p.error("/PredefinedMetricType", std::string(kPredefinedMetrics[static_cast<std::size_t>(type)]) +
                                         " is not simulated; ASGAverageCPUUtilization, ALBRequestCountPerTarget, "
                                         "ECSServiceAverageCPUUtilization and ECSServiceAverageMemoryUtilization are");
}

void CustomizedMetricSpec::describe(FieldVisitor& v) {
  v.field("MetricName", metric_name, "As an alarm's MetricName", kRequired);
  v.choice("Statistic", statistic, kStatistics, "Average of levels, Sum of counts");
  v.not_modelled("Namespace", "metrics are known by name");
  v.not_modelled("Dimensions", "the metric is that of the service");
  v.not_modelled("Unit", "it is the metric's own");
  v.not_modelled("Metrics", "there is no metric math");
}
void CustomizedMetricSpec::check(Problems& p) const {
  std::string wrong;
  if (metric_name.empty()) p.error("/MetricName", "is empty");
  if (!MetricSource::of({.name = metric_name, .statistic = statistic}, wrong)) p.error("/Statistic", wrong);
}

void TrackingAlarms::describe(FieldVisitor& v) {
  v.field("period", period,
          "Time that one point covers; EC2's CPU has one every five minutes unless detailed monitoring is on",
          {.lo = 10, .hi = 3600});
  v.field("high_datapoints", high_datapoints, "Points above the target before it scales out", kPoints);
  v.field("low_datapoints", low_datapoints, "Points below low_factor times the target before it scales in", kPoints);
  v.field("low_factor", low_factor, "Where the target tracking's lower alarm lies, as a share of the target",
          {.lo = 0, .hi = 1, .above_lo = true});
}

void TargetTrackingSpec::describe(FieldVisitor& v) {
  v.field("TargetValue", target, "The level to keep, in the metric's unit", kRequiredPositive);
  v.field("PredefinedMetricSpecification", predefined, "A metric that AWS has a name for");
  v.field("CustomizedMetricSpecification", customized, "Another metric, which falls as capacity rises");
  v.field("DisableScaleIn", disable_scale_in, "Never scale in on its account");
}

void TargetTrackingSpec::check(Problems& p) const {
  if (predefined.has_value() == customized.has_value())
    p.error("", "needs one of PredefinedMetricSpecification and CustomizedMetricSpecification");
}

bool TargetTrackingSpec::needs_cpu_request() const {
  if (predefined)
    return predefined->type == PredefinedMetric::kGroupCpu || predefined->type == PredefinedMetric::kServiceCpu;
  return customized && (customized->metric_name == "CPUUtilization" || customized->metric_name == "cpu_utilization");
}

TargetTracking TargetTrackingSpec::terms(const TrackingAlarms& alarms) const {
  std::string unused;
  MetricSource metric =
      predefined
          ? *MetricSource::of(predefined->type, alarms.period)
          : *MetricSource::of(
                {.name = customized->metric_name, .statistic = customized->statistic, .period = alarms.period}, unused);
  TargetTracking out{.metric = std::move(metric)};
  out.target = target;
  out.scales_in = !disable_scale_in;
  out.period = alarms.period;
  out.high_datapoints = alarms.high_datapoints;
  out.low_datapoints = alarms.low_datapoints;
  out.low_factor = alarms.low_factor;
  return out;
}

void PolicySpec::describe(FieldVisitor& v) {
  v.field("PolicyName", name, "What it is called; for people");
  v.choice("PolicyType", type, kPolicyTypes, "SimpleScaling, StepScaling or TargetTrackingScaling");
  v.choice("AdjustmentType", adjustment_type, kAdjustmentTypes,
           "What ScalingAdjustment is: a change, the new capacity, or a change in percent");
  v.field("MinAdjustmentMagnitude", min_magnitude, "The least change in instances where AdjustmentType is percent",
          kCapacity);
  v.field("ScalingAdjustment", adjustment, "For SimpleScaling: what is added, or the new capacity");
  v.field("Cooldown", cooldown, "For SimpleScaling: seconds; none: the group's DefaultCooldown", kSeconds);
  v.choice("MetricAggregationType", aggregation, kAggregations,
           "For StepScaling: what of the alarm's points is compared with the steps");
  v.field("StepAdjustments", steps, "For StepScaling: what is added, by how far the metric is from the threshold");
  v.field(
      "EstimatedInstanceWarmup", estimated_warmup,
      "For StepScaling and TargetTrackingScaling: seconds for which a new instance does not count; none: the group's",
      kSeconds);
  v.field("TargetTrackingConfiguration", tracking, "For TargetTrackingScaling");
  v.field("Enabled", enabled, "Whether it does anything");
  v.field("Alarm", alarm, "For SimpleScaling and StepScaling: the alarm that invokes it, as PutMetricAlarm has it");
  v.not_modelled("AutoScalingGroupName", "the group is the one it stands in");
  v.not_modelled("MinAdjustmentStep", "MinAdjustmentMagnitude has taken its place");
  v.not_modelled("PredictiveScalingConfiguration", "the policy predictive forecasts");
}

void PolicySpec::check(Problems& p) const {
  const bool tracks = type == PolicyType::kTargetTracking;
  const std::string own(kPolicyTypes[static_cast<std::size_t>(type)]);
  const auto wants = [&](bool given, bool wanted, const char* key) {
    if (wanted && !given) p.error("", own + " needs " + key);
    if (!wanted && given) p.error(std::string("/") + key, "is not for " + own);
  };
  wants(tracking.has_value(), tracks, "TargetTrackingConfiguration");
  wants(alarm.has_value(), !tracks, "Alarm");
  wants(adjustment.has_value(), type == PolicyType::kSimple, "ScalingAdjustment");
  wants(!steps.empty(), type == PolicyType::kStep, "StepAdjustments");
  if (cooldown && type != PolicyType::kSimple) p.error("/Cooldown", "is not for " + own);
  if (estimated_warmup && type == PolicyType::kSimple) p.error("/EstimatedInstanceWarmup", "is not for " + own);
  if (min_magnitude > 0 && (tracks || adjustment_type != AdjustmentType::kPercentChangeInCapacity))
    p.error("/MinAdjustmentMagnitude", "is for the AdjustmentType PercentChangeInCapacity only");
  if (adjustment_type == AdjustmentType::kExactCapacity) {
    if (adjustment && *adjustment < 0) p.error("/ScalingAdjustment", "is a capacity, and negative");
    for (std::size_t i = 0; i < steps.size(); ++i)
      if (steps[i].adjustment < 0)
        p.error("/StepAdjustments/" + std::to_string(i) + "/ScalingAdjustment", "is a capacity, and negative");
  }
  if (type == PolicyType::kStep && !steps.empty()) check_steps(steps, p);
}

bool PolicySpec::needs_cpu_request() const {
  return enabled && ((tracking && tracking->needs_cpu_request()) || (alarm && alarm->needs_cpu_request()));
}

std::unique_ptr<Policy> PolicySpec::make(const GroupSpec& group, const TrackingAlarms& alarms) const {
  switch (type) {
    case PolicyType::kSimple:
      return make_simple_scaling({.alarm = alarm->alarm(),
                                  .type = adjustment_type,
                                  .min_magnitude = min_magnitude,
                                  .adjustment = *adjustment,
                                  .cooldown = cooldown ? std::chrono::seconds{*cooldown} : group.cooldown()});
    case PolicyType::kStep:
      return make_step_scaling({.alarm = alarm->alarm(),
                                .type = adjustment_type,
                                .min_magnitude = min_magnitude,
                                .steps = steps,
                                .aggregation = aggregation,
                                .warmup = group.warmup(estimated_warmup)});
    case PolicyType::kTargetTracking:
      break;
  }
  TargetTracking terms = tracking->terms(alarms);
  terms.warmup = group.warmup(estimated_warmup);
  return make_target_tracking(terms);
}

}  // namespace windtunnel::aws
