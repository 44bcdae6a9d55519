#include "models/scenario/references.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/scenario/json_document.hpp"
#include "models/scenario/nearest.hpp"
#include "models/scenario/units.hpp"
#include "models/topology/call_graph.hpp"

namespace windtunnel {
namespace {

template <class T>
std::vector<std::string> keys_of(const std::map<std::string, T>& map) {
  std::vector<std::string> out;
  out.reserve(map.size());
  for (const auto& [key, unused] : map) out.push_back(key);
  return out;
}

// Problems of a part whose pointers are relative to it.
class ProblemsBelow final : public Problems {
 public:
  ProblemsBelow(Problems& problems, std::string at) : problems_(problems), at_(std::move(at)) {}
  void error(std::string_view at, std::string message) override {
    problems_.error(at_ + std::string(at), std::move(message));
  }
  void warning(std::string_view at, std::string message) override {
    problems_.warning(at_ + std::string(at), std::move(message));
  }

 private:
  Problems& problems_;
  std::string at_;
};

class References {
 public:
  References(const Scenario& scenario, const Soundness& soundness, Problems& problems)
      : scenario_(scenario),
        soundness_(soundness),
        problems_(problems),
        services_(keys_of(scenario.services)),
        queues_(keys_of(scenario.queues)) {}

  void check() {
    check_services();
    check_calls();
    check_caches();
    check_queues();
    check_jobs();
    check_sends();
    check_message_classes();
    check_pools();
    check_signals();
    check_zones();
    check_nodes();
    check_traffic();
    for (std::size_t i = 0; i < scenario_.faults.size(); ++i) check_fault("/faults/" + std::to_string(i), i);
    for (std::size_t i = 0; i < scenario_.objectives.size(); ++i) {
      const std::string at = "/objectives/" + std::to_string(i);
      if (scenario_.objectives[i] && soundness_.sound(at) && !scenario_.objectives[i]->service.empty())
        check_objective(at, *scenario_.objectives[i], scenario_.objectives[i].type());
    }
    for (const auto& [service, unused] : scenario_.cost.per_instance_hour)
      service_exists("/cost/per_instance_hour/" + pointer_token(service), service);
    if (scenario_.cost.cross_zone) {
      for (const auto& [service, unused] : scenario_.cost.cross_zone->bytes_of)
        service_exists("/cost/cross_zone/bytes_of/" + pointer_token(service), service);
      if (soundness_.sound("/cluster") && scenario_.cluster.zones.size() < 2)
        problems_.warning("/cost/cross_zone", "prices nothing: the cluster has one zone");
    }
    for (const auto& [service, price] : scenario_.cost.functions) check_function_price(service, price);
  }

 private:
  void check_services() {
    if (services_.empty() && soundness_.readable("/services"))
      problems_.error("/services", "needs at least one service");
    if (scenario_.services.contains("")) problems_.error("/services/", "a service needs a name");
  }

  void check_calls() {
    bool sound = soundness_.readable("/services");
    for (const auto& [name, service] : scenario_.services) {
      const std::string work_at = "/services/" + pointer_token(name) + "/work";
      if (!soundness_.sound(work_at)) {
        sound = false;
        continue;
      }
      for (const auto& [request_class, steps] : service.work)
        for (std::size_t k = 0; k < steps.size(); ++k) {
          const std::string at = work_at + "/" + pointer_token(request_class) + "/" + std::to_string(k);
          if (steps[k].call) check_callee(at + "/call", steps[k].call->to.front(), request_class);
          if (!steps[k].parallel) continue;
          for (std::size_t i = 0; i < steps[k].parallel->to.size(); ++i)
            check_callee(at + "/parallel/to/" + std::to_string(i), steps[k].parallel->to[i], request_class);
        }
    }
    if (!sound) return;
    const std::vector<CallGraph::Node> endless = CallGraph(scenario_.services).endless();
    if (endless.empty()) return;
    std::string circle;
    for (const CallGraph::Node& node : endless)
      circle += (circle.empty() ? "" : ", ") + in_quotes(node.service) +
                (node.request_class == "default" ? "" : " (class " + in_quotes(node.request_class) + ")");
    problems_.error(
        "/services/" + pointer_token(endless.front().service) + "/work",
        "calls itself without end: every request makes at least one more of its kind, on average, by way of " + circle +
            "; give the calls of the circle probabilities that let it die out");
  }

  // Those that other services hold.
  void check_caches() {
    for (const auto& [name, service] : scenario_.services)
      for (const auto& [cache, params] : service.caches) {
        const std::string at = "/services/" + pointer_token(name) + "/caches/" + pointer_token(cache) + "/in";
        if (params.in.empty() || !service_exists(at, params.in)) continue;
        const auto holder = scenario_.services.find(params.in);
        const std::string holder_at = "/services/" + pointer_token(params.in);
        if (holder == scenario_.services.end() || !soundness_.sound(holder_at)) continue;
        if (holder->second.autoscaler)
          problems_.error(at, "the service " + in_quotes(params.in) +
                                  " has an autoscaler; the keys of a cache are spread over a fixed number of replicas");
        else if (holder->second.replicas == 0)
          problems_.error(at, "the service " + in_quotes(params.in) + " has no replicas to hold it");
      }
  }

  void check_callee(const std::string& at, const Callee& callee, const std::string& callers_class) {
    if (!service_exists(at + "/service", callee.service)) return;
    const auto there = scenario_.services.find(callee.service);
    if (there == scenario_.services.end()) return;
    const Work& work = there->second.work;
    if (!soundness_.sound("/services/" + pointer_token(callee.service) + "/work") || work.empty()) return;
    if (!CallGraph::class_called(callee, callers_class, work).empty()) return;
    const bool named = !callee.request_class.empty();
    const std::string& wanted = named ? callee.request_class : callers_class;
    problems_.error(at + (named ? "/class" : ""), "the service " + in_quotes(callee.service) +
                                                      " has no work for the class " + in_quotes(wanted) +
                                                      suggestion(wanted, keys_of(work), "classes"));
  }

  // An objective's service may be a queue, where the figure is one that queues have.
  void check_objective(const std::string& at, const Objective& objective, const std::string& metric) {
    const bool of_queues = metric == "age_of_oldest";
    if (of_queues && !scenario_.services.contains(objective.service)) {
      queue_exists(at + "/service", objective.service);
    } else if (!scenario_.queues.contains(objective.service)) {
      if (service_exists(at + "/service", objective.service, true) && of_queues)
        problems_.error(at + "/service", in_quotes(objective.service) + " is a service; queues have an " + metric);
    } else if (!of_queues && metric != "latency" && metric != "wait_time" && metric != "success_ratio") {
      problems_.error(at + "/service", in_quotes(objective.service) + " is a queue, which has no " + metric +
                                           "; latency, wait_time, success_ratio and age_of_oldest fit");
    }
  }

  void check_queues() {
    for (const auto& [name, queue] : scenario_.queues) {
      const std::string at = "/queues/" + pointer_token(name);
      if (name.empty()) problems_.error(at, "a queue needs a name");
      if (scenario_.services.contains(name))
        problems_.error(at, "there is a service " + in_quotes(name) + ", too; results tell both by their names");
      if (!soundness_.sound(at)) continue;
      if (!queue.dead_letter.empty()) {
        queue_exists(at + "/dead_letter", queue.dead_letter);
        if (queue.dead_letter == name) problems_.error(at + "/dead_letter", "is the queue itself");
      }
      if (!queue.consumer.empty() && service_exists(at + "/consumer", queue.consumer)) check_consumer(at, queue);
    }
  }

  // What instances that are jobs do: take messages, and nothing else.
  void check_jobs() {
    for (const auto& [name, service] : scenario_.services) {
      const std::string at = "/services/" + pointer_token(name) + "/autoscaler";
      if (!soundness_.sound(at) || !service.autoscaler || !service.autoscaler->jobs()) continue;
      const std::string jobs = "the instances of " + in_quotes(name) + " are jobs, which take messages only";
      const bool consumes = std::any_of(scenario_.queues.begin(), scenario_.queues.end(),
                                        [&, &consumer = name](const auto& q) { return q.second.consumer == consumer; });
      if (!consumes && soundness_.readable("/queues"))
        problems_.error(at, service.autoscaler.type() + " is for the consumer of a queue, and no queue has " +
                                in_quotes(name) + " for its consumer");
      for (std::size_t i = 0; i < scenario_.traffic.size(); ++i)
        if (scenario_.traffic[i].to == name) problems_.error("/traffic/" + std::to_string(i) + "/to", jobs);
      for (const auto& [caller, params] : scenario_.services)
        for (const auto& [request_class, steps] : params.work)
          for (std::size_t k = 0; k < steps.size(); ++k) {
            const Calls* calls = steps[k].calls();
            if (calls == nullptr) continue;
            if (std::any_of(calls->to.begin(), calls->to.end(),
                            [&, &callee = name](const Callee& to) { return to.service == callee; }))
              problems_.error("/services/" + pointer_token(caller) + "/work/" + pointer_token(request_class) + "/" +
                                  std::to_string(k),
                              "calls " + in_quotes(name) + "; " + jobs);
          }
    }
  }

  void check_consumer(const std::string& at, const QueueParams& queue) {
    const std::string service_at = "/services/" + pointer_token(queue.consumer);
    if (!soundness_.sound(service_at)) return;
    const ServiceParams& service = scenario_.services.at(queue.consumer);
    const auto misfit = [&](const std::string& where, const std::string& why) {
      problems_.error(service_at + where, why + "; " + in_quotes(queue.consumer) + " is the consumer of " +
                                              at.substr(8) + ", whose messages its instances fetch themselves");
    };
    if (service.proxied()) misfit("/balancer", "places requests by proxies");
    if (!service.admission.plain()) misfit("/admission", "turns requests away before they reach an instance");
    if (service.read_replicas) misfit("/read_replicas", "tells apart what reads and what writes");
    if (service.instance.backlog) misfit("/instance/backlog", "bounds what an instance holds");
    if (service.autoscaler && service.autoscaler->buffering())
      misfit("/autoscaler", service.autoscaler.type() + " scales by the requests that come");
    const bool functions = service.autoscaler && service.autoscaler->on_demand() != nullptr;
    const auto fits = [&](bool given, const char* field, const std::string& why) {
      if (given) problems_.error(at + field, why);
    };
    const std::string consumer = in_quotes(queue.consumer);
    fits(functions && queue.prefetch, "/prefetch",
         "is for instances that fetch messages; " + consumer + " is invoked for each, see event_source");
    fits(
        functions && queue.batch > 1, "/batch",
        std::to_string(queue.batch) + " is not simulated with functions: " + consumer + " is invoked for each message");
    fits(
        !functions && queue.event_source, "/event_source",
        "is for functions (autoscaler per_request); the instances of " + consumer + " fetch their messages themselves");
    if (queue.poison.value > 0 && !queue.max_receives && queue.visible_again_on_no() == Duration::zero())
      for (const auto& [work_class, steps] : service.work)
        if (std::none_of(steps.begin(), steps.end(), [](const Step& step) {
              return (step.cpu && step.cpu->mean() > 0) || (step.io && step.io->mean() > 0);
            }))
          problems_.error(at + "/max_receives",
                          "is missing: a poisoned message comes back at once, and handling the class " +
                              in_quotes(work_class) + " takes no time, for ever");
  }

  void check_sends() {
    for (const auto& [name, service] : scenario_.services) {
      const std::string work_at = "/services/" + pointer_token(name) + "/work";
      if (!soundness_.sound(work_at)) continue;
      for (const auto& [work_class, steps] : service.work)
        for (std::size_t k = 0; k < steps.size(); ++k)
          if (steps[k].send)
            queue_exists(work_at + "/" + pointer_token(work_class) + "/" + std::to_string(k) + "/send/queue",
                         steps[k].send->queue);
    }
  }

  // Every class that reaches a queue, as a dead letter too, is one that its consumer has work for.
  void check_message_classes() {
    if (!soundness_.readable("/queues") || !soundness_.readable("/services") || !soundness_.readable("/traffic"))
      return;
    std::map<std::string, std::map<std::string, std::string>> reach;  // by queue and class: where it is sent
    for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
      const Traffic& source = scenario_.traffic[i];
      const std::string at = "/traffic/" + std::to_string(i);
      if (!scenario_.queues.contains(source.to) || !soundness_.sound(at)) continue;
      if (source.mix.empty()) reach[source.to].emplace("default", at);
      for (const auto& [name, unused] : source.mix) reach[source.to].emplace(name, at + "/mix/" + pointer_token(name));
    }
    for (const auto& [name, service] : scenario_.services) {
      const std::string work_at = "/services/" + pointer_token(name) + "/work";
      if (!soundness_.sound(work_at)) continue;
      for (const auto& [work_class, steps] : service.work)
        for (std::size_t k = 0; k < steps.size(); ++k)
          if (steps[k].send)
            reach[steps[k].send->queue].emplace(
                steps[k].send->message_class.empty() ? work_class : steps[k].send->message_class,
                work_at + "/" + pointer_token(work_class) + "/" + std::to_string(k) + "/send");
    }
    for (std::size_t round = 0; round < scenario_.queues.size(); ++round)
      for (const auto& [name, queue] : scenario_.queues)
        if (!queue.dead_letter.empty() && queue.dead_letter != name)
          for (const auto& [message_class, from] : std::map(reach[name]))
            reach[queue.dead_letter].emplace(message_class, from);
    for (const auto& [name, queue] : scenario_.queues) {
      const auto consumer = scenario_.services.find(queue.consumer);
      if (consumer == scenario_.services.end()) continue;
      const Work& work = consumer->second.work;
      if (work.empty() || !soundness_.sound("/services/" + pointer_token(queue.consumer) + "/work")) continue;
      for (const auto& [message_class, from] : reach[name])
        if (!work.contains(message_class) && !work.contains("default"))
          problems_.error(from, "sends messages of the class " + in_quotes(message_class) + " to the queue " +
                                    in_quotes(name) + ", whose consumer " + in_quotes(queue.consumer) +
                                    " has no work for it and none for \"default\"" +
                                    suggestion(message_class, keys_of(work), "classes"));
      if (reach[name].empty() && soundness_.sound("/traffic") && soundness_.sound("/services"))
        problems_.warning("/queues/" + pointer_token(name), "nobody sends to it");
    }
  }

  bool queue_exists(const std::string& at, const std::string& name) {
    if (!soundness_.readable("/queues") || name.empty()) return false;
    if (scenario_.queues.contains(name)) return true;
    problems_.error(at, "there is no queue " + in_quotes(name) +
                            (queues_.empty() ? std::string("; the scenario has no \"queues\"")
                                             : suggestion(name, queues_, "queues")));
    return false;
  }

  // What nobody can do who sends and does not wait for an answer.
  void check_producer(const std::string& at, const Traffic& source) {
    const auto misfit = [&](const char* where, const char* why) {
      problems_.error(at + where, why + (" " + in_quotes(source.to)) +
                                      " is a queue, and who sends to it does not wait for an answer");
    };
    if (source.arrivals && soundness_.sound(at + "/arrivals") && source.arrivals->closed_loop())
      misfit("/arrivals", "comes again after each answer, and");
    if (source.timeout) misfit("/timeout", "has nothing to wait for:");
    if (source.patience) misfit("/patience", "has nothing to wait for:");
    const ClientPolicy& policy = source.policy;
    for (const auto& [field, given] :
         {std::pair("/retry", policy.retry.has_value()), std::pair("/hedge", policy.hedge.has_value()),
          std::pair("/circuit_breaker", static_cast<bool>(policy.circuit_breaker)),
          std::pair("/throttle", static_cast<bool>(policy.throttle)),
          std::pair("/bulkhead", policy.bulkhead.has_value()), std::pair("/deadline", policy.deadline.has_value())})
      if (given) misfit(field, "has no answer to go by:");
    if (source.clients) misfit("/clients", "changes nothing:");
  }

  // A pool's connections lead to one service, whose instances they are opened to.
  void check_pools() {
    std::set<std::string> reached;
    bool sound = true;
    for (const auto& [name, service] : scenario_.services) {
      const std::string at = "/services/" + pointer_token(name);
      if (!soundness_.sound(at + "/work") || !soundness_.sound(at + "/pools")) {
        sound = false;
        continue;
      }
      std::map<std::string, std::string> leads_to;
      for (const auto& [request_class, steps] : service.work)
        for (std::size_t k = 0; k < steps.size(); ++k) {
          if (steps[k].calls() == nullptr) continue;
          for (std::size_t i = 0; i < steps[k].calls()->to.size(); ++i) {
            const Callee& callee = steps[k].calls()->to[i];
            if (callee.pool.empty()) continue;
            const std::string call_at = at + "/work/" + pointer_token(request_class) + "/" + std::to_string(k) +
                                        (steps[k].call ? "/call" : "/parallel/to/" + std::to_string(i));
            if (!service.pools.contains(callee.pool)) {
              problems_.error(call_at + "/pool",
                              "the service " + in_quotes(name) + " has no pool " + in_quotes(callee.pool) +
                                  (service.pools.empty() ? std::string("; it has no \"pools\"")
                                                         : suggestion(callee.pool, keys_of(service.pools), "pools")));
              continue;
            }
            const auto [known, is_new] = leads_to.emplace(callee.pool, callee.service);
            if (!is_new && known->second != callee.service)
              problems_.error(call_at + "/pool", "the connections of " + in_quotes(callee.pool) + " lead to " +
                                                     in_quotes(known->second) + ", and this call goes to " +
                                                     in_quotes(callee.service) + "; give it a pool of its own");
            if (is_new) check_reached(call_at + "/pool", callee.service);
            reached.insert(callee.service);
          }
        }
      for (const auto& [pool, unused] : service.pools)
        if (!leads_to.contains(pool)) problems_.warning(at + "/pools/" + pointer_token(pool), "no call goes over it");
    }
    for (const auto& [name, service] : scenario_.services)
      if (sound && service.instance.max_connections && !reached.contains(name))
        problems_.warning("/services/" + pointer_token(name) + "/instance/max_connections",
                          "limits nothing: no call comes over a pool");
  }

  void check_reached(const std::string& at, const std::string& name) {
    const auto to = scenario_.services.find(name);
    const std::string service = "/services/" + pointer_token(name);
    if (to == scenario_.services.end() || !soundness_.sound(service + "/balancer") ||
        !soundness_.sound(service + "/balancing") || !soundness_.sound(service + "/autoscaler"))
      return;
    if (to->second.connections)
      problems_.error(at, "leads to " + in_quotes(name) +
                              ", which says itself what \"connections\" lead to it; a call needs one of either");
    const auto& autoscaler = to->second.autoscaler;
    const bool by_request = autoscaler && (autoscaler->on_demand() || autoscaler->buffering());
    if (to->second.read_replicas)
      problems_.error(at,
                      "leads to " + in_quotes(name) +
                          ", where what writes and what reads go to different instances; a connection stays with one");
    if (!by_request && !to->second.proxied()) return;
    problems_.error(at, "leads to " + in_quotes(name) + ", where " +
                            (by_request ? autoscaler.type() : to->second.balancer.type() + " with proxies") +
                            " chooses an instance for each request; a connection stays with one instance");
  }

  void check_function_price(const std::string& name, const FunctionPrice& price) {
    const std::string at = "/cost/functions/" + pointer_token(name);
    service_exists(at, name);
    const auto found = scenario_.services.find(name);
    const std::string instance = "/services/" + pointer_token(name) + "/instance";
    if (found == scenario_.services.end() || !soundness_.sound(instance) || !soundness_.sound(at)) return;
    if (found->second.instance.runtime->kind != Runtime::Kind::kFunction)
      problems_.error(at, "the instances of " + in_quotes(name) +
                              " are no functions; only those are billed by the execution, others per_instance_hour");
    else if (price.per_gb_second > 0 && !price.memory && !found->second.instance.resources.limits.memory)
      problems_.error(at + "/memory", "is missing: " + in_quotes(name) + " has no memory limit either");
  }

  void check_signals() {
    std::vector<std::string> signals = keys_of(scenario_.signals);
    for (std::string& figure : QueueSignal::names(scenario_.queues)) signals.push_back(std::move(figure));
    std::set<std::string> looked_at;
    bool all_known = true;
    for (const auto& [name, service] : scenario_.services) {
      const std::string at = "/services/" + pointer_token(name) + "/autoscaler";
      all_known &= soundness_.sound(at);
      if (!service.autoscaler || !soundness_.sound(at)) continue;
      const auto autoscaler = service.autoscaler->make();
      if (!autoscaler) continue;
      if (autoscaler->watched().loop_lag && !measures_lag(service))
        problems_.error(at,
                        "goes by how late event loops are, and nobody measures that: instance.runtime.lag_probes of an "
                        "event_loop does");
      ProblemsBelow problems(problems_, at);
      const bool said = soundness_.readable("/signals") && service.autoscaler->check_signals(signals, problems);
      for (const std::string& wanted : autoscaler->watched().signals) {
        if (!said) signal_exists(at, wanted);
        looked_at.insert(wanted);
      }
    }
    for (const auto& [name, signal] : scenario_.signals) {
      const std::string at = "/signals/" + pointer_token(name);
      if (name.empty()) problems_.error(at, "a signal needs a name");
      if (!soundness_.sound(at)) continue;
      if (!signal) problems_.error(at, "is null; a signal fits");
      if (all_known && !looked_at.contains(name)) problems_.warning(at, "no autoscaler looks at it");
    }
  }

  static bool measures_lag(const ServiceParams& service) {
    const auto& runtime = service.instance.runtime;
    return runtime && runtime->kind == Runtime::Kind::kEventLoop &&
           static_cast<const EventLoop&>(*runtime).lag_probes.has_value();
  }

  void check_zones() {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < scenario_.cluster.zones.size(); ++i) {
      const std::string& zone = scenario_.cluster.zones[i];
      const std::string at = "/cluster/zones/" + std::to_string(i);
      if (!soundness_.sound(at)) continue;
      if (zone.empty()) problems_.error(at, "a zone needs a name");
      if (!zone.empty() && !seen.insert(zone).second)
        problems_.error(at, "the zone " + in_quotes(zone) + " is listed twice");
    }
    if (scenario_.cluster.zones.size() > 1) return;
    for (const auto& [name, service] : scenario_.services)
      if (service.balancing.zone_routing)
        problems_.warning("/services/" + pointer_token(name) + "/balancing/zone_routing",
                          "changes nothing: the cluster has one zone");
  }

  void check_nodes() {
    const std::vector<NodeGroupParams>& groups = scenario_.cluster.nodes;
    if (!soundness_.sound("/cluster/nodes")) return;
    if (groups.empty()) {
      if (scenario_.cost.per_node_hour > 0)
        problems_.warning("/cost/per_node_hour", "prices nothing: the cluster has no \"nodes\"");
      return;
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const std::string at = "/cluster/nodes/" + std::to_string(i);
      for (std::size_t k = 0; k < groups[i].zones.size(); ++k)
        zone_exists(at + "/zones/" + std::to_string(k), groups[i].zones[k]);
      const NodeAutoscalerParams* by = scenario_.cluster.autoscaler_of(groups[i]);
      if (by != nullptr && by->needs_prices() && !groups[i].price && scenario_.cost.per_node_hour == 0)
        problems_.error(at + "/price",
                        "is missing: the autoscaler of these nodes compares prices, and cost has no "
                        "per_node_hour");
    }
    for (const auto& [name, service] : scenario_.services) check_pod("/services/" + pointer_token(name), name, service);
  }

  // An instance as a pod: what it asks for is known, and some node is large enough.
  void check_pod(const std::string& at, const std::string& name, const ServiceParams& service) {
    if (name == "cluster")
      problems_.error(at,
                      "a service of this name would be mistaken for the cluster in results; nodes have figures there");
    const std::string requests_at = at + "/instance/resources/requests";
    if (!soundness_.sound(requests_at)) return;
    const ResourceList& requests = service.instance.resources.requests;
    // Where nodes share their cores by what is requested, a container may do without, and gets what the others leave.
    const bool best_effort = scenario_.cluster.node_cpu == NodeCpu::kShared && !service.instance.resources.limits.cpu;
    for (const auto& [key, given] : {std::pair("/cpu", requests.cpu.has_value() || best_effort),
                                     std::pair("/memory", requests.memory.has_value())})
      if (!given)
        problems_.error(requests_at + key, "is missing: with cluster.nodes an instance is placed by what it asks for");
    if ((!requests.cpu && !best_effort) || !requests.memory) return;
    const Cpu cpu = requests.cpu.value_or(Cpu{0});
    const NodeResources pod = NodeResources::of(cpu, *requests.memory, 1);
    NodeResources largest;
    for (const NodeGroupParams& group : scenario_.cluster.nodes) {
      const NodeResources allocatable = group.allocatable();
      if (allocatable.holds(pod)) return;
      largest.milli_cpu = std::max(largest.milli_cpu, allocatable.milli_cpu);
      largest.memory = std::max(largest.memory, allocatable.memory);
    }
    problems_.error(requests_at, "an instance of " + format_cpu(cpu.cores) + " CPU and " +
                                     format_bytes(requests.memory->count) + " fits on no node: they have at most " +
                                     format_cpu(static_cast<double>(largest.milli_cpu) / 1000) + " CPU and " +
                                     format_bytes(static_cast<double>(largest.memory)) + " for pods");
  }

  void zone_exists(const std::string& at, const std::string& zone) {
    const std::vector<std::string>& zones = scenario_.cluster.zones;
    if (std::find(zones.begin(), zones.end(), zone) != zones.end()) return;
    problems_.error(
        at, "there is no zone " + in_quotes(zone) +
                (zones.empty() ? std::string("; the cluster has no \"zones\"") : suggestion(zone, zones, "zones")));
  }

  void check_traffic() {
    if (scenario_.traffic.empty() && soundness_.readable("/traffic"))
      problems_.error("/traffic", "needs at least one source of requests");
    std::map<std::string, std::size_t> first;
    for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
      const Traffic& source = scenario_.traffic[i];
      const std::string at = "/traffic/" + std::to_string(i);
      if (soundness_.sound(at + "/name")) {
        if (source.name.empty()) problems_.error(at + "/name", "traffic needs a name");
        const auto [it, is_new] = first.emplace(source.name, i);
        if (!is_new && !source.name.empty())
          problems_.error(at + "/name", "the name " + in_quotes(source.name) + " is taken by /traffic/" +
                                            std::to_string(it->second) + "; names tell sources apart in results");
      }
      if (scenario_.queues.contains(source.to)) {
        check_producer(at, source);
        continue;
      }
      if (!soundness_.sound(at + "/to") || !service_exists(at + "/to", source.to, true)) continue;
      if (soundness_.sound(at + "/mix")) check_classes(at, source);
      check_clients(at, source);
    }
  }

  void check_clients(const std::string& at, const Traffic& source) {
    const auto service = scenario_.services.find(source.to);
    const bool connects = service != scenario_.services.end() && service->second.connections;
    const ClientPolicy& policy = source.policy;
    if (source.processes > 1 && policy.budget() == nullptr && !policy.circuit_breaker && !policy.throttle &&
        !policy.bulkhead && (!connects || (source.clients && policy.plain())))
      problems_.warning(at + "/processes",
                        connects ? "changes nothing: each of the \"clients\" has connections of its own"
                                 : "changes nothing without a budget, a circuit breaker, a throttle or a bulkhead, or "
                                   "\"connections\" of the service");
    if (source.clients || service == scenario_.services.end() || !service->second.balancing.sticky_sessions) return;
    problems_.warning(at, "says nothing of its clients, so each asks only once; the sticky_sessions of " +
                              in_quotes(source.to) + " need \"clients\"");
  }

  void check_classes(const std::string& at, const Traffic& source) {
    const std::string work_at = "/services/" + pointer_token(source.to) + "/work";
    const auto service = scenario_.services.find(source.to);
    if (service == scenario_.services.end() || !soundness_.sound(work_at)) return;
    const Work& work = service->second.work;
    if (work.empty() || work.contains("default")) return;  // no work at all is the service's own problem
    const std::vector<std::string> classes = keys_of(work);
    if (source.mix.empty())
      problems_.error(at, "without a mix its requests are of the class \"default\", for which the service " +
                              in_quotes(source.to) + " has no work" + suggestion("default", classes, "classes"));
    for (const auto& [name, unused] : source.mix)
      if (!work.contains(name))
        problems_.error(at + "/mix/" + pointer_token(name),
                        "the service " + in_quotes(source.to) + " has no work for the class " + in_quotes(name) +
                            " and none for \"default\"" + suggestion(name, classes, "classes"));
  }

  void check_fault(const std::string& at, std::size_t i) {
    const Choice<Fault>& fault = scenario_.faults[i];
    if (!fault || !soundness_.sound(at)) return;
    if (const std::string service = fault->service(); !service.empty()) service_exists(at + "/service", service);
    if (const std::string cache = fault->cache(); !cache.empty()) {
      const auto found = scenario_.services.find(fault->service());
      if (found != scenario_.services.end() && !found->second.caches.contains(cache))
        problems_.error(at + "/cache", "the service " + in_quotes(fault->service()) + " has no cache " +
                                           in_quotes(cache) +
                                           suggestion(cache, keys_of(found->second.caches), "caches"));
    }
    const std::string zone = fault->zone();
    if (zone.empty() || !soundness_.sound("/cluster")) return;
    zone_exists(at + "/zone", zone);
  }

  // Reports it if not. Nothing is said while the services themselves could not be read.
  bool service_exists(const std::string& at, const std::string& name, bool or_queue = false) {
    if (!soundness_.readable("/services")) return false;
    if (std::find(services_.begin(), services_.end(), name) != services_.end()) return true;
    if (services_.empty()) return false;
    if (scenario_.queues.contains(name)) {
      problems_.error(at, in_quotes(name) + " is a queue; a service fits");
    } else if (or_queue && !queues_.empty()) {
      std::vector<std::string> both = services_;
      both.insert(both.end(), queues_.begin(), queues_.end());
      problems_.error(
          at, "there is no service or queue " + in_quotes(name) + suggestion(name, both, "services and queues"));
    } else {
      problems_.error(at, "there is no service " + in_quotes(name) + suggestion(name, services_, "services"));
    }
    return false;
  }

  void signal_exists(const std::string& at, const std::string& name) {
    if (!soundness_.readable("/signals") || scenario_.signals.contains(name)) return;
    if (const auto of = QueueSignal::parse(name); of && scenario_.queues.contains(of->queue)) return;
    std::vector<std::string> signals = keys_of(scenario_.signals);
    for (std::string& figure : QueueSignal::names(scenario_.queues)) signals.push_back(std::move(figure));
    problems_.error(at, "looks at the signal " + in_quotes(name) + ", which there is not" +
                            (signals.empty() ? std::string("; the scenario has no \"signals\"")
                                             : suggestion(name, signals, "signals")));
  }

  const Scenario& scenario_;
  const Soundness& soundness_;
  Problems& problems_;
  std::vector<std::string> services_, queues_;
};

}  // namespace

void check_references(const Scenario& scenario, const Soundness& soundness, Problems& p) {
  References(scenario, soundness, p).check();
}

}  // namespace windtunnel
