#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "models/autoscaler/metric/types.hpp"
#include "models/scenario/units.hpp"

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

void WindowedMetric::describe_window(FieldVisitor& v) {
  v.field("window", window_, "What a value covers; 0s: this moment, or what there was since the last look",
          kNonNegative);
}

void ExtensiveMetric::describe_extent(FieldVisitor& v) {
  describe_window(v);
  v.field("per_instance", per_instance_, "Whether the target is for each ready instance, or for the service");
}

double three_digits(double value) {
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific, 2);
  double rounded = value;
  if (error == std::errc{}) std::from_chars(text.data(), end, rounded);
  return rounded;
}

std::string spell_share(double value) { return format_number(three_digits(value * 100)) + " %"; }
std::string spell_number(double value) { return format_number(three_digits(value)); }

}  // namespace windtunnel
