#include "models/autoscaler/aws/scalable_target.hpp"

#include <utility>

namespace windtunnel::aws {
namespace {

constexpr Bounds kRequiredCapacity{.lo = 0, .hi = 1e6, .required = true};
constexpr Bounds kSeconds{.lo = 0, .hi = 1e7};

std::vector<std::unique_ptr<Policy>> policies_of(const TargetSettings& settings) {
  std::vector<std::unique_ptr<Policy>> out;
  for (const TargetPolicySpec& policy : settings.policies) out.push_back(policy.make(settings.tracking_alarms));
  return out;
}

}  // namespace

void TargetSpec::describe(FieldVisitor& v) {
  v.field("MinCapacity", min_capacity, "Capacity at least", kRequiredCapacity);
  v.field("MaxCapacity", max_capacity, "Capacity at most", kRequiredCapacity);
  for (const std::string_view name : {"ServiceNamespace", "ResourceId", "ScalableDimension", "RoleARN", "Tags"})
    v.not_modelled(name, "what is scaled is the service it stands in");
  v.not_modelled("SuspendedState", "scaling is not suspended");
}
void TargetSpec::check(Problems& p) const {
  if (max_capacity < min_capacity)
    p.error("/MaxCapacity", std::to_string(max_capacity) + " is below MinCapacity, " + std::to_string(min_capacity));
}

void StepScalingSpec::describe(FieldVisitor& v) {
  v.choice("AdjustmentType", adjustment_type, kAdjustmentTypes,
           "What ScalingAdjustment is: a change, the new capacity, or a change in percent", kRequired);
  v.field("MinAdjustmentMagnitude", min_magnitude, "The least change where AdjustmentType is percent",
          {.lo = 0, .hi = 1e6});
  v.field("Cooldown", cooldown, "Seconds in which what was added counts, and after which it may scale in again",
          kSeconds);
  v.choice("MetricAggregationType", aggregation, kAggregations,
           "What of the alarm's points is compared with the steps");
  v.field("StepAdjustments", steps, "What is added, by how far the metric is from the threshold", kRequired);
}
void StepScalingSpec::check(Problems& p) const {
  check_steps(steps, p);
  if (min_magnitude > 0 && adjustment_type != AdjustmentType::kPercentChangeInCapacity)
    p.error("/MinAdjustmentMagnitude", "is for the AdjustmentType PercentChangeInCapacity only");
}

void CooledTrackingSpec::describe(FieldVisitor& v) {
  TargetTrackingSpec::describe(v);
  v.field("ScaleOutCooldown", out_cooldown,
          "Seconds after scaling out in which what was added counts towards the next need", kSeconds);
  v.field("ScaleInCooldown", in_cooldown, "Seconds after scaling in before the next time", kSeconds);
}

void TargetPolicySpec::describe(FieldVisitor& v) {
  v.field("PolicyName", name, "What it is called; for people");
  v.choice("PolicyType", type, kTargetPolicyTypes, "StepScaling or TargetTrackingScaling");
  v.field("TargetTrackingScalingPolicyConfiguration", tracking, "For TargetTrackingScaling");
  v.field("StepScalingPolicyConfiguration", step, "For StepScaling");
  v.field("Alarm", alarm, "For StepScaling: the alarm that invokes it, as PutMetricAlarm has it");
  for (const std::string_view name_of : {"ServiceNamespace", "ResourceId", "ScalableDimension"})
    v.not_modelled(name_of, "what is scaled is the service it stands in");
  v.not_modelled("PredictiveScalingPolicyConfiguration", "the policy predictive forecasts");
}

void TargetPolicySpec::check(Problems& p) const {
  const bool tracks = type == TargetPolicyType::kTargetTracking;
  const std::string own(kTargetPolicyTypes[static_cast<std::size_t>(type)]);
  const auto wants = [&](bool given, bool wanted, const char* key) {
    if (wanted && !given) p.error("", own + " needs " + key);
    if (!wanted && given) p.error(std::string("/") + key, "is not for " + own);
  };
  wants(tracking.has_value(), tracks, "TargetTrackingScalingPolicyConfiguration");
  wants(step.has_value(), !tracks, "StepScalingPolicyConfiguration");
  wants(alarm.has_value(), !tracks, "Alarm");
}

bool TargetPolicySpec::needs_cpu_request() const {
  return (tracking && tracking->needs_cpu_request()) || (alarm && alarm->needs_cpu_request());
}

std::unique_ptr<Policy> TargetPolicySpec::make(const TrackingAlarms& alarms) const {
  if (type == TargetPolicyType::kTargetTracking) {
    TargetTracking terms = tracking->terms(alarms);
    terms.out_cooldown = std::chrono::seconds{tracking->out_cooldown};
    terms.in_cooldown = std::chrono::seconds{tracking->in_cooldown};
    return make_target_tracking(terms);
  }
  return make_step_scaling({.alarm = alarm->alarm(),
                            .type = step->adjustment_type,
                            .min_magnitude = step->min_magnitude,
                            .steps = step->steps,
                            .aggregation = step->aggregation,
                            .cooldown = std::chrono::seconds{step->cooldown}});
}

ScalableTarget::ScalableTarget(const TargetSettings& settings)
    : Engine(policies_of(settings), settings.target.min_capacity, settings.target.max_capacity) {}

void ScalableTarget::look(const ServiceSignal& signal) {
  view_.now = signal.now;
  view_.now_desired = signal.spec_replicas;
}

void ScalableTarget::carried_out(const Policy& by, std::int64_t before, std::int64_t after,
                                 const ServiceSignal& signal) {
  if (after < before) {
    view_.in_until = signal.now + by.in_cooldown().value_or(Duration{});
    return;
  }
  if (signal.now >= view_.out_until) view_.before_out = before;
  view_.out_until = signal.now + by.out_cooldown().value_or(Duration{});
  view_.in_until = {};
}

}  // namespace windtunnel::aws
