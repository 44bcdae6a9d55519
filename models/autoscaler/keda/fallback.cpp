#include "models/autoscaler/keda/fallback.hpp"

#include <algorithm>

#include "models/autoscaler/hpa/arithmetic.hpp"

namespace windtunnel::keda {

std::int64_t Fallback::wanted(std::int64_t current) const {
  switch (behavior) {
    case FallbackBehavior::kStatic:
    case FallbackBehavior::kScalingModifiers:  // where the formula, too, knows nothing
      break;
    case FallbackBehavior::kCurrentReplicas:
      return current;
    case FallbackBehavior::kCurrentReplicasIfHigher:
      return std::max(current, replicas);
    case FallbackBehavior::kCurrentReplicasIfLower:
      return std::min(current, replicas);
  }
  return replicas;
}

std::optional<std::int64_t> Health::answer(std::optional<std::int64_t> value, const hpa::Target& target,
                                           std::int64_t current, std::int64_t ready) {
  if (value) {
    failures_ = 0;
    return value;
  }
  ++failures_;
  if (!falls_back()) return std::nullopt;
  const std::int64_t replicas = fallback_->wanted(current);
  if (target.average_value) return hpa::multiply(*target.average_value, replicas);
  // The controller multiplies a Value's ratio by the ready pods, so it is divided by them first.
  if (ready == 0) return std::nullopt;
  return hpa::to_int64(static_cast<double>(replicas) / static_cast<double>(ready) * static_cast<double>(*target.value));
}

}  // namespace windtunnel::keda
