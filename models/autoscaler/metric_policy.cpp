#include "models/autoscaler/metric_policy.hpp"

#include <algorithm>
#include <utility>

#include "models/autoscaler/spell.hpp"

namespace windtunnel {

ScalingDecision MetricPolicy::decision(const ServiceSignal& signal, std::int64_t wanted, std::string why,
                                       std::map<std::string, double> inputs, Derivation how) const {
  ScalingDecision out;
  out.how = std::move(how);
  out.replicas = limits_.clamp(wanted);
  out.how.apply(wanted > out.replicas ? "max_replicas" : "min_replicas", wanted, out.replicas);
  why += limits_.limited(wanted);
  if (out.replicas == 0 && signal.unplaced > 0) {
    out.replicas = 1;
    out.how.apply("requests wait", 0, 1);
    why = "requests wait for an instance";
  }
  out.inputs = std::move(inputs);
  out.inputs["current_replicas"] = static_cast<double>(signal.spec_replicas);
  out.inputs["ready"] = static_cast<double>(MetricWindow::counted(signal));
  out.inputs["desired"] = static_cast<double>(out.replicas);
  if (out.replicas != signal.spec_replicas) out.sentence = spell_change(signal.spec_replicas, out.replicas, why);
  out.why = std::move(why);
  return out;
}

}  // namespace windtunnel
