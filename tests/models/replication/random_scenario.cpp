#include "tests/models/replication/random_scenario.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel::test {
namespace {

using Json = nlohmann::json;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : words_(seed, "random scenario", 0) {}

  Json scenario() {
    horizon_ = between(20, 120);
    Json out = {{"windtunnel", 1},
                {"name", "random"},
                {"horizon", seconds(horizon_)},
                {"warmup", one_in(3) ? seconds(0) : seconds(between(1, 30))},
                {"metrics", {{"resolution", seconds(between(1, 15))}, {"number_in_system", one_in(3)}}}};
    if (one_in(2)) {
      zones_ = one_in(2) ? std::vector<std::string>{"a", "b"} : std::vector<std::string>{"a", "b", "c"};
      out["cluster"]["zones"] = zones_;
    }
    const std::uint32_t services = services_ = 1 + below(3);
    for (std::uint32_t i = 0; i < services; ++i) out["services"]["s" + std::to_string(i)] = service(i);
    const std::uint32_t sources = 1 + below(4);
    for (std::uint32_t i = 0; i < sources; ++i) out["traffic"].push_back(traffic(i, below(services)));
    const std::uint32_t faults = below(5);
    for (std::uint32_t i = 0; i < faults; ++i) out["faults"].push_back(fault("s" + std::to_string(below(services))));
    if (one_in(3)) add_nodes(out);
    caches(out);
    queues(out);
    invocations(out);
    instances(out);
    answers(out);
    connections(out);
    return out;
  }

 private:
  std::uint32_t below(std::uint32_t n) { return words_.below(n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  double between(double low, double high) { return low + (high - low) * words_.uniform(); }
  double log_between(double low, double high) { return low * std::pow(high / low, words_.uniform()); }
  static std::string seconds(double s) { return std::to_string(static_cast<std::int64_t>(s * 1e6)) + "us"; }
  static std::string rate(double per_second) { return std::to_string(per_second) + "/s"; }

  Json time(double mean) {
    switch (below(7)) {
      case 0:
        return seconds(mean);
      case 1:
        return {{"type", "uniform"}, {"low", seconds(mean / 2)}, {"high", seconds(mean * 1.5)}};
      case 2:
        return {{"type", "hyperexponential"}, {"mean", seconds(mean)}, {"cv", 3}};
      case 3:
        return {{"type", "lognormal"}, {"mean", seconds(mean)}, {"cv", 2}};
      case 4:
        return {{"type", "erlang"}, {"mean", seconds(mean)}, {"stages", 3}};
      default:
        return {{"type", "exponential"}, {"mean", seconds(mean)}};
    }
  }

  // By numbers of its own, as balancing().
  void policy(Json& out) {
    Stream own(fnv1a64(out.dump()), "policy", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(2) == 0) return;
    const char* const breakers[] = {"consecutive_failures", "resilience4j", "hystrix", "max_requests"};
    const char* const throttles[] = {"adaptive_throttling", "aws_adaptive"};
    if (!out.contains("retry") && draw(3) == 0)
      out["retry"] = {{"attempts", 1 + draw(4)}, {"backoff", {{"base", "20ms"}}}};
    if (!out.contains("retry") && draw(2) == 0)
      out["hedge"] = {{"attempts", 2 + draw(3)}, {"delay", draw(4) == 0 ? "0s" : "50ms"}};
    if (draw(3) == 0) out["circuit_breaker"] = {{"type", breakers[draw(4)]}};
    if (out.contains("circuit_breaker") && out["circuit_breaker"]["type"] == "resilience4j")
      out["circuit_breaker"].update({{"slidingWindowSize", 1 + draw(20)},
                                     {"minimumNumberOfCalls", 1 + draw(10)},
                                     {"permittedNumberOfCallsInHalfOpenState", 1 + draw(5)},
                                     {"waitDurationInOpenState", "2s"}});
    if (draw(4) == 0) out["throttle"] = {{"type", throttles[draw(2)]}};
    if (draw(3) == 0)
      out["bulkhead"] = {{"max_concurrent_calls", 1 + draw(4)}, {"max_wait", draw(2) == 0 ? "0s" : "100ms"}};
    if (draw(3) == 0) out["deadline"] = draw(2) == 0 ? "200ms" : "2s";
  }

  // Of service number `self`. Calls back to itself and to those before it are rare enough to die out.
  Json callee(std::uint32_t self) {
    const std::uint32_t to = below(services_);
    Json out = {{"service", "s" + std::to_string(to)}};
    if (to <= self)
      out["probability"] = between(0, 0.05);
    else if (one_in(2))
      out["probability"] = between(0, 1);
    if (one_in(2)) out["timeout"] = seconds(log_between(0.02, 2));
    if (one_in(2)) out["on_timeout"] = "cancel";
    if (one_in(3)) out["on_failure"] = "ignore";
    policy(out);
    return out;
  }

  Json steps(bool workers, std::uint32_t self) {
    Json out = Json::array();
    const std::uint32_t n = one_in(2) ? 1 : 1 + below(4);
    for (std::uint32_t i = 0; i < n; ++i) {
      Json step;
      if (one_in(5)) {
        const std::uint32_t calls = 1 + below(3);
        Json& made = step[calls == 1 ? "call" : "parallel"];
        if (calls == 1) made = callee(self);
        for (std::uint32_t k = 0; calls > 1 && k < calls; ++k) made["to"].push_back(callee(self));
        if (calls > 1 && one_in(2)) made["wait_for"] = 1 + below(calls);
        if (one_in(2)) made["network"] = seconds(log_between(0.0001, 0.009));
      } else if (one_in(3))
        step["io"] = time(log_between(0.001, 0.3));
      else
        step["cpu"] = one_in(8) ? Json(seconds(0)) : time(log_between(0.002, 0.1));
      if (workers && step.contains("cpu") && one_in(2)) step["on"] = "worker";
      out.push_back(step);
    }
    return out;
  }

  Json service(std::uint32_t self) {
    Json out, instance;
    const std::uint32_t runtime = below(5);
    bool workers = false, function = false;
    double threads = 1;
    if (runtime == 0) {
      threads = 1 + below(3);
      const std::uint32_t extra = one_in(2) ? 0 : 1 + below(3);
      workers = extra > 0;
      const char* const dispatch[] = {"round_robin", "random", "shared"};
      instance["runtime"] = {
          {"type", "event_loop"}, {"processes", threads}, {"dispatch", dispatch[below(3)]}, {"worker_threads", extra}};
      threads += extra;
    } else if (runtime == 1 || runtime == 2) {
      threads = 1 + below(6);
      instance["runtime"] = {{"type", "worker_pool"}, {"workers", threads}};
      if (one_in(4)) instance["runtime"]["poll_interval"] = time(log_between(0.005, 0.5));
    } else if (runtime == 3) {
      instance["runtime"] = {{"type", "processor_sharing"}, {"cores", one_in(2) ? Json(2) : Json("500m")}};
    } else {
      function = true;
      instance["runtime"] = {{"type", "function"}};
    }
    if (!function && one_in(3)) instance["concurrency"] = 1 + below(8);
    if (one_in(3)) instance["backlog"] = below(20);
    if (one_in(4)) instance["speed"] = between(0.5, 3);
    if (one_in(5)) instance["speed_spread"] = {{"type", "uniform"}, {"low", 0.5}, {"high", 1.5}};
    if (one_in(4)) instance["pauses"] = {{"every", time(log_between(0.2, 20))}, {"length", time(log_between(0.01, 2))}};
    instance["resources"]["requests"]["cpu"] = "500m";
    if (one_in(4)) instance["resources"]["limits"]["cpu"] = std::max(0.5, threads * between(0.3, 1.2));
    out["instance"] = instance;

    out["work"]["default"] = steps(workers, self);
    if (one_in(2)) out["work"]["other"] = steps(workers, self);
    out["replicas"] = function ? 1 : one_in(8) ? 0 : 1 + below(6);
    if (one_in(3)) out["when_none_ready"] = "wait";
    if (one_in(3)) out["drain_timeout"] = seconds(one_in(3) ? 0 : log_between(0.05, 10));

    const char* const tie[] = {"random", "first", "round_robin"};
    switch (below(5)) {
      case 0:
        out["balancer"] = {{"type", "random"}};
        break;
      case 1:
        out["balancer"] = {{"type", "least_request"}, {"full_scan", true}, {"tie", tie[below(3)]}};
        break;
      case 2:
        out["balancer"] = {{"type", "least_request"}, {"choices", 2 + below(3)}, {"tie", tie[below(3)]}};
        break;
      case 3:
        out["balancer"] = {{"type", "power_of_two_choices"}};
        break;
      default:
        break;
    }

    if (one_in(2)) out["startup"].push_back({{"phase", "schedule"}, {"time", time(0.2)}});
    if (one_in(2))
      out["startup"].push_back(
          {{"phase", "pull"}, {"image", "100M"}, {"bandwidth", "50M/s"}, {"cached_on_node", between(0, 1)}});
    if (one_in(2)) out["startup"].push_back({{"phase", "boot"}, {"time", time(log_between(0.1, 10))}});
    if (one_in(3))
      out["startup"].push_back({{"phase", "warm"}, {"requests", 1 + below(30)}, {"slowdown", between(1, 5)}});

    if (function) {
      const bool at_once = one_in(3);
      const std::string keep = at_once ? seconds(0) : seconds(log_between(0.1, 60));
      const auto most = 1 + below(20);
      out["autoscaler"] = {{"type", "per_request"},
                           {"keep_alive", keep},
                           {"max_instances", most},
                           {"at_maximum", one_in(2) ? "queue" : "reject"}};
      // By a number that is drawn anyway: what follows stays as it was.
      if (most % 3 == 0 && !at_once)
        out["autoscaler"]["keep_alive"] = {{"type", "random"}, {"time", {{"type", "exponential"}, {"mean", keep}}}};
      if (most % 2 == 0) {
        out["autoscaler"]["waiting"] = "first_free";
        out["autoscaler"]["cancel_starts"] = most % 4 == 0;
      }
    } else if (one_in(3)) {
      out["autoscaler"] = {
          {"type", "kubernetes_hpa"},
          {"spec",
           {{"minReplicas", 1 + below(2)},
            {"maxReplicas", 2 + below(10)},
            {"metrics",
             Json::array({{{"type", "Resource"},
                           {"resource",
                            {{"name", "cpu"},
                             {"target", {{"type", "Utilization"}, {"averageUtilization", 20 + below(80)}}}}}}})},
            {"behavior", {{"scaleDown", {{"stabilizationWindowSeconds", below(20)}}}}}}},
          {"sync_period", seconds(between(0.5, 5))},
          {"initial_readiness_delay", seconds(between(0, 5))},
          {"cpu_initialization_period", seconds(between(0, 10))},
          {"metrics", {{"scrape_period", seconds(between(0.5, 5))}, {"lag", seconds(between(0, 1))}}}};
    } else if (one_in(3)) {
      out["autoscaler"] = knative(instance);
      out["when_none_ready"] = "wait";
    } else if (one_in(3)) {
      out["autoscaler"] = keda();
      out["when_none_ready"] = "wait";
    }
    if (!function && out.value(Json::json_pointer("/autoscaler/type"), std::string()) != "knative_kpa") balancing(out);
    admission(out);
    return out;
  }

  // What services say when they fail, and who looks at it. By numbers of its own, as balancing().
  void answers(Json& out) {
    Stream own(fnv1a64(out.dump()), "answers", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(2) == 0) return;
    const char* const statuses[] = {"500", "503", "429", "404", "UNAVAILABLE", "INTERNAL", "RESOURCE_EXHAUSTED"};
    const char* const words[] = {"5xx",        "gateway-error", "reset",        "connect-failure", "transient",
                                 "throttling", "503",           "UNAVAILABLE",  "timeout",         "refused",
                                 "429",        "500",           "retriable-4xx"};
    const char* const pushbacks[] = {"grpc_pushback", "rate_limit_reset", "retry_after"};
    const auto listen = [&](Json& client) {
      Json* const again = client.contains("retry")   ? &client["retry"]
                          : client.contains("hedge") ? &client["hedge"]
                                                     : nullptr;
      if (client.contains("bulkhead") || client.contains("circuit_breaker"))
        if (draw(2) == 0) client["per"] = "class";
      if (again == nullptr) return;
      if (draw(2) == 0) {
        Json& list = (*again)[client.contains("retry") ? "on" : "non_fatal"] = Json::array();
        for (std::uint32_t n = 1 + draw(4); n > 0; --n) list.push_back(words[draw(13)]);
      }
      if (draw(2) == 0) (*again)["pushback"] = {{"type", pushbacks[draw(3)]}};
      if (draw(6) == 0) (*again)["budget"] = {{"type", "failure_share"}, {"share", 0.3}};
      if (!client.contains("hedge") || draw(2) == 0) return;
      (*again)["after"] = {{"quantile", 0.1 * (1 + draw(9))}, {"calls", 50}, {"minimum", 1 + draw(50)}};
      if (draw(2) == 0) again->erase("delay");
    };
    for (Json& source : out["traffic"]) listen(source);
    for (auto& [name, service] : out["services"].items()) {
      if (service.contains("admission") && draw(2) == 0) service["admission"]["retry_after"] = seconds(0.1 * draw(10));
      for (auto& [request_class, steps] : service["work"].items())
        for (Json& step : steps) {
          if (step.contains("call")) listen(step["call"]);
          if (step.contains("parallel"))
            for (Json& callee : step["parallel"]["to"]) listen(callee);
          if (!step.contains("error")) continue;
          step.erase("error");
          for (std::uint32_t n = 1 + draw(3); n > 0; --n) {
            Json error = {{"share", 0.05}, {"status", statuses[draw(7)]}};
            if (draw(3) == 0)
              error["retry_after"] = seconds(0.2 * draw(10));
            else if (draw(3) == 0)
              error["no_retry"] = true;
            step["errors"].push_back(error);
          }
        }
    }
  }

  // In front of some steps that are there already. By numbers of its own, as balancing().
  void caches(Json& out) {
    Stream own(fnv1a64(out.dump()), "caches", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(2) == 0) return;
    const char* const evictions[] = {"lru", "fifo", "random"};
    for (auto& [name, service] : out["services"].items()) {
      bool any = false;
      for (auto& [request_class, steps] : service["work"].items()) {
        std::size_t at = draw(2);
        if (at + 1 >= steps.size()) {
          if (at < steps.size() && draw(2) == 0 && any) steps[at]["invalidate"] = "one";
          continue;
        }
        any = true;
        steps[at]["look_up"] = "one";
        const bool nested = draw(3) == 0;
        for (++at; at < steps.size() && draw(4) > 0; ++at) {
          if (nested && steps[at - 1].value("look_up", "") == "one" && at + 1 < steps.size()) {
            steps[at]["look_up"] = "two";
            steps[at]["on_miss"] = "one";
            steps[++at]["on_miss"] = "two";
            service["caches"]["two"] = {{"hit_ratio", 0.5}, {"warm_up", draw(50)}};
          } else {
            steps[at]["on_miss"] = "one";
          }
        }
        if (steps[at - 1].value("look_up", "") == "one") steps[at]["on_miss"] = "one";
      }
      if (!any) continue;
      Json& cache = service["caches"]["one"] = {{"keys", 1 + draw(50)}, {"zipf", draw(2)}};
      if (draw(2) == 0) cache["size"] = 1 + draw(20);
      if (draw(2) == 0) cache["ttl"] = seconds(1 + draw(20));
      cache["eviction"] = evictions[draw(3)];
      cache["coalesce"] = draw(3) > 0;
      cache["shared"] = draw(3) == 0;
      const std::string holder = "s" + std::to_string(draw(services_));
      const Json& held_by = out["services"][holder];
      if (draw(3) == 0 && !held_by.contains("autoscaler") && held_by.value("replicas", 1) > 0) cache["in"] = holder;
      if (draw(3) == 0)
        out["faults"].push_back({{"type", "flush_cache"}, {"service", name}, {"at", seconds(draw(20))}});
    }
  }

  // By numbers of its own, as balancing().
  void admission(Json& out) {
    Stream own(fnv1a64(out.dump()), "admission", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    Stream deadlines(fnv1a64(out.dump()), "deadlines", 0);
    if (!out.contains("autoscaler") && !out.contains("balancing") && out["instance"]["runtime"]["type"] != "function" &&
        out.value(Json::json_pointer("/balancer/type"), std::string()) != "ip_hash" && deadlines.below(4) == 0)
      out["read_replicas"] = {{"reads", {"default"}}, {"lag", "50ms"}, {"failover", seconds(deadlines.below(3))}};
    if (deadlines.below(3) == 0) out["honour_deadlines"] = true;
    for (Json& steps : out["work"])
      for (Json& step : steps)
        if (deadlines.below(4) == 0) step["error"] = 0.1;
    if (draw(3) == 0 && out["instance"]["runtime"]["type"] != "function") {
      const char* const disciplines[] = {"lifo", "priority", "deadline", "codel", "controlled_delay", "adaptive_lifo"};
      Json& queue = out["instance"]["queue"];
      queue["type"] = disciplines[draw(6)];
      if (queue["type"] == "priority") {
        queue["preempts"] = draw(2) == 0;
        out["priorities"] = {{"default", draw(3)}, {"other", draw(3)}};
      }
    }
    const char* const per[] = {"service", "class"};
    if (draw(4) == 0)
      out["admission"]["rate_limits"] = {{{"type", "token_bucket"},
                                          {"rate", std::to_string(1 + draw(40)) + "/s"},
                                          {"burst", 1 + draw(20)},
                                          {"max_wait", seconds(draw(2))},
                                          {"per", per[draw(2)]}}};
    const char* const limits[] = {"aimd", "vegas", "gradient2"};
    if (draw(4) == 0) out["admission"]["concurrency_limit"]["type"] = limits[draw(3)];
    if (out.contains("admission") && out["admission"].contains("concurrency_limit")) {
      Json& limit = out["admission"]["concurrency_limit"];
      const char* const others[] = {"gradient", "envoy_gradient"};
      if (deadlines.below(2) == 0) limit["type"] = others[deadlines.below(2)];
      if (deadlines.below(3) == 0) limit["partitions"] = {{"default", 0.7}};
      if (deadlines.below(4) == 0) limit["bypass"] = {"other"};
      if (deadlines.below(3) == 0) limit["window"] = {{"min_samples", 1 + deadlines.below(20)}};
    }
  }

  // By numbers of its own: functions, some of the time, where there are messages.
  static void invocations(Json& out) {
    if (!out.contains("queues")) return;
    Stream own(fnv1a64(out.dump()), "invocations", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(3) != 0) return;
    Json& consumer = out["services"]["consumer"];
    consumer["replicas"] = 0;
    consumer["instance"]["runtime"] = {{"type", "function"}};
    consumer["autoscaler"] = {{"type", "per_request"},
                              {"keep_alive", seconds(0.5 * draw(20))},
                              {"max_instances", 1 + draw(8)},
                              {"at_maximum", draw(3) == 0 ? "queue" : "reject"}};
    if (draw(2) == 0) consumer["startup"] = Json::array({{{"phase", "boot"}, {"time", seconds(0.1 * (1 + draw(20)))}}});
    const auto at_first = 1 + draw(4);
    for (auto& [name, queue] : out["queues"].items()) {
      if (!queue.contains("consumer")) continue;
      queue.erase("prefetch");
      queue.erase("batch");
      queue["event_source"] = {{"initial_concurrency", at_first},
                               {"maximum_concurrency", at_first + draw(5)},
                               {"concurrency_per_minute", 30 * (1 + draw(20))},
                               {"throttle_retry", seconds(0.1 * (1 + draw(10)))}};
    }
  }

  // By numbers of its own: a service for messages, a queue for it, who sends, and perhaps another for dead letters.
  void queues(Json& out) {
    Stream own(fnv1a64(out.dump()), "queues", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(2) == 0) return;
    Json consumer = {
        {"replicas", 1 + draw(4)},
        {"instance",
         {{"runtime", {{"type", "worker_pool"}, {"workers", 1 + draw(3)}}},
          {"resources", {{"requests", {{"cpu", "250m"}, {"memory", "128Mi"}}}}}}},
        {"work",
         {{"default", Json::array({{{"cpu", {{"type", "exponential"}, {"mean", seconds(0.05 * (1 + draw(20)))}}}}})}}}};
    if (draw(3) == 0) consumer["work"]["default"].push_back({{"call", {{"service", "s0"}, {"timeout", "500ms"}}}});
    if (draw(3) == 0)
      consumer["instance"]["runtime"] =
          draw(2) == 0 ? Json{{"type", "event_loop"}} : Json{{"type", "processor_sharing"}};
    const char* const figures[] = {"depth", "visible", "messages"};
    if (draw(3) == 0)
      consumer["autoscaler"] = {
          {"type", "proportional"},
          {"min_replicas", 1},
          {"max_replicas", 6},
          {"metric", {{"metric", "signal"}, {"name", std::string("q.") + figures[draw(3)]}, {"target", 5}}}};
    out["services"]["consumer"] = consumer;
    Json& queue = out["queues"]["q"];
    queue = {{"consumer", "consumer"},
             {"poison", 0.1 * draw(5)},
             {"prefetch", 1 + draw(6)},
             {"batch", 1 + draw(3)},
             {"idempotent", draw(2) == 0},
             {"redelivery", draw(2) == 0 ? "on_timeout" : "on_disconnect"},
             {"visibility_timeout", seconds(0.1 * (1 + draw(50)))}};
    if (draw(2) == 0) queue["retry_delay"] = seconds(0.05 * draw(20));
    if (draw(2) == 0) queue["max_receives"] = 1 + draw(4);
    if (draw(3) == 0) queue["groups"] = 1 + draw(30);
    if (draw(3) == 0) queue["retention"] = seconds(1 + draw(20));
    if (draw(3) == 0) queue["delay"] = seconds(0.1 * draw(20));
    if (draw(3) == 0) {
      queue["max_length"] = 1 + draw(20);
      queue["when_full"] = draw(2) == 0 ? "block" : "reject";
    }
    if (queue.contains("max_receives") && draw(2) == 0) {
      queue["dead_letter"] = "dead";
      out["queues"]["dead"] = draw(2) == 0 ? Json::object() : Json{{"consumer", "consumer"}};
    }
    out["traffic"].push_back(
        {{"name", "messages"}, {"to", "q"}, {"arrivals", {{"type", "poisson"}, {"rate", rate(1 + draw(20))}}}});
    if (draw(2) == 0)
      out["traffic"].push_back(
          {{"name", "batches"},
           {"to", "q"},
           {"arrivals", {{"type", "batch"}, {"size", 1 + draw(30)}, {"every", seconds(1 + draw(20))}}}});
    if (draw(2) == 0)
      for (auto& [work_class, steps] : out["services"]["s0"]["work"].items())
        steps.push_back({{"send",
                          {{"queue", "q"},
                           {"class", "default"},
                           {"probability", 0.2},
                           {"time", seconds(0.001 * draw(5))},
                           {"required", draw(2) == 0}}}});
    if (draw(3) == 0)
      out["faults"].push_back({{"type", "kill_instances"},
                               {"service", "consumer"},
                               {"count", 1},
                               {"at", seconds(horizon_ / 10)},
                               {"every", seconds(1 + draw(10))}});
  }

  // By numbers of its own, as balancing(): how CPU limits are kept, who asks loops how late they are, connections.
  // By numbers of its own. Not where calls go over pools, or where somebody chooses for each request.
  void connections(Json& out) {
    Stream own(fnv1a64(out.dump()), "connections", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(3) > 0) return;
    const std::string all = out.dump();
    for (auto& [name, service] : out["services"].items()) {
      const std::string scaler = service.value(Json::json_pointer("/autoscaler/type"), std::string());
      const std::string balancer = service.value(Json::json_pointer("/balancer/type"), std::string());
      if (service["instance"]["runtime"]["type"] == "function" || service.contains("read_replicas") ||
          (!scaler.empty() && scaler != "kubernetes_hpa" && scaler != "keda") || draw(3) == 0)
        continue;
      if (all.find("\"to " + name + "\"") != std::string::npos) continue;  // a pool leads here
      const bool counts = balancer.empty() || balancer == "random" || balancer == "least_request" ||
                          balancer == "power_of_two_choices" || balancer == "least_outstanding";
      const bool pinned = counts && !service.contains("balancing") && draw(4) > 0;
      Json& c = service["connections"];
      const bool many = draw(2) == 0;
      c = {{"protocol", many ? "http2" : "http1"},
           {"balanced", pinned ? "per_connection" : "per_request"},
           {"min", draw(3)},
           {"round_trip", seconds(0.01 * draw(4))}};
      if (draw(2) == 0) c["max"] = 2 + draw(8);
      if (many && draw(2) == 0) c["max_streams"] = 1 + draw(5);
      if (draw(2) == 0) c["idle_timeout"] = seconds(0.1 * (1 + draw(50)));
      if (draw(2) == 0) c["max_age"] = seconds(0.5 * (1 + draw(20)));
      if (draw(3) == 0) c["max_requests"] = 1 + draw(30);
      if (draw(2) == 0)
        c["tls"] = {{"at", pinned && draw(3) > 0 ? "instance" : "edge"},
                    {"version", draw(2) == 0 ? "1.2" : "1.3"},
                    {"handshake", time_of(0.001 * (1 + draw(20)), draw(2))},
                    {"resumed_handshake", "500us"},
                    {"resumed", 0.5},
                    {"per_request", seconds(0.0005 * draw(3))}};
    }
    for (Json& traffic : out["traffic"])
      if (draw(2) == 0) traffic["processes"] = 1 + draw(12);
    if (draw(2) == 0) out["cost"]["cross_zone"] = {{"per_gb", 0.02}, {"bytes", "10Ki"}};
    for (auto& [name, service] : out["services"].items()) {
      Json& instance = service["instance"];
      if (service.contains("balancing") && service["balancing"].value("balancers", 1) > 1 && draw(2) == 0)
        service["balancing"]["dispatch"] = "same_zone";
      if (instance["runtime"]["type"] != "event_loop" || instance.contains("queue")) continue;
      if (instance["runtime"].value("dispatch", "") == "random" && draw(2) == 0)
        instance["runtime"]["dispatch"] = "last_idle";
      if (!instance.contains("concurrency") && draw(2) == 0)
        service["admission"]["too_busy"] = {{"max_lag", "20ms"}, {"interval", seconds(0.05 * (1 + draw(10)))}};
    }
  }
  static Json time_of(double mean, std::uint32_t how) {
    if (how == 0) return seconds(mean);
    return {{"type", "exponential"}, {"mean", seconds(mean)}};
  }

  void instances(Json& out) {
    Stream own(fnv1a64(out.dump()), "instances", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (out.contains(Json::json_pointer("/cluster/nodes")) && draw(2) == 0) out["cluster"]["node_cpu"] = "shared";
    const auto text_at = [](const Json& service, const char* pointer) {
      return service.value(Json::json_pointer(pointer), std::string());
    };
    for (auto& [name, service] : out["services"].items()) {
      Json& instance = service["instance"];
      if (instance["resources"].contains("limits") && draw(2) == 0)
        instance["cfs_quota"] = {{"period", seconds(0.01 * (1 + draw(20)))}};
      const bool loop = text_at(service, "/instance/runtime/type") == "event_loop";
      if (loop && !instance.contains("queue") && draw(2) == 0)
        instance["runtime"]["lag_probes"] = seconds(0.01 * (1 + draw(30)));
      if (loop && instance["runtime"].value("processes", 1) == 1 && !instance.contains("pauses"))
        instance["heap"] = {{"base", "50Mi"},
                            {"per_request", std::to_string(1 + draw(4)) + "Mi"},
                            {"leak", std::to_string(draw(3000)) + "Ki"},
                            {"allocation", std::to_string(draw(8)) + "Mi"},
                            {"promoted", 0.1 * draw(5)},
                            {"max_old_space", std::to_string(60 + draw(40)) + "Mi"}};
      for (auto& [request_class, steps] : service["work"].items())
        for (Json& step : steps)
          if (loop && (step.contains("cpu") || (step.contains("io") && !step.contains("look_up"))) && draw(4) == 0)
            step["on"] = "thread_pool";
      if (loop && text_at(service, "/instance/runtime/dispatch") == "shared") continue;
      for (auto& [request_class, steps] : service["work"].items())
        for (Json& step : steps) {
          std::vector<Json*> calls;
          if (step.contains("call")) calls.push_back(&step["call"]);
          if (step.contains("parallel"))
            for (Json& call : step["parallel"]["to"]) calls.push_back(&call);
          for (Json* call : calls) {
            const std::string to = (*call)["service"];
            const Json& there = out["services"][to];
            const std::string scaler = text_at(there, "/autoscaler/type");
            const std::string balancer = text_at(there, "/balancer/type");
            const bool plain = balancer.empty() || balancer == "random" || balancer == "least_request" ||
                               balancer == "power_of_two_choices";
            if (!plain || there.contains("balancing") || there.contains("read_replicas") ||
                (!scaler.empty() && scaler != "kubernetes_hpa"))
              continue;
            if (draw(2) == 0) {
              Json& accepts = out["services"][to]["instance"];
              accepts["max_connections"] = 1 + draw(2);
            }
            (*call)["pool"] = "to " + to;
            Json& pool = service["pools"]["to " + to];
            pool["size"] = 1 + draw(2);
            if (draw(4) != 0) pool["acquire_timeout"] = seconds(0.001 * (1 + draw(20)));
            if (draw(2) == 0) pool["idle_timeout"] = seconds(0.5 * draw(8));
            if (draw(2) == 0) pool["connect"] = seconds(0.005 * (1 + draw(10)));
          }
        }
    }
  }

  // By numbers of its own, from what stands there already: what follows stays as it was.
  void balancing(Json& out) {
    Stream own(fnv1a64(out.dump()), "balancing", 0);
    const auto draw = [&own](std::uint32_t n) { return own.below(n); };
    if (draw(2) == 0) return;
    const char* const closer[] = {"prequal", "client_side_weighted_round_robin", "peak_ewma", "maglev"};
    if (draw(2) == 0) out["balancer"] = {{"type", closer[draw(4)]}};
    Json& its = out["balancing"];
    its["balancers"] = 1 + draw(4);
    if (draw(3) == 0) its["endpoint_delay"] = seconds(1 + draw(5));
    if (draw(3) == 0) its["subset"] = 1 + draw(4);
    if (draw(2) == 0) its["panic_threshold"] = draw(2) == 0 ? 0.0 : 0.7;
    if (draw(3) == 0)
      its["outlier_detection"] = {{"as", draw(2) == 0 ? "envoy" : "grpc"},
                                  {"consecutive_5xx", 1 + draw(5)},
                                  {"interval", seconds(1 + draw(3))},
                                  {"base_ejection_time", seconds(1 + draw(5))},
                                  {"max_ejection_time_jitter", seconds(draw(2))},
                                  {"max_ejection_percent", draw(2) == 0 ? 1.0 : 0.5},
                                  {"enforcing_consecutive_5xx", draw(2) == 0 ? 1.0 : 0.5}};
    else if (draw(3) == 0)
      its["failure_limit"] = {{"max_fails", 1 + draw(3)}, {"fail_timeout", seconds(1 + draw(5))}};
    if (draw(3) == 0) its["health_checks"] = {{"interval", "1s"}, {"timeout", "300ms"}, {"fall", 1 + draw(3)}};
    const char* const mode[] = {"any", "zone_aware", "failover", "same_zone"};
    if (draw(3) == 0) its["zone_routing"] = {{"mode", mode[draw(4)]}, {"min_cluster_size", 1 + draw(4)}};
    if (draw(3) == 0)
      its["sticky_sessions"] = {{"by", draw(2) == 0 ? "cookie" : "client_ip"}, {"timeout", seconds(1 + draw(20))}};
    if (draw(2) == 0) {
      Json& limit = its["connection_limit"];
      limit["max_connections"] = 1 + draw(6);
      if (draw(2) == 0) limit["min_connections"] = 1;
      if (draw(2) == 0) limit["full_connections"] = 1 + draw(60);
      if (draw(2) == 0) limit["slow_start"] = seconds(1 + draw(20));
      if (draw(2) == 0) limit["queue_timeout"] = seconds(0.1 * (1 + draw(30)));
    }
  }

  Json keda() {
    const char* const metric[] = {"concurrency", "queue_length", "request_rate"};
    Json triggers = Json::array({{{"type", "redis"},
                                  {"metricType", one_in(3) ? "Value" : "AverageValue"},
                                  {"useCachedMetrics", one_in(3)},
                                  {"metadata", {{"listLength", std::to_string(1 + below(20))}}}}});
    if (one_in(3))
      triggers.push_back({{"type", "cpu"}, {"metricType", "Utilization"}, {"metadata", {{"value", "60"}}}});
    Json meaning = {{"metric", metric[below(3)]}, {"window", seconds(below(20))}};
    if (one_in(3))
      meaning["outages"] = Json::array({{{"at", seconds(between(0, 5))}, {"for", seconds(log_between(1, 20))}}});
    Json out = {{"type", "keda"},
                {"spec",
                 {{"pollingInterval", 1 + below(5)},
                  {"cooldownPeriod", below(10)},
                  {"maxReplicaCount", 2 + below(10)},
                  {"triggers", triggers}}},
                {"metrics", {{"triggers", {{"redis", meaning}}}, {"resources", {{"scrape_period", "2s"}}}}},
                {"controller", {{"sync_period", seconds(between(0.5, 5))}}}};
    if (one_in(2)) out["spec"]["fallback"] = {{"failureThreshold", below(3)}, {"replicas", 1 + below(3)}};
    return out;
  }

  Json knative(const Json& instance) {
    Json out = {{"type", "knative_kpa"},
                {"annotations",
                 {{"autoscaling.knative.dev/metric", one_in(3) ? "rps" : "concurrency"},
                  {"autoscaling.knative.dev/target", std::to_string(1 + below(20))},
                  {"autoscaling.knative.dev/target-burst-capacity", std::to_string(static_cast<int>(below(40)) - 1)},
                  {"autoscaling.knative.dev/window", std::to_string(6 + below(20)) + "s"},
                  {"autoscaling.knative.dev/max-scale", std::to_string(2 + below(10))}}},
                {"config", {{"scale-to-zero-grace-period", seconds(between(0.5, 5))}}}};
    const bool pool = instance["runtime"]["type"] == "worker_pool";
    const std::int64_t workers = pool ? instance["runtime"]["workers"].get<std::int64_t>() : 0;
    const std::int64_t limit = instance.value("concurrency", workers);
    if (limit > 0 && one_in(2)) out["containerConcurrency"] = pool ? std::min(limit, workers) : limit;
    return out;
  }

  Json traffic(std::uint32_t index, std::uint32_t to) {
    Json out = {{"name", "t" + std::to_string(index)}, {"to", "s" + std::to_string(to)}};
    const double level = log_between(0.5, 200);
    switch (below(8)) {
      case 0:
        out["arrivals"] = {{"type", "constant"}, {"rate", rate(level)}};
        break;
      case 1:
        out["arrivals"] = {{"type", "renewal"}, {"inter_arrival", time(std::max(1e-3, 1 / level))}};
        break;
      case 2:
        out["arrivals"] = {{"type", "spike"},
                           {"base", rate(level / 5)},
                           {"peak", rate(level)},
                           {"at", seconds(horizon_ / 4)},
                           {"hold", seconds(horizon_ / 4)}};
        break;
      case 3:
        out["arrivals"] = {{"type", "burst"},
                           {"states", Json::array({{{"rate", rate(level)}, {"mean_duration", seconds(2)}},
                                                   {{"rate", rate(0)}, {"mean_duration", seconds(3)}}})}};
        break;
      case 4:
        out["arrivals"] = {
            {"type", "closed_loop"}, {"clients", 1 + below(60)}, {"think_time", time(log_between(0.05, 5))}};
        break;
      default:
        out["arrivals"] = {{"type", "poisson"}, {"rate", rate(level)}};
    }
    if (one_in(2)) out["mix"] = {{"other", 0.25}, {"main", 0.7}, {"rare", 0.05}};
    if (one_in(2)) {
      out["timeout"] = seconds(one_in(2) ? 1 : log_between(0.01, 5));  // often the same: sources share a line then
      if (one_in(2)) out["on_timeout"] = "cancel";
    }
    if (one_in(4)) out["patience"] = time(log_between(0.01, 5));
    if (one_in(3)) out["retry"] = retry(out);
    policy(out);
    return out;
  }

  Json retry(Json& traffic) {
    const char* const jitters[] = {"none", "full", "equal", "decorrelated", "randomized", "envoy"};
    const char* const budgets[] = {"ratio", "token_bucket", "share_of_active", "grpc_throttling", "aws_quota"};
    Json out = {{"attempts", 1 + below(5)},
                {"backoff", {{"base", seconds(one_in(4) ? 0 : log_between(0.001, 1))}, {"jitter", jitters[below(6)]}}}};
    if (one_in(2)) {
      out["budget"] = {{"type", budgets[below(5)]}};
      traffic["processes"] = 1 + below(4);
    }
    return out;
  }

  Json fault(const std::string& service) {
    const std::string at = seconds(between(0, horizon_));
    switch (below(zones_.empty() ? 3 : 4)) {
      case 0: {
        Json out = {{"type", "kill_instances"}, {"service", service}, {"at", at}, {"replace", one_in(2)}};
        if (one_in(2))
          out["share"] = between(0.1, 1);
        else
          out["count"] = 1 + below(4);
        if (one_in(2)) out["every"] = seconds(between(1, 20));
        return out;
      }
      case 1:
        return {{"type", "crashes"},
                {"service", service},
                {"mtbf", seconds(log_between(2, 100))},
                {"mttr", seconds(log_between(0.1, 20))},
                {"repair", one_in(2) ? "constant" : "exponential"}};
      case 2: {
        Json out = {{"type", "slow_instances"},
                    {"service", service},
                    {"share", between(0.1, 1)},
                    {"factor", between(1, 10)},
                    {"at", at}};
        if (one_in(2)) out["for"] = seconds(log_between(0.1, 20));
        return out;
      }
      default:
        return {{"type", "zone_outage"},
                {"zone", zones_[below(static_cast<std::uint32_t>(zones_.size()))]},
                {"at", at},
                {"for", seconds(log_between(0.5, 30))}};
    }
  }

  // The times of real autoscalers are minutes; these let something happen within the horizon.
  Json node_autoscaler() {
    if (one_in(2)) {
      const char* const expanders[] = {"random", "most-pods", "least-nodes", "least-waste", "price"};
      return {{"type", "cluster_autoscaler"},
              {"scan_interval", seconds(between(0.5, 5))},
              {"frequent_loops", one_in(2)},
              {"expander", expanders[below(5)]},
              {"balance_similar_node_groups", one_in(2)},
              {"max_node_provision_time", seconds(between(2, 20))},
              {"initial_node_group_backoff_duration", seconds(between(1, 10))},
              {"scale_down_unneeded_time", seconds(between(0, 10))},
              {"scale_down_unready_time", seconds(between(0, 10))},
              {"scale_down_delay_after_add", seconds(between(0, 10))},
              {"scale_down_utilization_threshold", between(0.2, 1)},
              {"max_drain_parallelism", 1 + below(3)},
              {"node_delete_delay_after_taint", seconds(between(0, 3))},
              {"max_graceful_termination", seconds(between(0, 10))},
              {"unremovable_node_recheck_timeout", seconds(between(0, 10))}};
    }
    const char* const policies[] = {"WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"};
    Json out = {{"type", "karpenter"},
                {"spec",
                 {{"disruption",
                   {{"consolidationPolicy", policies[below(3)]},
                    {"consolidateAfter", one_in(4) ? "Never" : seconds(between(0, 5))},
                    {"budgets", Json::array({{{"nodes", one_in(2) ? "100%" : "1"}}})}}}}},
                {"disruption_period", seconds(between(0.5, 5))},
                {"validation_delay", seconds(between(0, 3))},
                {"registration_timeout", seconds(between(2, 20))}};
    if (one_in(2)) {
      out["spec"]["template"]["spec"]["expireAfter"] = seconds(between(5, 60));
      out["spec"]["template"]["spec"]["terminationGracePeriod"] = seconds(between(0, 5));
    }
    return out;
  }

  void add_nodes(Json& scenario) {
    for (auto& [name, service] : scenario["services"].items())
      service["instance"]["resources"]["requests"]["memory"] = one_in(2) ? "256Mi" : "1Gi";
    const std::uint32_t groups = 1 + below(3);
    const bool scaled = !one_in(4);
    for (std::uint32_t i = 0; i < groups; ++i) {
      const std::uint32_t count = i == 0 && !scaled ? 1 + below(6) : below(5);
      Json group = {{"name", "g" + std::to_string(i)},
                    {"type", "machine"},
                    {"cpu", 1 + below(4)},
                    {"memory", std::to_string(2 + below(8)) + "Gi"},
                    {"system_reserved", {{"cpu", "100m"}, {"memory", "500Mi"}}},
                    {"count", scaled ? count : std::max(1U, count)},
                    {"provision", time(log_between(0.5, 20))},
                    {"provision_failures", one_in(2) ? 0 : between(0, 0.5)},
                    {"price", between(0.01, 1)}};
      if (!zones_.empty() && one_in(2)) group["zones"] = zones_[below(static_cast<std::uint32_t>(zones_.size()))];
      if (scaled && one_in(2)) group["max"] = count + below(10);
      if (scaled && one_in(3)) group["min"] = below(count + 1);
      if (scaled && one_in(3)) group["autoscaler"] = node_autoscaler();
      scenario["cluster"]["nodes"].push_back(group);
    }
    if (scaled) scenario["cluster"]["autoscaler"] = node_autoscaler();
  }

  Stream words_;
  std::uint32_t services_ = 1;
  double horizon_ = 60;
  std::vector<std::string> zones_;
};

}  // namespace

std::string random_scenario(std::uint64_t seed) { return Generator(seed).scenario().dump(1); }

}  // namespace windtunnel::test
