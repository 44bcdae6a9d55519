#include "models/autoscaler/aws/metric_source.hpp"

#include <charconv>

namespace windtunnel::aws {
namespace {

struct Known {
  std::string_view name, type;
  Statistic statistic;
  bool per_instance, per_period;
  double factor;
};
constexpr std::array<Known, 5> kKnown = {{
    {"CPUUtilization", "cpu_utilization", Statistic::kAverage, false, false, 100},
    {"MemoryUtilization", "memory_utilization", Statistic::kAverage, false, false, 100},
    {"RequestCount", "request_rate", Statistic::kSum, false, true, 1},
    {"RequestCountPerTarget", "request_rate", Statistic::kSum, true, true, 1},
    {"ApproximateNumberOfMessagesVisible", "queue_length", Statistic::kAverage, false, false, 1},
}};

// "p99.9" -> 0.999
std::optional<double> quantile_of(std::string_view text) {
  double percent = 0;
  if (text.size() < 2 || text[0] != 'p') return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), percent);
  if (error != std::errc{} || end != text.data() + text.size() || percent < 0 || percent > 100) return std::nullopt;
  return percent / 100;
}

std::string_view name_of(Statistic statistic) { return kStatistics[static_cast<std::size_t>(statistic)]; }

}  // namespace

std::optional<MetricSource> MetricSource::of(const Query& query, std::string& wrong) {
  if (query.name == "TargetResponseTime") {
    const std::optional<double> quantile = quantile_of(query.extended_statistic);
    if (!quantile) {
      wrong = "of TargetResponseTime only percentiles are simulated; \"ExtendedStatistic\": \"p99\" fits";
      return std::nullopt;
    }
    return MetricSource(query.name + " " + query.extended_statistic,
                        *metric_named("latency", {.window = query.period, .quantile = quantile}), 1);
  }
  if (!query.extended_statistic.empty()) {
    wrong = "percentiles are simulated of TargetResponseTime only";
    return std::nullopt;
  }
  for (const Known& known : kKnown) {
    if (known.name != query.name) continue;
    if (known.statistic != query.statistic) {
      wrong = "of " + query.name + " only the statistic " + std::string(name_of(known.statistic)) + " is simulated";
      return std::nullopt;
    }
    const double factor = known.factor * (known.per_period ? to_seconds(query.period) : 1);
    return MetricSource(
        query.name, *metric_named(known.type, {.window = query.period, .per_instance = known.per_instance}), factor);
  }
  if (query.statistic != Statistic::kAverage) {
    wrong = "of " + query.name + " only the statistic Average is simulated";
    return std::nullopt;
  }
  if (query.name != "signal")
    if (auto metric = metric_named(query.name, {.window = query.period}))
      return MetricSource(query.name, *std::move(metric), 1);
  return MetricSource(query.name, signal_metric(query.name, {.window = query.period, .per_instance = false}), 1);
}

std::optional<MetricSource> MetricSource::of(PredefinedMetric metric, Duration period) {
  std::string unused;
  switch (metric) {
    case PredefinedMetric::kGroupCpu:
    case PredefinedMetric::kServiceCpu:
      return of({.name = "CPUUtilization", .period = period}, unused);
    case PredefinedMetric::kServiceMemory:
      return of({.name = "MemoryUtilization", .period = period}, unused);
    case PredefinedMetric::kRequestCountPerTarget:
      return of({.name = "RequestCountPerTarget", .statistic = Statistic::kSum, .period = period}, unused);
    case PredefinedMetric::kGroupNetworkIn:
    case PredefinedMetric::kGroupNetworkOut:
      break;
  }
  return std::nullopt;
}

std::optional<double> MetricSource::value(MetricWindow& window, const ServiceSignal& signal, Duration warmup) const {
  const std::optional<double> value = window.value(*metric_, signal, warmup);
  if (!value) return std::nullopt;
  return *value * factor_;
}

}  // namespace windtunnel::aws
