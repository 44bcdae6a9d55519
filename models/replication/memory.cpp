// What instances use of memory, and what comes of too much. Only for services that say what they use.

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/replication/service_runtime.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

// The kubelet's: a container that ended is started again at once, then after 10 s, 20 s, … 5 min from its end; one that
// has run for ten minutes begins anew.
constexpr Duration kFirstBackoff = std::chrono::seconds{10};
constexpr Duration kLongestBackoff = std::chrono::seconds{300};
constexpr Duration kForgiven = 2 * kLongestBackoff;

std::string mebibytes(double bytes) { return std::to_string(std::llround(bytes / (1024 * 1024))) + "Mi"; }

}  // namespace

double Replication::memory_bytes(const Service& service, std::uint32_t slot) const {
  const std::optional<MemoryUse>& memory = service.params->instance.memory;
  const InstanceLife& life = lives_[slot];
  if (!memory || life.running_since > sim_.now()) return 0;
  const std::uint32_t inside = service.outstanding[instances_[slot].position];
  const double heap = service.collector ? heap_bytes(service, slot) + heap_garbage(service, slot) : 0;
  return heap + memory->base.count + memory->per_request.count * static_cast<double>(inside) +
         memory->leak.count * static_cast<double>(life.arrived - inside);
}

// The kill comes at the same instant, once whoever moves a request is through with it.
void Replication::watch_memory(Service& service, std::uint32_t slot) {
  InstanceLife& life = lives_[slot];
  const double used = memory_bytes(service, slot);
  life.memory_peak = std::max(life.memory_peak, used);
  if (now_ns() >= measure_from_) service.memory_peak = std::max(service.memory_peak, used);
  const double limit = life.pod.size.memory_limit;
  if (limit <= 0 || used <= limit || life.too_large) return;
  life.too_large = true;
  sim_.at(sim_.now(), [this, &service, slot, number = life.life] {
    if (lives_[slot].life == number) out_of_memory(service, slot);
  });
}

void Replication::out_of_memory(Service& service, std::uint32_t slot) {
  const InstanceLife& life = lives_[slot];
  const Time now = sim_.now();
  PodLife pod = life.pod;
  decide(service, "oom_kill",
         "instance " + std::to_string(life.serial) + " killed: " + mebibytes(life.memory_peak) +
             " of memory against a limit of " + mebibytes(pod.size.memory_limit),
         {{"memory_bytes", life.memory_peak},
          {"memory_limit_bytes", pod.size.memory_limit},
          {"requests_lost", static_cast<double>(service.outstanding[instances_[slot].position])},
          {"ran_s", to_seconds(now - life.running_since)}});
  if (now_ns() >= measure_from_) ++service.oom_kills;
  pod.soon = false;
  if (service.vertical) {
    service.vertical->usage.out_of_memory(pod.id, now, pod.size.memory_request);
    pod.soon = now - life.running_since < service.vertical->params->updater.quick_oom;
  }
  if (service.sizing && now_ns() >= measure_from_) service.sizing->books.out_of_memory(pod.id, now);
  pod.killed = true;
  restart(service, slot, pod, Outcome::kFailedOutOfMemory);
}

void Replication::restart(Service& service, std::uint32_t slot, PodLife pod, Outcome why) {
  const Time now = sim_.now();
  const bool stays = instances_[slot].state != Instance::State::kDraining;
  if (service.admission == Service::Admission::kOnDemand) forget_idle(service, slot);
  lose_all(service, slot, why);
  remove_instance(service, slot);
  if (service.admission == Service::Admission::kOnDemand) return start_for_pending(service);
  if (!stays || live(service) >= service.spec_replicas - service.under_repair) return;
  const bool again = pod.backoff > Duration::zero() && now - pod.restarted <= kForgiven;
  const Duration wait = again ? pod.backoff : Duration::zero();
  pod.backoff = again ? std::min(2 * pod.backoff, kLongestBackoff) : kFirstBackoff;
  pod.restarted = now + wait;
  create_instance(service, false, false, &pod);
}

}  // namespace windtunnel
