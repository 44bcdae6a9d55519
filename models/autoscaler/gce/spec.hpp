#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/autoscaler/metric/scaling_metric.hpp"
#include "sim/describe/field.hpp"

// A Compute Engine autoscaler's autoscalingPolicy (API v1), as it is written there.
namespace windtunnel::gce {

enum class Mode { kOn, kOff, kOnlyScaleOut };
inline constexpr std::array<std::string_view, 3> kModes = {"ON", "OFF", "ONLY_SCALE_OUT"};
enum class PredictiveMethod { kNone, kOptimizeAvailability };
inline constexpr std::array<std::string_view, 2> kPredictiveMethods = {"NONE", "OPTIMIZE_AVAILABILITY"};
enum class TargetType { kGauge, kPerSecond, kPerMinute };
inline constexpr std::array<std::string_view, 3> kTargetTypes = {"GAUGE", "DELTA_PER_SECOND", "DELTA_PER_MINUTE"};

struct CpuUtilization {
  double target = 0.6;
  PredictiveMethod predictive = PredictiveMethod::kNone;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

struct LoadBalancingUtilization {
  double target = 0.8;
  void describe(FieldVisitor& v);
};

struct CustomMetric {
  std::string metric;
  std::optional<double> target, single_instance_assignment;
  TargetType type = TargetType::kGauge;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  MetricChoice choice(Duration window) const;  // by the name's last part: one of ours, or a signal of the scenario
  double instances(double total) const;        // that carry it
};

struct ScaleInControl {
  struct Replicas {
    std::optional<std::int64_t> fixed, percent;
    void describe(FieldVisitor& v);
    void check(Problems& p) const;
  };
  Replicas most;
  std::int64_t window_seconds = 600;
  void describe(FieldVisitor& v);
};

struct ScalingSchedule {
  std::int64_t replicas = 0;
  std::string schedule, time_zone = "UTC";
  std::int64_t duration_seconds = 0;
  bool disabled = false;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

struct AutoscalingPolicy {
  std::int64_t min_replicas = 1, max_replicas = 1;
  std::int64_t initialization_seconds = 60;
  Mode mode = Mode::kOn;
  std::optional<CpuUtilization> cpu;
  std::optional<LoadBalancingUtilization> load_balancing;
  std::vector<CustomMetric> custom;
  std::optional<ScaleInControl> scale_in_control;
  std::map<std::string, ScalingSchedule> schedules;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  // Without any signal it is CPU at 60 %.
  std::optional<CpuUtilization> effective_cpu() const;
};

}  // namespace windtunnel::gce
