#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/time.hpp"

// What the Kubernetes horizontal pod autoscaler makes of a recommendation before it acts on it: stabilization windows,
// rate limits, least and most replicas. Two ways: the one without spec.behavior, and the one with it.
namespace windtunnel::hpa {

// What it remembers between two syncs. Both lists reuse entries that no window can need any more, so they stay as long
// as the longest window holds syncs.
struct History {
  struct Recommendation {
    std::int32_t replicas = 0;
    Time at{};
  };
  struct Event {
    std::int32_t change = 0;  // > 0 in both directions
    Time at{};
    bool outdated = false;  // its place may be reused; never decides whether it counts
  };
  bool begun = false;  // the replicas of the first sync have been stored as a recommendation
  bool scaled_to_zero =
      false;  // it was this autoscaler that took the last replica away (status condition ScaledToZero)
  std::vector<Recommendation> recommendations;
  std::vector<Event> rises, falls;
};

enum class SelectPolicy { kMax, kMin, kDisabled };
struct ScalingPolicy {
  enum class Kind { kPods, kPercent };
  Kind kind = Kind::kPods;
  std::int32_t value = 0;
  Duration period{};
};
struct ScalingRules {
  Duration window{};  // of stabilization
  SelectPolicy select = SelectPolicy::kMax;
  std::vector<ScalingPolicy> policies;
};
struct Behavior {
  ScalingRules up, down;
};

enum class LimitedBy { kNothing, kMinReplicas, kMaxReplicas, kScaleUpLimit, kScaleDownLimit };
struct Limited {
  std::int32_t replicas = 0;
  LimitedBy by = LimitedBy::kNothing;
  const ScalingPolicy* policy = nullptr;  // that set the limit, of spec.behavior; null: none did
};

// Without spec.behavior: a fall is held to the highest recommendation of the window; a rise to twice the current
// replicas, or four, per sync.
std::int32_t stabilize(History& history, std::int32_t desired, Duration window, Time now);
Limited limit(std::int32_t current, std::int32_t desired, std::int32_t least, std::int32_t most);

// With spec.behavior. stabilize() stores `desired`; limit() reads the events that store_event() keeps.
std::int32_t stabilize(History& history, std::int32_t current, std::int32_t desired, const Behavior& behavior,
                       Time now);
Limited limit(const History& history, std::int32_t current, std::int32_t desired, std::int32_t least, std::int32_t most,
              const Behavior& behavior, Time now);
void store_event(History& history, std::int32_t before, std::int32_t after, const Behavior& behavior, Time now);

}  // namespace windtunnel::hpa
