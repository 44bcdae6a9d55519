#include "models/theory/prediction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "models/theory/closed_forms.hpp"
#include "models/topology/call_graph.hpp"

namespace windtunnel {
namespace {

using Standing = TheoryOf::Standing;

constexpr double kTrifle = 0.01;  // of a figure: so far off nobody minds

// First two moments of the time that a request takes of a server.
struct ServiceTime {
  double mean = 0, second = 0;
  bool exponential = false;
  double scv() const { return mean > 0 ? second / (mean * mean) - 1 : 0; }
};

struct ArrivalStream {
  double rate = 0;
  double scv = 1;  // of the times between arrivals
  bool poisson = true;
};

// Thrown by value within this file: why there is no theory for a service.
struct NoTheory {
  std::string why;
};

class Predictor {
 public:
  Predictor(const Scenario& scenario, const Result& result) : scenario_(scenario), result_(result) {}

  TheoryOf of(const std::string& name, const ServiceParams& params) const {
    TheoryOf out;
    out.service = name;
    try {
      predict(name, params, out);
    } catch (const NoTheory& none) {
      out = {};
      out.service = name;
      out.why = none.why;
    }
    return out;
  }

 private:
  void predict(const std::string& name, const ServiceParams& params, TheoryOf& out) const {
    if (params.autoscaler || params.vertical_autoscaler) throw NoTheory{"its capacity changes"};
    if (handles_messages(name)) throw NoTheory{"what comes from a queue comes when it is asked for"};
    if (params.read_replicas) throw NoTheory{"its primary and its replicas have different work"};
    if (!scenario_.faults.empty()) throw NoTheory{"there are faults"};
    const InstanceParams& instance = params.instance;
    if (instance.backlog) throw NoTheory{"its queue is bounded"};
    if (instance.speed_spread || instance.pauses || instance.memory || instance.heap)
      throw NoTheory{"its instances differ or pause"};
    if (instance.cfs_quota) throw NoTheory{"its CPU limit is kept by the period"};
    if (scenario_.cluster.node_cpu == NodeCpu::kShared) throw NoTheory{"its instances share the cores of nodes"};
    if (reached_over_connections(name)) throw NoTheory{"pools let no more calls through than they have connections"};
    for (const auto& [request_class, steps] : params.work)
      for (const Step& step : steps)
        for (std::size_t i = 0; step.calls() != nullptr && i < step.calls()->to.size(); ++i)
          if (!step.calls()->to[i].pool.empty()) throw NoTheory{"its calls wait for connections"};
    if (params.connections) throw NoTheory{"its clients need connections"};
    if (params.proxied()) throw NoTheory{"its balancers see less than everything"};
    const std::optional<double> lost = figure(name + ".success_ratio");
    if (lost && *lost < 1) throw NoTheory{"requests are lost"};

    const Runtime& runtime = *instance.runtime;
    const bool shared = runtime.kind == Runtime::Kind::kProcessorSharing;
    const int each = servers_of_one(instance);
    const ArrivalStream arrivals = arrivals_at(name);
    const ServiceTime time = service_time(name, params);
    if (arrivals.rate == 0 || time.mean == 0) throw NoTheory{"nothing arrives, or nothing is to be done"};
    const auto instances = static_cast<int>(params.replicas);
    out.load = arrivals.rate * time.mean;
    out.servers = each * instances;
    out.staffing = theory::square_root_staffing(out.load);

    const bool random = instances == 1 || params.balancer.type() == "random";
    const ArrivalStream at_one = instances == 1 ? arrivals : split(arrivals, instances);
    const double alone = shared ? theory::wait_mmc(each, out.load / instances, time.mean)
                                : wait(each, out.load / instances, time, at_one);
    const std::string server_law = time.exponential && !shared ? "M" : "G";
    const auto model = [&](const ArrivalStream& s, int servers) {
      return std::string(s.poisson ? "M" : "G") + "/" + server_law + "/" + std::to_string(servers) +
             (shared ? " processor sharing" : "");
    };
    if (random) {
      out.model = model(at_one, each) + (instances > 1 ? " x " + std::to_string(instances) : "");
      const bool exact = at_one.poisson && (shared || each == 1 || time.exponential) && exact_arrivals(name);
      out.standing = exact ? Standing::kExact : Standing::kApproximation;
      if (!exact)
        out.why = !exact_arrivals(name) ? "calls are taken to arrive at random"
                  : !at_one.poisson     ? "arrivals are not at random"
                                        : "several servers, and service times are not exponential";
      return figures(name, out, time.mean, alone, alone, shared);
    }
    constexpr std::array<std::string_view, 7> kBetween = {
        "round_robin",       "least_request",           "power_of_two_choices", "least_connections",
        "least_outstanding", "shortest_expected_delay", "join_idle_queue"};
    if (std::find(kBetween.begin(), kBetween.end(), params.balancer.type()) == kBetween.end())
      throw NoTheory{"nothing general is known of its balancer"};
    if (shared) throw NoTheory{"nothing general is known of shared cores behind its balancer"};
    if (!arrivals.poisson || !exact_arrivals(name)) throw NoTheory{"arrivals are not at random"};
    if (!time.exponential) throw NoTheory{"service times are not exponential, and its balancer is not random"};
    const int all = each * instances;
    out.model = "between " + model(arrivals, all) + " and " + model(at_one, each) + " x " + std::to_string(instances);
    out.standing = Standing::kBounds;
    out.why = "a balancer does no better than one queue for all, and no worse than chance";
    figures(name, out, time.mean, theory::wait_mmc(all, out.load, time.mean), alone, false);
  }

  bool reached_over_connections(const std::string& name) const {
    for (const auto& [caller, params] : scenario_.services)
      for (const auto& [request_class, steps] : params.work)
        for (const Step& step : steps)
          for (std::size_t i = 0; step.calls() != nullptr && i < step.calls()->to.size(); ++i)
            if (step.calls()->to[i].service == name && !step.calls()->to[i].pool.empty()) return true;
    return false;
  }

  static double wait(int servers, double load, const ServiceTime& time, const ArrivalStream& arrivals) {
    return theory::wait_ggc(servers, load, time.mean, arrivals.scv, time.scv());
  }

  static ArrivalStream split(const ArrivalStream& arrivals, int ways) {
    return {arrivals.rate / ways, 1 + (arrivals.scv - 1) / ways, arrivals.poisson};
  }

  void figures(const std::string& name, TheoryOf& out, double service, double least, double most, bool shared) const {
    const double share = out.load / out.servers;
    add(out, name + ".utilization", "share", std::min(share, 1.0), std::min(share, 1.0));
    if (!shared) add(out, name + ".wait_time.mean", "s", least, most);
    add(out, name + ".latency.mean", "s", least + service, most + service);
  }

  void add(TheoryOf& out, const std::string& metric, const char* unit, double low, double high) const {
    const Metric* found = result_.find_metric(metric);
    if (found == nullptr) return;
    TheoryFigure f{metric, unit, low, high, found->estimate, false};
    if (out.standing != Standing::kApproximation && result_.replications > 1 && std::isfinite(high)) {
      const double room = std::max(2 * f.simulated.half_width_95, kTrifle * high);
      f.disagrees = f.simulated.mean < low - room || f.simulated.mean > high + room;
    }
    out.figures.push_back(std::move(f));
  }

  std::optional<double> figure(const std::string& metric) const {
    const Metric* found = result_.find_metric(metric);
    return found ? std::optional(found->estimate.mean) : std::nullopt;
  }

  // Whole servers in one instance.
  static int servers_of_one(const InstanceParams& instance) {
    const auto& limit = instance.resources.limits.cpu;
    switch (instance.runtime->kind) {
      case Runtime::Kind::kEventLoop: {
        const auto& loop = static_cast<const EventLoop&>(*instance.runtime);
        if (loop.processes > 1 && loop.dispatch != Dispatch::kShared) throw NoTheory{"its processes queue apart"};
        if (loop.worker_threads > 0) throw NoTheory{"its loop hands work to other threads"};
        if (instance.concurrency) throw NoTheory{"its queue stands before its loop"};
        if (limit && limit->cores < static_cast<double>(loop.processes)) throw NoTheory{"its processes share cores"};
        return static_cast<int>(loop.processes);
      }
      case Runtime::Kind::kWorkerPool: {
        const auto& pool = static_cast<const WorkerPool&>(*instance.runtime);
        if (pool.poll_interval) throw NoTheory{"its workers sleep between looks"};
        const auto workers = std::min(pool.workers, instance.concurrency.value_or(pool.workers));
        if (limit && limit->cores < static_cast<double>(workers)) throw NoTheory{"its workers share cores"};
        return static_cast<int>(workers);
      }
      case Runtime::Kind::kProcessorSharing: {
        const double cores = limit ? limit->cores : static_cast<const ProcessorSharing&>(*instance.runtime).cores.cores;
        if (instance.concurrency) throw NoTheory{"its concurrency is bounded"};
        if (cores != std::floor(cores)) throw NoTheory{"its cores are no whole number"};
        return static_cast<int>(cores);
      }
      case Runtime::Kind::kFunction:
        break;
    }
    throw NoTheory{"functions come and go with their requests"};
  }

  // Whether messages reach it, as their consumer or by its calls.
  bool handles_messages(const std::string& name) const {
    std::map<std::pair<std::string, std::string>, double> outside;
    for (const auto& [unused, queue] : scenario_.queues)
      if (!queue.consumer.empty())
        for (const auto& [work_class, steps] : scenario_.services.at(queue.consumer).work)
          outside[{queue.consumer, work_class}] = 1;
    if (outside.empty()) return false;
    for (const auto& [node, rate] : CallGraph(scenario_.services).executions(outside))
      if (node.first == name && rate > 0) return true;
    return false;
  }

  // Executions of each class of each service's work per second.
  const std::map<std::pair<std::string, std::string>, double>& rates() const {
    if (!rates_.empty()) return rates_;
    std::map<std::pair<std::string, std::string>, double> outside;
    for (const Traffic& source : scenario_.traffic) {
      if (scenario_.queues.contains(source.to)) continue;
      const std::optional<SteadyArrivals> steady = source.arrivals->steady();
      if (!steady) throw NoTheory{"its traffic changes with time, or with its answers"};
      const Work& work = scenario_.services.at(source.to).work;
      const auto add = [&](const std::string& name, double share) {
        outside[{source.to, work.contains(name) ? name : "default"}] += steady->rate * share;
      };
      if (source.mix.empty()) add("default", 1);
      for (const auto& [name, share] : source.mix) add(name, share.value);
    }
    for (const auto& [unused, params] : scenario_.services)
      if (!params.caches.empty()) throw NoTheory{"caches decide what is called"};
    rates_ = CallGraph(scenario_.services).executions(outside);
    return rates_;
  }

  ArrivalStream arrivals_at(const std::string& name) const {
    ArrivalStream out;
    for (const auto& [node, rate] : rates())
      if (node.first == name) out.rate += rate;
    // Independent streams together: nearer to Poisson than each; their scv is taken as the mean by rate (Albin).
    double weighted = 0, known = 0;
    for (const Traffic& source : scenario_.traffic) {
      if (source.to != name) continue;
      const SteadyArrivals steady = *source.arrivals->steady();
      weighted += steady.rate * steady.scv;
      known += steady.rate;
      out.poisson = out.poisson && steady.poisson;
    }
    if (known > 0) out.scv = (weighted + std::max(0.0, out.rate - known)) / std::max(out.rate, known);
    return out;
  }

  // Whether everything that arrives comes from outside.
  bool exact_arrivals(const std::string& name) const {
    for (const auto& [unused, params] : scenario_.services)
      for (const auto& [request_class, steps] : params.work)
        for (const Step& step : steps)
          if (step.calls() != nullptr)
            for (const Callee& callee : step.calls()->to)
              if (callee.service == name) return false;
    return true;
  }

  ServiceTime service_time(const std::string& name, const ServiceParams& params) const {
    const bool holds = params.instance.runtime->kind == Runtime::Kind::kWorkerPool;
    double all = 0;
    ServiceTime out;
    std::set<double> exponential_means;
    bool exponential = true;
    for (const auto& [node, rate] : rates()) {
      if (node.first != name || rate == 0) continue;
      const std::vector<Step>& steps = params.work.at(node.second);
      double mean = 0, variance = 0;
      for (const Step& step : steps) {
        if (step.calls() != nullptr) throw NoTheory{"its requests wait for other services"};
        if (step.send) throw NoTheory{"its requests wait for queues"};
        if (step.on == RunsOn::kThreadPool) throw NoTheory{"its loop hands work to other threads"};
        if (!step.cpu && !holds) throw NoTheory{"its requests wait for something outside without a server"};
        const Distribution& law = step.cpu ? *step.cpu : *step.io;
        const double speed = step.cpu ? params.instance.speed : 1;
        mean += law.mean() / speed;
        variance += law.scv() * law.mean() * law.mean() / (speed * speed);
      }
      if (steps.size() > 1 && !holds) throw NoTheory{"its requests queue several times"};
      exponential =
          exponential && steps.size() == 1 && (steps[0].cpu ? steps[0].cpu : steps[0].io).type() == "exponential";
      exponential_means.insert(mean);
      all += rate;
      out.mean += rate * mean;
      out.second += rate * (variance + mean * mean);
    }
    if (all > 0) {
      out.mean /= all;
      out.second /= all;
    }
    out.exponential = exponential && exponential_means.size() == 1;
    return out;
  }

  const Scenario& scenario_;
  const Result& result_;
  mutable std::map<std::pair<std::string, std::string>, double> rates_;
};

}  // namespace

std::vector<TheoryOf> compare_with_theory(const Scenario& scenario, const Result& result) {
  std::vector<TheoryOf> out;
  const Predictor predictor(scenario, result);
  for (const auto& [name, params] : scenario.services) out.push_back(predictor.of(name, params));
  return out;
}

}  // namespace windtunnel
