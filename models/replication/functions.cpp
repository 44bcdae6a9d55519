// Functions: an instance per request. Slow-path but for a warm start.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "models/replication/nodes.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {
namespace {

constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max();

}  // namespace

// An idle instance; else one that is being started ahead, or a new one, which the request
// waits for; else the service's queue. Where the first free instance serves whoever waits, the
// queue at once, and a start for each that is in it.
void Replication::admit_on_demand(Service& service, std::uint32_t r) {
  if (service.execution_ended != kNever)
    service.keep_alive->arrived(service.in_system.value() > 1 ? Duration{} : sim_.now() - service.execution_ended);
  if (!service.idle.empty()) {
    const std::uint32_t slot = service.idle.back();
    service.idle.pop_back();
    service.idle_time.add(sim_.now(), -1);
    ++lives_[slot].idle_stamp;
    return deliver(service, r, slot);
  }
  if (service.demand_terms->first_free) return wait_for_first_free(service, r);
  if (!service.loading.empty()) {
    const std::uint32_t slot = service.loading.front();
    forget_idle(service, slot);
    return deliver_cold(service, r, slot);
  }
  const bool room = live(service) < service.demand_terms->max_instances;
  if (room && may_start(service)) {
    const std::uint32_t slot = start_on_demand(service);
    if (slot == kNone) return lose(service, r, Outcome::kRejectedNoInstance);
    return deliver_cold(service, r, slot);
  }
  if (!service.demand_terms->queue_at_maximum) return lose(service, r, Outcome::kRejectedThrottled);
  wait_at_service(service, r);
  if (room) await_start(service);
}

bool Replication::may_start(Service& service) {
  const auto& rate = service.demand_terms->scaling_rate;
  if (!rate) return true;
  const auto most = static_cast<double>(rate->instances);
  const Duration gone = sim_.now() - service.start_tokens_at;
  service.start_tokens = std::min(
      most, service.start_tokens + most * (static_cast<double>(gone.count()) / static_cast<double>(rate->per.count())));
  service.start_tokens_at = sim_.now();
  return service.start_tokens >= 1;
}

std::uint32_t Replication::start_on_demand(Service& service) {
  const std::uint32_t slot = create_instance(service, false);
  if (slot == kNone) return slot;
  if (service.demand_terms->scaling_rate) service.start_tokens -= 1;
  // It takes the place of one that ended and would have been started again.
  if (!service.unloaded.empty()) {
    sim_.cancel(service.unloaded.back().load);
    service.unloaded.pop_back();
  }
  return slot;
}

void Replication::wait_for_first_free(Service& service, std::uint32_t r) {
  if (service.loading.size() <= service.pending_count) {
    const bool room = live(service) < service.demand_terms->max_instances;
    if (room && may_start(service)) {
      const std::uint32_t slot = start_on_demand(service);
      if (slot == kNone) return lose(service, r, Outcome::kRejectedNoInstance);
      service.loading.push_back(slot);
    } else if (!service.demand_terms->queue_at_maximum) {
      return lose(service, r, Outcome::kRejectedThrottled);
    } else if (room) {
      await_start(service);
    }
  }
  wait_at_service(service, r);
}

// Whoever waited has been served or has gone: starts that nobody waits for are called off, but for those that are made
// whether anybody waits or not.
void Replication::cancel_spare_starts(Service& service) {
  if (!service.demand_terms->cancel_starts) return;
  for (std::size_t i = service.loading.size(); i > 0 && service.loading.size() > service.pending_count; --i) {
    const std::uint32_t slot = service.loading[i - 1];
    if (lives_[slot].provisioned || lives_[slot].keep_until >= 0) continue;
    service.loading.erase(service.loading.begin() + static_cast<std::ptrdiff_t>(i - 1));
    instances_[slot].state = Instance::State::kDraining;
    if (nodes_) nodes_->leaving(slot);
    defer_removal(slot);
  }
}

// Somebody waits, there is room, and only the scaling rate forbids to start an instance.
void Replication::await_start(Service& service) {
  if (service.start_awaited) return;
  service.start_awaited = true;
  const auto& rate = *service.demand_terms->scaling_rate;
  const double share = (1 - service.start_tokens) / static_cast<double>(rate.instances);
  // A nanosecond late rather than early: then the token is whole.
  const auto wait = static_cast<std::int64_t>(std::ceil(share * static_cast<double>(rate.per.count()))) + 1;
  sim_.after(Duration{wait}, [this, &service] {
    service.start_awaited = false;
    start_for_pending(service);
  });
}

void Replication::give_up_provisioned(Service& service, std::uint32_t slot) {
  if (std::exchange(lives_[slot].provisioned, false)) --service.provisioned;
}

void Replication::start_provisioned(Service& service, bool at_once) {
  while (service.provisioned < service.demand_terms->provisioned) {
    const std::uint32_t slot = create_instance(service, at_once, true);
    if (slot == kNone) return;  // every zone is down; reconcile() comes when one is back
    if (!at_once) service.loading.push_back(slot);
  }
}

void Replication::deliver_cold(Service& service, std::uint32_t r, std::uint32_t slot) {
  if (pool_[r].is(Request::kMeasured)) ++service.cold_requests;
  deliver(service, r, slot);
}

// Instances have gone and left room: the platform starts new ones for those that wait, it does not need a newcomer.
void Replication::start_for_pending(Service& service) {
  start_provisioned(service, false);
  const bool first_free = service.demand_terms->first_free;
  while (service.pending_count > (first_free ? service.loading.size() : 0) &&
         live(service) < service.demand_terms->max_instances) {
    if (!may_start(service)) return await_start(service);
    const std::uint32_t slot = start_on_demand(service);
    if (slot == kNone) return;  // every zone is down; reconcile() comes when one is back
    if (first_free) {
      service.loading.push_back(slot);
      continue;
    }
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    deliver_cold(service, r, slot);
  }
}

// `cold`: the instance has just started.
bool Replication::serve_pending(Service& service, std::uint32_t slot, bool cold) {
  if (service.pending.empty()) return false;
  const std::uint32_t r = service.pending.pop(pool_.data());
  --service.pending_count;
  if (cold && service.demand_terms->first_free)
    deliver_cold(service, r, slot);
  else
    deliver(service, r, slot);
  cancel_spare_starts(service);
  return true;
}

void Replication::execution_ended(Service& service, std::uint32_t slot) {
  service.execution_ended = sim_.now();
  if (serve_pending(service, slot)) return;
  if (lives_[slot].provisioned) return keep(service, slot, kForever);
  const KeepAliveTerms terms = service.keep_alive->after_execution();
  if (terms.load_after > Duration::zero() || terms.keep == Duration::zero()) return unload(service, slot, terms);
  keep(service, slot, now_ns() + terms.keep.count());
}

// Ready without a request: it was started ahead, or its request did not wait for it.
void Replication::started_idle(Service& service, std::uint32_t slot) {
  std::erase(service.loading, slot);
  if (serve_pending(service, slot, true)) return;
  const InstanceLife& life = lives_[slot];
  if (life.provisioned) return keep(service, slot, kForever);
  if (life.keep_until >= 0) return keep(service, slot, std::max(life.keep_until, now_ns()));
  const KeepAliveTerms terms = service.keep_alive->after_execution();
  if (terms.keep == Duration::zero()) return unload(service, slot, terms);
  keep(service, slot, now_ns() + terms.keep.count());
}

// The next to be used goes last: provisioned ones before others, then as the terms say.
void Replication::keep(Service& service, std::uint32_t slot, std::int64_t until) {
  const auto earlier = [this, &service](std::uint32_t a, std::uint32_t b) {
    const InstanceLife &x = lives_[a], &y = lives_[b];
    if (x.provisioned != y.provisioned) return y.provisioned;
    return service.demand_terms->newest_first && x.serial < y.serial;
  };
  service.idle.insert(std::upper_bound(service.idle.begin(), service.idle.end(), slot, earlier), slot);
  service.idle_time.add(sim_.now(), 1);
  ++lives_[slot].idle_stamp;
  if (until != kForever) sim_.schedule(until, kKeepAlive, slot, lives_[slot].idle_stamp);
}

void Replication::unload(Service& service, std::uint32_t slot, KeepAliveTerms terms) {
  leave_ready(service, slot);
  instances_[slot].state = Instance::State::kDraining;
  defer_removal(slot);
  if (terms.load_after == Duration::zero()) return;
  const std::uint64_t number = service.unloads++;
  const std::int64_t until = now_ns() + terms.keep.count();
  service.unloaded.push_back(
      {sim_.after(terms.load_after, [this, &service, number, until] { load_ahead(service, number, until); }), number});
}

void Replication::load_ahead(Service& service, std::uint64_t number, std::int64_t keep_until) {
  std::erase_if(service.unloaded, [&](const Service::Unloaded& place) { return place.number == number; });
  if (live(service) >= service.demand_terms->max_instances) return;
  const std::uint32_t slot = create_instance(service, false);
  if (slot == kNone) return;  // every zone is down
  if (now_ns() >= measure_from_) ++service.loads_ahead;
  lives_[slot].keep_until = keep_until;
  service.loading.push_back(slot);
}

// The instance is no longer one that waits for a request.
void Replication::forget_idle(Service& service, std::uint32_t slot) {
  if (std::erase(service.idle, slot) > 0) service.idle_time.add(sim_.now(), -1);
  std::erase(service.loading, slot);
}

void Replication::keep_alive_over(std::uint32_t slot, std::uint32_t stamp) {
  Instance& instance = instances_[slot];
  if (instance.state != Instance::State::kReady || more(instance).idle_stamp != stamp) return;
  Service& service = *services_[instance.service];
  forget_idle(service, slot);
  remove_instance(service, slot);
}

}  // namespace windtunnel
