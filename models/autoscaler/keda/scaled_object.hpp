#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/autoscaler/hpa/spec.hpp"
#include "models/autoscaler/keda/executor.hpp"
#include "models/autoscaler/keda/fallback.hpp"
#include "models/autoscaler/keda/scaling_modifiers.hpp"
#include "models/autoscaler/keda/trigger.hpp"
#include "sim/describe/field.hpp"

// A ScaledObject as keda.sh/v1alpha1 writes it (KEDA 2.20), and what its admission refuses.
namespace windtunnel::keda {

struct FallbackSpec : Fallback {
  void describe(FieldVisitor& v);
};
struct HpaConfigSpec {
  std::optional<hpa::BehaviorSpec> behavior;
  void describe(FieldVisitor& v);
};
struct AdvancedSpec {
  HpaConfigSpec hpa;
  ScalingModifiersSpec modifiers;
  void describe(FieldVisitor& v);
};

struct Annotations {
  bool paused = false, paused_scale_in = false, paused_scale_out = false, force_activation = false;
  std::optional<std::int64_t> paused_replicas;
  void describe(FieldVisitor& v);
};

struct ScaledObjectSpec {
  std::optional<std::int64_t> polling_interval, cooldown_period, idle_replicas;
  std::int64_t initial_cooldown_period = 0;
  std::int64_t min_replicas = 0, max_replicas = 100;
  std::optional<FallbackSpec> fallback;
  AdvancedSpec advanced;
  std::vector<TriggerSpec> triggers;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;

  Duration poll_period() const { return std::chrono::seconds{polling_interval.value_or(30)}; }
  Duration cooldown() const { return std::chrono::seconds{cooldown_period.value_or(300)}; }
  bool only_resources() const;  // all triggers are cpu or memory
  std::optional<Fallback> fallback_in_force() const;
  ExecutorSpec executor(const Annotations& annotations) const;
  // The generated HorizontalPodAutoscaler without its metrics.
  hpa::Spec autoscaler(const Annotations& annotations) const;
};

}  // namespace windtunnel::keda
