#include "models/autoscaler/hpa/replica_normalizer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/autoscaler/hpa/arithmetic.hpp"

namespace windtunnel::hpa {
namespace {

constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();

void store(History& history, std::int32_t desired, Time now, std::optional<std::size_t> reusable) {
  if (reusable)
    history.recommendations[*reusable] = {desired, now};
  else
    history.recommendations.push_back({desired, now});
}

std::int32_t changed_within(const std::vector<History::Event>& events, Duration period, Time now) {
  std::int32_t sum = 0;
  for (const History::Event& event : events)
    if (event.at > now - period) sum = add(sum, event.change);
  return sum;
}

// The replicas there were a policy's period ago, as far as the events tell.
std::int32_t at_period_start(const History& history, std::int32_t current, Duration period, Time now) {
  return add(subtract(current, changed_within(history.rises, period, now)), changed_within(history.falls, period, now));
}

struct RateLimit {
  std::int32_t replicas;
  const ScalingPolicy* policy = nullptr;
};

// The order of the double operations decides: 50 replicas and 10 % give 56 upwards, 5 and 80 % give 0 downwards.
RateLimit rise_limit(const History& history, std::int32_t current, const ScalingRules& rules, Time now) {
  if (rules.select == SelectPolicy::kDisabled) return {current};
  const bool most = rules.select == SelectPolicy::kMax;
  RateLimit out{most ? kLeast : kMost};
  for (const ScalingPolicy& policy : rules.policies) {
    const std::int32_t start = at_period_start(history, current, policy.period, now);
    const std::int32_t to =
        policy.kind == ScalingPolicy::Kind::kPods
            ? add(start, policy.value)
            : ceil_to_int32(static_cast<double>(start) * (1.0 + static_cast<double>(policy.value) / 100.0));
    if (most ? to > out.replicas : to < out.replicas) out = {to, &policy};
  }
  out.replicas = std::max(out.replicas, current);
  return out;
}

RateLimit fall_limit(const History& history, std::int32_t current, const ScalingRules& rules, Time now) {
  if (rules.select == SelectPolicy::kDisabled) return {current};
  const bool most = rules.select == SelectPolicy::kMax;  // the largest change: the fewest replicas
  RateLimit out{most ? kMost : kLeast};
  for (const ScalingPolicy& policy : rules.policies) {
    const std::int32_t start = at_period_start(history, current, policy.period, now);
    const std::int32_t to =
        policy.kind == ScalingPolicy::Kind::kPods
            ? subtract(start, policy.value)
            : to_int32(static_cast<double>(start) * (1.0 - static_cast<double>(policy.value) / 100.0));
    if (most ? to < out.replicas : to > out.replicas) out = {to, &policy};
  }
  out.replicas = std::min(out.replicas, current);
  return out;
}

}  // namespace

std::int32_t stabilize(History& history, std::int32_t desired, Duration window, Time now) {
  std::int32_t highest = desired;
  std::optional<std::size_t> reusable;
  for (std::size_t i = 0; i < history.recommendations.size(); ++i) {
    const History::Recommendation& one = history.recommendations[i];
    if (one.at < now - window)
      reusable = i;
    else
      highest = std::max(highest, one.replicas);
  }
  store(history, desired, now, reusable);
  return highest;
}

Limited limit(std::int32_t current, std::int32_t desired, std::int32_t least, std::int32_t most) {
  constexpr double kFactor = 2, kAtLeast = 4;
  const std::int32_t rise = to_int32(std::max(kFactor * current, kAtLeast));
  if (desired < least) return {least, LimitedBy::kMinReplicas};
  if (desired <= std::min(most, rise)) return {desired};
  return most > rise ? Limited{rise, LimitedBy::kScaleUpLimit} : Limited{most, LimitedBy::kMaxReplicas};
}

std::int32_t stabilize(History& history, std::int32_t current, std::int32_t desired, const Behavior& behavior,
                       Time now) {
  const Time up_from = now - behavior.up.window, down_from = now - behavior.down.window;
  std::int32_t up = desired, down = desired;
  std::optional<std::size_t> reusable;
  for (std::size_t i = 0; i < history.recommendations.size(); ++i) {
    const History::Recommendation& one = history.recommendations[i];
    if (one.at > up_from) up = std::min(up, one.replicas);
    if (one.at > down_from) down = std::max(down, one.replicas);
    if (one.at < up_from && one.at < down_from) reusable = i;
  }
  store(history, desired, now, reusable);
  return std::clamp(current, up, down);
}

Limited limit(const History& history, std::int32_t current, std::int32_t desired, std::int32_t least, std::int32_t most,
              const Behavior& behavior, Time now) {
  if (desired > current) {
    const RateLimit rate = rise_limit(history, current, behavior.up, now);
    if (desired <= std::min(most, rate.replicas)) return {desired};
    if (most > rate.replicas) return {rate.replicas, LimitedBy::kScaleUpLimit, rate.policy};
    return {most, LimitedBy::kMaxReplicas};
  }
  if (desired < current) {
    const RateLimit rate = fall_limit(history, current, behavior.down, now);
    if (desired >= std::max(least, rate.replicas)) return {desired};
    if (least < rate.replicas) return {rate.replicas, LimitedBy::kScaleDownLimit, rate.policy};
    return {least, LimitedBy::kMinReplicas};
  }
  return {desired};
}

void store_event(History& history, std::int32_t before, std::int32_t after, const Behavior& behavior, Time now) {
  const bool rise = after > before;
  std::vector<History::Event>& events = rise ? history.rises : history.falls;
  Duration longest{0};
  for (const ScalingPolicy& policy : (rise ? behavior.up : behavior.down).policies)
    longest = std::max(longest, policy.period);
  // Pruned by this direction's policies only, although the other direction's look at the list too: as the controller
  // does.
  std::optional<std::size_t> reusable;
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].at >= now - longest) continue;
    events[i].outdated = true;
    reusable = i;
  }
  const History::Event event{rise ? subtract(after, before) : subtract(before, after), now, false};
  if (reusable)
    events[*reusable] = event;
  else
    events.push_back(event);
}

}  // namespace windtunnel::hpa
