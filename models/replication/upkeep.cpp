// What proxies do besides placing requests: the health of instances, what these report, what probes find.

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::begin_upkeep(Service& service) {
  const BalancingParams& params = service.params->balancing;
  const LoadBalancerParams& policy = *service.params->balancer;
  Balancing& b = *service.balancing;
  b.heeds_changes = params.outlier_detection || params.failure_limit || params.health_checks;
  if (params.refresh) every(service, "/refresh", *params.refresh, &Replication::refresh_counts);
  if (params.outlier_detection)
    every(service, "/outliers", params.outlier_detection->interval, &Replication::sweep_outliers);
  if (params.health_checks)
    every(service, "/health_checks", params.health_checks->interval, &Replication::check_health);
  b.reports = policy.report_period().has_value();
  if (b.reports)
    sim_.after(*policy.report_period(),
               [this, &service] { report_loads(service, *service.params->balancer->report_period()); });
  b.probed = policy.probes();
  if (!b.probed) return;
  b.held_by = [this, &service](std::uint32_t number) -> std::optional<std::uint32_t> {
    if (gone(*service.balancing, number)) return {};
    return service.outstanding[instances_[service.balancing->slot_of[number]].position];
  };
  for (Proxy& proxy : b.proxies) proxy.may_probe(b);
}

// Each proxy at a phase of its own, as they were not started together.
void Replication::every(Service& service, const char* stream, Duration period,
                        void (Replication::*action)(Service&, std::size_t)) {
  Stream phases = streams_.named(service.name + stream);
  for (std::size_t i = 0; i < service.balancing->proxies.size(); ++i) {
    const double phase = phases.uniform();
    sim_.after(from_seconds(to_seconds(period) * phase),
               [this, &service, i, period, action] { repeat(service, i, period, action); });
  }
}

void Replication::repeat(Service& service, std::size_t proxy, Duration period,
                         void (Replication::*action)(Service&, std::size_t)) {
  (this->*action)(service, proxy);
  sim_.after(period, [this, &service, proxy, period, action] { repeat(service, proxy, period, action); });
}

void Replication::refresh_counts(Service& service, std::size_t proxy) { service.balancing->proxies[proxy].refresh(); }

// --- health
// ------------------------------------------------------------------------------------------------------------------

void Replication::sweep_outliers(Service& service, std::size_t proxy) {
  service.balancing->proxies[proxy].sweep(sim_.now());
  tell_changes(service, proxy);
}

// One that is there and runs answers at once; a paused one if its pause ends in time.
void Replication::check_health(Service& service, std::size_t proxy) {
  const Balancing& b = *service.balancing;
  for (const std::uint32_t number : b.proxies[proxy].known()) {
    const bool absent = gone(b, number);
    if (absent || !instances_[b.slot_of[number]].paused) {
      health_checked(service, proxy, number, !absent);
      continue;
    }
    sim_.after(service.params->balancing.health_checks->timeout, [this, &service, proxy, number] {
      const Balancing& then = *service.balancing;
      health_checked(service, proxy, number, !gone(then, number) && !instances_[then.slot_of[number]].paused);
    });
  }
}

void Replication::health_checked(Service& service, std::size_t proxy, std::uint32_t number, bool passed) {
  service.balancing->proxies[proxy].checked(number, passed);
  if (service.balancing->proxies[proxy].has_changes()) tell_changes(service, proxy);
}

void Replication::tell_changes(Service& service, std::size_t proxy) {
  Balancing& b = *service.balancing;
  for (const HealthChange& change : b.proxies[proxy].take_changes()) {
    b.counted.left_out += change.healthy ? 0 : 1;
    const std::string who = b.proxies.size() == 1 ? "the balancer" : "balancer " + std::to_string(proxy);
    decide(service, change.healthy ? "host_returned" : "host_left_out",
           who + (change.healthy ? " uses instance " : " leaves out instance ") + std::to_string(change.number) +
               (change.healthy ? " again: " : ": ") + change.why,
           {{"instance", change.number}, {"balancer", static_cast<double>(proxy)}});
  }
  flush_to_proxies_soon(service);
}

// --- reports
// -----------------------------------------------------------------------------------------------------------------

// Of a core that it may use, or of one for each of its threads.
void Replication::report_loads(Service& service, Duration period) {
  Balancing& b = *service.balancing;
  const auto& limit = service.params->instance.resources.limits.cpu;
  const bool counted = service.threads[0] != kNone;
  const double cores = limit ? limit->cores : counted ? static_cast<double>(service.threads[0]) : 1.0;
  const double seconds = to_seconds(period);
  for (std::uint32_t position = 0; position < service.ready; ++position) {
    const std::uint32_t slot = service.slot_at[position], number = lives_[slot].serial;
    Balancing::OfBackend& backend = b.backends.of(number);
    const double cpu = cpu_ns_so_far(slot);
    LoadReport report;
    report.utilization = ns_to_seconds(cpu - std::exchange(backend.cpu_seen, cpu)) / (seconds * cores);
    report.requests_per_second = static_cast<double>(std::exchange(backend.answered, 0)) / seconds;
    report.errors_per_second = static_cast<double>(std::exchange(backend.failed, 0)) / seconds;
    for (Proxy& proxy : b.proxies) proxy.reported(number, report, sim_.now());
  }
  sim_.after(period, [this, &service, period] { report_loads(service, period); });
}

// --- figures
// -----------------------------------------------------------------------------------------------------------------

void Replication::write_balancing(Record& record, const Service& service) {
  const BalancingParams& params = service.params->balancing;
  const Balancing& b = *service.balancing;
  const auto put = [&](const std::string& name, const std::string& unit, double value) {
    record.values.push_back({service.name + "." + name, unit, value});
  };
  const auto share = [](std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
  };
  if (b.heeds_changes) put("balancing.left_out", "count", static_cast<double>(b.counted.left_out));
  if (params.zone_routing) put("balancing.other_zone", "share", share(b.counted.other_zone, b.counted.placed));
  if (b.queues) {
    put("balancing.waited", "count", static_cast<double>(b.counted.waited));
    put("balancing.queue_timeouts", "count", static_cast<double>(b.counted.timed_out));
  }
  if (b.sessions.empty()) return;
  std::uint64_t begun = 0, lost = 0;
  for (const auto& sessions : b.sessions) {
    begun += sessions->begun();
    lost += sessions->lost();
  }
  put("balancing.sessions_begun", "count", static_cast<double>(begun));
  put("balancing.sessions_lost", "count", static_cast<double>(lost));
}

}  // namespace windtunnel
