#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/autoscaler/autoscaler.hpp"

namespace windtunnel {

// What happened to a service in the stretch of time that ends with `now`. Amounts are differences.
struct ServiceReading {
  const ServiceSignal& now;
  double seconds = 0;  // length of the stretch
  std::uint64_t arrived = 0, completed = 0, failed = 0;
  double outstanding_seconds = 0, waiting_seconds = 0;
  double cpu_seconds = 0;              // of the instances that are there now
  const Histogram* latency = nullptr;  // ns; null unless the metric watches it
  double signal = 0;                   // mean of what was seen of the metric's named signal
};

// The same of one instance that is ready.
struct InstanceReading {
  const ServiceSignal& service;
  const InstanceSignal& now;
  double seconds = 0;  // of the stretch in which it was ready
  double cpu_seconds = 0, outstanding_seconds = 0;
  std::uint64_t arrived = 0;
  double memory_bytes = 0;  // mean of what was seen
  std::uint64_t lag_probes = 0;
  double lag_seconds = 0;
};

// How a metric is meant where a foreign format names it. What a metric does not have is left alone.
struct MetricTerms {
  std::optional<Duration> window{};
  std::optional<bool> per_instance{};
  std::optional<double> quantile{};
};

// A figure of a service that a policy keeps at a target: {"metric": "latency", "quantile": 0.99, "target": "300ms"}.
// Figures are in base units: shares from 0 to 1, seconds, per second, cores, plain numbers. One .cpp per metric in this
// folder; MetricWindow gives their values.
class ScalingMetric {
 public:
  enum class Over {
    kService,    // a figure of the whole service
    kInstances,  // a mean over its ready instances
    kEither,     // a figure of the service, which each instance has for itself as well
  };
  // Summed over instances; the mean is sum / weight.
  struct Weighted {
    double sum = 0, weight = 0;
  };

  virtual ~ScalingMetric() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual void set(const MetricTerms& terms) = 0;
  static const Registry<ScalingMetric>& registry();

  virtual double target() const = 0;
  virtual Duration window() const = 0;    // what a value covers; 0: this moment, or what there was since the last look
  virtual std::string words() const = 0;  // "p99 latency", "requests per second and instance"
  virtual std::string spell(double value) const = 0;   // "247ms", "62 %", three digits
  virtual bool per_instance() const { return false; }  // the service's figure over its ready instances
  virtual bool needs_cpu_request() const { return false; }
  virtual std::string_view signal() const { return {}; }  // the scenario's signal that it reads

  // For MetricWindow.
  virtual Over over() const = 0;
  // What it needs, and with `instances` what of_instance() needs.
  virtual void watch(Watched&, bool /*instances*/) const {}
  virtual std::optional<double> of_service(const ServiceReading&) const { return {}; }  // before per_instance()
  virtual Weighted of_instance(const InstanceReading&) const { return {}; }
};

using MetricChoice = Choice<ScalingMetric>;

// The metric of a type's name with its defaults, these terms and no target, for formats that name metrics as text;
// none: no such metric.
std::optional<MetricChoice> metric_named(std::string_view type, const MetricTerms& terms = {});
// Whether what it is made of has a value now (ServiceSignal::missing).
bool is_known(const MetricChoice& metric, const ServiceSignal& signal);
// The metric "signal" of that name.
MetricChoice signal_metric(std::string name, const MetricTerms& terms = {});

}  // namespace windtunnel
