#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/autoscaler/hpa/spec.hpp"
#include "models/autoscaler/keda/formula.hpp"
#include "models/autoscaler/keda/trigger.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel::keda {

// advanced.scalingModifiers: one metric worked out of all triggers but cpu and memory, in place of theirs.
struct ScalingModifiersSpec {
  std::string formula, target, activation_target, metric_type;
  void describe(FieldVisitor& v);
  void check(std::span<const TriggerSpec> triggers, Problems& p) const;

  bool in_use() const { return !(formula + target + activation_target + metric_type).empty(); }
  // The rest requires that check() found nothing.
  double activation() const;       // active above it
  bool allows_a_fallback() const;  // KEDA falls back to whole multiples of whole targets only
  hpa::MetricSpec metric() const;  // its entry in the generated HorizontalPodAutoscaler's spec.metrics
};

// The composite metric at work.
class CompositeMetric {
 public:
  CompositeMetric(const ScalingModifiersSpec& spec, std::span<const TriggerSpec> triggers);
  // By trigger; none is nil, as are those that the formula has no name for.
  Formula::Result value(std::span<const std::optional<double>> by_trigger) const;
  double activation() const { return activation_; }
  // "max(a, b) of a 3, b nil", by trigger as above.
  std::string spelled(std::span<const std::optional<double>> by_trigger) const;

 private:
  struct Variable {
    std::string name;
    std::size_t trigger;
  };
  std::string text_;
  std::vector<Variable> variables_;
  Formula formula_;
  double activation_;
};

}  // namespace windtunnel::keda
