// Instances that come and go: start-up, draining, zones. Slow-path.

#include <algorithm>
#include <cassert>

#include "models/replication/jobs.hpp"
#include "models/replication/nodes.hpp"
#include "models/replication/queues.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::swap_positions(Service& service, std::uint32_t a, std::uint32_t b) {
  if (a == b) return;
  std::swap(service.slot_at[a], service.slot_at[b]);
  std::swap(service.outstanding[a], service.outstanding[b]);
  instances_[service.slot_at[a]].position = a;
  instances_[service.slot_at[b]].position = b;
}

void Replication::enter_ready(Service& service, std::uint32_t slot) {
  swap_positions(service, instances_[slot].position, service.ready);
  ++service.ready;
  service.ready_time.add(sim_.now(), 1);
  service.none_ready.set(sim_.now(), 0);
  if (service.vertical) note_requested(service, slot, 1);
  if (service.replica_set) replica_ready(service, slot);
  service.ready_most = std::max(service.ready_most, static_cast<std::int64_t>(service.ready));
  service.show_backends();
  if (jobs_ && jobs_->has(service)) jobs_->ready(service, slot);
  if (queues_) queues_->instance_ready(service, slot);
  if (service.edge) edge_instance_ready(service, slot);
  if (service.balancing) return endpoint_ready(service, slot);
  service.balancer->backends_changed(service.visible);
}

void Replication::leave_ready(Service& service, std::uint32_t slot) {
  if (service.replica_set) replica_leaves(service, slot);
  if (service.edge) edge_instance_leaves(service, slot);
  swap_positions(service, instances_[slot].position, service.ready - 1);
  --service.ready;
  service.ready_time.add(sim_.now(), -1);
  service.none_ready.set(sim_.now(), service.ready == 0 ? 1 : 0);
  if (service.vertical) note_requested(service, slot, -1);
  service.ready_least = std::min(service.ready_least, static_cast<std::int64_t>(service.ready));
  service.show_backends();
  if (service.balancing) return endpoint_gone(service, slot);
  service.balancer->backends_changed(service.visible);
}

std::int64_t Replication::live(const Service& service) const {
  std::int64_t n = 0;
  for (const std::uint32_t slot : service.slot_at) n += instances_[slot].state != Instance::State::kDraining ? 1 : 0;
  return n;
}

// The zone with the fewest live instances of the service among those that are up, the first of equals.
std::uint32_t Replication::pick_zone(const Service& service) const {
  std::vector<std::int64_t> count(zone_up_.size(), 0);
  for (const std::uint32_t slot : service.slot_at) ++count[lives_[slot].zone];
  std::uint32_t best = kNone;
  for (std::uint32_t z = 0; z < count.size(); ++z)
    if (zone_up_[z] && (best == kNone || count[z] < count[best])) best = z;
  return best;
}

std::uint32_t Replication::create_instance(Service& service, bool at_once, bool provisioned, const PodLife* again) {
  const std::uint32_t zone = nodes_ ? kNone : pick_zone(service);  // that of the node it will be placed on
  if (zone == kNone && !nodes_) return kNone;                      // every zone is down; set_zone_up() reconciles
  std::uint32_t slot;
  if (!service.free_slots.empty()) {
    slot = service.free_slots.back();
    service.free_slots.pop_back();
  } else {
    slot = static_cast<std::uint32_t>(instances_.size());
    instances_.emplace_back();
    shared_.emplace_back();
    lives_.emplace_back();
    instances_[slot].first_extra = static_cast<std::uint32_t>(extra_stations_.size());
    extra_stations_.resize(extra_stations_.size() + service.stations_each - 1);
  }
  const std::uint32_t first_extra = instances_[slot].first_extra;
  const std::uint32_t life = lives_[slot].life + 1, idle_stamp = lives_[slot].idle_stamp + 1;
  Instance& instance = instances_[slot] = Instance{};
  instance.first_extra = first_extra;
  lives_[slot] = InstanceLife{};
  more(instance).life = life;
  more(instance).idle_stamp = idle_stamp;  // a keep-alive of the former instance may still be about to end
  instance.service = service.index;
  instance.state = Instance::State::kStarting;
  more(instance).serial = service.next_serial++;
  more(instance).zone = zone;
  if (again != nullptr)
    more(instance).pod = *again;
  else
    more(instance).pod = {more(instance).serial, sim_.now(), size_of_new(service)};
  more(instance).provisioned = provisioned;
  if (provisioned) ++service.provisioned;
  more(instance).created = sim_.now();
  instance.shared = service.shares_cores;
  more(instance).base_speed =
      service.params->instance.speed * (service.speed ? std::max(1e-6, service.speed->next()) : 1.0);
  const InstanceParams& params = service.params->instance;
  if (service.gated) more(instance).concurrency = static_cast<std::uint32_t>(*params.concurrency);
  if (params.backlog) {
    const std::uint32_t in_service = service.gated                 ? more(instance).concurrency
                                     : service.threads[0] == kNone ? 0
                                                                   : service.threads[0] * service.processes;
    instance.capacity = in_service + static_cast<std::uint32_t>(*params.backlog);
  }
  for (std::uint32_t k = 0; k < service.stations_each; ++k) {
    Station& station = station_at(station_id(slot, k)) = Station{};
    station.instance = slot;
    station.role = k < service.processes ? 0 : service.threads[1] > 0 && k == service.processes ? 1 : 2;
    station.threads = service.threads[station.role];
    if (service.polls && station.role == 0) station.asleep = station.threads;
  }
  shared_[slot].cores = service.quota ? service.quota->cores : service.cores;
  size_cores(service, slot, true);
  shared_[slot].used_ns = shared_[slot].withheld_ns = 0;
  shared_[slot].granted = 1;
  shared_[slot].updated = now_ns();
  if (service.quota) begin_quota(service, slot);
  if (service.collector) begin_heap(service, slot);
  ++shared_[slot].version;

  instance.position = static_cast<std::uint32_t>(service.slot_at.size());
  service.slot_at.push_back(slot);
  service.outstanding.push_back(0);
  if (service.first) first_instance_begins(service, slot);
  service.show_backends();
  service.alive.add(sim_.now(), 1);
  service.alive_most = std::max(service.alive_most, static_cast<std::int64_t>(service.slot_at.size()));

  const bool placed = !nodes_ || nodes_->admit(service, slot);
  if (placed) announce(service, slot);
  if (at_once && placed) {
    more(instance).placed = more(instance).running_since = sim_.now();
    become_ready(service, slot);
    return slot;
  }
  const bool prepared = service.prepared > 0;
  if (prepared)
    --service.prepared;
  else if (now_ns() >= measure_from_)  // requests of that very instant may come before begin_measuring()
    ++service.cold_starts;
  PhaseEffect start = prepared ? draw_startup(*service.params->autoscaler->prepared_startup(), *service.prepared_words)
                               : draw_startup(service.params->startup, *service.startup_words);
  if (again != nullptr && again->restarted > sim_.now()) {
    const double wait = to_seconds(again->restarted - sim_.now());
    start.delay_s += wait;
    start.pending_s += wait;
  }
  more(instance).slow_requests = start.slow_requests;
  more(instance).warm_slowdown = start.slowdown;
  if (placed)
    start_up(service, slot, start);
  else
    nodes_->start_when_placed(slot, start);
  return slot;
}

void Replication::announce(Service& service, std::uint32_t slot) {
  const std::uint32_t serial = lives_[slot].serial;
  for (const auto& tell : service.on_created) sim_.at(sim_.now(), [&tell, serial] { tell(serial); });
}

void Replication::start_up(Service& service, std::uint32_t slot, const PhaseEffect& startup) {
  lives_[slot].placed = sim_.now();
  lives_[slot].running_since = sim_.now() + from_seconds(startup.pending_s);
  const std::uint32_t life = lives_[slot].life;
  sim_.after(from_seconds(startup.delay_s), [this, &service, slot, life] {
    if (lives_[slot].life == life && instances_[slot].state == Instance::State::kStarting) become_ready(service, slot);
  });
}

void Replication::become_ready(Service& service, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  instance.state = Instance::State::kReady;
  instance.serving = true;
  more(instance).ready_since = sim_.now();
  restretch(service, slot);
  if (service.params->instance.memory) watch_memory(service, slot);
  enter_ready(service, slot);
  if (service.pause_every) schedule_pause(service, slot);
  if (service.lag) begin_lag_probes(service, slot);
  if (service.shedder) begin_lag_timers(service, slot);
  for (std::uint32_t k = 0; k < service.stations_each; ++k) {
    const std::uint32_t station = station_id(slot, k);
    if (service.polls)
      for (std::uint32_t t = 0; t < station_at(station).asleep; ++t)
        sim_.schedule(now_ns() + service.poll->next_ns(), kPollWake, station, more(instance).life);
    // Proxies that have heard of it may have filled it already.
    if (station_at(station).busy + station_at(station).asleep < station_at(station).threads) pump(service, station);
  }
  if (service.admission == Service::Admission::kOnDemand) {
    if (service.outstanding[instance.position] == 0) started_idle(service, slot);
  } else {
    flush_pending(service);
  }
}

void Replication::drain(Service& service, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  if (instance.state == Instance::State::kReady) leave_ready(service, slot);
  instance.state = Instance::State::kDraining;
  give_up_provisioned(service, slot);  // its place may be taken while it finishes what it holds
  if (nodes_) nodes_->leaving(slot);
  if (service.outstanding[instance.position] == 0) return remove_instance(service, slot);
  const std::uint32_t life = more(instance).life;
  sim_.after(service.params->drain_timeout, [this, &service, slot, life] {
    if (lives_[slot].life != life || instances_[slot].state != Instance::State::kDraining) return;
    lose_all(service, slot, Outcome::kFailedInstanceLost);
    remove_instance(service, slot);
  });
}

void Replication::replace(Service& service, std::uint32_t slot) {
  drain(service, slot);
  set_replicas(service, service.spec_replicas);
}

void Replication::defer_removal(std::uint32_t slot) {
  const std::uint32_t life = lives_[slot].life;
  sim_.at(sim_.now(), [this, slot, life] {
    const Instance& instance = instances_[slot];
    if (more(instance).life != life || instance.state != Instance::State::kDraining) return;
    Service& service = *services_[instance.service];
    if (service.outstanding[instance.position] == 0) remove_instance(service, slot);
  });
}

// Its requests must be gone.
void Replication::remove_instance(Service& service, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  assert(service.outstanding[instance.position] == 0);
  if (instance.state == Instance::State::kReady) leave_ready(service, slot);
  if (operations_) forget_client(service, slot);
  service.gone_cpu_ns += cpu_ns(instance, slot);
  if (service.first) first_instance_ends(service, slot);
  if (service.quota) end_quota(service, slot);
  if (pools_) connections_end(slot);
  if (edge_) edge_caller_gone(slot);
  size_cores(service, slot, false);
  const auto last = static_cast<std::uint32_t>(service.slot_at.size() - 1);
  swap_positions(service, instance.position, last);
  service.slot_at.pop_back();
  service.outstanding.pop_back();
  service.alive.add(sim_.now(), -1);
  if (const InstanceLife& life = more(instance); life.placed != kNever && now_ns() >= measure_from_) {
    const Duration missed = scenario_.cost.minimum_instance_time - (sim_.now() - life.placed);
    service.minimum_missed_ns += std::max(0.0, static_cast<double>(missed.count()));
  }
  give_up_provisioned(service, slot);
  for (std::uint32_t k = 0; k < service.stations_each; ++k) station_at(station_id(slot, k)).instance = kNone;
  instance.state = Instance::State::kAbsent;
  instance.serving = false;
  ++more(instance).life;
  ++shared_[slot].version;
  service.free_slots.push_back(slot);
  if (nodes_) nodes_->left(slot);
}

void Replication::lose_all(Service& service, std::uint32_t slot, Outcome why) {
  Instance& instance = instances_[slot];
  if (instance.state == Instance::State::kReady) leave_ready(service, slot);
  instance.state = Instance::State::kDraining;
  instance.serving = false;        // nothing starts on it …
  more(instance).concurrency = 0;  // … nor passes its gate
  for (std::uint32_t r = 0; r < pool_.size(); ++r)
    if (pool_[r].state() != Request::State::kFree && pool_[r].instance == slot) lose(service, r, why);
}

// Kubernetes' order of victims, as far as it shows here: those without a node first, then those not ready, then the
// newest.
void Replication::set_replicas(Service& service, std::int64_t replicas) {
  service.spec_replicas = replicas;
  std::int64_t have = live(service);
  while (have < replicas - service.under_repair) {
    if (create_instance(service, false) == kNone) break;
    ++have;
  }
  while (have > replicas) {
    std::uint32_t victim = kNone;
    const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
      const Instance &x = instances_[a], &y = instances_[b];
      if (nodes_ && nodes_->placed(a) != nodes_->placed(b)) return nodes_->placed(b);
      if ((x.state == Instance::State::kStarting) != (y.state == Instance::State::kStarting))
        return x.state == Instance::State::kStarting;
      return more(x).serial > more(y).serial;
    };
    for (const std::uint32_t slot : service.slot_at)
      if (instances_[slot].state != Instance::State::kDraining && (victim == kNone || earlier(slot, victim)))
        victim = slot;
    drain(service, victim);
    --have;
  }
}

}  // namespace windtunnel
