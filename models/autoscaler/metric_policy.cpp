#include "models/autoscaler/metric_policy.hpp"

#include <algorithm>
#include <utility>

namespace windtunnel {

ScalingDecision MetricPolicy::decision(const ServiceSignal& signal, std::int64_t wanted, std::string why,
                                       std::map<std::string, double> inputs) const {
  ScalingDecision out;
  out.replicas = limits_.clamp(wanted);
  why += limits_.limited(wanted);
  if (out.replicas == 0 && signal.unplaced > 0) {
    out.replicas = 1;
    why = "requests wait for an instance";
  }
  out.inputs = std::move(inputs);
  out.inputs["current_replicas"] = static_cast<double>(signal.spec_replicas);
  out.inputs["ready"] = static_cast<double>(MetricWindow::counted(signal));
  out.inputs["desired"] = static_cast<double>(out.replicas);
  if (out.replicas != signal.spec_replicas)
    out.sentence = std::to_string(signal.spec_replicas) + " -> " + std::to_string(out.replicas) + ": " + why;
  return out;
}

}  // namespace windtunnel
