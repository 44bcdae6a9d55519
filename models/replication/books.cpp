// Counting, the identities that every run must obey, series and the record of one replication.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "models/replication/edge.hpp"
#include "models/replication/jobs.hpp"
#include "models/replication/nodes.hpp"
#include "models/replication/operations.hpp"
#include "models/replication/pools.hpp"
#include "models/replication/queues.hpp"
#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"

namespace windtunnel {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

constexpr double kMonthSeconds = 730 * 3600.0;

double ratio(double a, double b) { return b == 0 ? kNaN : a / b; }

double share_beyond(double free, double used) { return used > free ? (used - free) / used : 0; }

struct NamedQuantile {
  const char* name;
  double p;
};
constexpr NamedQuantile kQuantiles[] = {{"p50", .5}, {"p90", .9}, {"p95", .95}, {"p99", .99}, {"p99.9", .999}};

}  // namespace

void Replication::begin_measuring() {
  begin_measuring_operations();
  begin_measuring_waste();
  for (const auto& owned : services_) {
    Service& s = *owned;
    if (s.replica_set) begin_measuring_replicas(s);
    if (s.first) begin_measuring_first(s);
    gather(s);
    s.total = {};
    s.in_system_exact = 0;
    s.residence = 0;
    s.cpu_steps = 0;
    s.memory_peak = 0;
    if (s.balancing) {
      s.balancing->counted = {};
      for (const auto& sessions : s.balancing->sessions) sessions->count_anew();
    }
    for (const std::uint32_t slot : s.slot_at) s.memory_peak = std::max(s.memory_peak, memory_bytes(s, slot));
    if (s.vertical) s.vertical->requested_total = s.vertical->shared_total = 0;
    begin_sizing(s);
    if (s.quota) begin_measuring_quota(s);
    if (pools_) begin_connections(s);
    if (s.edge) begin_edge(s);
    s.pause_square_ns2 = 0;
    if (s.held) s.held->restart(sim_.now());
    s.ready_least = s.ready_most = s.ready;
    s.alive_most = static_cast<std::int64_t>(s.slot_at.size());
    s.series = {};
    s.series.service = s.name;
    s.series.resolution_s = to_seconds(scenario_.metrics.resolution);
    if (narrated_)
      s.series.columns = {{"arrivals_per_s", "1/s", {}},     {"throughput_per_s", "1/s", {}},
                          {"losses_per_s", "1/s", {}},       {"latency_p50_s", "s", {}},
                          {"latency_p95_s", "s", {}},        {"latency_p99_s", "s", {}},
                          {"utilization", "share", {}},      {"cpu_utilization_of_request", "share", {}},
                          {"queue_length", "count", {}},     {"in_flight", "count", {}},
                          {"replicas_desired", "count", {}}, {"replicas_current", "count", {}},
                          {"replicas_ready", "count", {}}};
  }
  if (node_cpu_) begin_measuring_node_cpu();
  if (nodes_) {
    for (const auto& s : services_)
      if (narrated_) s->series.columns.push_back({"replicas_pending", "count", {}});
    nodes_->begin_measuring();
  }
  if (queues_) queues_->begin_measuring();
  for (const auto& s : services_)
    if (narrated_ && s->limit_adapts()) s->series.columns.push_back({"concurrency_limit", "count", {}});
  for (const auto& s : services_)
    if (narrated_ && caches_) begin_cache_series(*s);
  for (const auto& s : services_) {
    if (narrated_ && s->lag)
      for (const char* name : {"loop_lag_mean_s", "loop_lag_max_s"}) s->series.columns.push_back({name, "s", {}});
    if (narrated_ && pools_ && pools_->kinds_of[s->index] > 0)
      s->series.columns.push_back({"waiting_for_connection", "count", {}});
    if (narrated_ && pools_ && pools_->accepted[s->index].any)
      s->series.columns.push_back({"connections", "count", {}});
    if (narrated_ && s->edge)
      for (const char* name : {"connections", "instances_without_connection"})
        s->series.columns.push_back({name, "count", {}});
  }
  begin_operations_series();
  last_point_ = now_ns();
  schedule_series_point();
}

void Replication::schedule_series_point() {
  const std::int64_t next =
      measure_from_ + static_cast<std::int64_t>(points_ + 1) * scenario_.metrics.resolution.count();
  if (next > end_) return;
  sim_.at(Time{next}, [this] {
    series_point();
    schedule_series_point();
  });
}

void Replication::gather(Service& s) {
  const Time now = sim_.now();
  const std::int64_t in_system = s.in_system.take_integral(now);
  s.in_system_exact += static_cast<std::uint64_t>(in_system);
  double cpu = s.gone_cpu_ns;
  for (const std::uint32_t slot : s.slot_at) cpu += cpu_ns(instances_[slot], slot);
  const std::int64_t on_io = s.on_io.take_integral(now);
  const std::int64_t busy[] = {s.busy[0].take_integral(now), s.busy[1].take_integral(now),
                               s.busy[2].take_integral(now)};
  Service::Integrals& bin = s.bin;
  bin.in_system = static_cast<double>(in_system);
  bin.waiting = static_cast<double>(s.unserved(in_system, busy[0], busy[1] + busy[2], on_io));
  bin.on_io = static_cast<double>(on_io);
  bin.alive = static_cast<double>(s.alive.take_integral(now));
  bin.ready = static_cast<double>(s.ready_time.take_integral(now));
  bin.none_ready = static_cast<double>(s.none_ready.take_integral(now));
  bin.idle = static_cast<double>(s.idle_time.take_integral(now));
  for (std::size_t role : {0u, 1u, 2u}) bin.busy[role] = static_cast<double>(busy[role]);
  if (s.vertical) {
    Vertical& v = *s.vertical;
    v.requested_bin = static_cast<double>(v.millicores_requested.take_integral(now));
    v.shared_bin = static_cast<double>(v.millicores_shared.take_integral(now));
    v.requested_total += v.requested_bin;
    v.shared_total += v.shared_bin;
  }
  if (pools_) gather_connections(s);
  if (s.edge) gather_edge(s);
  bin.cpu = cpu - s.cpu_taken;
  s.cpu_taken = cpu;
  s.total.in_system += bin.in_system;
  s.total.waiting += bin.waiting;
  s.total.on_io += bin.on_io;
  s.total.alive += bin.alive;
  s.total.ready += bin.ready;
  s.total.none_ready += bin.none_ready;
  s.total.idle += bin.idle;
  for (std::size_t role : {0u, 1u, 2u}) s.total.busy[role] += bin.busy[role];
  s.total.cpu += bin.cpu;
}

// Busy threads over threads of the instances in being; used cores over cores where requests share them, as the places
// that a concurrency limit gives out there are no threads.
double Replication::utilization(const Service& s, std::size_t role, double busy, double alive, double cpu,
                                double cores) {
  if (role == 0 && s.params->instance.runtime->kind == Runtime::Kind::kProcessorSharing) return ratio(cpu, cores);
  const double threads = static_cast<double>(s.threads[role]) * (role == 1 ? 1 : s.processes);
  return ratio(busy, alive * threads);
}

void Replication::series_point() {
  const auto bin_ns = static_cast<double>(now_ns() - last_point_);
  const double bin_s = ns_to_seconds(bin_ns);
  last_point_ = now_ns();
  ++points_;
  check_conservation();
  if (nodes_) {
    nodes_->check();
    nodes_->gather();
    nodes_->series_point(bin_s * 1e9);
  }
  if (queues_) {
    queues_->check();
    queues_->series_point();
  }
  if (jobs_) jobs_->check();
  for (const auto& owned : services_) {
    Service& s = *owned;
    gather(s);
    std::uint64_t arrived = 0, completed = 0, lost = 0;
    constexpr double kShown[] = {.5, .95, .99};
    double latency[] = {kNaN, kNaN, kNaN};
    if (narrated_ && s.kinds > 1) {
      s.bin_latency.clear();
      for (const RequestKind& kind : kinds_)
        if (kind.service == s.index) s.bin_latency.merge(kind.bin_latency);
      s.bin_latency.quantiles(kShown, latency);
    }
    for (RequestKind& kind : kinds_) {
      if (kind.service != s.index) continue;
      arrived += kind.arrived;
      for (std::size_t i = 0; i < kOutcomes; ++i) (i == 0 ? completed : lost) += kind.outcomes[i];
      if (narrated_ && s.kinds == 1) kind.bin_latency.quantiles(kShown, latency);
      kind.latency.merge(std::move(kind.bin_latency));
    }
    if (narrated_ && bin_s > 0) {
      const double request = s.params->instance.resources.requests.cpu.value_or(Cpu{0}).cores;
      const double requested = s.vertical ? s.vertical->requested_bin / 1000 : s.bin.ready * request;
      const double cores = s.vertical ? s.vertical->shared_bin / 1000 : s.bin.alive * s.cores;
      std::vector<double> row = {
          static_cast<double>(arrived - s.arrived_taken) / bin_s,
          static_cast<double>(completed - s.completed_taken) / bin_s,
          static_cast<double>(lost - s.lost_taken) / bin_s,
          ns_to_seconds(latency[0]),
          ns_to_seconds(latency[1]),
          ns_to_seconds(latency[2]),
          utilization(s, 0, s.bin.busy[0], s.bin.alive, s.bin.cpu, cores),
          requested > 0 || request > 0 ? ratio(s.bin.cpu, requested) : kNaN,
          s.bin.waiting / bin_ns,
          s.bin.in_system / bin_ns,
          static_cast<double>(s.admission == Service::Admission::kOnDemand ? live(s) : s.spec_replicas),
          static_cast<double>(s.slot_at.size()),
          static_cast<double>(s.ready)};
      if (nodes_) row.push_back(nodes_->pending_in_bin_ns(s) / bin_ns);
      if (s.limit_adapts()) row.push_back(concurrency_limit_of(s));
      if (caches_) cache_series_point(s, row);
      if (s.lag) {
        const bool none = s.lag->bin.count() == 0;
        row.push_back(none ? kNaN : ns_to_seconds(s.lag->bin.mean()));
        row.push_back(none ? kNaN : ns_to_seconds(static_cast<double>(s.lag->bin.max())));
      }
      if (pools_ && pools_->kinds_of[s.index] > 0) row.push_back(pools_->waiting_bin(s) / bin_ns);
      if (pools_ && pools_->accepted[s.index].any) row.push_back(pools_->accepted[s.index].bin / bin_ns);
      if (s.edge) {
        row.push_back(edge_->door(s).bin.open / bin_ns);
        row.push_back(edge_->door(s).bin.without / bin_ns);
      }
      if (operations_) operations_series_point(s, bin_ns, row);
      s.series.times_s.push_back(ns_to_seconds(static_cast<double>(now_ns() - measure_from_)));
      for (std::size_t i = 0; i < s.series.columns.size(); ++i) s.series.columns[i].values.push_back(row[i]);
    }
    if (s.lag) s.lag->lag.merge(std::move(s.lag->bin));
    s.arrived_taken = arrived;
    s.completed_taken = completed;
    s.lost_taken = lost;
  }
}

// --- identities
// ----------------------------------------------------------------------------------------------------------------

void Replication::check_conservation() const {
  for (const RequestKind& kind : kinds_) {
    const std::uint64_t ended = std::accumulate(kind.outcomes.begin(), kind.outcomes.end(), std::uint64_t{0});
    if (kind.arrived != ended + kind.in_flight)
      throw InvariantError("conservation of requests is broken at " + std::to_string(to_seconds(sim_.now())) +
                           " s: " + kind.origin + "/" + kind.class_name + " arrived " + std::to_string(kind.arrived) +
                           ", ended " + std::to_string(ended) + ", in flight " + std::to_string(kind.in_flight));
  }
  for (const auto& s : services_)
    if (s->arrived_all - s->left_all != static_cast<std::uint64_t>(s->in_system.value()))
      throw InvariantError("service " + s->name + " has lost count of its requests at " +
                           std::to_string(to_seconds(sim_.now())) + " s");
  check_operations();
}

// Little's law on the sample path, exactly: the integral of the number in system is the sum of the times spent in it.
// And no thread works more than all the time.
void Replication::check_identities(const Service& s) const {
  std::uint64_t residence = s.residence;
  std::int64_t present = 0;
  for (std::uint32_t r = 0; r < pool_.size(); ++r) {
    const Request& request = pool_.at(r);
    if (request.state() == Request::State::kFree || kinds_[request.kind].service != s.index) continue;
    ++present;
    residence += static_cast<std::uint64_t>(now_ns() - std::max(request.arrived, measure_from_));
  }
  if (present != s.in_system.value())
    throw InvariantError("service " + s.name + " counts " + std::to_string(s.in_system.value()) +
                         " requests in it and holds " + std::to_string(present));
  if (residence != s.in_system_exact)
    throw InvariantError("Little's law is broken at service " + s.name + ": " + std::to_string(residence) +
                         " ns spent in it by requests, " + std::to_string(s.in_system_exact) + " counted over time");
  for (std::size_t role : {0u, 1u, 2u}) {
    if (s.threads[role] == kNone) continue;
    const double capacity = s.total.alive * static_cast<double>(s.threads[role]) * (role == 1 ? 1 : s.processes);
    if (s.total.busy[role] > capacity * (1 + 1e-9))
      throw InvariantError("threads of service " + s.name + " were busy for longer than they were there");
  }
}

// --- the record
// ----------------------------------------------------------------------------------------------------------------

Record Replication::finish() {
  if (now_ns() > last_point_ || points_ == 0) series_point();
  check_conservation();
  charge_all(kNone);
  Record record;
  if (edge_) check_edge();
  for (const auto& owned : services_) {
    if (owned->autoscaler) owned->autoscaler->run_ends();
    check_identities(*owned);
    check_waste(*owned);
    if (owned->price != nullptr) bill_what_still_runs(*owned);
    write_service(record, *owned);
    if (jobs_ && jobs_->has(*owned)) jobs_->write(record, *owned);
    write_sizing(record, *owned);
    if (narrated_) record.series.push_back(std::move(owned->series));
  }
  const auto asked = [](const RequestKind& kind) { return !kind.handshake; };
  if (std::count_if(kinds_.begin(), kinds_.end(), asked) > 1)
    for (const RequestKind& kind : kinds_)
      if (asked(kind)) write_kind(record, kind);
  write_operations(record);
  if (queues_) queues_->write(record);
  if (nodes_) nodes_->write(record);
  write_cost(record);
  for (RequestKind& kind : kinds_)
    if (asked(kind))
      record.classes.push_back(
          {kind.arrived, kind.outcomes, kind.in_flight, std::move(kind.latency), std::move(kind.wait_time)});
  record.decisions = std::move(decisions_);
  return record;
}

void Replication::write_cost(Record& record) {
  const Cost& cost = scenario_.cost;
  const double measured_s = to_seconds(scenario_.horizon);
  double instances = 0, compute = 0, executions = 0, gb_seconds = 0, count = 0, requests = 0;
  for (const auto& s : services_) {
    const auto price = cost.per_instance_hour.find(s->name);
    if (price != cost.per_instance_hour.end()) instances += price->second * ns_to_seconds(billed_ns(*s)) / 3600;
    if (s->price == nullptr) continue;
    compute += s->price->per_gb_second * s->gb_seconds();
    executions += s->price->per_million_requests * static_cast<double>(s->executions) / 1e6;
    gb_seconds += s->gb_seconds();
    count += static_cast<double>(s->executions);
  }
  // One allowance for all functions: each gets the same share of what it uses.
  const double months = measured_s / kMonthSeconds;
  compute *= share_beyond(cost.free_tier.gb_seconds * months, gb_seconds);
  executions *= share_beyond(cost.free_tier.requests * months, count);
  requests = executions;
  for (const RequestKind& kind : kinds_) requests += cost.per_request * static_cast<double>(kind.arrived);

  double crossings = 0;
  for (const auto& s : services_)
    if (s->crossings) crossings += s->crossings->price * static_cast<double>(s->crossings->crossed);
  double total = instances + compute + requests + crossings;
  const auto put = [&](const char* name, double value) { record.values.push_back({name, cost.currency, value}); };
  put("cost.instances", instances);
  if (!cost.functions.empty()) put("cost.compute", compute);
  put("cost.requests", requests);
  if (cost.cross_zone) put("cost.cross_zone", crossings);
  if (nodes_) {
    total += nodes_->cost();
    put("cost.nodes", nodes_->cost());
  }
  put("cost.total", total);
  record.values.push_back({"cost.per_hour", cost.currency + "/h", ratio(total, measured_s / 3600)});
}

// Of its instances, in the measured time: those that wait for a node cost nothing.
double Replication::billed_ns(const Service& s) const {
  return s.total.alive - (nodes_ ? nodes_->pending_ns(s) : 0) + s.minimum_missed_ns;
}

// An execution is billed when it has ended, as it stands when the run does; those that arrived in the measured time.
void Replication::bill_execution(Service& service, const Request& request) {
  if (request.started < 0) return;
  InstanceLife& life = lives_[request.instance];
  std::int64_t ran = now_ns() - request.started;
  if (!std::exchange(life.executed, true) && service.price->bill_startup)
    ran += (life.ready_since - life.running_since).count();
  if (!request.is(Request::kMeasured)) return;
  ++service.executions;
  service.billed_ns += static_cast<double>(service.price->billed_ns(ran));
}

void Replication::bill_what_still_runs(Service& service) {
  for (std::uint32_t r = 0; r < pool_.size(); ++r) {
    const Request& request = pool_.at(r);
    if (request.state() == Request::State::kFree || kinds_[request.kind].service != service.index) continue;
    if (request.instance != kNone) bill_execution(service, request);
  }
}

void Replication::write_times(Record& record, const std::string& prefix, const Histogram& h) {
  record.values.push_back({prefix + ".mean", "s", ns_to_seconds(h.mean())});
  record.values.push_back({prefix + ".sd", "s", ns_to_seconds(std::sqrt(h.variance()))});
  double shares[std::size(kQuantiles)], values[std::size(kQuantiles)];
  for (std::size_t i = 0; i < std::size(kQuantiles); ++i) shares[i] = kQuantiles[i].p;
  h.quantiles(shares, values);
  for (std::size_t i = 0; i < std::size(kQuantiles); ++i)
    record.values.push_back({prefix + "." + kQuantiles[i].name, "s", ns_to_seconds(values[i])});
  record.values.push_back({prefix + ".max", "s", h.count() == 0 ? kNaN : ns_to_seconds(static_cast<double>(h.max()))});
}

void Replication::write_service(Record& record, Service& s) {
  const auto ns = static_cast<double>(scenario_.horizon.count());
  const double seconds = ns_to_seconds(ns);
  std::uint64_t arrived = 0;
  std::array<std::uint64_t, kOutcomes> outcomes{};
  Histogram latency, wait;
  for (const RequestKind& kind : kinds_) {
    if (kind.service != s.index) continue;
    arrived += kind.arrived;
    for (std::size_t i = 0; i < kOutcomes; ++i) outcomes[i] += kind.outcomes[i];
    latency.merge(kind.latency);
    wait.merge(kind.wait_time);
  }
  const auto put = [&](const std::string& name, const std::string& unit, double value) {
    record.values.push_back({s.name + "." + name, unit, value});
  };
  const auto ended = static_cast<double>(std::accumulate(outcomes.begin(), outcomes.end(), std::uint64_t{0}));
  put("arrival_rate", "1/s", static_cast<double>(arrived) / seconds);
  put("throughput", "1/s", static_cast<double>(outcomes[0]) / seconds);
  put("success_ratio", "share", ratio(static_cast<double>(outcomes[0]), ended));
  put("unwanted", "1/s", static_cast<double>(s.unwanted) / seconds);
  write_times(record, s.name + ".latency", latency);
  write_times(record, s.name + ".wait_time", wait);
  const auto waits = static_cast<double>(wait.count());
  put("wait_time.share_waited", "share", ratio(waits - static_cast<double>(wait.count_at(0)), waits));
  const double cores = s.vertical ? s.vertical->shared_total / 1000 : s.total.alive * s.cores;
  put("utilization", "share", utilization(s, 0, s.total.busy[0], s.total.alive, s.total.cpu, cores));
  const double request = s.params->instance.resources.requests.cpu.value_or(Cpu{0}).cores;
  const double requested = s.vertical ? s.vertical->requested_total / 1000 : s.total.ready * request;
  if (request > 0 || s.vertical) put("cpu_utilization_of_request", "share", ratio(s.total.cpu, requested));
  put("cpu_cores", "count", s.total.cpu / ns);
  write_waste(record, s);
  put("number_in_system.mean", "count", s.total.in_system / ns);
  put("queue_length.mean", "count", s.total.waiting / ns);
  put("io_in_flight.mean", "count", s.total.on_io / ns);
  put("cpu_steps", "1/s", static_cast<double>(s.cpu_steps) / seconds);
  if (s.threads[1] > 0) {
    put("worker.utilization", "share", utilization(s, 1, s.total.busy[1], s.total.alive, 0, 0));
    write_times(record, s.name + ".worker.wait_time", s.worker_wait);
    const auto steps = static_cast<double>(s.worker_wait.count());
    put("worker.share_waited", "share", ratio(steps - static_cast<double>(s.worker_wait.count_at(0)), steps));
    put("worker.service_time.mean", "s", ratio(ns_to_seconds(s.total.busy[1]), steps));
  }
  if (s.threads[2] > 0) {
    put("thread_pool.utilization", "share", utilization(s, 2, s.total.busy[2], s.total.alive, 0, 0));
    write_times(record, s.name + ".thread_pool.wait_time", s.pool_wait);
    const auto steps = static_cast<double>(s.pool_wait.count());
    put("thread_pool.share_waited", "share", ratio(steps - static_cast<double>(s.pool_wait.count_at(0)), steps));
  }
  if (s.pause_every) put("pause.lag_mean", "s", ns_to_seconds(ratio(s.pause_square_ns2 / 2, s.total.alive)));
  if (s.held) {
    s.held->finish(sim_.now());
    put("number_in_system.variance", "count", s.held->variance());
    for (std::int64_t n = 1; n <= 100; ++n)
      put("number_in_system.share_at_least." + std::to_string(n), "share", s.held->share_at_least(n));
  }
  put("replicas.mean", "count", s.total.alive / ns);
  put("replicas.max", "count", static_cast<double>(s.alive_most));
  put("replicas.ready_mean", "count", s.total.ready / ns);
  put("replicas.ready_min", "count", static_cast<double>(s.ready_least));
  put("replicas.ready_max", "count", static_cast<double>(s.ready_most));
  put("instance_hours", "h", ns_to_seconds(s.total.alive) / 3600);
  if (scenario_.cost.minimum_instance_time > Duration::zero())
    put("billed_hours", "h", ns_to_seconds(billed_ns(s)) / 3600);
  if (s.price != nullptr) {
    put("executions", "count", static_cast<double>(s.executions));
    put("gb_seconds", "GB s", s.gb_seconds());
  }
  put("cold_starts", "count", static_cast<double>(s.cold_starts));
  if (s.admission == Service::Admission::kOnDemand) {
    put("cold_requests", "share", ratio(static_cast<double>(s.cold_requests), static_cast<double>(arrived)));
    put("loads_ahead", "count", static_cast<double>(s.loads_ahead));
    put("idle_hours", "h", ns_to_seconds(s.total.idle) / 3600);
    put("none_ready_time", "share", s.total.none_ready / ns);
  }
  if (s.params->instance.memory) {
    put("memory_peak", "B", s.memory_peak);
    put("oom_kills", "count", static_cast<double>(s.oom_kills));
  }
  if (s.quota) write_quota(record, s);
  if (node_cpu_) write_node_cpu(record, s);
  if (s.lag) write_lag(record, s);
  if (s.collector) write_heap(record, s);
  if (pools_) write_connections(record, s);
  if (s.edge) write_edge(record, s);
  if (s.balancing) write_balancing(record, s);
  if (s.crossings) write_crossings(record, s);
  if (s.replica_set) write_replicas(record, s);
  if (s.first) write_first(record, s);
  if (caches_) write_caches(record, s);
  if (s.vertical) write_vertical(record, s);
  if (nodes_) nodes_->write_service(record, s);
  const auto can_happen = [this, &s](Outcome how) {
    switch (how) {
      case Outcome::kFailedOutOfMemory:
        return s.params->instance.memory.has_value();
      case Outcome::kRejectedRateLimited:
      case Outcome::kRejectedConcurrencyLimit:
      case Outcome::kRejectedQueueDelay:
        return s.control || s.lines || s.sheds;
      case Outcome::kFailedError:
        return s.errs;
      case Outcome::kFailedPoolTimeout:
      case Outcome::kFailedConnectionRefused:
        return pools_ && pools_->kinds_of[s.index] > 0;
      case Outcome::kFailedHeapLimit:
        return s.collector != nullptr;
      default:
        return true;
    }
  };
  for (std::size_t i = 1; i < kOutcomes; ++i)
    if (can_happen(static_cast<Outcome>(i)))
      put("loss." + std::string(kOutcomeNames[i]), "share", ratio(static_cast<double>(outcomes[i]), ended));
  if (!s.autoscaler) return;
  for (const Figure& figure : s.autoscaler->figures()) {
    put(figure.name, figure.unit, figure.value);
    record.figures.push_back(record.values.size() - 1);
  }
}

void Replication::write_vertical(Record& record, const Service& s) {
  const Vertical& v = *s.vertical;
  const auto put = [&](const std::string& name, const std::string& unit, double value) {
    record.values.push_back({s.name + ".vertical." + name, unit, value});
  };
  const vpa::Amounts nothing;
  const vpa::Amounts& target = v.recommendation ? v.recommendation->target : nothing;
  if (v.policy.controls("cpu")) put("target_cpu", "cores", target.cpu.value_or(kNaN));
  if (v.policy.controls("memory")) put("target_memory", "B", target.memory.value_or(kNaN));
  put("cpu_requested", "cores", v.requested_total / 1000 / static_cast<double>(scenario_.horizon.count()));
  put("evictions", "count", static_cast<double>(v.evictions));
  put("resizes", "count", static_cast<double>(v.resizes));
}

void Replication::write_kind(Record& record, const RequestKind& kind) {
  const std::string prefix = kind.origin + (kind.class_name.empty() ? "" : "." + kind.class_name);
  const auto ended = static_cast<double>(std::accumulate(kind.outcomes.begin(), kind.outcomes.end(), std::uint64_t{0}));
  record.values.push_back(
      {prefix + ".arrival_rate", "1/s", static_cast<double>(kind.arrived) / to_seconds(scenario_.horizon)});
  record.values.push_back({prefix + ".success_ratio", "share", ratio(static_cast<double>(kind.outcomes[0]), ended)});
  write_times(record, prefix + ".latency", kind.latency);
  write_times(record, prefix + ".wait_time", kind.wait_time);
}

std::vector<ClassResult> Replication::class_names(const Scenario& scenario) {
  std::vector<ClassResult> out;
  for (const Traffic& traffic : scenario.traffic) {
    if (scenario.queues.contains(traffic.to)) continue;
    const auto add = [&](const std::string& name) {
      ClassResult c;
      c.traffic = traffic.name;
      c.request_class = name;
      c.service = traffic.to;
      out.push_back(std::move(c));
    };
    if (traffic.mix.empty()) add("");
    for (const auto& [name, share] : traffic.mix) add(name);
  }
  for (const Traffic& traffic : scenario.traffic) {
    if (!traffic.policy.retry && !traffic.policy.hedge) continue;
    const auto classes = static_cast<std::ptrdiff_t>(std::max<std::size_t>(1, traffic.mix.size()));
    const auto first =
        std::find_if(out.begin(), out.end(), [&](const ClassResult& c) { return c.traffic == traffic.name; });
    const std::vector<ClassResult> firsts(first, first + classes);
    for (ClassResult again : firsts) {
      again.request_class = retries_of(again.request_class);
      out.push_back(std::move(again));
    }
  }
  for (const Queues::HandlingKind& kind : Queues::handling_kinds(scenario)) {
    ClassResult c;
    c.traffic = kind.queue;
    c.request_class = kind.class_name;
    c.service = kind.consumer;
    out.push_back(std::move(c));
  }
  for (const CallEdge& edge : call_edges(scenario)) {
    ClassResult c;
    c.traffic = *edge.caller;
    c.request_class = edge.label();
    c.service = edge.callee->service;
    out.push_back(std::move(c));
  }
  for (const CallEdge& edge : call_edges(scenario)) {
    if (!edge.callee->policy.retry && !edge.callee->policy.hedge) continue;
    ClassResult c;
    c.traffic = *edge.caller;
    c.request_class = retries_of(edge.label());
    c.service = edge.callee->service;
    out.push_back(std::move(c));
  }
  return out;
}

}  // namespace windtunnel
