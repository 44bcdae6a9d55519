#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "models/admission/admission_params.hpp"
#include "models/autoscaler/autoscaler.hpp"
#include "models/cache/cache_params.hpp"
#include "models/connection/connection_params.hpp"
#include "models/instance/connection_pool.hpp"
#include "models/instance/instance_params.hpp"
#include "models/load_balancer/balancing_params.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/service/read_replicas.hpp"
#include "models/startup/startup.hpp"
#include "models/vertical_autoscaler/vertical_autoscaler.hpp"

namespace windtunnel {

enum class WhenNoneReady { kReject, kWait };

// A service: what its instances are, what requests ask of them, how they are chosen, started and counted.
struct ServiceParams {
  std::int64_t replicas = 1;
  InstanceParams instance;
  Work work;
  std::map<std::string, CacheParams> caches;
  std::optional<ConnectionParams> connections;        // that its clients need; none: nobody needs any
  std::map<std::string, ConnectionPoolParams> pools;  // of every process of an instance, by name
  Startup startup;
  Choice<LoadBalancerParams> balancer = Choice<LoadBalancerParams>::of("round_robin");
  BalancingParams balancing;
  AdmissionParams admission;
  std::map<std::string, std::int64_t> priorities;               // of request classes; 0 for those not named
  Choice<AutoscalerParams> autoscaler;                          // none: `replicas` for the whole run
  std::optional<VerticalAutoscalerParams> vertical_autoscaler;  // none: resources stay as they are
  std::optional<ReadReplicas> read_replicas;                    // none: every instance takes every request
  bool honour_deadlines = false;  // drops requests that are late, and passes on what is left
  WhenNoneReady when_none_ready = WhenNoneReady::kReject;
  Duration drain_timeout =
      std::chrono::seconds{30};  // how long an instance taken out of service may finish its requests

  void describe(FieldVisitor& v);
  void check(Problems& p);
  // Whether requests are placed by proxies with a view of their own; else straight by the policy.
  bool proxied() const { return balancer->looks_closer() || balancer->knows_clients() || !balancing.plain(); }
  // Whether anybody wants to know who asks.
  bool knows_clients() const { return balancer->knows_clients() || balancing.sticky_sessions; }
};

}  // namespace windtunnel
