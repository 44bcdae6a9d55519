#include "models/autoscaler/replica_limits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windtunnel {

void ReplicaLimits::describe(FieldVisitor& v) {
  v.field("min_replicas", min_replicas, "Replicas at least", {.lo = 0, .hi = 1e6});
  v.field("max_replicas", max_replicas, "Replicas at most", {.lo = 1, .hi = 1e6, .required = true});
}

void ReplicaLimits::check(Problems& p) const {
  if (max_replicas < min_replicas)
    p.error("/max_replicas", std::to_string(max_replicas) + " is below min_replicas, " + std::to_string(min_replicas));
}

std::int64_t ReplicaLimits::clamp(std::int64_t replicas) const {
  return std::clamp(replicas, min_replicas, max_replicas);
}

std::int64_t ReplicaLimits::clamp(double replicas) const {
  // What rounding adds to a whole number is no instance's worth.
  return clamp(static_cast<std::int64_t>(std::ceil(std::min(replicas * (1 - 1e-12), 1e9))));
}

std::string ReplicaLimits::limited(std::int64_t wanted) const {
  if (wanted > max_replicas) return "; limited by max_replicas";
  if (wanted < min_replicas) return "; limited by min_replicas";
  return {};
}

std::int64_t ScaleInStabilizer::stabilize(Time now, std::int64_t current, std::int64_t wanted) {
  if (window_ == Duration::zero()) return wanted;
  // What is there at first was asked for by somebody.
  if (!std::exchange(begun_, true)) falling_.push_back({now, current});
  while (!falling_.empty() && falling_.back().replicas <= wanted) falling_.pop_back();
  falling_.push_back({now, wanted});
  while (falling_.front().at < now - window_) falling_.pop_front();
  return wanted >= current ? wanted : std::min(current, falling_.front().replicas);
}

}  // namespace windtunnel
