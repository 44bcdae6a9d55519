#include <string>
#include <string_view>

#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {

const Registry<ScalingMetric>& ScalingMetric::registry() {
  static const Registry<ScalingMetric> types = [] {
    Registry<ScalingMetric> r("scaling metric", "metric");
    add_cpu_utilization(r);
    add_cpu(r);
    add_memory_utilization(r);
    add_concurrency(r);
    add_request_rate(r);
    add_queue_length(r);
    add_latency_metric(r);
    add_error_ratio(r);
    add_loop_lag(r);
    add_signal(r);
    return r;
  }();
  return types;
}

std::optional<MetricChoice> metric_named(std::string_view type, const MetricTerms& terms) {
  MetricChoice metric;
  if (!metric.select(type)) return std::nullopt;
  metric.mutable_params().set(terms);
  return metric;
}

bool is_known(const MetricChoice& metric, const ServiceSignal& signal) {
  const std::string_view type = metric.type();
  if (type == "signal") return signal.has("signals." + std::string(metric->signal()));
  if (type == "cpu_utilization") return signal.has("cpu");
  if (type == "memory_utilization") return signal.has("memory");
  return signal.has(type);
}

void WindowedMetric::describe_window(FieldVisitor& v) {
  v.field("window", window_, "What a value covers; 0s: this moment, or what there was since the last look",
          kNonNegative);
}

void ExtensiveMetric::describe_extent(FieldVisitor& v) {
  describe_window(v);
  v.field("per_instance", per_instance_, "Whether the target is for each ready instance, or for the service");
}

}  // namespace windtunnel
