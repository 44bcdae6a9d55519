// Functions: an instance per request. Slow-path but for a warm start.

#include <algorithm>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

// An idle instance, the most recently used first; else a new one, which the request waits for; else the service's
// queue.
void Replication::admit_on_demand(Service& service, std::uint32_t r) {
  if (!service.idle.empty()) {
    const std::uint32_t slot = service.idle.back();
    service.idle.pop_back();
    ++lives_[slot].idle_stamp;
    return deliver(service, r, slot);
  }
  if (live(service) < service.demand_terms->max_instances) {
    const std::uint32_t slot = create_instance(service, false);
    if (slot == kNone) return lose(service, r, Outcome::kRejectedNoInstance);
    return deliver(service, r, slot);
  }
  if (!service.demand_terms->queue_at_maximum) return lose(service, r, Outcome::kRejectedThrottled);
  wait_at_service(service, r);
}

// Instances have gone and left room: the platform starts new ones for those that wait, it does not need a newcomer.
void Replication::start_for_pending(Service& service) {
  while (!service.pending.empty() && live(service) < service.demand_terms->max_instances) {
    const std::uint32_t slot = create_instance(service, false);
    if (slot == kNone) return;  // every zone is down; reconcile() comes when one is back
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    deliver(service, r, slot);
  }
}

void Replication::function_idle(Service& service, std::uint32_t slot) {
  if (!service.pending.empty()) {
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    return deliver(service, r, slot);
  }
  Instance& instance = instances_[slot];
  if (service.demand_terms->keep_alive == Duration::zero()) {
    leave_ready(service, slot);
    instance.state = Instance::State::kDraining;
    return defer_removal(slot);
  }
  service.idle.push_back(slot);
  sim_.schedule(now_ns() + service.demand_terms->keep_alive.count(), kKeepAlive, slot, ++more(instance).idle_stamp);
}

void Replication::keep_alive_over(std::uint32_t slot, std::uint32_t stamp) {
  Instance& instance = instances_[slot];
  if (instance.state != Instance::State::kReady || more(instance).idle_stamp != stamp) return;
  Service& service = *services_[instance.service];
  service.idle.erase(std::find(service.idle.begin(), service.idle.end(), slot));
  remove_instance(service, slot);
}

}  // namespace windtunnel
