#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "models/autoscaler/metric/metric_window.hpp"
#include "models/autoscaler/replica_limits.hpp"

namespace windtunnel {

// A control loop of ours on one metric or several: the windows behind it, limits, and a first instance for requests
// that find none.
class MetricPolicy : public Autoscaler {
 public:
  Duration sync_period() const final { return sync_period_; }
  Duration observe_period() const final { return window_.observe_period(sync_period_); }
  Watched watched() const override { return window_.watched(); }
  void observe(const ServiceSignal& signal) final { window_.observe(signal); }
  bool wake(const ServiceSignal& signal) final { return signal.spec_replicas == 0; }

 protected:
  MetricPolicy(const ReplicaLimits& limits, Duration sync_period) : limits_(limits), sync_period_(sync_period) {}

  void keep(const ScalingMetric& metric) { window_.keep(metric); }
  std::optional<double> value(const ScalingMetric& metric, const ServiceSignal& signal) {
    return window_.value(metric, signal);
  }
  std::optional<double> total(const ScalingMetric& metric, const ServiceSignal& signal) {
    return window_.total(metric, signal);
  }
  // `wanted` within the limits, and with an instance where requests wait for one. `why` follows "4 -> 7: "; `how` leads
  // to `wanted`.
  ScalingDecision decision(const ServiceSignal& signal, std::int64_t wanted, std::string why,
                           std::map<std::string, double> inputs, Derivation how) const;
  const ReplicaLimits& limits() const { return limits_; }

 private:
  ReplicaLimits limits_;
  Duration sync_period_;
  MetricWindow window_;
};

}  // namespace windtunnel
