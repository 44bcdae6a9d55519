#include "models/autoscaler/aws/warm_pool.hpp"

#include <algorithm>

namespace windtunnel::aws {

void InstanceReuse::describe(FieldVisitor& v) {
  v.field("ReuseOnScaleIn", on_scale_in, "Whether instances that the group gives up go back to the pool, prepared");
}

void WarmPoolSpec::describe(FieldVisitor& v) {
  v.field("MinSize", min_size, "Instances in the pool at least", kNonNegative);
  v.field("MaxGroupPreparedCapacity", max_prepared, "Instances of group and pool together; none: the group's MaxSize",
          {.lo = 0, .hi = 1e6});
  v.choice("PoolState", state, kPoolStates,
           "What the pool's instances do; how fast they start is said by startup, the pool's own cost is not counted");
  v.field("InstanceReusePolicy", reuse, "What becomes of instances that the group gives up; none: they end");
  v.not_modelled("AutoScalingGroupName", "the pool is that of the group it stands in");
  v.field("preparation", preparation,
          "How long an instance takes to enter the pool; none: the mean of the service's start-up", kNonNegative);
  v.field("startup", startup, "Start-up phases of an instance that comes from the pool; none: it is ready at once");
}

WarmPool::WarmPool(const WarmPoolSpec& spec, Duration mean_startup)
    : spec_(spec), preparation_(spec.preparation.value_or(mean_startup)) {}

std::int64_t WarmPool::size(std::int64_t desired, std::int64_t most) const {
  return std::max(spec_.min_size, spec_.max_prepared.value_or(most) - desired);
}

void WarmPool::fill(std::int64_t desired, std::int64_t most, Time now) {
  const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(0, size(desired, most)));
  while (ready_from_.size() > wanted) ready_from_.pop_back();  // those that are furthest from ready
  const Time from = filled_ ? now + preparation_ : now;
  while (ready_from_.size() < wanted) ready_from_.push_back(from);
  filled_ = true;
}

std::int64_t WarmPool::prepared(Time now) const {
  return std::upper_bound(ready_from_.begin(), ready_from_.end(), now) - ready_from_.begin();
}

std::int64_t WarmPool::take(std::int64_t wanted, Time now) {
  const std::int64_t taken = std::min(wanted, prepared(now));
  ready_from_.erase(ready_from_.begin(), ready_from_.begin() + taken);
  return taken;
}

void WarmPool::give_back(std::int64_t instances, Time now) {
  if (!spec_.reuse || !spec_.reuse->on_scale_in) return;
  ready_from_.insert(std::upper_bound(ready_from_.begin(), ready_from_.end(), now), static_cast<std::size_t>(instances),
                     now);
}

}  // namespace windtunnel::aws
