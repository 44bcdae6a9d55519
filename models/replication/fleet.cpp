// Instances that come and go: start-up, draining, control loops, faults. Everything here is slow-path.

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"
#include "models/workload/closed_loop.hpp"

namespace windtunnel {

Replication::Replication(const Scenario& scenario, std::uint64_t seed, std::uint64_t number, Observer* observer)
    : scenario_(scenario),
      streams_{seed, number},
      narrated_(number == 0),
      observer_(observer),
      zone_up_(std::max<std::size_t>(1, scenario.cluster.zones.size()), true),
      measure_from_(scenario.warmup.count()),
      end_((scenario.warmup + scenario.horizon).count()) {
  build_services();
  build_sources();
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) scenario.faults[i]->schedule(*this, i);
  // Measuring begins before anything else that happens at that instant; series points come after all that happens at
  // theirs.
  sim_.at(scenario.warmup, [this] { begin_measuring(); });
}

Replication::~Replication() = default;

bool Replication::advance(std::uint64_t events) { return sim_.run_until(Time{end_}, *this, events); }

double Replication::share_done() const {
  return end_ == 0 ? 1.0 : static_cast<double>(sim_.now_ns()) / static_cast<double>(end_);
}

// --- construction
// ----------------------------------------------------------------------------------------------------------

void Replication::build_services() {
  for (const auto& [name, params] : scenario_.services) {
    auto owned = std::make_unique<Service>();
    Service& s = *owned;
    s.name = name;
    s.params = &params;
    s.index = static_cast<std::uint16_t>(services_.size());
    s.balancer = params.balancer->make();
    s.balancer_words = std::make_unique<Stream>(streams_.named(name + "/balancer"));
    s.startup_words = std::make_unique<Stream>(streams_.named(name + "/startup"));
    const InstanceParams& instance = params.instance;
    const auto& limit = instance.resources.limits.cpu;
    double threads_in_all = 0;
    s.threads = {1, 0};
    switch (instance.runtime->kind) {
      case Runtime::Kind::kEventLoop: {
        const auto& loop = static_cast<const EventLoop&>(*instance.runtime);
        const auto processes = static_cast<std::uint32_t>(loop.processes);
        s.dispatch = loop.dispatch;
        s.processes = loop.dispatch == Dispatch::kShared ? 1 : processes;
        s.threads = {loop.dispatch == Dispatch::kShared ? processes : 1,
                     static_cast<std::uint32_t>(loop.worker_threads)};
        s.gated = instance.concurrency.has_value();
        if (s.processes > 1 && s.dispatch == Dispatch::kRandom)
          s.dispatch_words = std::make_unique<Stream>(streams_.named(name + "/dispatch"));
        threads_in_all = static_cast<double>(processes) + static_cast<double>(loop.worker_threads);
        break;
      }
      case Runtime::Kind::kWorkerPool: {
        const auto& pool = static_cast<const WorkerPool&>(*instance.runtime);
        const std::int64_t workers = std::min(pool.workers, instance.concurrency.value_or(pool.workers));
        s.threads[0] = static_cast<std::uint32_t>(workers);
        s.holds_threads = true;
        if (pool.poll_interval) {
          s.polls = true;
          s.poll = std::make_unique<Sampler>(streams_.named(name + "/poll"), *pool.poll_interval);
        }
        threads_in_all = static_cast<double>(workers);
        break;
      }
      case Runtime::Kind::kProcessorSharing: {
        const auto& sharing = static_cast<const ProcessorSharing&>(*instance.runtime);
        s.threads[0] = instance.concurrency ? static_cast<std::uint32_t>(*instance.concurrency) : kNone;
        s.holds_threads = true;
        s.shares_cores = true;
        s.cores = limit ? limit->cores : sharing.cores.cores;
        break;
      }
      case Runtime::Kind::kFunction:
        s.holds_threads = true;
        threads_in_all = 1;
        break;
    }
    if (!s.shares_cores && limit && limit->cores < threads_in_all) {
      s.shares_cores = true;
      s.cores = limit->cores;
    }
    s.stations_each = s.processes + (s.threads[1] > 0 ? 1 : 0);
    if (instance.speed_spread)
      s.speed = std::make_unique<Sampler>(streams_.named(name + "/speed"), *instance.speed_spread);
    if (instance.pauses) {
      s.pause_every = std::make_unique<Sampler>(streams_.named(name + "/pause_every"), *instance.pauses->every);
      s.pause_length = std::make_unique<Sampler>(streams_.named(name + "/pause_length"), *instance.pauses->length);
    }
    if (scenario_.metrics.number_in_system) s.held.emplace();
    if (params.autoscaler) {
      s.demand_terms = params.autoscaler->on_demand();
      s.on_demand = s.demand_terms != nullptr;
      if (!s.on_demand) s.autoscaler = params.autoscaler->make();
    }
    s.spec_replicas = s.on_demand ? 0 : params.replicas;
    services_.push_back(std::move(owned));

    for (std::int64_t i = 0; i < s.spec_replicas; ++i) create_instance(s, true);
    if (s.autoscaler) {
      const Duration look = s.autoscaler->observe_period();
      if (look > Duration::zero()) sim_.after(look, [this, &s] { observe(s); });
      sim_.after(s.autoscaler->sync_period(), [this, &s] { control(s); });
    }
  }
}

void Replication::build_sources() {
  std::size_t steps_most = 1;
  sources_.resize(scenario_.traffic.size());
  for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
    const Traffic& traffic = scenario_.traffic[i];
    Source& source = sources_[i];
    source.params = &traffic;
    source.first_kind = static_cast<std::uint16_t>(kinds_.size());
    const auto service =
        std::find_if(services_.begin(), services_.end(), [&](const auto& s) { return s->name == traffic.to; });
    assert(service != services_.end());
    source.service = (*service)->index;
    source.cancels = traffic.on_timeout == OnTimeout::kCancel;

    std::vector<std::pair<std::string, double>> classes;
    for (const auto& [name, share] : traffic.mix) classes.emplace_back(name, share.value);
    if (classes.empty()) classes.emplace_back("default", 1.0);
    double sum = 0;
    for (const auto& [name, share] : classes) {
      source.cumulative_mix.push_back(sum += share);
      RequestKind kind;
      kind.source = static_cast<std::uint16_t>(i);
      kind.service = source.service;
      kind.class_name = traffic.mix.empty() ? "" : name;
      const Work& work = (*service)->params->work;
      const auto found = work.find(name);
      const auto& steps = found != work.end() ? found->second : work.at("default");
      for (std::size_t k = 0; k < steps.size(); ++k) {
        StepRuntime step;
        step.cpu = static_cast<bool>(steps[k].cpu);
        step.on_worker = step.cpu && steps[k].on == RunsOn::kWorker && (*service)->threads[1] > 0;
        const Distribution& law = step.cpu ? *steps[k].cpu : *steps[k].io;
        step.sampler = std::make_unique<Sampler>(
            streams_.named(traffic.name + "/" + name + "/" + traffic.to + "/step" + std::to_string(k)), law);
        kind.steps.push_back(std::move(step));
      }
      steps_most = std::max(steps_most, kind.steps.size());
      kind.home = service->get();
      ++kind.home->kinds;
      kind.first_demand = kind.steps[0].sampler.get();
      kind.plain = kind.steps.size() == 1 && kind.steps[0].cpu && !kind.steps[0].on_worker;
      kind.closed = traffic.arrivals->closed_loop();
      kinds_.push_back(std::move(kind));
    }
    source.cumulative_mix.back() = 2;  // rounding in the shares must not run past the end
    source.kinds = static_cast<std::uint16_t>(classes.size());
    if (source.kinds > 1) source.mix = std::make_unique<Stream>(streams_.named(traffic.name + "/mix"));
    if (traffic.patience)
      source.patience = std::make_unique<Sampler>(streams_.named(traffic.name + "/patience"), *traffic.patience);

    const std::uint32_t id = sim_.add_source();
    assert(id == i);
    (void)id;
    if (traffic.arrivals->closed_loop()) {
      const auto& loop = static_cast<const ClosedLoop&>(*traffic.arrivals);
      source.think = std::make_unique<Sampler>(streams_.named(traffic.name + "/think"), *loop.think_time);
      for (std::int64_t client = 0; client < loop.clients; ++client)
        sim_.schedule(source.think->next_ns(), kThink, static_cast<std::uint32_t>(i), 0);
    } else {
      ArrivalContext context{streams_, traffic.name, Time{measure_from_}, Time{end_}, {}};
      for (const auto& [name, share] : traffic.mix) context.classes.push_back(name);
      source.process = traffic.arrivals->make(context);
    }
  }
  steps_most_ = static_cast<std::uint32_t>(steps_most);

  for (Source& source : sources_) {
    if (!source.params->timeout) continue;
    const std::int64_t delay = source.params->timeout->count();
    const auto same =
        std::find_if(lines_.begin(), lines_.end(), [&](const TimeoutLine& l) { return l.delay == delay; });
    source.timeout_line = static_cast<std::uint32_t>(same - lines_.begin());
    if (same == lines_.end()) lines_.push_back({delay, sim_.add_source(), {}});
  }
  for (std::size_t i = 0; i < sources_.size(); ++i)
    if (sources_[i].process) arm_next_arrival(sources_[i], static_cast<std::uint32_t>(i));
}

// --- the life of an instance
// -------------------------------------------------------------------------------------------------

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
  service.ready_most = std::max(service.ready_most, static_cast<std::int64_t>(service.ready));
  service.balancer->backends_changed(service.backends());
}

void Replication::leave_ready(Service& service, std::uint32_t slot) {
  swap_positions(service, instances_[slot].position, service.ready - 1);
  --service.ready;
  service.ready_time.add(sim_.now(), -1);
  service.ready_least = std::min(service.ready_least, static_cast<std::int64_t>(service.ready));
  service.balancer->backends_changed(service.backends());
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

std::uint32_t Replication::create_instance(Service& service, bool at_once) {
  const std::uint32_t zone = pick_zone(service);
  if (zone == kNone) return kNone;  // every zone is down; set_zone_up() reconciles
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
  const std::uint32_t life = lives_[slot].life + 1;
  Instance& instance = instances_[slot] = Instance{};
  instance.first_extra = first_extra;
  lives_[slot] = InstanceLife{};
  more(instance).life = life;
  instance.service = service.index;
  instance.state = Instance::State::kStarting;
  more(instance).serial = service.next_serial++;
  more(instance).zone = zone;
  more(instance).created = sim_.now();
  instance.shared = service.shares_cores;
  more(instance).base_speed =
      service.params->instance.speed * (service.speed ? std::max(1e-6, service.speed->next()) : 1.0);
  const auto& [runtime, resources, concurrency, backlog, speed, spread, pauses] = service.params->instance;
  if (service.gated) more(instance).concurrency = static_cast<std::uint32_t>(*concurrency);
  if (backlog) {
    const std::uint32_t in_service = service.gated                 ? more(instance).concurrency
                                     : service.threads[0] == kNone ? 0
                                                                   : service.threads[0] * service.processes;
    instance.capacity = in_service + static_cast<std::uint32_t>(*backlog);
  }
  for (std::uint32_t k = 0; k < service.stations_each; ++k) {
    Station& station = station_at(station_id(slot, k)) = Station{};
    station.instance = slot;
    station.role = k < service.processes ? 0 : 1;
    station.threads = service.threads[station.role];
    if (service.polls && station.role == 0) station.asleep = station.threads;
  }
  shared_[slot].cores = service.cores;
  shared_[slot].used_ns = 0;
  shared_[slot].updated = now_ns();
  ++shared_[slot].version;

  instance.position = static_cast<std::uint32_t>(service.slot_at.size());
  service.slot_at.push_back(slot);
  service.outstanding.push_back(0);
  service.alive.add(sim_.now(), 1);
  service.alive_most = std::max(service.alive_most, static_cast<std::int64_t>(service.slot_at.size()));

  for (const auto& tell : service.on_created) {
    const std::uint32_t serial = more(instance).serial;  // `instance` may move when others are created
    sim_.at(sim_.now(), [&tell, serial] { tell(serial); });
  }
  if (at_once) {
    more(instance).running_since = sim_.now();
    become_ready(service, slot);
    return slot;
  }
  ++service.cold_starts;
  const PhaseEffect start = draw_startup(service.params->startup, *service.startup_words);
  more(instance).slow_requests = start.slow_requests;
  more(instance).warm_slowdown = start.slowdown;
  more(instance).running_since = sim_.now() + from_seconds(start.pending_s);
  sim_.after(from_seconds(start.delay_s), [this, &service, slot, life] {
    if (lives_[slot].life == life && instances_[slot].state == Instance::State::kStarting) become_ready(service, slot);
  });
  return slot;
}

void Replication::become_ready(Service& service, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  instance.state = Instance::State::kReady;
  instance.serving = true;
  more(instance).ready_since = sim_.now();
  restretch(service, slot);
  enter_ready(service, slot);
  if (service.pause_every) schedule_pause(service, slot);
  for (std::uint32_t k = 0; k < service.stations_each; ++k) {
    const std::uint32_t station = station_id(slot, k);
    if (service.polls)
      for (std::uint32_t t = 0; t < station_at(station).asleep; ++t)
        sim_.schedule(now_ns() + service.poll->next_ns(), kPollWake, station, more(instance).life);
    pump(service, station);
  }
  if (service.on_demand) {
    if (service.outstanding[instance.position] == 0) function_idle(service, slot);
  } else {
    flush_pending(service);
  }
}

void Replication::flush_pending(Service& service) {
  while (service.ready > 0 && !service.pending.empty()) {
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    service.waiting.add(sim_.now(), -1);
    const std::uint32_t position = service.balancer->pick(service.backends(), *service.balancer_words);
    deliver(service, r, service.slot_at[position]);
  }
}

void Replication::drain(Service& service, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  if (instance.state == Instance::State::kReady) leave_ready(service, slot);
  instance.state = Instance::State::kDraining;
  if (service.outstanding[instance.position] == 0) return remove_instance(service, slot);
  const std::uint32_t life = more(instance).life;
  sim_.after(service.params->drain_timeout, [this, &service, slot, life] {
    if (lives_[slot].life != life || instances_[slot].state != Instance::State::kDraining) return;
    lose_all(service, slot, Outcome::kFailedInstanceLost);
    remove_instance(service, slot);
  });
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
  service.gone_cpu_ns += cpu_seconds(instance, slot) * 1e9;
  const auto last = static_cast<std::uint32_t>(service.slot_at.size() - 1);
  swap_positions(service, instance.position, last);
  service.slot_at.pop_back();
  service.outstanding.pop_back();
  service.alive.add(sim_.now(), -1);
  for (std::uint32_t k = 0; k < service.stations_each; ++k) station_at(station_id(slot, k)).instance = kNone;
  instance.state = Instance::State::kAbsent;
  instance.serving = false;
  ++more(instance).life;
  ++shared_[slot].version;
  service.free_slots.push_back(slot);
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

// Kubernetes' order of victims, as far as it shows here: those not ready first, then the newest.
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

// --- speed
// ---------------------------------------------------------------------------------------------------------------------

void Replication::restretch(Service&, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  const double stretch = more(instance).fault_slowdown / more(instance).base_speed;
  if (stretch != more(instance).stretch) {
    if (!instance.paused) freeze(slot);
    more(instance).stretch = stretch;
    if (!instance.paused) thaw(slot);
  }
  instance.plain = !instance.paused && !instance.shared && stretch == 1 && more(instance).slow_requests == 0;
}

void Replication::freeze(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  if (instance.shared) {
    shared_[slot].advance(now_ns(), more(instance).stretch, false);
    ++shared_[slot].version;
    return;
  }
  if (instance.running == 0) return;
  for (std::uint32_t r = 0; r < pool_.size(); ++r) {
    Request& request = pool_[r];
    if (request.state() != Request::State::kRunning || request.instance != slot) continue;
    request.demand = std::llrint(static_cast<double>(request.until - now_ns()) / more(instance).stretch);
    ++request.stamp;
    --instance.running;
    instance.running_sum += now_ns();
  }
}

void Replication::thaw(std::uint32_t slot) {
  Instance& instance = instances_[slot];
  if (instance.shared) {
    shared_[slot].advance(now_ns(), more(instance).stretch, true);
    return shared_changed(slot);
  }
  if (service_idle(slot)) return;
  for (std::uint32_t r = 0; r < pool_.size(); ++r) {
    Request& request = pool_[r];
    if (request.state() != Request::State::kRunning || request.instance != slot) continue;
    request.until = now_ns() + std::llrint(static_cast<double>(request.demand) * more(instance).stretch);
    ++instance.running;
    instance.running_sum -= now_ns();
    sim_.schedule(request.until, kCpuDone, r, request.stamp);
  }
}

bool Replication::service_idle(std::uint32_t slot) {
  const Instance& instance = instances_[slot];
  for (std::uint32_t k = 0; k < services_[instance.service]->stations_each; ++k)
    if (station_at(station_id(slot, k)).busy > 0) return false;
  return true;
}

void Replication::pause(Service& service, std::uint32_t slot, bool on) {
  Instance& instance = instances_[slot];
  if (on) {
    freeze(slot);
    instance.paused = true;
    more(instance).pause_began = now_ns();
  } else {
    const double length = static_cast<double>(now_ns() - more(instance).pause_began);
    service.pause_square_ns2 += length * length;
    if (instance.shared) shared_[slot].advance(now_ns(), more(instance).stretch, true);
    instance.paused = false;
    thaw(slot);
  }
  restretch(service, slot);
}

void Replication::schedule_pause(Service& service, std::uint32_t slot) {
  const std::uint32_t life = lives_[slot].life;
  const auto lives = [this, slot, life] { return lives_[slot].life == life; };
  sim_.after(Duration{service.pause_every->next_ns()}, [this, &service, slot, lives] {
    if (!lives()) return;
    pause(service, slot, true);
    sim_.after(Duration{service.pause_length->next_ns()}, [this, &service, slot, lives] {
      if (!lives()) return;
      pause(service, slot, false);
      schedule_pause(service, slot);
    });
  });
}

// Consumed since the instance was created.
double Replication::cpu_seconds(const Instance& instance, std::uint32_t slot) {
  if (instance.shared) {
    if (instance.state != Instance::State::kAbsent)
      shared_[slot].advance(now_ns(), more(instance).stretch, instance.paused);
    return shared_[slot].used_ns * 1e-9;
  }
  return static_cast<double>(instance.running_sum + std::int64_t{instance.running} * now_ns()) * 1e-9;
}

// --- functions: an instance per request
// ----------------------------------------------------------------------------------------

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
  service.pending.append(pool_.data(), r);
  ++service.pending_count;
  service.waiting.add(sim_.now(), 1);
}

// Instances have gone and left room: the platform starts new ones for those that wait, it does not need a newcomer.
void Replication::start_for_pending(Service& service) {
  while (!service.pending.empty() && live(service) < service.demand_terms->max_instances) {
    const std::uint32_t slot = create_instance(service, false);
    if (slot == kNone) return;  // every zone is down; reconcile() comes when one is back
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    service.waiting.add(sim_.now(), -1);
    deliver(service, r, slot);
  }
}

void Replication::function_idle(Service& service, std::uint32_t slot) {
  if (!service.pending.empty()) {
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    service.waiting.add(sim_.now(), -1);
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

// --- control loops
// ---------------------------------------------------------------------------------------------------------------

namespace {
ServiceSignal signal_of(const std::vector<InstanceSignal>& instances, Time now, std::int64_t spec, double request) {
  ServiceSignal signal;
  signal.now = now;
  signal.spec_replicas = spec;
  signal.cpu_request_cores = request;
  signal.instances = instances;
  return signal;
}
}  // namespace

std::vector<InstanceSignal> Replication::instance_signals(Service& service) {
  std::vector<InstanceSignal> out;
  out.reserve(service.slot_at.size());
  for (const std::uint32_t slot : service.slot_at) {
    const Instance& instance = instances_[slot];
    const auto state = instance.state == Instance::State::kStarting ? InstanceSignal::State::kStarting
                       : instance.state == Instance::State::kReady  ? InstanceSignal::State::kReady
                                                                    : InstanceSignal::State::kDraining;
    out.push_back({more(instance).serial, state, more(instance).created, more(instance).ready_since,
                   more(instance).running_since <= sim_.now() ? more(instance).running_since : kNever,
                   cpu_seconds(instance, slot)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  return out;
}

void Replication::observe(Service& service) {
  const std::vector<InstanceSignal> instances = instance_signals(service);
  service.autoscaler->observe(signal_of(instances, sim_.now(), service.spec_replicas,
                                        service.params->instance.resources.requests.cpu.value_or(Cpu{0}).cores));
  sim_.after(service.autoscaler->observe_period(), [this, &service] { observe(service); });
}

void Replication::control(Service& service) {
  const std::vector<InstanceSignal> instances = instance_signals(service);
  ScalingDecision decision =
      service.autoscaler->decide(signal_of(instances, sim_.now(), service.spec_replicas,
                                           service.params->instance.resources.requests.cpu.value_or(Cpu{0}).cores));
  if (decision.replicas != service.spec_replicas) {
    decide(service, decision.replicas > service.spec_replicas ? "scale_up" : "scale_down", std::move(decision.sentence),
           std::move(decision.inputs));
    set_replicas(service, decision.replicas);
  }
  sim_.after(service.autoscaler->sync_period(), [this, &service] { control(service); });
}

void Replication::decide(const Service& service, std::string kind, std::string sentence,
                         std::map<std::string, double> inputs) {
  if (observer_ != nullptr) observer_->decision(sim_.now(), service.name, kind, sentence);
  if (!narrated_) return;
  decisions_.push_back({to_seconds(sim_.now() - scenario_.warmup), service.name, std::move(kind), std::move(sentence),
                        std::move(inputs)});
}

// --- faults
// ------------------------------------------------------------------------------------------------------------------------

Replication::Service& Replication::named(const std::string& service) const {
  for (const auto& s : services_)
    if (s->name == service) return *s;
  throw InvariantError("no service named " + service);
}

std::uint32_t Replication::slot_of(const Service& service, std::uint32_t serial) const {
  for (const std::uint32_t slot : service.slot_at)
    if (lives_[slot].serial == serial) return slot;
  return kNone;
}

std::vector<std::uint32_t> Replication::instances(const std::string& service) const {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t slot : named(service).slot_at)
    if (instances_[slot].state != Instance::State::kDraining) out.push_back(lives_[slot].serial);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::uint32_t> Replication::instances_in_zone(const std::string& service, const std::string& zone) const {
  const auto& zones = scenario_.cluster.zones;
  const auto index = static_cast<std::uint32_t>(std::find(zones.begin(), zones.end(), zone) - zones.begin());
  std::vector<std::uint32_t> out;
  for (const std::uint32_t slot : named(service).slot_at)
    if (lives_[slot].zone == index) out.push_back(lives_[slot].serial);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Replication::services() const {
  std::vector<std::string> out;
  for (const auto& s : services_) out.push_back(s->name);
  return out;
}

void Replication::for_each_instance(const std::string& name, std::function<void(std::uint32_t)> action) {
  for (const std::uint32_t serial : instances(name)) action(serial);
  named(name).on_created.push_back(std::move(action));
}

void Replication::under_repair(const std::string& name, std::int64_t change) { named(name).under_repair += change; }

void Replication::kill(const std::string& name, std::uint32_t serial, bool replace) {
  Service& service = named(name);
  const std::uint32_t slot = slot_of(service, serial);
  if (slot == kNone) return;
  if (service.on_demand) std::erase(service.idle, slot);
  lose_all(service, slot, Outcome::kFailedInstanceLost);
  remove_instance(service, slot);
  if (service.on_demand) return start_for_pending(service);
  if (replace) set_replicas(service, service.spec_replicas);
}

void Replication::reconcile(const std::string& name) {
  Service& service = named(name);
  if (service.on_demand) return start_for_pending(service);
  set_replicas(service, service.spec_replicas);
}

void Replication::set_zone_up(const std::string& zone, bool up) {
  const auto& zones = scenario_.cluster.zones;
  zone_up_[static_cast<std::size_t>(std::find(zones.begin(), zones.end(), zone) - zones.begin())] = up;
}

void Replication::set_slowdown(const std::string& name, std::uint32_t serial, double factor) {
  Service& service = named(name);
  const std::uint32_t slot = slot_of(service, serial);
  if (slot == kNone) return;
  lives_[slot].fault_slowdown = factor;
  restretch(service, slot);
}

void Replication::record(const std::string& service, std::string kind, std::string sentence) {
  if (observer_ != nullptr) observer_->decision(sim_.now(), service, kind, sentence);
  if (narrated_)
    decisions_.push_back(
        {to_seconds(sim_.now() - scenario_.warmup), service, std::move(kind), std::move(sentence), {}});
}

}  // namespace windtunnel
