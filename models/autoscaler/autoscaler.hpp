#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/statistics/histogram.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// One instance as a control loop may see it.
struct InstanceSignal {
  enum class State { kStarting, kReady, kDraining };
  std::uint32_t id = 0;
  State state = State::kStarting;
  Time created{};
  Time ready_since{};           // of the last transition to ready; meaningless while starting
  Time running_since = kNever;  // when its processes began to run (scheduled, image there): created +
                                // PhaseEffect::pending_s; kNever: not known, it counts as pending until it is ready
  double cpu_seconds = 0;       // consumed since it was created, exact at `now`
  double memory_bytes = 0;      // working set at `now`
  // Requests given to it that have not left it, waiting or in service. The next two are kept where Watched::requests.
  std::int64_t outstanding = 0;
  double outstanding_seconds = 0;  // integral of `outstanding` since it was created, exact at `now`
  std::uint64_t arrived = 0;       // requests given to it since it was created
};

// What a service's control loop may look at. Counters and integrals run from the start of the run and are exact at
// `now`: what happened within a window is a difference.
struct ServiceSignal {
  Time now{};
  Time utc{};                       // now by the calendar, since 1970-01-01 00:00
  Duration mean_startup{};          // from an instance's creation until it is ready
  std::int64_t spec_replicas = 0;   // what was last asked for
  double cpu_request_cores = 0;     // of one instance; 0: none stated
  double memory_request_bytes = 0;  // of one instance; 0: none stated
  std::span<const InstanceSignal> instances;

  std::uint64_t arrived = 0, completed = 0, failed = 0;  // requests; failed: lost for whatever cause
  std::int64_t outstanding = 0;                          // requests in the service, wherever they wait or are served
  double outstanding_seconds = 0;                        // its integral
  std::int64_t waiting = 0;                              // those that nothing serves yet
  double waiting_seconds = 0;                            // its integral
  std::int64_t unplaced = 0;                             // those of them that wait for an instance to be ready
  // Latencies (ns) of the requests completed since the last observe(), or decide() where nothing observes; null unless
  // Watched::latency.
  const Histogram* latency = nullptr;
  std::span<const double> named;  // the scenario's signals, in the order of Watched::signals
};

// What is to be kept for a policy beyond what every run has anyway.
struct Watched {
  bool requests = false;  // per instance
  bool latency = false;
  std::vector<std::string> signals;  // of the scenario, by name
};

struct ScalingDecision {
  std::int64_t replicas = 0;
  std::string sentence;                  // why, for people; empty when nothing changes
  std::map<std::string, double> inputs;  // what it saw
  // Whether requests that find no instance with room wait at the service from now on (Knative's activator in the path)
  // instead of in an instance's own queue; none: as before.
  std::optional<bool> buffer;
};

// Decides how many replicas a service should have. One per service per run; keeps its own history. The service calls
// observe() every `observe_period` and decide() every `sync_period`, starts and drains instances, and records
// decisions.
class Autoscaler {
 public:
  virtual ~Autoscaler() = default;
  virtual Duration sync_period() const = 0;
  virtual Duration observe_period() const = 0;  // zero: never
  virtual Watched watched() const { return {}; }
  virtual void observe(const ServiceSignal&) {}
  virtual ScalingDecision decide(const ServiceSignal& signal) = 0;
  // A request has come and no instance is ready. True: decide() is called at once, beside its rhythm.
  virtual bool wake(const ServiceSignal&) { return false; }
};

// Parameters of one policy. One .cpp per policy in this folder.
class AutoscalerParams {
 public:
  virtual ~AutoscalerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual bool needs_cpu_request() const { return false; }
  // Per-request scaling (functions) is done by the service itself; these are its terms. Null for control loops.
  struct OnDemand {
    Duration keep_alive{};
    std::int64_t max_instances = 1000;
    bool queue_at_maximum = false;
  };
  virtual const OnDemand* on_demand() const { return nullptr; }
  virtual std::unique_ptr<Autoscaler> make() const = 0;  // null for on-demand
  static const Registry<AutoscalerParams>& registry();
};

}  // namespace windtunnel
