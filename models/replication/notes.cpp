// What is kept of a request's way for others: autoscalers, balancers that follow counts, the memory of instances. Only
// services that have such are asked (Service::noted, watch).

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::note(Watch& watch, Outcome how, std::int64_t latency_ns) {
  ++(how == Outcome::kCompleted ? watch.completed : watch.failed);
  if (how == Outcome::kCompleted && watch.keeps_latency) watch.latency.record(latency_ns);
}

void Replication::note_taken_in(Service& service, std::uint32_t r) {
  pool_[r].mark(Request::kProxied);
  Watch& watch = *service.watch;
  ++watch.proxied_arrived;
  watch.proxied.add(sim_.now(), 1);
  if (watch.proxied_first == kNever) watch.proxied_first = sim_.now();
}

// The balancer knows nothing of instances that are going.
void Replication::note_count(Service& service, std::uint32_t slot, int was) {
  const std::uint32_t position = instances_[slot].position;
  if (position >= service.ready || position < service.hidden) return;
  const std::uint32_t held = service.outstanding[position];
  service.balancer->outstanding_changed(position - service.hidden, held + static_cast<std::uint32_t>(was), held);
}

void Replication::note_given(Service& service, const Request& request) {
  if (service.counted) note_count(service, request.instance, -1);
  if (service.balancing) note_sent(service, request);
  if (service.crossings) note_crossing(service, request);
  if (service.collector) heap_changed(service, request.instance, false);
  if (!service.watched && !service.params->instance.memory && !service.first) return;
  InstanceLife& life = lives_[request.instance];
  if (!kinds_[request.kind].handshake) ++life.arrived;
  life.held_sum -= now_ns();
  if (service.first && service.first->keeps_law) first_instance_holds(service, request.instance);
  if (service.params->instance.memory) watch_memory(service, request.instance);
  if (!request.is(Request::kProxied)) return;
  ++life.proxied_arrived;
  ++life.proxied_held;
  life.proxied_sum -= now_ns();
}

void Replication::note_left(Service& service, const Request& request, bool failed) {
  if (service.counted) note_count(service, request.instance, 1);
  if (service.edge) {
    const auto r = static_cast<std::uint32_t>(&request - pool_.data());
    kinds_[request.kind].handshake ? handshake_ended(r, failed) : stream_ended(r);
  }
  if (service.control) permit_back(service, request, failed);
  if (service.balancing) note_answered(service, request, failed || request.is(Request::kClientGone));
  if (service.collector) heap_changed(service, request.instance, true);
  if (service.replica_set && !failed) note_write(service, request);
  if (!service.watched && !service.params->instance.memory && !service.first) return;
  InstanceLife& life = lives_[request.instance];
  life.held_sum += now_ns();
  if (service.first && service.first->keeps_law) first_instance_holds(service, request.instance);
  if (service.params->instance.memory) watch_memory(service, request.instance);
  if (!request.is(Request::kProxied)) return;
  --life.proxied_held;
  life.proxied_sum += now_ns();
  service.watch->proxied.add(sim_.now(), -1);
}

}  // namespace windtunnel
