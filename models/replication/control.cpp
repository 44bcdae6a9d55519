// Control loops: what they see, and what becomes of what they decide. Slow-path.

#include <algorithm>
#include <utility>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

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

}  // namespace windtunnel
