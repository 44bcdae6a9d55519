#include "models/vertical_autoscaler/updater.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel::vpa {
namespace {

// One resource of a pod, in thousandths of its unit, as the updater compares quantities.
void consider(Priority& p, std::optional<double> request, std::optional<double> target, std::optional<double> lower,
              std::optional<double> upper) {
  if (!target) return;
  if (!request) {
    p.scale_up = p.outside = true;
  } else {
    p.scale_up |= *target > *request;
    p.outside |= (lower && *request < *lower) || (upper && *request > *upper);
  }
  const double asked = std::max(request.value_or(0) * 1000, 1.0);
  p.difference += std::fabs(asked - *target * 1000) / asked;
}

}  // namespace

void UpdaterFlags::describe(FieldVisitor& v) {
  v.field("interval", interval, "Time between two looks at the pods", kPositive);
  v.field("min_replicas", min_replicas,
          "With fewer live pods than these none is evicted; updatePolicy.minReplicas goes before", {.lo = 1});
  v.field("eviction_tolerance", eviction_tolerance, "Share of the replicas that may be missing for updates at a time",
          {.lo = 0, .hi = 1});
  v.field("update_threshold", update_threshold,
          "Relative difference of requests from their targets that makes an old pod worth updating", kNonNegative);
  v.field("in_bounds_lifetime", in_bounds_lifetime,
          "Age below which a pod whose requests are within the bounds is left alone", kNonNegative);
  v.field("quick_oom", quick_oom, "A container killed out of memory within this time of its start is updated at once",
          kNonNegative);
}

Priority priority_of(const UpdatedPod& pod, const Recommendation& r) {
  Priority p;
  p.pod = pod.id;
  p.quick_oom = pod.quick_oom;
  consider(p, pod.requests.cpu, r.target.cpu, r.lower.cpu, r.upper.cpu);
  consider(p, pod.requests.memory, r.target.memory, r.lower.memory, r.upper.memory);
  return p;
}

bool worth_updating(const Priority& p, Duration age, const UpdaterFlags& flags) {
  if (p.quick_oom) return p.difference != 0;
  return p.outside || (age >= flags.in_bounds_lifetime && p.difference >= flags.update_threshold.value);
}

std::vector<Priority> in_order(std::span<const UpdatedPod> pods, const Recommendation& recommendation,
                               const UpdaterFlags& flags, Time now) {
  std::vector<Priority> out;
  for (const UpdatedPod& pod : pods) {
    const Priority p = priority_of(pod, recommendation);
    if (worth_updating(p, now - pod.started, flags)) out.push_back(p);
  }
  std::stable_sort(out.begin(), out.end(), [](const Priority& a, const Priority& b) {
    return a.scale_up != b.scale_up ? a.scale_up : a.difference > b.difference;
  });
  return out;
}

Disruptions::Disruptions(std::int64_t configured, std::int64_t running, std::int64_t live, std::int64_t min_replicas,
                         double tolerance)
    : configured_(configured),
      running_(running),
      tolerance_(static_cast<std::int64_t>(tolerance * static_cast<double>(configured))),
      enough_(live >= min_replicas) {}

bool Disruptions::may_disrupt() const {
  if (!enough_) return false;
  if (running_ - disrupted_ > configured_ - tolerance_) return true;
  return running_ == configured_ && tolerance_ == 0 && disrupted_ == 0;
}

}  // namespace windtunnel::vpa
