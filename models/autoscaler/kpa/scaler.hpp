#pragma once

#include <cstdint>
#include <optional>

#include "sim/time.hpp"

namespace windtunnel::kpa {

inline constexpr std::int64_t kUnknown = -1;  // a scale before the first valid decision

struct ScalerSpec {
  std::int64_t min_scale = 0;
  std::int64_t max_scale = 0;  // 0: none
  std::int64_t initial_scale = 1;
  bool scale_to_zero = true;
  Duration stable_window = std::chrono::seconds{60};
  Duration grace_period = std::chrono::seconds{30};
  Duration pod_retention{0};
  Duration activation_timeout = std::chrono::seconds{630};  // progress deadline and 30 s
  bool activator_always_in_path = false;                    // target burst capacity -1
  bool reachable = true;                                    // by a route
};

// The Active condition of a PodAutoscaler.
struct Activity {
  enum class State { kActivating, kActive, kInactive };
  State state = State::kActivating;
  Time since{};
  bool initialized = false;  // the initial scale has been reached once
};

// Who answers for the revision's address.
struct Path {
  bool activator = false;
  Time since{};
};

// Why an order is not what was desired.
enum class Bound { kNone, kMinScale, kInitialScale, kMaxScale, kNeverToZero, kActiveTooShort };

// What becomes of a desired scale.
struct Order {
  std::int64_t scale = kUnknown;
  bool apply = false;                  // to the replicas; else they stay as they are
  std::optional<Duration> look_again;  // when to ask again, if nothing happens before
  Bound bound = Bound::kNone;
};

// Applies a decision to a revision: bounds, the initial scale, and the steps on the way to zero (knative/serving 1.23,
// pkg/reconciler/autoscaling/kpa).
class Scaler {
 public:
  Scaler(const ScalerSpec& spec, const Activity& activity) : spec_(spec), activity_(activity) {}

  Order order(std::int64_t desired, const Path& path, Time now) const;
  // What `want`, an order's scale, and the ready pods make of the condition. `reached`: when there came to be as many
  // as make a revision active; the condition may not be looked at before later.
  void update(std::int64_t want, std::int64_t ready, Time reached, Time now);

  const Activity& activity() const { return activity_; }
  std::int64_t active_threshold() const;  // ready pods that make it active
  // The activator stays in the path, or comes into it.
  bool proxies(std::int64_t want, std::int64_t excess_burst_capacity) const;

 private:
  std::int64_t least_scale() const { return spec_.reachable ? spec_.min_scale : 0; }
  Order toward_zero(const Path& path, Time now) const;
  void become(Activity::State state, Time since);

  ScalerSpec spec_;
  Activity activity_;
};

}  // namespace windtunnel::kpa
