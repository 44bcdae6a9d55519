#include "models/autoscaler/kpa/scaler.hpp"

#include <algorithm>

namespace windtunnel::kpa {
namespace {

constexpr Duration kAfterDeactivation = std::chrono::seconds{3};
constexpr Duration kProbePeriod = std::chrono::seconds{1};

Order applied(std::int64_t scale, Bound bound = Bound::kNone, std::optional<Duration> look_again = {}) {
  return {scale, true, look_again, bound};
}
Order held(std::int64_t scale, std::optional<Duration> look_again = {}) {
  return {scale, false, look_again, Bound::kNone};
}

}  // namespace

Order Scaler::order(std::int64_t desired, const Path& path, Time now) const {
  if (desired < 0 && activity_.state != Activity::State::kActivating) return held(desired);
  const bool initial =
      !activity_.initialized && spec_.reachable && spec_.initial_scale > 1 && spec_.initial_scale > least_scale();
  const std::int64_t least = initial ? spec_.initial_scale : least_scale();
  if (desired < least && least > 0) return applied(least, initial ? Bound::kInitialScale : Bound::kMinScale);
  if (desired <= 0) return toward_zero(path, now);
  if (spec_.max_scale != 0 && desired > spec_.max_scale) return applied(spec_.max_scale, Bound::kMaxScale);
  return applied(desired);
}

Order Scaler::toward_zero(const Path& path, Time now) const {
  if (!spec_.scale_to_zero) return applied(1, Bound::kNeverToZero);
  const Duration age = now - activity_.since;
  switch (activity_.state) {
    case Activity::State::kActivating:
      if (age > spec_.activation_timeout) return applied(0);
      return held(kUnknown, spec_.activation_timeout - age + Duration{1});
    case Activity::State::kActive:
      if (age < spec_.stable_window) return applied(1, Bound::kActiveTooShort, spec_.stable_window - age);
      // It becomes inactive and the activator comes into the path, which is looked at before the last pod goes.
      return held(0, path.activator ? kAfterDeactivation : kProbePeriod);
    case Activity::State::kInactive:
      break;
  }
  if (!path.activator && !spec_.activator_always_in_path) return held(0, kProbePeriod);
  const Duration retention = spec_.reachable ? spec_.pod_retention : Duration::zero();
  if (age >= std::max(spec_.grace_period, retention)) return applied(0);
  if (age < retention) return held(0, retention - age);
  const Duration proxied = now - path.since;
  return proxied >= spec_.grace_period ? applied(0) : held(0, spec_.grace_period - proxied);
}

std::int64_t Scaler::active_threshold() const {
  return std::max(least_scale(), activity_.initialized ? 1 : spec_.initial_scale);
}

void Scaler::update(std::int64_t want, std::int64_t ready, Time reached, Time now) {
  const std::int64_t threshold = active_threshold();
  if (ready >= threshold) activity_.initialized = true;
  if (want == 0 || threshold == 0) return become(Activity::State::kInactive, now);
  if (want < 0 && activity_.state == Activity::State::kInactive) return;
  if (ready < threshold) return become(Activity::State::kActivating, now);
  become(Activity::State::kActive, std::max(reached, activity_.since));
}

void Scaler::become(Activity::State state, Time since) {
  if (activity_.state == state) return;
  activity_.state = state;
  activity_.since = since;
}

bool Scaler::proxies(std::int64_t want, std::int64_t excess_burst_capacity) const {
  return want == 0 || excess_burst_capacity < 0 || (want == kUnknown && activity_.state == Activity::State::kInactive);
}

}  // namespace windtunnel::kpa
