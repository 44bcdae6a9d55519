#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/cluster/cluster_params.hpp"
#include "models/cost/cost.hpp"
#include "models/fault/fault.hpp"
#include "models/objective/objective.hpp"
#include "models/queue/queue_params.hpp"
#include "models/service/service_params.hpp"
#include "models/signal/signal.hpp"
#include "models/workload/traffic.hpp"

namespace windtunnel {

struct MetricsParams {
  Duration resolution = std::chrono::seconds{10};  // of the series
  bool number_in_system = false;  // also keep how long each service held n requests ("<service>.number_in_system.…")
  std::int64_t instances = 0;     // of each service, with figures of their own ("<service>.instance.<n>.…")
  void describe(FieldVisitor& v);
};

// Everything a run needs. What the fields mean is said once, in describe().
struct Scenario {
  std::string schema;           // "$schema", for editors
  std::int64_t windtunnel = 1;  // the format's version
  std::string name;
  std::string description;
  Duration horizon = std::chrono::minutes{10};
  Duration warmup{0};
  std::string starts_at = "2024-01-01 00:00:00";
  std::int64_t seed = 1;
  std::int64_t replications = 1;
  MetricsParams metrics;
  std::vector<Traffic> traffic;
  std::map<std::string, ServiceParams> services;
  QueuesParams queues;
  Signals signals;
  ClusterParams cluster;
  std::vector<Choice<Fault>> faults;
  std::vector<Choice<Objective>> objectives;
  Cost cost;

  Time starts_at_utc() const;  // since 1970-01-01 00:00

  void describe(FieldVisitor& v);
  // Cross references: traffic to services, classes to work, autoscalers to signals, nodes and faults to zones,
  // instances to nodes they fit on, objectives to services.
  void check(Problems& p);
};

}  // namespace windtunnel
