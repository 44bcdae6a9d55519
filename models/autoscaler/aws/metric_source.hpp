#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "models/autoscaler/metric/metric_window.hpp"

namespace windtunnel::aws {

enum class Statistic { kAverage, kSum, kMinimum, kMaximum, kSampleCount };
inline constexpr std::array<std::string_view, 5> kStatistics = {"Average", "Sum", "Minimum", "Maximum", "SampleCount"};

enum class PredefinedMetric {
  kGroupCpu,
  kGroupNetworkIn,
  kGroupNetworkOut,
  kRequestCountPerTarget,
  kServiceCpu,
  kServiceMemory,
};
inline constexpr std::array<std::string_view, 6> kPredefinedMetrics = {"ASGAverageCPUUtilization",
                                                                       "ASGAverageNetworkIn",
                                                                       "ASGAverageNetworkOut",
                                                                       "ALBRequestCountPerTarget",
                                                                       "ECSServiceAverageCPUUtilization",
                                                                       "ECSServiceAverageMemoryUtilization"};

// A CloudWatch metric as one of ours, in CloudWatch's unit. By name: CPUUtilization, MemoryUtilization (percent),
// RequestCount, RequestCountPerTarget (per period), TargetResponseTime (seconds), ApproximateNumberOfMessagesVisible
// (requests that wait); our own metrics in base units; else a signal of the scenario.
class MetricSource {
 public:
  struct Query {
    std::string name;
    Statistic statistic = Statistic::kAverage;
    std::string extended_statistic{};  // "p99"; empty: statistic counts
    Duration period = std::chrono::minutes{1};
  };
  // Null and `wrong` set where the statistic is not simulated, or none fits.
  static std::optional<MetricSource> of(const Query& query, std::string& wrong);
  // Null: not simulated.
  static std::optional<MetricSource> of(PredefinedMetric metric, Duration period);

  void keep(MetricWindow& window) const { window.keep(*metric_, MetricWindow::Detail::kInstances); }
  std::optional<double> value(MetricWindow& window, const ServiceSignal& signal, Duration warmup) const;
  const std::string& name() const { return name_; }
  bool needs_cpu_request() const { return metric_->needs_cpu_request(); }

 private:
  MetricSource(std::string name, MetricChoice metric, double factor)
      : name_(std::move(name)), metric_(std::move(metric)), factor_(factor) {}

  std::string name_;
  MetricChoice metric_;
  double factor_;  // from our unit to CloudWatch's
};

}  // namespace windtunnel::aws
