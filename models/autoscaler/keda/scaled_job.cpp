#include "models/autoscaler/keda/scaled_job.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>

namespace windtunnel::keda {
namespace {

constexpr double kMost = std::numeric_limits<std::int32_t>::max();
constexpr Bounds kCount{.lo = 0, .hi = kMost};
constexpr Bounds kFromOne{.lo = 1, .hi = kMost};
constexpr std::array<std::string_view, 4> kStrategies = {"default", "custom", "accurate", "eager"};
constexpr std::array<std::string_view, 4> kCalculations = {"max", "min", "avg", "sum"};
constexpr std::array<std::string_view, 4> kConditions = {"PodScheduled", "Initialized", "ContainersReady", "Ready"};

std::optional<double> percentage(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::int64_t rounded_up(double value) { return static_cast<std::int64_t>(std::ceil(std::clamp(value, -1e15, 1e15))); }

}  // namespace

void ScalingStrategySpec::describe(FieldVisitor& v) {
  v.choice(
      "strategy", strategy, kStrategies,
      "How many jobs a poll creates: the work less the jobs that run (default), less shares of both (custom), less "
      "the jobs that wait for a pod, for queues that do not count what is in flight (accurate), or as many as fit "
      "(eager)");
  v.field("customScalingQueueLengthDeduction", custom_deduction, "Of custom: so many fewer");
  v.field("customScalingRunningJobPercentage", custom_percentage,
          "Of custom: the share of the running jobs that is taken off, in quotes, \"0.5\"; empty: custom is default");
  v.field("pendingPodConditions", pending_conditions,
          "The conditions that a job's pod has to fulfil, or else the job is pending; empty: it runs");
  v.choice("multipleScalersCalculation", calculation, kCalculations,
           "Which trigger counts: that of the longest queue, of the shortest, their mean or their sum");
}

void ScalingStrategySpec::check(Problems& p) const {
  if (!custom_percentage.empty() && !percentage(custom_percentage))
    p.error("/customScalingRunningJobPercentage", "\"" + custom_percentage + "\" is no number; \"0.5\" fits");
  for (std::size_t i = 0; i < pending_conditions.size(); ++i)
    if (std::find(kConditions.begin(), kConditions.end(), pending_conditions[i]) == kConditions.end())
      p.error("/pendingPodConditions/" + std::to_string(i),
              "\"" + pending_conditions[i] +
                  "\" is no condition that pods have here; PodScheduled, Initialized, ContainersReady and Ready are");
}

void JobTargetSpec::describe(FieldVisitor& v) {
  v.field("parallelism", parallelism, "Pods of a job at once; more than one is not simulated", {.lo = 1, .hi = 1});
  v.not_modelled("completions", "a job is one pod");
  v.not_modelled("activeDeadlineSeconds", "jobs take as long as they take");
  v.not_modelled("backoffLimit", "a job fails with its message, and is not tried again");
  v.not_modelled("ttlSecondsAfterFinished", "what has ended is gone");
  v.not_modelled("template", "the pod is described by the service: instance, startup, work");
}

void ScaledJobSpec::describe(FieldVisitor& v) {
  v.field("pollingInterval", polling_interval, "Seconds between two polls, at which jobs are created", kFromOne);
  v.field("minReplicaCount", min_replicas, "Jobs that there are at least, whether there is work or not", kCount);
  v.field("maxReplicaCount", max_replicas, "Jobs at once at most", kFromOne);
  v.field("jobTargetRef", job, "What concerns the jobs themselves");
  v.field("scalingStrategy", scaling, "How many jobs a poll creates");
  v.field("triggers", triggers, "The work that there is for jobs", kRequired);
  v.not_modelled("successfulJobsHistoryLimit", "what has ended is gone");
  v.not_modelled("failedJobsHistoryLimit", "what has ended is gone");
  v.not_modelled("envSourceContainerName", "there are no containers to take settings from");
  v.not_modelled("rollout", "the ScaledJob does not change here");
  v.not_modelled("rolloutStrategy", "the ScaledJob does not change here");
}

void ScaledJobSpec::check(Problems& p) const {
  if (triggers.empty()) p.error("/triggers", "is empty; at least one trigger fits");
  if (max_replicas < min_replicas)
    p.error("/maxReplicaCount",
            std::to_string(max_replicas) + " is below minReplicaCount, " + std::to_string(min_replicas));
  std::set<std::string> names;
  for (std::size_t i = 0; i < triggers.size(); ++i) {
    const std::string at = "/triggers/" + std::to_string(i);
    if (triggers[i].is_resource()) p.error(at + "/type", triggers[i].type + " is not for jobs, which come and go");
    if (triggers[i].metric_type == "Value") p.error(at + "/metricType", "Value is not for jobs; AverageValue fits");
    if (!triggers[i].name.empty() && !names.insert(triggers[i].name).second)
      p.error(at + "/name", "\"" + triggers[i].name + "\" is there twice");
  }
}

JobDemand demand_of(std::span<const JobTrigger> triggers, ScalersCalculation calculation, std::int64_t min_replicas,
                    std::int64_t max_replicas) {
  JobDemand out;
  double length = 0, most = 0;
  std::int64_t count = 0;
  for (const JobTrigger& trigger : triggers) {
    if (!trigger.active) continue;
    ++count;
    switch (calculation) {
      case ScalersCalculation::kMin:
        if (length != 0 && trigger.queue_length >= length) continue;
        break;
      case ScalersCalculation::kMax:
        if (trigger.queue_length <= length) continue;
        break;
      case ScalersCalculation::kAvg:
      case ScalersCalculation::kSum:
        length += trigger.queue_length;
        most += trigger.max_value;
        out.active = true;
        continue;
    }
    length = trigger.queue_length;
    most = trigger.max_value;
    out.active = true;
  }
  if (calculation == ScalersCalculation::kAvg && count > 0) {
    length /= static_cast<double>(count);
    most /= static_cast<double>(count);
  }
  if (min_replicas > 0) out.active = true;
  out.scale_to = rounded_up(length);
  out.max_scale = rounded_up(std::min(most, static_cast<double>(max_replicas)));
  return out;
}

std::int64_t JobScale::jobs() const { return std::max<std::int64_t>(0, std::min(scale_to, max_scale)); }

JobScale effective(const ScalingStrategySpec& strategy, std::int64_t max_scale, std::int64_t running,
                   std::int64_t pending, std::int64_t max_replicas, std::int64_t scale_to) {
  switch (strategy.strategy) {
    case JobStrategy::kCustom:
      if (const auto share = percentage(strategy.custom_percentage)) {
        const auto taken_off = static_cast<std::int64_t>(static_cast<double>(running) * *share);
        return {std::min(max_scale - strategy.custom_deduction - taken_off, max_replicas), scale_to};
      }
      break;
    case JobStrategy::kAccurate:
      if (max_scale + running - pending > max_replicas) return {max_replicas - running, scale_to};
      return {max_scale - pending, scale_to};
    case JobStrategy::kEager:
      return {std::min(max_replicas - running - pending, max_scale), max_replicas};
    case JobStrategy::kDefault:
      break;
  }
  return {max_scale - running, scale_to};
}

JobScale scaling_decision(const ScaledJobSpec& spec, const JobDemand& demand, std::int64_t running,
                          std::int64_t pending) {
  if (running < spec.min_replicas) return {spec.min_replicas - running, spec.min_replicas - running};
  return effective(spec.scaling, demand.max_scale, running - spec.min_replicas, pending, spec.max_replicas,
                   demand.scale_to);
}

}  // namespace windtunnel::keda
