#include "models/autoscaler/hpa/controller.hpp"

#include <algorithm>
#include <utility>

namespace windtunnel::hpa {

Controller::Controller(Limits limits, History history) : limits_(std::move(limits)), history_(std::move(history)) {}

Path Controller::path(std::int32_t current) const {
  const bool may_wake = history_.scaled_to_zero && (limits_.min_replicas != 0 || limits_.wakes_from_zero);
  if (current == 0 && !may_wake) return Path::kDisabled;
  if (current > limits_.max_replicas) return Path::kAboveMax;
  if (current != 0 && current < limits_.min_replicas) return Path::kBelowMin;
  return Path::kMetrics;
}

SyncResult Controller::sync(std::int32_t current, std::span<const Proposal> proposals, Time now) {
  if (!history_.begun) {
    history_.begun = true;
    history_.recommendations.push_back({current, now});
  }
  SyncResult out;
  out.desired = current;
  out.recommended = out.stabilized = current;
  out.path = path(current);
  if (out.path == Path::kAboveMax) out.desired = limits_.max_replicas;
  if (out.path == Path::kBelowMin) out.desired = limits_.min_replicas;
  if (out.path == Path::kMetrics) decide(out, current, proposals, now);
  if (out.desired == current) return out;
  if (limits_.behavior) store_event(history_, current, out.desired, *limits_.behavior, now);
  history_.scaled_to_zero = current > 0 && out.desired == 0 && limits_.min_replicas == 0 && limits_.wakes_from_zero;
  return out;
}

void Controller::decide(SyncResult& out, std::int32_t current, std::span<const Proposal> proposals, Time now) {
  std::int32_t best = 0;
  bool all_valid = true;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    if (!proposals[i].valid()) {
      all_valid = false;
    } else if (best == 0 || proposals[i].replicas > best) {
      best = proposals[i].replicas;
      out.deciding = i;
    }
  }
  if (!out.deciding || (!all_valid && best < current)) {
    out.path = Path::kMetricsInvalid;
    return;
  }
  out.recommended = std::max(best, 0);
  if (limits_.behavior) {
    out.stabilized = stabilize(history_, current, out.recommended, *limits_.behavior, now);
    out.limited =
        limit(history_, current, out.stabilized, limits_.min_replicas, limits_.max_replicas, *limits_.behavior, now);
  } else {
    out.stabilized = stabilize(history_, out.recommended, limits_.downscale_stabilization, now);
    out.limited = limit(current, out.stabilized, limits_.min_replicas, limits_.max_replicas);
  }
  // Back from zero although min_replicas is no longer: only the limits without behavior look at it on the way up.
  if (current == 0 && out.limited.replicas < limits_.min_replicas)
    out.limited = {limits_.min_replicas, LimitedBy::kMinReplicas};
  out.desired = out.limited.replicas;
}

}  // namespace windtunnel::hpa
