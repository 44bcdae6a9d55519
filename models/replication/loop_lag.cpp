// How late event loops are: a callback that is due now and waits for its loop, behind all that wait already. Each probe
// is one such; it takes no time itself. Only for services that ask for it.

#include <limits>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::begin_lag_probes(Service& service, std::uint32_t slot) {
  service.lag->of[slot] = {};
  for (std::uint32_t k = 0; k < service.processes; ++k) service.lag->waiting[station_id(slot, k)] = {};
  sim_.schedule(now_ns() + service.lag->every, kLagProbe, slot, lives_[slot].life);
}

// Probes keep their times however late the loop is: a timer that is set anew when it has fired sees a long delay once,
// where so many callbacks have suffered it.
void Replication::probe_lag(std::uint32_t slot, std::uint32_t life) {
  if (lives_[slot].life != life) return;
  Service& service = *services_[instances_[slot].service];
  LoopLag& lag = *service.lag;
  sim_.schedule(now_ns() + lag.every, kLagProbe, slot, life);
  for (std::uint32_t k = 0; k < service.processes; ++k) {
    const std::uint32_t id = station_id(slot, k);
    LoopLag::Waiting& waiting = lag.waiting[id];
    if (waiting.count == 0) waiting.first = now_ns();
    ++waiting.count;
    const Station& station = station_at(id);
    if (station.busy < station.threads) loop_is_free(service, id);
  }
}

// A thread of the station has nothing to do but to take what is next.
void Replication::loop_is_free(Service& service, std::uint32_t station_index) {
  const Station& station = station_at(station_index);
  if (station.role != 0 || instances_[station.instance].paused || station.busy >= station.threads) return;
  if (service.idle_processes && station.waiting == 0)
    service.idle_processes->of[station_index].since = ++service.idle_processes->times;
  if (service.shedder) fire_lag_timer(service, station_index);
  if (!service.lag) return;
  const auto found = service.lag->waiting.find(station_index);
  if (found == service.lag->waiting.end()) return;
  LoopLag::OfInstance& of = service.lag->of[station.instance];
  LoopLag::Waiting& waiting = found->second;
  while (waiting.count > 0 && (station.queue.empty() || pool_[station.queue.head].until > waiting.first)) {
    ++of.probes;
    of.sum += now_ns() - waiting.first;
    if (waiting.first >= measure_from_) service.lag->bin.record(now_ns() - waiting.first);
    waiting.first += service.lag->every;
    --waiting.count;
  }
}

// Whoever has waited least, of those that wait; one that has taken something at this very moment does not any more.
// Where all are busy, the one with the shortest line, the first of equals: it will be the first to ask the socket.
std::uint32_t Replication::last_idle_process(Service& service, const Instance& instance) {
  IdleProcesses& idle = *service.idle_processes;
  const auto slot = static_cast<std::uint32_t>(&instance - instances_.data());
  std::uint32_t best = kNone, shortest = 0;
  for (std::uint32_t k = 0; k < service.processes; ++k) {
    const std::uint32_t id = station_id(slot, k);
    const Station& station = station_at(id);
    const IdleProcesses::Process& process = idle.of[id];
    if (station_at(station_id(slot, shortest)).waiting > station.waiting) shortest = k;
    if (station.busy > 0 || process.taken == now_ns()) continue;
    if (best == kNone || process.since > idle.of[station_id(slot, best)].since) best = k;
  }
  if (best == kNone) best = shortest;
  idle.of[station_id(slot, best)].taken = now_ns();
  return best;
}

void Replication::write_lag(Record& record, const Service& service) {
  const double loops = service.total.alive * static_cast<double>(service.processes) * service.threads[0];
  record.values.push_back({service.name + ".loop.utilization", "share",
                           loops > 0 ? service.total.busy[0] / loops : std::numeric_limits<double>::quiet_NaN()});
  // Those that still wait have waited so long at least: without them the worst would be missing.
  Histogram all = service.lag->lag;
  for (const auto& [station, waiting] : service.lag->waiting)
    for (std::uint64_t i = 0; i < waiting.count; ++i) {
      const std::int64_t due = waiting.first + static_cast<std::int64_t>(i) * service.lag->every;
      if (due >= measure_from_ && station_at(station).instance != kNone) all.record(now_ns() - due);
    }
  write_times(record, service.name + ".loop.lag", all);
}

}  // namespace windtunnel
