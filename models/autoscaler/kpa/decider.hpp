#pragma once

#include <cstdint>
#include <optional>

#include "models/autoscaler/kpa/max_window.hpp"
#include "models/autoscaler/kpa/target.hpp"

namespace windtunnel::kpa {

inline constexpr Duration kTick = std::chrono::seconds{2};  // from one decision to the next

struct DeciderSpec {
  Target target{70, 100};
  double target_burst_capacity = 211;  // -1: unlimited
  double max_scale_up_rate = 1000;     // pods at most, as a multiple of those ready
  double max_scale_down_rate = 2;      // pods at least, as a fraction of those ready
  double panic_threshold = 2;          // pods the panic window asks for, as a multiple of those ready
  Duration stable_window = std::chrono::seconds{60};
  Duration scale_down_delay{0};
  std::int64_t activation_scale = 1;  // pods at least while there are any
  bool reachable = true;              // by a route
};

struct Recommendation {
  std::int64_t desired = 0;
  std::int64_t excess_burst_capacity = 0;  // negative: a burst would not fit, the activator belongs into the path

  // How it came about.
  std::int64_t stable_wants = 0, panic_wants = 0;  // pods, as the windows ask for them
  std::int64_t least = 0, most = 0;                // by the scale rates
  std::int64_t undelayed = 0;                      // before the scale-down delay
  bool panicking = false;
};

// How many pods a revision should have: the Knative autoscaler's decision (knative/serving 1.23,
// pkg/autoscaler/scaling/autoscaler.go). Keeps what it must remember from one tick to the next.
class Decider {
 public:
  // `ready`: pods at its creation. More than one, and it begins in panic, so that a new autoscaler that has no history
  // does not shrink what it finds.
  Decider(const DeciderSpec& spec, std::int64_t ready, Time created);

  // Averages over the stable and the panic window, of the whole revision.
  Recommendation decide(std::int64_t ready, double stable, double panic, Time now);
  // A new specification; the delay window stays as it is.
  void update(const DeciderSpec& spec) { spec_ = spec; }

  std::optional<Time> panicking_since() const { return panic_time_; }
  std::int64_t most_in_panic() const { return most_in_panic_; }

 private:
  DeciderSpec spec_;
  std::optional<Time> panic_time_;  // when the threshold was last exceeded
  std::int64_t most_in_panic_ = 0;
  std::optional<MaxWindow> delay_;
};

// floor(capacity of the ready pods - target burst capacity - load); 0 and -1 where the target is.
std::int64_t excess_burst_capacity(const DeciderSpec& spec, std::int64_t ready, double load);
// What the status says before the first decision, with only the initial scale to go by.
std::int64_t initial_excess_burst_capacity(const DeciderSpec& spec, std::int64_t initial_scale);
// Activators that share the revision while they are in the path; each has a capacity of so many requests in flight.
std::int64_t activators(const DeciderSpec& spec, std::int64_t ready, double activator_capacity);

}  // namespace windtunnel::kpa
