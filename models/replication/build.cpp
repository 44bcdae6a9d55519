// From a scenario to a deployment that stands: services with their first instances, sources, faults.

#include <algorithm>
#include <cassert>
#include <utility>

#include "models/replication/caches.hpp"
#include "models/replication/edge.hpp"
#include "models/replication/jobs.hpp"
#include "models/replication/node_cpu.hpp"
#include "models/replication/nodes.hpp"
#include "models/replication/operations.hpp"
#include "models/replication/pools.hpp"
#include "models/replication/queues.hpp"
#include "models/replication/service_runtime.hpp"
#include "models/replication/waste.hpp"
#include "models/workload/closed_loop.hpp"

namespace windtunnel {

Replication::Replication(const Scenario& scenario, std::uint64_t seed, std::uint64_t number, Observer* observer,
                         std::stop_token stop)
    : scenario_(scenario),
      streams_{seed, number},
      narrated_(number == 0),
      observer_(observer),
      stop_(std::move(stop)),
      zone_up_(std::max<std::size_t>(1, scenario.cluster.zones.size()), true),
      measure_from_(scenario.warmup.count()),
      end_((scenario.warmup + scenario.horizon).count()) {
  if (!scenario.cluster.nodes.empty()) nodes_ = std::make_unique<Nodes>(*this);
  if (scenario.cluster.node_cpu == NodeCpu::kShared) node_cpu_ = std::make_unique<NodeShares>();
  build_services();
  build_caches();
  build_sources();
  build_waste();
  if (nodes_) nodes_->begin();
  for (std::size_t i = 0; i < scenario.faults.size(); ++i) scenario.faults[i]->schedule(*this, i);
  // Measuring begins before anything else that happens at that instant; series points come after all that happens at
  // theirs.
  sim_.at(scenario.warmup, [this] { begin_measuring(); });
}

Replication::~Replication() = default;

double Replication::share_done() const {
  return end_ == 0 ? 1.0 : static_cast<double>(sim_.now_ns()) / static_cast<double>(end_);
}

void Replication::build_services() {
  for (const auto& [name, params] : scenario_.services) {
    auto owned = std::make_unique<Service>();
    Service& s = *owned;
    s.name = name;
    s.params = &params;
    s.index = static_cast<std::uint16_t>(services_.size());
    const auto price = scenario_.cost.functions.find(name);
    if (price != scenario_.cost.functions.end()) s.price = &price->second;
    s.balancer = params.balancer->make();
    s.balancer_words = std::make_unique<Stream>(streams_.named(name + "/balancer"));
    s.startup_words = std::make_unique<Stream>(streams_.named(name + "/startup"));
    if (params.autoscaler && params.autoscaler->prepared_startup() != nullptr)
      s.prepared_words = std::make_unique<Stream>(streams_.named(name + "/prepared_startup"));
    const InstanceParams& instance = params.instance;
    const auto& limit = instance.resources.limits.cpu;
    double threads_in_all = 0;
    s.threads = {1, 0, 0};
    switch (instance.runtime->kind) {
      case Runtime::Kind::kEventLoop: {
        const auto& loop = static_cast<const EventLoop&>(*instance.runtime);
        const auto processes = static_cast<std::uint32_t>(loop.processes);
        s.dispatch = loop.dispatch;
        s.processes = loop.dispatch == Dispatch::kShared ? 1 : processes;
        s.threads = {loop.dispatch == Dispatch::kShared ? processes : 1,
                     static_cast<std::uint32_t>(loop.worker_threads), 0};
        bool uses_pool = false;
        for (const auto& [request_class, steps] : params.work)
          for (const Step& step : steps) uses_pool = uses_pool || step.on == RunsOn::kThreadPool;
        // Where a request belongs to no process, all pools are one.
        if (uses_pool) s.threads[2] = static_cast<std::uint32_t>(loop.pool_threads * processes / s.processes);
        s.gated = instance.concurrency.has_value();
        if (loop.lag_probes) {
          s.lag = std::make_unique<LoopLag>();
          s.lag->every = loop.lag_probes->count();
          s.lag_probed = true;
          s.all_plain = false;  // a thread that goes on to the next request passes by its probes
        }
        if (params.admission.too_busy) build_shedder(s);
        if (s.processes > 1 && s.dispatch == Dispatch::kLastIdle) {
          s.idle_processes = std::make_unique<IdleProcesses>();
          s.lag_probed = true;  // it hears of loops that have nothing to do
        }
        if (s.processes > 1 && s.dispatch == Dispatch::kRandom)
          s.dispatch_words = std::make_unique<Stream>(streams_.named(name + "/dispatch"));
        threads_in_all = static_cast<double>(processes) + static_cast<double>(loop.worker_threads) +
                         static_cast<double>(s.threads[2]) * s.processes;
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
        threads_in_all = sharing.cores.cores;
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
    if (instance.cfs_quota) {
      s.quota = std::make_unique<CpuQuota>();
      s.quota->period_ns = instance.cfs_quota->period.count();
      s.quota->cores = threads_in_all;
      s.shares_cores = true;
      s.cores = limit->cores;
    }
    // What its node grants it may change at any moment.
    if (node_cpu_ && !s.shares_cores) {
      s.shares_cores = true;
      s.cores = threads_in_all;
    }
    s.stations_each = s.processes + (s.threads[1] > 0 ? 1 : 0) + (s.threads[2] > 0 ? s.processes : 0);
    if (instance.speed_spread)
      s.speed = std::make_unique<Sampler>(streams_.named(name + "/speed"), *instance.speed_spread);
    if (instance.pauses) {
      s.pause_every = std::make_unique<Sampler>(streams_.named(name + "/pause_every"), *instance.pauses->every);
      s.pause_length = std::make_unique<Sampler>(streams_.named(name + "/pause_length"), *instance.pauses->length);
    }
    if (instance.heap) {
      s.collector = std::make_unique<Collector>();
      s.collector->heap = &*instance.heap;
      s.collector->scavenge = std::make_unique<Sampler>(streams_.named(name + "/scavenge"), *instance.heap->scavenge);
      s.collector->mark_compact =
          std::make_unique<Sampler>(streams_.named(name + "/mark_compact"), *instance.heap->mark_compact);
    }
    if (scenario_.metrics.number_in_system) s.held.emplace();
    if (params.autoscaler) {
      s.demand_terms = params.autoscaler->on_demand();
      if (s.demand_terms != nullptr) {
        s.none_ready.set(Time{}, 1);
        s.admission = Service::Admission::kOnDemand;
        s.keep_alive = s.demand_terms->keep_alive->make();
        s.keep_alive->run_begins(streams_.named(name + "/keep_alive"));
      } else {
        s.autoscaler = params.autoscaler->make();
        s.autoscaler->run_begins({name, streams_, stop_});
      }
    }
    if (s.autoscaler) watch(s, *params.autoscaler);
    if (params.read_replicas) {
      s.replica_set = std::make_unique<ReplicaSet>();
      s.replica_set->params = &*params.read_replicas;
      s.admission = Service::Admission::kReplicaSet;
      if (params.read_replicas->lag)
        s.replica_set->lag = std::make_unique<Sampler>(streams_.named(name + "/lag"), *params.read_replicas->lag);
    }
    if (params.proxied() && s.admission == Service::Admission::kBalanced) build_balancing(s);
    s.edge = params.connections.has_value();
    s.pins = s.edge && params.connections->per_connection() && s.processes > 1;
    if (s.edge && s.admission == Service::Admission::kBalanced) s.admission = Service::Admission::kConnected;
    // What a balancer counts that chooses for connections is those.
    const bool by_connection = s.edge && params.connections->per_connection();
    s.counted = !s.balancing && !by_connection && s.balancer->follows_counts();
    s.noted = s.watched || instance.memory || instance.heap || s.counted || s.balancing || s.replica_set || s.edge;
    build_crossings(s);
    if (scenario_.metrics.instances > 0) {
      s.first = std::make_unique<FirstInstances>();
      s.first->most = static_cast<std::size_t>(scenario_.metrics.instances);
      s.first->keeps_law = scenario_.metrics.number_in_system;
      s.noted = true;
    }
    if (params.vertical_autoscaler) {
      s.vertical = std::make_unique<Vertical>(*params.vertical_autoscaler, instance.resources);
      // Its instances may come to have fewer cores than threads.
      if (!s.shares_cores && limit) {
        s.shares_cores = true;
        s.cores = limit->cores;
      }
    }
    s.spec_replicas = s.admission == Service::Admission::kOnDemand ? 0 : params.replicas;
    services_.push_back(std::move(owned));
    if (s.edge) build_edge(s);

    for (std::int64_t i = 0; i < s.spec_replicas; ++i) create_instance(s, true);
    if (s.admission == Service::Admission::kOnDemand) {
      if (s.demand_terms->scaling_rate) s.start_tokens = static_cast<double>(s.demand_terms->scaling_rate->instances);
      start_provisioned(s, true);
    }
    if (s.vertical) {
      const VerticalAutoscalerParams& vertical = *params.vertical_autoscaler;
      sim_.after(vertical.recommender.interval, [this, &s] { recommend(s); });
      if (vertical.spec.update.mode != vpa::UpdateMode::kOff && vertical.spec.update.mode != vpa::UpdateMode::kInitial)
        sim_.after(vertical.updater.interval, [this, &s] { update_pods(s); });
    }
    if (s.autoscaler) {
      const Duration look = s.autoscaler->observe_period();
      if (look > Duration::zero()) sim_.after(look, [this, &s] { observe(s); });
      sim_.after(s.autoscaler->sync_period(), [this, &s] { control(s); });
    }
  }
}

// Its steps draw from streams named for it: "<stream>/step0", ….
void Replication::build_steps(RequestKind& kind, const std::string& stream, const std::string& work_class) {
  const std::vector<Step>& steps = kind.home->params->work.at(work_class);
  kind.work_class = work_class;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const std::string name = stream + "/step" + std::to_string(k);
    StepRuntime step;
    step.cpu = static_cast<bool>(steps[k].cpu);
    if (step.cpu && steps[k].on == RunsOn::kWorker && kind.home->threads[1] > 0) step.role = 1;
    if (steps[k].on == RunsOn::kThreadPool && kind.home->threads[2] > 0) step.role = 2;
    if (const Calls* calls = steps[k].calls()) {
      step.calls = std::make_unique<CallsRuntime>();
      for (const Callee& callee : calls->to) step.calls->probability.push_back(callee.probability.value);
      step.calls->words = std::make_unique<Stream>(streams_.named(name + "/calls"));
      if (calls->wait_for) step.calls->wait_for = static_cast<std::uint32_t>(*calls->wait_for);
      step.calls->network_ns = calls->network.count();
      step.sampler = std::make_unique<Sampler>(streams_.named(name), *constant(0));
    } else if (const std::optional<Send>& send = steps[k].send) {
      step.send = std::make_unique<SendRuntime>(Queues::send(scenario_, *send, work_class));
      step.send->words = std::make_unique<Stream>(streams_.named(name + "/send"));
      step.send->time = std::make_unique<Sampler>(streams_.named(name), send->time ? *send->time : *constant(0));
      step.sampler = std::make_unique<Sampler>(streams_.named(name), *constant(0));
      steps_most_ = std::max(steps_most_, 2U);  // that it is drawn whether it is made
    } else {
      step.sampler = std::make_unique<Sampler>(streams_.named(name), step.cpu ? *steps[k].cpu : *steps[k].io);
    }
    step.errors = error_answers(steps[k].errors);
    step.error = step.errors.empty() ? steps[k].error.value : step.errors.back().up_to;
    if (step.error > 0) {
      kind.home->errs = true;
      step.error_words = std::make_unique<Stream>(streams_.named(name + "/error"));
    }
    kind.steps.push_back(std::move(step));
  }
  if (caches_) build_cached_steps(kind, stream);
  steps_most_ = std::max(steps_most_, static_cast<std::uint32_t>(kind.steps.size()));
  ++kind.home->kinds;
  kind.first_demand = kind.steps[0].sampler.get();
  kind.plain = kind.steps.size() == 1 && kind.steps[0].cpu && kind.steps[0].role == 0 && !kind.steps[0].error_words &&
               !kind.steps[0].cached;
  if (!kind.plain) kind.home->all_plain = false;
}

std::uint32_t Replication::timeout_line(Duration timeout) {
  const auto same = std::find_if(lines_.begin(), lines_.end(),
                                 [&](const TimeoutLine& line) { return line.delay == timeout.count(); });
  const auto index = static_cast<std::uint32_t>(same - lines_.begin());
  if (same == lines_.end()) lines_.push_back({timeout.count(), sim_.add_source(), {}});
  return index;
}

void Replication::build_sources() {
  sources_.resize(scenario_.traffic.size());
  traffic_count_ = static_cast<std::uint32_t>(sources_.size());
  for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
    const Traffic& traffic = scenario_.traffic[i];
    Source& source = sources_[i];
    source.params = &traffic;
    source.first_kind = static_cast<std::uint16_t>(kinds_.size());
    if (scenario_.queues.contains(traffic.to)) {  // its messages become requests once they are handled
      source.kinds = 0;
      sim_.add_source();
      continue;
    }
    const auto service =
        std::find_if(services_.begin(), services_.end(), [&](const auto& s) { return s->name == traffic.to; });
    assert(service != services_.end());
    source.service = (*service)->index;

    std::vector<std::pair<std::string, double>> classes;
    for (const auto& [name, share] : traffic.mix) classes.emplace_back(name, share.value);
    if (classes.empty()) classes.emplace_back("default", 1.0);
    double sum = 0;
    for (const auto& [name, share] : classes) {
      source.cumulative_mix.push_back(sum += share);
      RequestKind kind;
      kind.source = static_cast<std::uint16_t>(i);
      kind.service = source.service;
      kind.origin = traffic.name;
      kind.class_name = traffic.mix.empty() ? "" : name;
      kind.home = service->get();
      kind.request_class = name;
      kind.closed = kind.followed = traffic.arrivals->closed_loop();
      kind.cancels = traffic.on_timeout == OnTimeout::kCancel;
      const Work& work = (*service)->params->work;
      build_steps(kind, traffic.name + "/" + name + "/" + traffic.to, work.contains(name) ? name : "default");
      kinds_.push_back(std::move(kind));
    }
    source.cumulative_mix.back() = 2;  // rounding in the shares must not run past the end
    source.kinds = static_cast<std::uint16_t>(classes.size());
    if (source.kinds > 1) source.mix = std::make_unique<Stream>(streams_.named(traffic.name + "/mix"));
    if (((*service)->balancing && (*service)->params->knows_clients()) || (*service)->params->admission.knows_clients())
      source.clients = std::make_unique<ClientSampler>(traffic.clients ? &*traffic.clients : nullptr,
                                                       streams_.named(traffic.name + "/clients"));
    source.attended = traffic.patience || !traffic.policy.plain();
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
  for (const Source& source : sources_) {
    if (!source.params->timeout) continue;
    const std::uint32_t line = timeout_line(*source.params->timeout);
    for (std::uint16_t k = 0; k < source.kinds; ++k) kinds_[source.first_kind + k].timeout_line = line;
  }
  build_source_operations();
  if (!scenario_.queues.empty()) build_queues();
  if (Jobs::any(scenario_)) jobs_ = std::make_unique<Jobs>(*this);
  build_calls();
  build_call_operations();
  if (queues_) queues_->begin();
  if (edge_) add_handshakes();
  for (const auto& service : services_) {
    build_lines(*service);
    build_admission(*service);
    build_replica_set(*service);
  }
  for (std::size_t i = 0; i < sources_.size(); ++i)
    if (sources_[i].process) arm_next_arrival(sources_[i], static_cast<std::uint32_t>(i));
}

}  // namespace windtunnel
