#pragma once

#include <cstdint>
#include <optional>

#include "sim/time.hpp"

namespace windtunnel::keda {

struct ExecutorSpec {
  std::int64_t min_replicas = 0;
  std::optional<std::int64_t> idle_replicas;
  Duration cooldown = std::chrono::seconds{300}, initial_cooldown{0};
  std::optional<std::int64_t> fallback_replicas;
  // By annotations.
  bool paused = false, paused_scale_in = false, paused_scale_out = false, force_activation = false;
  std::optional<std::int64_t> paused_replicas;
};

// What a poll did, or why it did nothing.
enum class Step {
  kNone,
  kActivated,    // from zero, or from idleReplicaCount, to minReplicaCount or one
  kDeactivated,  // to idleReplicaCount or zero
  kCoolingDown,  // would have been deactivated, but it was active not long enough ago
  kRaised,       // to minReplicaCount
  kFailing,      // a trigger has failed and none is active: what there is stays
  kPaused,       // an annotation forbids the step
  kPausedAt,     // to the replicas at which an annotation pauses it
};
struct Outcome {
  Step step = Step::kNone;
  std::int64_t replicas = 0;
};

// The operator's own loop (KEDA 2.20, pkg/scaling/executor): between nothing, or idleReplicaCount, and what the
// horizontal pod autoscaler then takes over. The ScaledObject was created at time 0.
class Executor {
 public:
  explicit Executor(const ExecutorSpec& spec) : spec_(spec) {}

  // `active`: a trigger is. `failed`: one could not be asked.
  Outcome poll(std::int64_t replicas, bool active, bool failed, Time now);
  // Nothing scales it, the generated autoscaler, which KEDA takes away then, included.
  bool is_paused() const { return spec_.paused || spec_.paused_replicas; }
  const std::optional<Time>& last_active() const { return last_active_; }

 private:
  Outcome activate(std::int64_t replicas, bool failed, Time now);
  Outcome deactivate(std::int64_t replicas, Time now) const;

  ExecutorSpec spec_;
  std::optional<Time> last_active_;
};

}  // namespace windtunnel::keda
