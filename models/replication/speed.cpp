// How fast an instance works: its cores, pauses, slow-downs, and what it has consumed. Slow-path.

#include <algorithm>
#include <cmath>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::restretch(Service& service, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  const double stretch = more(instance).fault_slowdown / more(instance).base_speed;
  if (stretch != more(instance).stretch) {
    charge_all(slot);
    if (!instance.paused) freeze(slot);
    more(instance).stretch = stretch;
    if (!instance.paused) thaw(slot);
  }
  instance.plain = !instance.paused && !instance.shared && stretch == 1 && more(instance).slow_requests == 0 &&
                   service.params->instance.contention == 0;
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
    if (request.is(Request::kUnwanted)) keep_charge(r);
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
    if (shared_[slot].metered) meter(slot);
  } else {
    const double length = static_cast<double>(now_ns() - more(instance).pause_began);
    service.pause_square_ns2 += length * length;
    if (instance.shared) shared_[slot].advance(now_ns(), more(instance).stretch, true);
    instance.paused = false;
    thaw(slot);
    for (std::uint32_t k = 0; service.lag_probed && k < service.processes; ++k)
      loop_is_free(service, station_id(slot, k));
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

double Replication::cpu_ns_so_far(std::uint32_t slot) const {
  const Instance& instance = instances_[slot];
  if (!instance.shared) return static_cast<double>(instance.running_sum + std::int64_t{instance.running} * now_ns());
  SharedCores at = shared_[slot];
  at.advance(now_ns(), lives_[slot].stretch, instance.paused);
  return at.used_ns;
}

// Consumed since the instance was created.
double Replication::cpu_ns(const Instance& instance, std::uint32_t slot) {
  if (instance.shared) {
    if (instance.state != Instance::State::kAbsent)
      shared_[slot].advance(now_ns(), more(instance).stretch, instance.paused);
    return shared_[slot].used_ns;
  }
  return static_cast<double>(instance.running_sum + std::int64_t{instance.running} * now_ns());
}

}  // namespace windtunnel
