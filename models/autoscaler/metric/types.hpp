#pragma once

#include "models/autoscaler/metric/scaling_metric.hpp"
#include "models/autoscaler/spell.hpp"

// The metrics of this folder, one .cpp each, and what they have in common. Private to it.
namespace windtunnel {

void add_concurrency(Registry<ScalingMetric>& metrics);
void add_cpu(Registry<ScalingMetric>& metrics);
void add_cpu_utilization(Registry<ScalingMetric>& metrics);
void add_error_ratio(Registry<ScalingMetric>& metrics);
void add_loop_lag(Registry<ScalingMetric>&);
void add_latency_metric(Registry<ScalingMetric>& metrics);
void add_memory_utilization(Registry<ScalingMetric>& metrics);
void add_queue_length(Registry<ScalingMetric>& metrics);
void add_request_rate(Registry<ScalingMetric>& metrics);
void add_signal(Registry<ScalingMetric>& metrics);

class WindowedMetric : public ScalingMetric {
 public:
  Duration window() const final { return window_; }
  void set(const MetricTerms& terms) override { window_ = terms.window.value_or(window_); }

 protected:
  void describe_window(FieldVisitor& v);
  bool momentary() const { return window_ == Duration::zero(); }

 private:
  Duration window_ = std::chrono::minutes{1};
};

// A figure that grows with the service: requests, cores.
class ExtensiveMetric : public WindowedMetric {
 public:
  bool per_instance() const final { return per_instance_; }
  void set(const MetricTerms& terms) final {
    WindowedMetric::set(terms);
    per_instance_ = terms.per_instance.value_or(per_instance_);
  }

 protected:
  void describe_extent(FieldVisitor& v);  // window and per_instance
  std::string extent(std::string_view what) const { return std::string(what) + (per_instance_ ? " per instance" : ""); }

 private:
  bool per_instance_ = true;
};

}  // namespace windtunnel
