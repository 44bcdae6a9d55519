#include "models/service/service_params.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/service/cached_steps.hpp"

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kWhenNoneReadyNames = {"reject", "wait"};

// A class's name inside a JSON pointer (RFC 6901).
std::string escaped(const std::string& key) {
  std::string out;
  for (const char c : key) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

std::string suggested(const std::map<std::string, CacheParams>& caches) {
  std::string out;
  for (const auto& [name, unused] : caches) out += (out.empty() ? "; the service's caches: " : ", ") + name;
  return out.empty() ? "; the service has no \"caches\"" : out;
}

// Whether steps and caches belong together.
void check_cached_steps(const ServiceParams& service, Problems& p) {
  std::set<std::string> looked_up;
  for (const auto& [request_class, steps] : service.work) {
    const std::string at = "/work/" + escaped(request_class) + "/";
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const std::pair<const char*, const std::string*> names[] = {
          {"look_up", &steps[i].look_up}, {"on_miss", &steps[i].on_miss}, {"invalidate", &steps[i].invalidate}};
      for (const auto& [field, name] : names)
        if (!name->empty() && !service.caches.contains(*name))
          p.error(at + std::to_string(i) + "/" + field,
                  "there is no cache \"" + *name + "\"" + suggested(service.caches));
      looked_up.insert(steps[i].look_up);
    }
    std::vector<std::size_t> strays;
    for (const CachedSteps& cached : cached_steps(steps, &strays))
      if (cached.end == cached.lookup + 1)
        p.error(
            at + std::to_string(cached.lookup) + "/look_up",
            "nothing is done on a miss: the next step has no \"on_miss\": \"" + steps[cached.lookup].look_up + "\"");
    for (const std::size_t i : strays)
      p.error(at + std::to_string(i) + "/on_miss", "no step with \"look_up\": \"" + steps[i].on_miss +
                                                       "\" stands before it; between them there are only steps "
                                                       "with the same on_miss");
  }
  for (const auto& [name, cache] : service.caches) {
    const std::string at = "/caches/" + escaped(name);
    if (name.empty()) p.error(at, "a cache needs a name");
    if (!looked_up.contains(name)) p.warning(at, "no step looks anything up in it");
  }
}

// What an autoscaler with a proxy in front of the instances needs of the service.
void check_proxy(const ServiceParams& service, const AutoscalerParams::Buffering& proxy, Problems& p) {
  const std::string type = service.autoscaler.type();
  if (service.proxied())
    p.error("/balancer", type + " has a proxy of its own in front of the instances, which chooses by counts; " +
                             service.balancer.type() +
                             (service.balancing.plain() ? " looks at more" : " with \"balancing\" looks at more"));
  if (service.when_none_ready != WhenNoneReady::kWait)
    p.error("/when_none_ready",
            "is \"reject\"; " + type + " needs \"wait\": its proxy keeps requests until an instance is ready");
  if (proxy.per_instance == 0 || !service.instance.runtime) return;
  const std::optional<std::int64_t> served = service.instance.served_at_once();
  const std::string limit = "containerConcurrency, " + std::to_string(proxy.per_instance) + ", is the most that ";
  const std::string serves =
      "an instance serves " + (served ? std::to_string(*served) : "any number of") + " requests at once";
  if (!served || *served > proxy.per_instance)
    p.error("/instance/concurrency", serves + "; " + limit + type + " lets into it");
  else if (*served < proxy.per_instance)
    p.warning("/instance/concurrency", serves + "; " + limit + type + " lets into it, so the others wait inside");
}

// Whether what it recommends can be known, and reach the instances.
void check_vertical(const ServiceParams& service, Problems& p) {
  const vpa::ContainerPolicy policy = service.vertical_autoscaler->spec.container();
  if (policy.mode == vpa::ContainerPolicy::Mode::kOff) return;
  if (policy.controls("memory") && !service.instance.memory)
    p.error("/vertical_autoscaler",
            "recommends memory, and instance.memory does not say what an instance uses; to leave memory alone: "
            "controlledResources [\"cpu\"]");
  if (service.instance.runtime && service.instance.runtime->kind == Runtime::Kind::kFunction)
    p.error("/vertical_autoscaler", "sizes pods; the runtime is function");
}

// Who chooses an instance when a connection is opened has to do with nothing else than counts of connections.
void check_connections(const ServiceParams& service, Problems& p) {
  const ConnectionParams& connections = *service.connections;
  if (service.instance.runtime && service.instance.runtime->kind == Runtime::Kind::kFunction)
    p.error("/connections", "lead to instances that stay; the runtime is function");
  if (service.autoscaler && (service.autoscaler->on_demand() || service.autoscaler->buffering()))
    p.error("/connections", "end at the proxy that " + service.autoscaler.type() + " has in front of the instances");
  if (service.read_replicas)
    p.error("/connections", "stay with an instance, and read_replicas choose one for each request");
  if (connections.per_connection() && service.proxied())
    p.error("/connections/balanced",
            "is \"per_connection\", where a balancer knows how many connections an instance has and no more; " +
                (service.balancing.plain() ? service.balancer.type() + " looks at more" : "\"balancing\" says more") +
                "; \"per_request\" fits");
  const auto computes = [](const std::vector<Step>& steps) {
    return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return static_cast<bool>(step.cpu); });
  };
  if (connections.tls && connections.tls->at == Tls::At::kInstance && connections.tls->per_request > Duration::zero())
    for (const auto& [request_class, steps] : service.work)
      if (!computes(steps))
        p.warning("/connections/tls/per_request",
                  "costs the class \"" + request_class + "\" nothing: it has no cpu step");
}

void check_admission(const ServiceParams& service, Problems& p) {
  const AdmissionParams& admission = service.admission;
  const bool by_instance =
      admission.concurrency_limit && admission.concurrency_limit->per == ConcurrencyLimitParams::Per::kInstance;
  if (admission.too_busy) {
    const bool loop = service.instance.runtime && service.instance.runtime->kind == Runtime::Kind::kEventLoop;
    const std::string at = "/admission/too_busy";
    if (!loop) p.error(at, "asks how late an event loop is; the runtime is " + service.instance.runtime.type());
    if (service.instance.queue && service.instance.queue.type() != "fifo")
      p.error(at, "needs a queue that is first come, first served; it is " + service.instance.queue.type());
    if (service.instance.concurrency)
      p.error(at, "leaves no room for instance.concurrency, behind which requests wait before the loop has them");
  }
  if (!by_instance) return;
  const auto need = [&](const std::string& who) {
    p.error("/admission/concurrency_limit/per",
            "is \"instance\", which " + who + " leaves no room for; \"service\" fits");
  };
  if (service.autoscaler && (service.autoscaler->on_demand() || service.autoscaler->buffering()))
    need(service.autoscaler.type());
  else if (service.proxied())
    need(service.balancer.type() + " with proxies");
}

}  // namespace

void ServiceParams::describe(FieldVisitor& v) {
  v.field("replicas", replicas, "Instances at the beginning, and for the whole run without an autoscaler",
          kNonNegative);
  v.field("instance", instance, "What one instance is");
  v.field("work", work,
          "Steps of a request, by request class; \"default\" serves the classes that are not named. Done in order",
          kRequired);
  v.field("caches", caches, "What its steps look things up in (look_up, on_miss), by name");
  v.field(
      "connections", connections,
      "What its clients reach it over: those of traffic (by \"clients\", or else \"processes\") and the processes of "
      "instances that call it have connections of their own. None: a request needs no connection");
  v.field("pools", pools,
          "Connection pools, by the name that calls go by: every process of every instance has one of each");
  v.field("startup", startup, "Phases a new instance goes through before it is ready, in order; none: ready at once");
  v.field("balancer", balancer, "How an instance is chosen for a request");
  v.field("balancing", balancing, "How many balancers there are, and what they know");
  v.field("admission", admission, "Whom the service turns away, or lets wait, before it does anything else");
  v.field("priorities", priorities,
          "Of request classes, the higher the more important, 0 for those not named; see instance.queue",
          {.lo = -1e9, .hi = 1e9});
  v.field("autoscaler", autoscaler, "Who decides how many instances there are; none: replicas stay as they are");
  v.field(
      "vertical_autoscaler", vertical_autoscaler,
      "Who decides how much CPU and memory an instance requests (a Kubernetes VerticalPodAutoscaler); none: resources "
      "stay as they are");
  v.field("read_replicas", read_replicas,
          "Instances are a primary, which takes what writes, and replicas for what reads; none: all are alike");
  v.field("honour_deadlines", honour_deadlines,
          "Drops a request whose deadline has passed when its turn comes, and gives its calls what is left of it");
  v.choice("when_none_ready", when_none_ready, kWhenNoneReadyNames,
           "What happens to a request while no instance is ready: rejected at once, or kept until one is");
  v.field("drain_timeout", drain_timeout, "How long an instance taken out of service may finish the requests it holds",
          kNonNegative);
}

void ServiceParams::check(Problems& p) {
  if (read_replicas) {
    const auto misfit = [&](const std::string& what) {
      p.error("/read_replicas", "leave no room for " + what + ", which chooses an instance without regard to them");
    };
    if (autoscaler && (autoscaler->on_demand() || autoscaler->buffering())) misfit(autoscaler.type());
    if (proxied()) misfit(balancer.type() + " with proxies");
    if (!autoscaler && replicas < 2) p.warning("/read_replicas", "has no effect: the primary is the only instance");
  }
  if (work.empty()) p.error("/work", "needs at least one request class; \"default\" serves every class");
  const bool loop = instance.runtime && instance.runtime->kind == Runtime::Kind::kEventLoop;
  const bool has_workers = loop && static_cast<const EventLoop&>(*instance.runtime).worker_threads > 0;
  for (const auto& [request_class, steps] : work) {
    const std::string at = "/work/" + escaped(request_class);
    if (steps.empty()) p.error(at, "needs at least one step");
    if (steps.size() > 255) p.error(at, "has " + std::to_string(steps.size()) + " steps; at most 255 fit");
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const bool pooled = steps[i].on == RunsOn::kThreadPool && (steps[i].cpu || steps[i].io);
      if ((steps[i].on != RunsOn::kWorker || !steps[i].cpu) && !pooled) continue;
      const std::string on = at + "/" + std::to_string(i) + "/on";
      if (pooled) {
        if (!loop)
          p.error(on, "only an event_loop has a thread pool beside it; the runtime is " + instance.runtime.type());
        continue;
      }
      if (!loop)
        p.error(on, "only an event_loop has workers beside it; the runtime is " + instance.runtime.type());
      else if (!has_workers)
        p.error(on, "the event_loop has no worker_threads");
    }
  }

  check_cached_steps(*this, p);
  if (connections) check_connections(*this, p);
  if (!pools.empty() && loop) {
    const auto& runtime = static_cast<const EventLoop&>(*instance.runtime);
    if (runtime.processes > 1 && runtime.dispatch == Dispatch::kShared)
      p.error("/pools",
              "belong to processes, and with dispatch \"shared\" a request belongs to none; \"round_robin\" and "
              "\"random\" fit");
  }

  std::size_t warm_ups = 0;
  for (std::size_t i = 0; i < startup.size(); ++i)
    if (startup[i] && startup[i].type() == "warm" && ++warm_ups == 2)
      p.error("/startup/" + std::to_string(i), "an instance warms up once; there is another warm phase before");

  if (!balancing.weights.empty() && balancer && !balancer->respects_weights())
    p.warning("/balancing/weights", balancer.type() + " does not look at weights");
  if (vertical_autoscaler) check_vertical(*this, p);
  check_admission(*this, p);
  if (!autoscaler) return;
  const bool function = instance.runtime && instance.runtime->kind == Runtime::Kind::kFunction;
  if (autoscaler->on_demand() && !function)
    p.error("/autoscaler", autoscaler.type() + " scales functions; the runtime is " + instance.runtime.type());
  if (autoscaler->jobs()) {
    if (replicas != 0)
      p.error("/replicas", std::to_string(replicas) + " does not fit; " + autoscaler.type() +
                               " creates jobs where there is work for them, and begins with 0");
    if (vertical_autoscaler)
      p.error("/vertical_autoscaler", "is for pods that stay; " + autoscaler.type() + " has jobs");
    if (function) p.error("/autoscaler", autoscaler.type() + " has no requests for functions, only messages for jobs");
  }
  if (autoscaler->needs_cpu_request() && !instance.resources.requests.cpu)
    p.error("/instance/resources/requests/cpu",
            "is missing; " + autoscaler.type() + " computes utilization relative to the request");
  if (const auto proxy = autoscaler->buffering()) check_proxy(*this, *proxy, p);
}

}  // namespace windtunnel
