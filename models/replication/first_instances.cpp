// Figures of single instances: who got how much, where that is not alike.

#include "models/replication/first_instances.hpp"

#include <algorithm>
#include <limits>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {
namespace {

constexpr std::int64_t kMostHeld = 20;  // requests in an instance whose share of the time is told

}  // namespace

void Replication::first_instance_begins(Service& service, std::uint32_t slot) {
  FirstInstances& first = *service.first;
  if (lives_[slot].serial >= first.most) return;
  first.of.emplace_back().from = sim_.now();
  first.of.back().held.restart(sim_.now());
}

void Replication::first_instance_holds(Service& service, std::uint32_t slot) {
  const std::uint32_t serial = lives_[slot].serial;
  if (serial >= service.first->of.size()) return;
  service.first->of[serial].held.set(sim_.now(), service.outstanding[instances_[slot].position]);
}

void Replication::begin_measuring_first(Service& service) {
  for (const std::uint32_t slot : service.slot_at) {
    const std::uint32_t serial = lives_[slot].serial;
    if (serial >= service.first->of.size()) continue;
    service.first->of[serial].before = books_of(service, slot);
    service.first->of[serial].held.restart(sim_.now());
  }
}

void Replication::first_instance_ends(Service& service, std::uint32_t slot) {
  const std::uint32_t serial = lives_[slot].serial;
  if (serial >= service.first->of.size()) return;
  FirstInstances::OfInstance& own = service.first->of[serial];
  own.until = sim_.now();
  own.held.finish(sim_.now());
  own.at_end = books_of(service, slot);
}

InstanceBooks Replication::books_of(const Service& service, std::uint32_t slot) {
  const InstanceLife& life = lives_[slot];
  const std::int64_t holds = service.outstanding[instances_[slot].position];
  return {life.arrived, static_cast<double>(life.held_sum + holds * now_ns()), cpu_ns(instances_[slot], slot)};
}

void Replication::write_first(Record& record, Service& service) {
  FirstInstances& first = *service.first;
  for (const std::uint32_t slot : service.slot_at)
    if (lives_[slot].serial < first.of.size()) first_instance_ends(service, slot);
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const auto per = [](double value, double time) { return time > 0 ? value / time : kNaN; };
  for (std::size_t n = 0; n < first.most; ++n) {
    const FirstInstances::OfInstance& own = n < first.of.size() ? first.of[n] : first.nobody;
    const Time until = std::min(own.until, sim_.now());
    const auto ns = static_cast<double>((until - std::max(own.from, Time{measure_from_})).count());
    const auto put = [&](const std::string& name, const char* unit, double value) {
      record.values.push_back({service.name + ".instance." + std::to_string(n) + "." + name, unit, value});
    };
    put("arrival_rate", "1/s", per(static_cast<double>(own.at_end.arrived - own.before.arrived), ns * 1e-9));
    put("number_in_system.mean", "count", per(own.at_end.held - own.before.held, ns));
    put("cpu_cores", "count", per(own.at_end.cpu_ns - own.before.cpu_ns, ns));
    put("instance_hours", "h", ns > 0 ? ns_to_seconds(ns) / 3600 : 0);
    if (!first.keeps_law) continue;
    for (std::int64_t k = 1; k <= kMostHeld; ++k)
      put("number_in_system.share_at_least." + std::to_string(k), "share", own.held.share_at_least(k));
  }
}

}  // namespace windtunnel
