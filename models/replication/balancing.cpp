// Proxies between clients and instances, each with a view of its own.

#include <cassert>

#include "models/replication/nodes.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::build_balancing(Service& service) {
  const BalancingParams& params = service.params->balancing;
  service.admission = Service::Admission::kProxied;
  service.balancing = std::make_unique<Balancing>();
  Balancing& b = *service.balancing;
  b.all_counts = params.counts == BalancingParams::Counts::kAll;
  const auto zones = static_cast<std::uint32_t>(zone_up_.size());
  for (std::uint32_t i = 0; i < params.balancers; ++i) {
    const std::string name = service.name + "/balancer" + (i == 0 ? "" : std::to_string(i));
    b.proxies.emplace_back(*service.params->balancer, params, i, streams_.named(name), zones);
  }
  if (params.balancers > 1) {
    b.idle_words = std::make_unique<Stream>(streams_.named(service.name + "/idle"));
    b.same_zone = params.dispatch == BalancingParams::Dispatch::kSameZone;
    b.next_in.resize(zones);
    if (params.dispatch == BalancingParams::Dispatch::kRandom)
      b.dispatch_words = std::make_unique<Stream>(streams_.named(service.name + "/balancers"));
  }
  if (service.params->knows_clients())
    b.callers = std::make_unique<ClientSampler>(nullptr, streams_.named(service.name + "/callers"));
  if (params.sticky_sessions)
    for (Proxy& proxy : b.proxies) {
      if (b.sessions.empty() || params.sticky_sessions->by == StickySessions::Kept::kClientIp)
        b.sessions.push_back(std::make_unique<Sessions>(params.sticky_sessions->timeout));
      proxy.keep_sessions_in(*b.sessions.back());
    }
  b.queues = params.connection_limit.has_value();
  begin_upkeep(service);
}

// --- endpoints
// ---------------------------------------------------------------------------------------------------------------

// The first instances are in the lists when the run begins.
void Replication::endpoint_ready(Service& service, std::uint32_t slot) {
  Backend backend;
  backend.number = lives_[slot].serial;
  std::vector<std::uint32_t>& slot_of = service.balancing->slot_of;
  if (backend.number >= slot_of.size()) slot_of.resize(backend.number + 1, kNone);
  slot_of[backend.number] = slot;
  backend.zone = lives_[slot].zone;
  backend.weight = service.params->balancing.weight(backend.number);
  backend.name = service.name + "-" + std::to_string(backend.number);
  const Duration delay = service.params->balancing.endpoint_delay;
  if (now_ns() == 0 || delay == Duration::zero()) return learn(service, slot, backend);
  sim_.after(delay, [this, &service, slot, backend] { learn(service, slot, backend); });
}

void Replication::learn(Service& service, std::uint32_t slot, const Backend& backend) {
  Backend heard = backend;
  heard.ready_since = sim_.now();
  for (Proxy& proxy : service.balancing->proxies) proxy.add(slot, heard, 0);
  Balancing& b = *service.balancing;
  b.proxies[some_proxy(b)].idle(backend.number);
  if (now_ns() > 0) flush_to_proxies(service);
}

void Replication::endpoint_gone(Service& service, std::uint32_t slot) {
  const std::uint32_t number = lives_[slot].serial;
  const auto forget = [&service, number] {
    for (Proxy& proxy : service.balancing->proxies) proxy.remove(number);
  };
  const Duration delay = service.params->balancing.endpoint_delay;
  if (delay == Duration::zero()) return forget();
  sim_.after(delay, forget);
}

// --- requests
// ----------------------------------------------------------------------------------------------------------------

// To whom an idle instance reports.
std::uint32_t Replication::some_proxy(Balancing& b) {
  return b.idle_words ? b.idle_words->below(static_cast<std::uint32_t>(b.proxies.size())) : 0;
}

std::size_t Replication::pick_proxy(Balancing& b, std::uint32_t r) {
  const auto n = static_cast<std::uint32_t>(b.proxies.size());
  if (b.dispatch_words) return b.dispatch_words->below(n);
  if (n == 1) return 0;
  if (b.same_zone) [[unlikely]] {
    const std::uint32_t caller = caller_of(r), zones = static_cast<std::uint32_t>(zone_up_.size());
    const std::uint32_t zone = caller == kNone ? kNone : lives_[pool_[caller].instance].zone;
    if (zone < n) {
      std::uint32_t& turn = b.next_in[zone];
      const std::uint32_t there = zone + turn * zones;
      turn = there + zones < n ? turn + 1 : 0;
      return there;
    }
  }
  const std::uint32_t turn = b.next;
  b.next = b.next + 1 == n ? 0 : b.next + 1;
  return turn;
}

bool Replication::gone(const Balancing& b, std::uint32_t number) const {
  const std::uint32_t slot = b.slot_of[number];
  return lives_[slot].serial != number || instances_[slot].state == Instance::State::kAbsent;
}

void Replication::admit_by_proxy(Service& service, std::uint32_t r) {
  Balancing& b = *service.balancing;
  if (r >= b.placed.size()) b.placed.resize(pool_.size());
  Balancing::Placed& placed = b.placed[r];
  const RequestKind& kind = kinds_[pool_[r].kind];
  // Whoever was asked for leave by a limit is who comes.
  if (b.callers && !kind.called && service.control && service.control->knows_clients &&
      service.control->asked_by[r] != AdmissionControl::kNobody)
    placed.client = service.control->asked_by[r];
  else if (b.callers)
    placed.client = (kind.called ? *b.callers : *sources_[kind.source].clients).next();
  placed.proxy = static_cast<std::uint32_t>(pick_proxy(b, r));
  Proxy& proxy = b.proxies[placed.proxy];
  if (b.queues && proxy.knows_any() && (proxy.waiting > 0 || proxy.full(sim_.now()))) return wait_at_proxy(service, r);
  if (proxy.knows_any()) return place_by_proxy(service, r);
  if (service.params->when_none_ready == WhenNoneReady::kReject) return lose(service, r, Outcome::kRejectedNoInstance);
  if (service.watched) note_taken_in(service, r);
  wait_at_service(service, r);
  ++proxy.waiting;
  wake(service);
}

void Replication::place_by_proxy(Service& service, std::uint32_t r) {
  Balancing& b = *service.balancing;
  const Balancing::Placed placed = b.placed[r];
  Proxy& proxy = b.proxies[placed.proxy];
  const std::optional<Proxy::Target> to = proxy.pick(sim_.now(), placed.client);
  if (!to) return lose(service, r, Outcome::kRejectedNoInstance);
  ++b.counted.placed;
  b.counted.other_zone += to->other_zone ? 1 : 0;
  const Instance& instance = instances_[to->instance];
  const bool gone = lives_[to->instance].serial != to->number || instance.state == Instance::State::kAbsent;
  if (!gone && service.outstanding[instance.position] < instance.capacity) return deliver(service, r, to->instance);
  proxy.answered({to->number, sim_.now(), sim_.now(), true});
  lose(service, r, gone ? Outcome::kFailedInstanceLost : Outcome::kRejectedFull);
  if (proxy.has_changes()) tell_changes(service, placed.proxy);
}

// --- queues at proxies
// -------------------------------------------------------------------------------------------------------

void Replication::wait_at_proxy(Service& service, std::uint32_t r) {
  Balancing& b = *service.balancing;
  if (service.watched) note_taken_in(service, r);
  wait_at_service(service, r);
  ++b.proxies[b.placed[r].proxy].waiting;
  ++b.counted.waited;
  const auto& timeout = service.params->balancing.connection_limit->queue_timeout;
  if (!timeout) return;
  sim_.after(*timeout, [this, &service, r, stamp = pool_[r].stamp] {
    if (pool_[r].stamp != stamp || pool_[r].state() != Request::State::kAtService) return;
    ++service.balancing->counted.timed_out;
    lose(service, r, Outcome::kRejectedFull);
  });
}

void Replication::stop_waiting_at_proxy(Service& service, std::uint32_t r) {
  --service.balancing->proxies[service.balancing->placed[r].proxy].waiting;
}

// Once the present event is over: a place may have become free in the middle of it.
void Replication::flush_to_proxies_soon(Service& service) {
  if (service.balancing->flushing || service.pending_count == 0) return;
  service.balancing->flushing = true;
  sim_.at(sim_.now(), [this, &service] {
    service.balancing->flushing = false;
    flush_to_proxies(service);
  });
}

// In the order in which they came, past those whose proxy still has nowhere to send them.
void Replication::flush_to_proxies(Service& service) {
  Balancing& b = *service.balancing;
  std::size_t stuck = 0;
  for (const Proxy& proxy : b.proxies) stuck += proxy.waiting == 0 ? 1 : 0;
  std::vector<bool> is_stuck(b.proxies.size());
  for (std::uint32_t r = service.pending.head; r != kNone && stuck < b.proxies.size();) {
    const std::uint32_t next = pool_[r].next;
    const std::uint32_t at = b.placed[r].proxy;
    Proxy& proxy = b.proxies[at];
    if (!is_stuck[at] && (!proxy.knows_any() || proxy.full(sim_.now()))) {
      is_stuck[at] = true;
      ++stuck;
    }
    if (!is_stuck[at]) {
      service.pending.remove(pool_.data(), r);
      pool_[r].previous = kNone;
      --service.pending_count;
      if (--proxy.waiting == 0) ++stuck;
      place_by_proxy(service, r);
    }
    r = next;
  }
}

// --- what is kept of requests
// -------------------------------------------------------------------------------------------------

void Replication::note_sent(Service& service, const Request& request) {
  Balancing& b = *service.balancing;
  Balancing::Placed& placed = b.placed[static_cast<std::size_t>(&request - pool_.data())];
  placed.sent = now_ns();
  const std::uint32_t number = lives_[request.instance].serial;
  if (b.probed) placed.met = service.outstanding[instances_[request.instance].position] - 1;
  if (!b.all_counts) return b.proxies[placed.proxy].sent(number);
  for (Proxy& proxy : b.proxies) proxy.sent(number);
}

void Replication::note_answered(Service& service, const Request& request, bool failed) {
  Balancing& b = *service.balancing;
  const Balancing::Placed& placed = b.placed[static_cast<std::size_t>(&request - pool_.data())];
  const std::uint32_t number = lives_[request.instance].serial;
  if (b.all_counts)
    for (Proxy& proxy : b.proxies) proxy.left(number);
  else
    b.proxies[placed.proxy].left(number);
  b.proxies[placed.proxy].answered({number, Time{placed.sent}, sim_.now(), failed});
  if (b.probed && !failed) b.backends.of(number).latency.record(placed.met, Duration{now_ns() - placed.sent});
  if (b.reports) {
    Balancing::OfBackend& backend = b.backends.of(number);
    ++backend.answered;
    backend.failed += failed ? 1 : 0;
  }
  if (b.heeds_changes && b.proxies[placed.proxy].has_changes()) tell_changes(service, placed.proxy);
  if (b.queues) flush_to_proxies_soon(service);
  const Instance& instance = instances_[request.instance];
  if (service.outstanding[instance.position] > 0 || instance.state != Instance::State::kReady) return;
  b.proxies[some_proxy(b)].idle(number);
}

}  // namespace windtunnel
