#include "models/autoscaler/kpa/decider.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel::kpa {
namespace {

constexpr std::int64_t kActivatorsLeast = 2;

}  // namespace

Decider::Decider(const DeciderSpec& spec, std::int64_t ready, Time created) : spec_(spec), most_in_panic_(ready) {
  if (ready > 1) panic_time_ = created;
  if (spec.scale_down_delay > Duration::zero()) delay_.emplace(spec.scale_down_delay, kTick);
}

Recommendation Decider::decide(std::int64_t ready, double stable, double panic, Time now) {
  // Rates start from one pod where there is none.
  const double pods = static_cast<double>(std::max<std::int64_t>(1, ready));
  const double most = std::ceil(spec_.max_scale_up_rate * pods);
  const double least = spec_.reachable ? std::floor(pods / spec_.max_scale_down_rate) : 0;
  const double stable_wants = std::ceil(stable / spec_.target.value);
  const double panic_wants = std::ceil(panic / spec_.target.value);
  const auto limited = [&](double wants) {
    const auto pods_in_limits = static_cast<std::int64_t>(std::min(std::max(wants, least), most));
    return wants > 0 ? std::max(pods_in_limits, spec_.activation_scale > 1 ? spec_.activation_scale : 0)
                     : pods_in_limits;
  };

  // The threshold is held against what the window asks for, before the rates limit it.
  if (panic_wants / pods >= spec_.panic_threshold) {
    panic_time_ = now;
  } else if (panic_time_ && *panic_time_ + spec_.stable_window < now) {
    panic_time_.reset();
    most_in_panic_ = 0;
  }

  Recommendation out;
  out.desired = limited(stable_wants);
  if (panic_time_) {
    most_in_panic_ = std::max({most_in_panic_, out.desired, limited(panic_wants)});
    out.desired = most_in_panic_;
  }
  out.undelayed = out.desired;
  if (delay_ && spec_.reachable) {
    delay_->record(now, out.desired);
    out.desired = delay_->current();
  }
  out.excess_burst_capacity = excess_burst_capacity(spec_, ready, panic);
  out.stable_wants = static_cast<std::int64_t>(stable_wants);
  out.panic_wants = static_cast<std::int64_t>(panic_wants);
  out.least = static_cast<std::int64_t>(least);
  out.most = static_cast<std::int64_t>(most);
  out.panicking = panic_time_.has_value();
  return out;
}

std::int64_t excess_burst_capacity(const DeciderSpec& spec, std::int64_t ready, double load) {
  if (spec.target_burst_capacity <= 0) return static_cast<std::int64_t>(spec.target_burst_capacity);
  return static_cast<std::int64_t>(
      std::floor(static_cast<double>(ready) * spec.target.total - spec.target_burst_capacity - load));
}

std::int64_t initial_excess_burst_capacity(const DeciderSpec& spec, std::int64_t initial_scale) {
  if (spec.target_burst_capacity <= 0) return static_cast<std::int64_t>(spec.target_burst_capacity);
  return static_cast<std::int64_t>(static_cast<double>(initial_scale) * spec.target.total - spec.target_burst_capacity);
}

std::int64_t activators(const DeciderSpec& spec, std::int64_t ready, double activator_capacity) {
  if (spec.target_burst_capacity == 0) return kActivatorsLeast;
  const double capacity = static_cast<double>(ready) * spec.target.total + std::max(spec.target_burst_capacity, 0.0);
  return std::max(kActivatorsLeast, static_cast<std::int64_t>(std::ceil(capacity / activator_capacity)));
}

}  // namespace windtunnel::kpa
