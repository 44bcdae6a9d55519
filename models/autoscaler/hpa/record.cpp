#include "models/autoscaler/hpa/record.hpp"

#include <algorithm>
#include <cmath>

#include "models/autoscaler/hpa/spec.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel::hpa {
namespace {

bool of_pods(const Metric& metric) {
  return metric.type != Metric::Type::kObject && metric.type != Metric::Type::kExternal;
}

// What the controller compares with; see propose().
bool on_average(const Metric& metric) {
  return metric.type == Metric::Type::kObject ? metric.target.type == TargetType::kAverageValue
                                              : metric.target.average_value.has_value();
}
bool in_percent(const Metric& metric) { return of_pods(metric) && !on_average(metric); }

double target_of(const Metric& metric) {
  if (in_percent(metric)) return *metric.target.average_utilization;
  return static_cast<double>(on_average(metric) ? *metric.target.average_value : *metric.target.value) / 1000;
}

double in_units(std::int64_t milli) { return static_cast<double>(milli) / 1000; }

std::string said_of(const Metric& metric, const std::string& name, const Proposal& by) {
  if (in_percent(metric))
    return name + " " + std::to_string(by.utilization) + " % of request, target " + format_number(target_of(metric)) +
           " %";
  const std::string target = ", target " + format_quantity(target_of(metric));
  if (of_pods(metric)) return name + " " + format_quantity(in_units(by.usage)) + " on average" + target;
  return name + " " + format_quantity(in_units(by.value)) + target + (on_average(metric) ? " per replica" : "");
}

constexpr const char* kTwice = "twice the replicas, or four, per sync";

std::string limit_name(const Limited& by, std::int32_t current) {
  const auto named = [&](const std::string& direction) {
    if (by.policy == nullptr) return direction + " selectPolicy Disabled";
    return direction + " " + std::string(spelled(by.policy->kind)) + " " + std::to_string(by.policy->value) + "/" +
           std::to_string(by.policy->period / std::chrono::seconds{1}) + "s";
  };
  switch (by.by) {
    case LimitedBy::kNothing:
      break;
    case LimitedBy::kMinReplicas:
      return "minReplicas";
    case LimitedBy::kMaxReplicas:
      return "maxReplicas";
    case LimitedBy::kScaleUpLimit:
      // Without spec.behavior a rise is always to more than there are.
      return by.policy == nullptr && by.replicas > current ? kTwice : named("scaleUp");
    case LimitedBy::kScaleDownLimit:
      return named("scaleDown");
  }
  return {};
}

std::string limited_text(const Limited& by, std::int32_t current) {
  const std::string name = limit_name(by, current);
  if (name.empty()) return {};
  return (name == kTwice ? "; limited to " : "; limited by ") + name;
}

void add_limited(std::map<std::string, double>& out, const Limited& limited) {
  switch (limited.by) {
    case LimitedBy::kNothing:
      return;
    case LimitedBy::kMinReplicas:
      out["limited_by_min_replicas"] = limited.replicas;
      return;
    case LimitedBy::kMaxReplicas:
      out["limited_by_max_replicas"] = limited.replicas;
      return;
    case LimitedBy::kScaleUpLimit:
      out["limited_by_scale_up_limit"] = limited.replicas;
      break;
    case LimitedBy::kScaleDownLimit:
      out["limited_by_scale_down_limit"] = limited.replicas;
      break;
  }
  if (limited.policy == nullptr) return;
  out["limiting_policy_value"] = limited.policy->value;
  out["limiting_policy_period_s"] = static_cast<double>(limited.policy->period / std::chrono::seconds{1});
}

void add_metric(std::map<std::string, double>& out, const std::string& at, const Metric& metric, const Proposal& by) {
  out[at + "target"] = target_of(metric);
  const bool counted = by.ready + by.unready + by.missing + by.ignored > 0;  // not where there was nothing to class
  if (counted) out[at + "ready"] = static_cast<double>(by.ready);
  if (counted && of_pods(metric)) {
    out[at + "unready"] = static_cast<double>(by.unready);
    out[at + "missing"] = static_cast<double>(by.missing);
    out[at + "ignored"] = static_cast<double>(by.ignored);
  }
  if (!by.valid()) {
    out[at + "failed"] = 1;
    return;
  }
  if (in_percent(metric)) out[at + "utilization"] = by.utilization;
  if (!of_pods(metric)) out[at + "value"] = in_units(by.value);
  if (std::isfinite(by.ratio)) {
    out[at + "usage"] = in_units(by.usage);
    out[at + "ratio"] = by.ratio;
  }
  if (by.tolerated) out[at + "tolerated"] = 1;
  if (by.cautious) out[at + "cautious_ratio"] = *by.cautious;
  out[at + "proposed"] = by.replicas;
}

}  // namespace

std::string why_of(const Look& look) {
  const SyncResult& result = look.result;
  if (result.path == Path::kDisabled) return "nothing runs, and it was not the autoscaler that saw to it";
  if (result.path == Path::kAboveMax) return "above maxReplicas";
  if (result.path == Path::kBelowMin) return "below minReplicas";
  const auto failed = std::count_if(look.proposals.begin(), look.proposals.end(),
                                    [](const Proposal& proposal) { return !proposal.valid(); });
  const std::string without =
      std::to_string(failed) + " of " + std::to_string(look.proposals.size()) + " metrics without a figure";
  if (result.path == Path::kMetricsInvalid)
    return result.deciding ? without + ", and the others ask for fewer" : "no metric has a figure";
  std::string text;
  const std::size_t deciding = *result.deciding;
  const Metric& metric = look.metrics[deciding];
  const Proposal& by = look.proposals[deciding];
  text += said_of(metric, look.names[deciding], by);
  if (of_pods(metric))
    text +=
        ", " + std::to_string(by.ready) + " of " + std::to_string(by.ready + by.unready + by.missing) + " pods ready";
  else if (!on_average(metric))
    text += ", " + std::to_string(by.ready) + " pods ready";
  if (by.missing > 0) text += ", " + std::to_string(by.missing) + " without metrics";
  if (by.tolerated) text += ", within the tolerance";
  if (failed > 0) text += "; " + without;
  if (result.stabilized != result.recommended)
    text += "; " + std::to_string(result.recommended) + " stabilized to " + std::to_string(result.stabilized);
  return text + limited_text(result.limited, look.current);
}

Derivation derivation_of(const Look& look) {
  const SyncResult& result = look.result;
  Derivation out;
  switch (result.path) {
    case Path::kDisabled:
    case Path::kMetricsInvalid:
      break;
    case Path::kAboveMax:
      out.apply("maxReplicas", look.current, result.desired);
      break;
    case Path::kBelowMin:
      out.apply("minReplicas", look.current, result.desired);
      break;
    case Path::kMetrics:
      out.recommendation = result.recommended;
      out.apply("stabilization window", result.recommended, result.stabilized);
      out.apply(limit_name(result.limited, look.current), result.stabilized, result.limited.replicas);
      break;
  }
  return out;
}

std::map<std::string, double> inputs_of(const Look& look) {
  const SyncResult& result = look.result;
  std::map<std::string, double> out = {
      {"current_replicas", look.current}, {"status_replicas", look.counted}, {"desired", result.desired}};
  for (std::size_t i = 0; i < look.proposals.size(); ++i)
    add_metric(out, "metric_" + std::to_string(i) + "_", look.metrics[i], look.proposals[i]);
  switch (result.path) {
    case Path::kDisabled:
      out["disabled"] = 1;
      break;
    case Path::kAboveMax:
      out["limited_by_max_replicas"] = result.desired;
      break;
    case Path::kBelowMin:
      out["limited_by_min_replicas"] = result.desired;
      break;
    case Path::kMetricsInvalid:
      break;
    case Path::kMetrics:
      out["deciding_metric"] = static_cast<double>(*result.deciding);
      out["recommended"] = result.recommended;
      out["stabilized"] = result.stabilized;
      add_limited(out, result.limited);
      break;
  }
  return out;
}

}  // namespace windtunnel::hpa
