#include "models/autoscaler/keda/executor.hpp"

#include <algorithm>

namespace windtunnel::keda {

Outcome Executor::poll(std::int64_t replicas, bool active, bool failed, Time now) {
  if (spec_.paused_replicas) return {Step::kPausedAt, *spec_.paused_replicas};
  if (spec_.paused) return {Step::kPaused, replicas};
  const bool idles = spec_.idle_replicas.has_value();
  if (active || spec_.force_activation) return activate(replicas, failed, now);
  // With nothing left the horizontal pod autoscaler would never come to ask for the fallback's replicas.
  if (failed && spec_.fallback_replicas.value_or(1) != 0) return {Step::kFailing, replicas};
  if ((idles && replicas > *spec_.idle_replicas) || (replicas > 0 && spec_.min_replicas == 0))
    return deactivate(replicas, now);
  if (!idles && replicas < spec_.min_replicas) return {Step::kRaised, spec_.min_replicas};
  return {Step::kNone, replicas};
}

Outcome Executor::activate(std::int64_t replicas, bool failed, Time now) {
  if (replicas == 0 || (spec_.idle_replicas && replicas < spec_.min_replicas)) {
    if (spec_.paused_scale_out) return {Step::kPaused, replicas};
    last_active_ = now;
    return {Step::kActivated, std::max<std::int64_t>(1, spec_.min_replicas)};
  }
  if (!failed) last_active_ = now;
  return {Step::kNone, replicas};
}

Outcome Executor::deactivate(std::int64_t replicas, Time now) const {
  if (spec_.paused_scale_in) return {Step::kPaused, replicas};
  const Time until = last_active_ ? *last_active_ + spec_.cooldown : Time{0} + spec_.initial_cooldown;
  if (until >= now) return {Step::kCoolingDown, replicas};
  return {Step::kDeactivated, spec_.idle_replicas.value_or(spec_.min_replicas)};
}

}  // namespace windtunnel::keda
