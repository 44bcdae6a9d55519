#pragma once

#include <cstdint>
#include <optional>

#include "models/autoscaler/kpa/decider.hpp"
#include "models/autoscaler/kpa/metric_window.hpp"
#include "models/autoscaler/kpa/scaler.hpp"
#include "models/autoscaler/kpa/target.hpp"
#include "sim/describe/field.hpp"

// What a revision and a cluster say about scaling, in Knative's own words (knative/serving 1.23).
namespace windtunnel::kpa {

enum class Class { kKpa, kHpa };
enum class MetricName { kConcurrency, kRps, kCpu, kMemory };

// A revision's metadata.annotations.
struct Annotations {
  Class class_name = Class::kKpa;
  MetricName metric = MetricName::kConcurrency;
  Averaging algorithm = Averaging::kLinear;
  std::optional<double> target, target_utilization_percentage, target_burst_capacity;
  std::optional<Duration> window;
  std::optional<double> panic_window_percentage, panic_threshold_percentage;
  std::optional<std::int64_t> min_scale, max_scale, initial_scale, activation_scale;
  std::optional<Duration> scale_down_delay, pod_retention;
  Duration progress_deadline = std::chrono::seconds{600};

  void describe(FieldVisitor& v);
};

// The data of the ConfigMap config-autoscaler.
struct Config {
  Class class_name = Class::kKpa;
  double concurrency_target_percentage = 70, concurrency_target_default = 100, rps_target_default = 200;
  double target_burst_capacity = 211;
  Duration stable_window = std::chrono::seconds{60};
  double panic_window_percentage = 10, panic_threshold_percentage = 200;
  double max_scale_up_rate = 1000, max_scale_down_rate = 2;
  bool enable_scale_to_zero = true;
  Duration scale_to_zero_grace_period = std::chrono::seconds{30}, pod_retention{0}, scale_down_delay{0};
  double activator_capacity = 100;
  std::int64_t initial_scale = 1, min_scale = 0, max_scale = 0, max_scale_limit = 0;
  bool allow_zero_initial_scale = false;

  void describe(FieldVisitor& v);
};

// Both together: an annotation goes before the ConfigMap.
struct Settings {
  Annotations annotations;
  Config config;
  std::int64_t container_concurrency = 0;  // of the revision; 0: no limit

  void check(Problems& p) const;  // what Knative's admission would refuse

  std::int64_t initial_scale() const { return annotations.initial_scale.value_or(config.initial_scale); }
  Duration stable_window() const { return annotations.window.value_or(config.stable_window); }
  Duration panic_window() const;
  Metric metric() const;
  TargetTerms target_terms() const;
  DeciderSpec decider() const;
  ScalerSpec scaler() const;

 private:
  std::int64_t min_scale() const { return annotations.min_scale.value_or(config.min_scale); }
  std::int64_t max_scale() const { return annotations.max_scale.value_or(config.max_scale); }
  double target_burst_capacity() const {
    return annotations.target_burst_capacity.value_or(config.target_burst_capacity);
  }
  void check_kind(Problems& p) const;
  void check_scale(Problems& p) const;
  void check_numbers(Problems& p) const;
};

}  // namespace windtunnel::kpa
