#include "models/autoscaler/gce/spec.hpp"

#include "models/autoscaler/zoned_cron.hpp"

namespace windtunnel::gce {
namespace {

constexpr Bounds kTarget{.lo = 0, .hi = 1, .above_lo = true};
constexpr Bounds kCount{.lo = 0, .hi = 1e6};

// "custom.googleapis.com/orders" is orders.
std::string last_part(const std::string& name) { return name.substr(name.rfind('/') + 1); }

}  // namespace

void CpuUtilization::describe(FieldVisitor& v) {
  v.field("utilizationTarget", target, "Share of the VMs' CPU (the CPU request) to be used", kTarget);
  v.choice("predictiveMethod", predictive, kPredictiveMethods, "NONE; the policy predictive forecasts");
}
void CpuUtilization::check(Problems& p) const {
  if (predictive != PredictiveMethod::kNone)
    p.warning("/predictiveMethod", "OPTIMIZE_AVAILABILITY is not simulated; the policy predictive forecasts");
}

void LoadBalancingUtilization::describe(FieldVisitor& v) {
  v.field("utilizationTarget", target, "Share of max_rate_per_instance to be used", kTarget);
}

void CustomMetric::describe(FieldVisitor& v) {
  v.field("metric", metric,
          "One of windtunnel's scaling metrics or a signal of the scenario; what stands before its last / is left out",
          kRequired);
  v.field("utilizationTarget", target, "The level that each VM is to have", kPositive);
  v.choice("utilizationTargetType", type, kTargetTypes, "What the target is per; other than GAUGE for request_rate");
  v.field("singleInstanceAssignment", single_instance_assignment, "The amount of work that each VM is to have",
          kPositive);
  v.not_modelled("filter", "metrics are known by name");
}

void CustomMetric::check(Problems& p) const {
  if (target.has_value() == single_instance_assignment.has_value())
    p.error("", "needs one of utilizationTarget and singleInstanceAssignment");
  const MetricChoice of = choice(std::chrono::minutes{1});
  if (metric.empty()) p.error("/metric", "is empty");
  if (of->over() == ScalingMetric::Over::kInstances || !of->per_instance())
    p.error("/metric", "\"" + metric + "\" is not spread over VMs, so that more of them do not lower it");
  if (type != TargetType::kGauge && of.type() != "request_rate")
    p.error("/utilizationTargetType", "is for request_rate only; GAUGE fits");
}

MetricChoice CustomMetric::choice(Duration window) const {
  const std::string name = last_part(metric);
  if (name != "signal")
    if (auto ours = metric_named(name, {.window = window})) return *std::move(ours);
  return signal_metric(name, {.window = window});
}

double CustomMetric::instances(double total) const {
  const double in_unit = type == TargetType::kPerMinute ? total * 60 : total;
  return in_unit / (target ? *target : *single_instance_assignment);
}

void ScaleInControl::Replicas::describe(FieldVisitor& v) {
  v.field("fixed", fixed, "So many VMs", kCount);
  v.field("percent", percent, "So many percent of the peak, rounded down, but one at least", {.lo = 0, .hi = 100});
  v.not_modelled("calculated", "it is worked out");
}
void ScaleInControl::Replicas::check(Problems& p) const {
  if (fixed.has_value() == percent.has_value()) p.error("", "needs one of fixed and percent");
}
void ScaleInControl::describe(FieldVisitor& v) {
  v.field("maxScaledInReplicas", most, "How far below the window's peak the group may go", kRequired);
  v.field("timeWindowSec", window_seconds, "Length of the window, in seconds", {.lo = 60, .hi = 3600});
}

void ScalingSchedule::describe(FieldVisitor& v) {
  v.field("minRequiredReplicas", replicas, "VMs at least while it lasts", {.lo = 0, .hi = 1e6, .required = true});
  v.field("schedule", schedule, "When it begins: a cron expression of five fields", kRequired);
  v.field("timeZone", time_zone, kZoneMeaning);
  v.field("durationSec", duration_seconds, "How long it lasts, in seconds", {.lo = 300, .hi = 1e8, .required = true});
  v.field("disabled", disabled, "Whether it does nothing");
  v.not_modelled("description", "it is for people");
}
void ScalingSchedule::check(Problems& p) const {
  Cron unused;
  if (const std::string wrong = Cron::parse(schedule, unused); !wrong.empty())
    p.error("/schedule", "\"" + schedule + "\" " + wrong);
  if (const std::string wrong = wrong_zone(time_zone); !wrong.empty())
    p.error("/timeZone", "\"" + time_zone + "\" " + wrong);
}

void AutoscalingPolicy::describe(FieldVisitor& v) {
  v.field("minNumReplicas", min_replicas, "VMs at least", kCount);
  v.field("maxNumReplicas", max_replicas, "VMs at most", {.lo = 1, .hi = 1e6, .required = true});
  v.field("coolDownPeriodSec", initialization_seconds,
          "Seconds from a VM's start in which its figures are no reason to scale out (the initialization period)",
          {.lo = 0, .hi = 86'400});
  v.choice("mode", mode, kModes, "ON, OFF, or ONLY_SCALE_OUT");
  v.field("cpuUtilization", cpu, "Scale on CPU");
  v.field("loadBalancingUtilization", load_balancing, "Scale on what the load balancer sends, max_rate_per_instance");
  v.field("customMetricUtilizations", custom, "Scale on other metrics");
  v.field("scaleInControl", scale_in_control, "How much may be taken away within a time; none: any number");
  v.field("scalingSchedules", schedules, "Least sizes at certain times, by name");
}

void AutoscalingPolicy::check(Problems& p) const {
  if (max_replicas < min_replicas)
    p.error("/maxNumReplicas",
            std::to_string(max_replicas) + " is below minNumReplicas, " + std::to_string(min_replicas));
}

std::optional<CpuUtilization> AutoscalingPolicy::effective_cpu() const {
  if (cpu || load_balancing || !custom.empty() || !schedules.empty()) return cpu;
  return CpuUtilization{};
}

}  // namespace windtunnel::gce
