#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// One instance as a control loop may see it.
struct InstanceSignal {
  enum class State { kStarting, kReady, kDraining };
  std::uint32_t id = 0;
  State state = State::kStarting;
  Time created{};
  Time ready_since{};           // of the last transition to ready; meaningless while starting
  Time running_since = kNever;  // when its processes began to run (scheduled, image there): created +
                                // PhaseEffect::pending_s; kNever: not known, it counts as pending until it is ready
  double cpu_seconds = 0;       // consumed since it was created, exact at `now`
};

// What a service's control loop may look at.
struct ServiceSignal {
  Time now{};
  std::int64_t spec_replicas = 0;  // what was last asked for
  double cpu_request_cores = 0;    // of one instance; 0: none stated
  std::span<const InstanceSignal> instances;
};

struct ScalingDecision {
  std::int64_t replicas = 0;
  std::string sentence;                  // why, for people; empty when nothing changes
  std::map<std::string, double> inputs;  // what it saw
};

// Decides how many replicas a service should have. One per service per run; keeps its own history. The service calls
// observe() every `observe_period` and decide() every `sync_period`, starts and drains instances, and records
// decisions.
class Autoscaler {
 public:
  virtual ~Autoscaler() = default;
  virtual Duration sync_period() const = 0;
  virtual Duration observe_period() const = 0;  // zero: never
  virtual void observe(const ServiceSignal&) {}
  virtual ScalingDecision decide(const ServiceSignal& signal) = 0;
};

// Parameters of one policy. One .cpp per policy in this folder.
class AutoscalerParams {
 public:
  virtual ~AutoscalerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual bool needs_cpu_request() const { return false; }
  // Per-request scaling (functions) is done by the service itself; these are its terms. Null for control loops.
  struct OnDemand {
    Duration keep_alive{};
    std::int64_t max_instances = 1000;
    bool queue_at_maximum = false;
  };
  virtual const OnDemand* on_demand() const { return nullptr; }
  virtual std::unique_ptr<Autoscaler> make() const = 0;  // null for on-demand
  static const Registry<AutoscalerParams>& registry();
};

}  // namespace windtunnel
