// Control loops: what they see, and what becomes of what they decide. Slow-path.

#include <algorithm>
#include <cassert>
#include <utility>

#include "models/replication/jobs.hpp"
#include "models/replication/queues.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {
void Replication::watch(Service& service, const AutoscalerParams& params) const {
  if (const auto buffering = params.buffering()) {
    service.throttles = true;
    if (buffering->per_instance > 0) service.places = static_cast<std::uint32_t>(buffering->per_instance);
    if (buffering->at_start) service.admission = Service::Admission::kBuffered;
  }
  service.starts_at = scenario_.starts_at_utc() - scenario_.warmup;
  double startup_s = 0;
  for (const Choice<Phase>& phase : service.params->startup) startup_s += phase->mean_delay_s();
  service.mean_startup = from_seconds(startup_s);
  const Watched wanted = service.autoscaler->watched();
  for (const std::string& name : wanted.signals) {
    const auto signal = scenario_.signals.find(name);
    if (signal != scenario_.signals.end())
      service.signals.push_back({&*signal->second});
    else
      service.signals.push_back(Queues::signal(scenario_, name));
  }
  service.watched = wanted.requests;
  if (!wanted.requests && !wanted.latency) return;
  service.watch = std::make_unique<Watch>();
  service.watch->keeps_latency = wanted.latency;
}

ServiceSignal Replication::look(Service& service) {
  const Time now = sim_.now();
  std::vector<InstanceSignal>& instances = service.seen;
  instances.clear();
  [[maybe_unused]] std::int64_t proxied = service.pending_count;
  for (std::uint32_t position = 0; position < service.slot_at.size(); ++position) {
    const std::uint32_t slot = service.slot_at[position];
    const Instance& instance = instances_[slot];
    const InstanceLife& life = more(instance);
    InstanceSignal& seen = instances.emplace_back();
    seen.id = life.serial;
    seen.state = instance.state == Instance::State::kStarting ? InstanceSignal::State::kStarting
                 : instance.state == Instance::State::kReady  ? InstanceSignal::State::kReady
                                                              : InstanceSignal::State::kDraining;
    seen.created = life.created;
    seen.placed = life.placed;
    seen.ready_since = life.ready_since;
    seen.running_since = life.running_since <= now ? life.running_since : kNever;
    seen.cpu_seconds = ns_to_seconds(cpu_ns(instance, slot));
    seen.memory_bytes = memory_bytes(service, slot);
    if (service.lag) {
      const LoopLag::OfInstance& lag = service.lag->of[slot];
      seen.lag_probes = lag.probes;
      seen.lag_seconds = ns_to_seconds(static_cast<double>(lag.sum));
    }
    if (service.vertical) {
      seen.cpu_request_cores = life.pod.size.cpu_request;
      seen.memory_request_bytes = life.pod.size.memory_request;
    }
    seen.outstanding = service.outstanding[position];
    seen.outstanding_seconds = ns_to_seconds(static_cast<double>(life.held_sum + seen.outstanding * now.count()));
    seen.arrived = life.arrived;
    seen.proxied_seconds = ns_to_seconds(static_cast<double>(life.proxied_sum + life.proxied_held * now.count()));
    seen.proxied_arrived = life.proxied_arrived;
    proxied += life.proxied_held;
  }
  std::sort(instances.begin(), instances.end(), [](const auto& a, const auto& b) { return a.id < b.id; });

  ServiceSignal signal;
  signal.now = now;
  signal.measured_from = scenario_.warmup;
  signal.utc = service.starts_at + now;
  signal.mean_startup = service.mean_startup;
  signal.spec_replicas = service.spec_replicas;
  const InstanceSize size = size_of_new(service);
  signal.cpu_request_cores = size.cpu_request;
  signal.memory_request_bytes = size.memory_request;
  if (service.vertical && service.ready > 0) {
    signal.cpu_request_cores = signal.memory_request_bytes = 0;
    for (const InstanceSignal& instance : instances) {
      if (instance.state != InstanceSignal::State::kReady) continue;
      signal.cpu_request_cores += instance.cpu_request_cores / service.ready;
      signal.memory_request_bytes += instance.memory_request_bytes / service.ready;
    }
  }
  signal.instances = instances;
  signal.cpu_seconds = ns_to_seconds(service.gone_cpu_ns);
  for (const InstanceSignal& instance : instances) signal.cpu_seconds += instance.cpu_seconds;
  signal.arrived = service.arrived_all - (edge_ ? handshakes_begun(service) : 0);
  signal.outstanding = service.in_system.value();
  signal.outstanding_seconds = ns_to_seconds(static_cast<double>(service.in_system.integral(now)));
  signal.waiting = service.waiting();
  signal.waiting_seconds = ns_to_seconds(static_cast<double>(service.waiting_integral(now)));
  signal.unplaced = service.pending_count + (service.edge ? waits_for_instance(service) : 0);
  if (service.watch) {
    signal.completed = service.watch->completed;
    signal.failed = service.watch->failed;
    signal.proxied = {service.watch->proxied_arrived, service.watch->proxied.value(),
                      ns_to_seconds(static_cast<double>(service.watch->proxied.integral(now))),
                      service.watch->proxied_first};
    if (service.watch->keeps_latency) signal.latency = &service.watch->latency;
    assert(!service.watched || signal.proxied.outstanding == proxied);
  }
  service.named.clear();
  for (const Service::LookedAt& named : service.signals)
    service.named.push_back(named.signal != nullptr ? named.signal->at(now - scenario_.warmup)
                                                    : queues_->figure(named.queue, named.figure));
  signal.named = service.named;
  return signal;
}

void Replication::observe(Service& service) {
  service.autoscaler->observe(look(service));
  if (service.watch) {
    service.watch->latency.clear();
    service.watch->proxied_first = kNever;
  }
  sim_.after(service.autoscaler->observe_period(), [this, &service] { observe(service); });
}

void Replication::control(Service& service) {
  scale(service);
  sim_.after(service.autoscaler->sync_period(), [this, &service] { control(service); });
}

void Replication::scale(Service& service) {
  ScalingDecision decision = service.autoscaler->decide(look(service));
  if (service.watch && service.autoscaler->observe_period() == Duration::zero()) service.watch->latency.clear();
  if (decision.buffer) buffer(service, *decision.buffer, decision.inputs);
  if (decision.replicas == service.spec_replicas) {
    note_reason(service, decision);
  } else {
    if (narrated_ && !decision.why.empty()) service.reasons.changed(decision.how, sim_.now());
    decide(service, decision.replicas > service.spec_replicas ? "scale_up" : "scale_down", std::move(decision.sentence),
           std::move(decision.inputs), Scaling{service.spec_replicas, decision.replicas, std::move(decision.how)});
    if (jobs_) jobs_->started(service, decision.replicas - service.spec_replicas);
    service.prepared = decision.prepared;
    set_replicas(service, decision.replicas);
    service.prepared = 0;
  }
  if (decision.again) sim_.after(*decision.again, [this, &service] { scale(service); });
}

void Replication::note_reason(Service& service, ScalingDecision& decision) {
  if (!narrated_ || decision.why.empty()) return;
  if (!service.reasons.is_new_hold(decision.how, service.spec_replicas, sim_.now())) return;
  decisions_.push_back({to_seconds(sim_.now() - scenario_.warmup), service.name, "hold",
                        "stays at " + std::to_string(decision.replicas) + ": " + std::move(decision.why),
                        std::move(decision.inputs),
                        Scaling{decision.replicas, decision.replicas, std::move(decision.how)}});
}

// At the same instant, but once the arrival that woke it is through.
void Replication::wake(Service& service) {
  if (!service.autoscaler || service.woken || !service.autoscaler->wake(look(service))) return;
  service.woken = true;
  sim_.at(sim_.now(), [this, &service] {
    service.woken = false;
    scale(service);
  });
}

// --- the service in the path, where requests wait for room in an instance

void Replication::buffer(Service& service, bool on, std::map<std::string, double> inputs) {
  assert(service.throttles);
  const Service::Admission admission = on                ? Service::Admission::kBuffered
                                       : service.control ? Service::Admission::kControlled
                                                         : Service::Admission::kBalanced;
  if (service.admission == admission) return;
  service.admission = admission;
  decide(service, on ? "buffer_on" : "buffer_off",
         on ? "requests go through the service and wait there for room in an instance"
            : "requests go straight to the instances",
         std::move(inputs));
}

// The balancer's choice where it has room, else the first that has; kNone: all are full.
std::uint32_t Replication::slot_with_room(Service& service) {
  const std::uint32_t picked = service.balancer->pick(service.visible, *service.balancer_words);
  if (service.outstanding[picked] < service.places) return service.slot_at[picked];
  for (std::uint32_t position = 0; position < service.ready; ++position)
    if (service.outstanding[position] < service.places) return service.slot_at[position];
  return kNone;
}

void Replication::admit_buffered(Service& service, std::uint32_t r) {
  const std::uint32_t slot = service.pending.empty() ? slot_with_room(service) : kNone;
  if (slot == kNone) return wait_at_service(service, r);
  deliver(service, r, slot);
}

// What has begun to wait goes on waiting for room, even once newcomers go straight to the instances.
void Replication::flush_pending(Service& service) {
  if (service.balancing) return flush_to_proxies(service);
  while (service.ready > 0 && !service.pending.empty()) {
    const std::uint32_t slot = slot_with_room(service);
    if (slot == kNone) return;
    const std::uint32_t r = service.pending.pop(pool_.data());
    --service.pending_count;
    pool_[r].previous = kNone;  // it is in no queue any more
    if (!service.control || instance_takes(service, r, slot)) deliver(service, r, slot);
  }
}

void Replication::decide(const Service& service, std::string kind, std::string sentence,
                         std::map<std::string, double> inputs, std::optional<Scaling> scaling) {
  if (observer_ != nullptr) observer_->decision(sim_.now(), service.name, kind, sentence);
  if (!narrated_) return;
  decisions_.push_back({to_seconds(sim_.now() - scenario_.warmup), service.name, std::move(kind), std::move(sentence),
                        std::move(inputs), std::move(scaling)});
}

}  // namespace windtunnel
