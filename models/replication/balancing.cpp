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
  for (std::uint32_t i = 0; i < params.balancers; ++i) {
    const std::string name = service.name + "/balancer" + (i == 0 ? "" : std::to_string(i));
    b.proxies.emplace_back(*service.params->balancer, params, i, streams_.named(name));
  }
  if (params.balancers > 1) {
    b.idle_words = std::make_unique<Stream>(streams_.named(service.name + "/idle"));
    if (params.dispatch == BalancingParams::Dispatch::kRandom)
      b.dispatch_words = std::make_unique<Stream>(streams_.named(service.name + "/balancers"));
  }
  if (service.params->balancer->knows_clients())
    b.callers = std::make_unique<ClientSampler>(nullptr, streams_.named(service.name + "/callers"));
  if (!params.refresh) return;
  Stream phases = streams_.named(service.name + "/refresh");
  for (std::size_t i = 0; i < b.proxies.size(); ++i) {
    const double phase = phases.uniform();
    sim_.after(from_seconds(to_seconds(*params.refresh) * phase), [this, &service, i] { refresh(service, i); });
  }
}

void Replication::refresh(Service& service, std::size_t proxy) {
  service.balancing->proxies[proxy].refresh();
  sim_.after(*service.params->balancing.refresh, [this, &service, proxy] { refresh(service, proxy); });
}

// --- endpoints
// ---------------------------------------------------------------------------------------------------------------

// The first instances are in the lists when the run begins.
void Replication::endpoint_ready(Service& service, std::uint32_t slot) {
  Backend backend;
  backend.number = lives_[slot].serial;
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
  const std::uint32_t to = b.idle_words ? b.idle_words->below(static_cast<std::uint32_t>(b.proxies.size())) : 0;
  b.proxies[to].idle(backend.number);
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

void Replication::admit_by_proxy(Service& service, std::uint32_t r) {
  Balancing& b = *service.balancing;
  if (r >= b.placed.size()) b.placed.resize(pool_.size());
  Balancing::Placed& placed = b.placed[r];
  const RequestKind& kind = kinds_[pool_[r].kind];
  if (b.callers) placed.client = (kind.called ? *b.callers : *sources_[kind.source].clients).next();
  const auto n = static_cast<std::uint32_t>(b.proxies.size());
  placed.proxy = 0;
  if (b.dispatch_words) {
    placed.proxy = b.dispatch_words->below(n);
  } else if (n > 1) {
    placed.proxy = b.next;
    b.next = b.next + 1 == n ? 0 : b.next + 1;
  }
  if (b.proxies[placed.proxy].knows_any()) return place_by_proxy(service, r);
  if (service.params->when_none_ready == WhenNoneReady::kReject) return lose(service, r, Outcome::kRejectedNoInstance);
  if (service.watched) note_taken_in(service, r);
  wait_at_service(service, r);
  wake(service);
}

void Replication::place_by_proxy(Service& service, std::uint32_t r) {
  const Balancing::Placed& placed = service.balancing->placed[r];
  Proxy& proxy = service.balancing->proxies[placed.proxy];
  const Proxy::Target to = *proxy.pick(sim_.now(), placed.client);
  const Instance& instance = instances_[to.instance];
  const bool gone = lives_[to.instance].serial != to.number || instance.state == Instance::State::kAbsent;
  if (!gone && service.outstanding[instance.position] < instance.capacity) return deliver(service, r, to.instance);
  proxy.answered({to.number, sim_.now(), sim_.now(), true});
  lose(service, r, gone ? Outcome::kFailedInstanceLost : Outcome::kRejectedFull);
}

void Replication::flush_to_proxies(Service& service) {
  while (!service.pending.empty()) {
    const std::uint32_t r = service.pending.head;
    if (!service.balancing->proxies[service.balancing->placed[r].proxy].knows_any()) return;
    service.pending.pop(pool_.data());
    --service.pending_count;
    place_by_proxy(service, r);
  }
}

void Replication::note_sent(Service& service, const Request& request) {
  Balancing& b = *service.balancing;
  Balancing::Placed& placed = b.placed[static_cast<std::size_t>(&request - pool_.data())];
  placed.sent = now_ns();
  const std::uint32_t number = lives_[request.instance].serial;
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
  const Instance& instance = instances_[request.instance];
  if (service.outstanding[instance.position] > 0 || instance.state != Instance::State::kReady) return;
  const std::uint32_t to = b.idle_words ? b.idle_words->below(static_cast<std::uint32_t>(b.proxies.size())) : 0;
  b.proxies[to].idle(number);
}

}  // namespace windtunnel
