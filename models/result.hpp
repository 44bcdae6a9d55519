#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/autoscaler/derivation.hpp"
#include "models/request/outcome.hpp"
#include "models/theory/availability_of.hpp"
#include "models/theory/comparison.hpp"
#include "models/theory/paths_of.hpp"
#include "models/vertical_autoscaler/right_sizing.hpp"
#include "sim/statistics/estimate.hpp"
#include "sim/statistics/histogram.hpp"

namespace windtunnel {

// A figure of the run: one value per replication, and what they say together. Names are stable and dotted:
// "<service>.latency.p99", "<service>.replicas.mean", "cost.total". Units: "s", "1/s", "share", "count", "USD", ….
struct Metric {
  std::string name;
  std::string unit;
  std::vector<double> values;  // by replication; NaN where it does not exist (no request completed)
  Estimate estimate;           // over the values that exist
};

// One column per signal, one row per `resolution`, of replication 0. Row i covers (times[i] - resolution, times[i]].
struct Series {
  struct Column {
    std::string name;  // "replicas_ready", "latency_p99_s", …
    std::string unit;
    std::vector<double> values;  // NaN: nothing to report in that bin
  };
  std::string service;
  double resolution_s = 10;
  std::vector<double> times_s;  // end of each bin, measured time (0 is the end of the warm-up)
  std::vector<Column> columns;

  const Column* find(std::string_view name) const {
    for (const Column& c : columns)
      if (c.name == name) return &c;
    return nullptr;
  }
};

// What a control loop decided.
struct Scaling {
  std::int64_t before = 0, after = 0;  // replicas asked for
  Derivation how{};
};

// Something that somebody decided or that happened, with what was seen. Replication 0 only.
struct Decision {
  double time_s = 0;  // measured time
  std::string service;
  // "scale_up", "scale_down", "fault", "recovery", "instance_ready", …; "hold": a control loop leaves the replicas as
  // they are for another reason than at its last decision.
  std::string kind;
  std::string sentence;  // "4 -> 7 replicas: cpu 88 % of request against a target of 60 %"
  std::map<std::string, double> inputs;
  std::optional<Scaling> scaling{};  // of control loops
};

struct ServiceResult {
  std::string name;
  // Requests that arrived in the measured time, over all replications, by how they ended.
  std::uint64_t arrived = 0;
  std::array<std::uint64_t, kOutcomes> outcomes{};
  std::uint64_t in_flight_at_end = 0;
  Histogram latency;    // of completed requests, nanoseconds, all replications merged
  Histogram wait_time;  // from arrival to the first moment of service
};

struct ClassResult {
  std::string traffic;
  std::string request_class;  // "" where the source has no classes
  std::string service;
  std::uint64_t arrived = 0;
  std::array<std::uint64_t, kOutcomes> outcomes{};
  Histogram latency;
  Histogram wait_time;
};

enum class Verdict { kMet, kMissed, kUndecided };

struct ObjectiveResult {
  std::string name;
  std::string promise;  // "p99 latency of checkout below 300ms"
  std::string metric;   // the Metric it reads
  std::string unit;
  double limit = 0;
  bool above = false;  // the promise is "above limit"; otherwise "below limit"
  Estimate estimate;
  double share_of_replications_met = 0;
  Verdict verdict = Verdict::kUndecided;
};

// What a run found. Everything in it is determined by scenario, seed, replications and version: no wall-clock times.
struct Result {
  std::string scenario;
  std::string description;
  std::string scenario_hash;  // of the effective scenario, 16 hex digits
  std::string version;
  std::uint64_t seed = 1;
  std::uint64_t replications = 1;
  double warmup_s = 0;
  double horizon_s = 0;
  std::vector<ServiceResult> services;
  std::vector<ClassResult> classes;
  std::vector<std::string> queues;  // names; their figures are among the metrics
  std::vector<Metric> metrics;
  std::vector<std::string> figures;  // names of the metrics that policies report of themselves
  std::vector<Series> series;        // one per service, and then per queue
  std::vector<Decision> decisions;
  std::vector<ObjectiveResult> objectives;
  std::vector<Sizing> sizing;    // of services that state requests which nobody else sets
  std::vector<TheoryOf> theory;  // by service
  std::vector<PathsOf> paths;    // by source and class; empty: no service calls another
  Availability availability;     // empty: nothing crashes, and no zone goes down
  std::string currency;

  const Metric* find_metric(std::string_view name) const {
    for (const Metric& m : metrics)
      if (m.name == name) return &m;
    return nullptr;
  }
};

}  // namespace windtunnel
