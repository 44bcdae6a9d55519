#include "models/autoscaler/keda/scalers.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/autoscaler/hpa/arithmetic.hpp"

namespace windtunnel::keda {

void OutageSpec::describe(FieldVisitor& v) {
  v.field("at", at, "When it begins, from the end of the warm-up", kRequired);
  v.field("for", length, "How long it lasts", kRequiredPositive);
}

void TriggerMeaning::describe(FieldVisitor& v) {
  MetricMeaning::describe(v);
  v.field("target", target, "Of external and external-push triggers: the target that the scaler names", kPositive);
  v.field("partitions", partitions, "Of kafka triggers: the topic's partitions, which no more replicas are of use than",
          {.lo = 1});
  v.field("outages", outages, "Times at which the source cannot be asked");
}

void SourcesSpec::describe(FieldVisitor& v) {
  v.field("triggers", triggers, "What the triggers of the spec measure here, by their name or type");
  v.field("rate_window", rate_window, "What rates, latencies and shares cover", kPositive);
  v.field("gauge_window", gauge_window,
          "What levels (concurrency, queue_length, memory_utilization, signals) are averaged over; 0s: not at all",
          kNonNegative);
}

TriggerMeaning SourcesSpec::meaning(const TriggerSpec& trigger) const {
  if (const auto found = triggers.find(trigger.key()); found != triggers.end()) return found->second;
  TriggerMeaning itself;
  itself.metric = trigger.key();
  if (std::string queue = trigger.queue_signal(); !queue.empty()) itself.metric = std::move(queue);
  return itself;
}

std::int64_t to_milli(double value) {
  if (!std::isfinite(value) || value < 0) return 0;
  return hpa::to_int64(value * 1000);
}

Scalers::Scalers(std::span<const TriggerSpec> triggers, const SourcesSpec& sources) {
  scalers_.reserve(triggers.size());
  for (const TriggerSpec& trigger : triggers) {
    Scaler& scaler = scalers_.emplace_back();
    if (trigger.is_resource()) continue;
    if (trigger.is_cron()) {
      scaler.hours.emplace(trigger);
      continue;
    }
    const TriggerMeaning meaning = sources.meaning(trigger);
    scaler.activation = trigger.activation();
    scaler.backlog_activates = trigger.backlog_activates();
    scaler.null_fails = trigger.null_fails();
    scaler.metric = sources.metric(meaning);
    scaler.outages = meaning.outages;
    if (meaning.partitions) {
      scaler.partitions = *meaning.partitions;
      scaler.lag_threshold = trigger.target();
      scaler.idle_consumers = trigger.says("allowIdleConsumers");
      scaler.even = trigger.says("ensureEvenDistributionOfPartitions");
    }
    window_.keep(*scaler.metric);
    measures_ = true;
  }
}

Duration Scalers::observe_period() const { return window_.observe_period(std::chrono::seconds{5}); }

Scalers::Answer Scalers::ask(std::size_t trigger, const ServiceSignal& signal) {
  const Scaler& scaler = scalers_[trigger];
  if (scaler.hours) {
    const bool open = scaler.hours->open(std::chrono::floor<std::chrono::seconds>(signal.utc).count());
    return {open ? scaler.hours->replicas() : 0, open};
  }
  const Duration time = signal.now - signal.measured_from;
  const bool out = std::any_of(scaler.outages.begin(), scaler.outages.end(), [&](const OutageSpec& outage) {
    return time >= outage.at && time - outage.at < outage.length;
  });
  if (out || !is_known(scaler.metric, signal)) return {};
  const std::optional<double> measured = this->measured(scaler, signal);
  if (!measured && scaler.null_fails) return {};
  Answer answer{measured.value_or(0)};
  answer.active = *answer.value > scaler.activation ||
                  (scaler.backlog_activates && static_cast<double>(signal.waiting) > scaler.activation);
  if (scaler.partitions > 0)
    answer.value =
        kafka_lag(*answer.value, scaler.lag_threshold, scaler.partitions, scaler.idle_consumers, scaler.even);
  return answer;
}

std::optional<double> Scalers::measured(const Scaler& scaler, const ServiceSignal& signal) {
  if (scaler.metric->over() == ScalingMetric::Over::kInstances) return window_.value(*scaler.metric, signal);
  return window_.total(*scaler.metric, signal);
}

}  // namespace windtunnel::keda
