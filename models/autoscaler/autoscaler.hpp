#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "models/autoscaler/derivation.hpp"
#include "models/autoscaler/keep_alive/keep_alive.hpp"
#include "models/startup/startup.hpp"
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
  Time placed = kNever;         // when it got its machine; kNever: it waits for one, or it is not known
  Time ready_since{};           // of the last transition to ready; meaningless while starting
  Time running_since = kNever;  // when its processes began to run (scheduled, image there): created +
                                // PhaseEffect::pending_s; kNever: not known, it counts as pending until it is ready
  double cpu_seconds = 0;       // consumed since it was created, exact at `now`
  double memory_bytes = 0;      // working set at `now`; 0: not known
  // Its own requests, where a vertical autoscaler makes instances differ; 0: those of the service.
  double cpu_request_cores = 0, memory_request_bytes = 0;
  // Requests given to it that have not left it, waiting or in service. The next two are kept where Watched::requests.
  std::int64_t outstanding = 0;
  double outstanding_seconds = 0;  // integral of `outstanding` since it was created, exact at `now`
  std::uint64_t arrived = 0;       // requests given to it since it was created
  // Of its event loops since it was ready: probes that they have got to, and their delays. Kept where the loops are
  // asked (lag_probes).
  std::uint64_t lag_probes = 0;
  double lag_seconds = 0;
  double proxied_seconds = 0;  // the part of the two before that came through the service (ProxySignal)
  std::uint64_t proxied_arrived = 0;
};

// The requests that the service itself took in, because it stood in the path (ScalingDecision::buffer) or because no
// instance was ready, from their arrival to their end, wherever they are by now. Kept where Watched::requests.
struct ProxySignal {
  std::uint64_t arrived = 0;
  std::int64_t outstanding = 0;
  double outstanding_seconds = 0;  // its integral
  Time first_arrival = kNever;     // of those since the last observe(); kNever: none
};

// What a service's control loop may look at. Counters and integrals run from the start of the run and are exact at
// `now`: what happened within a window is a difference.
struct ServiceSignal {
  Time now{};
  Time measured_from{};             // the end of the warm-up
  Time utc{};                       // now by the calendar, since 1970-01-01 00:00
  Duration mean_startup{};          // from an instance's creation until it is ready
  std::int64_t spec_replicas = 0;   // what was last asked for
  double cpu_request_cores = 0;     // of one instance, the mean where they differ; 0: none stated
  double memory_request_bytes = 0;  // of one instance, the mean where they differ; 0: none stated
  std::span<const InstanceSignal> instances;
  double cpu_seconds = 0;  // consumed by all instances, those that are gone included

  std::uint64_t arrived = 0, completed = 0, failed = 0;  // requests; failed: lost for whatever cause
  std::int64_t outstanding = 0;                          // requests in the service, wherever they wait or are served
  double outstanding_seconds = 0;                        // its integral
  std::int64_t waiting = 0;                              // those that nothing serves yet
  double waiting_seconds = 0;                            // its integral
  std::int64_t unplaced = 0;                             // those of them that wait for an instance to be ready
  ProxySignal proxied;
  // Latencies (ns) of the requests completed since the last observe(), or decide() where nothing observes; null unless
  // Watched::latency.
  const Histogram* latency = nullptr;
  std::span<const double> named;  // the scenario's signals, in the order of Watched::signals
  // What a record has no value of at `now`: "cpu", "memory", "request_rate", "signals.orders", … What is made of it is
  // the last that was known. Only for policies that bear gaps.
  std::span<const std::string> missing;

  bool has(std::string_view what) const { return std::find(missing.begin(), missing.end(), what) == missing.end(); }

  double cpu_request_of(const InstanceSignal& i) const {
    return i.cpu_request_cores > 0 ? i.cpu_request_cores : cpu_request_cores;
  }
  double memory_request_of(const InstanceSignal& i) const {
    return i.memory_request_bytes > 0 ? i.memory_request_bytes : memory_request_bytes;
  }
};

// What is to be kept for a policy beyond what every run has anyway.
struct Watched {
  bool requests = false;  // per instance
  bool latency = false;
  bool loop_lag = false;             // which the service must have measured (lag_probes)
  std::vector<std::string> signals;  // of the scenario, by name
};

struct ScalingDecision {
  std::int64_t replicas = 0;
  std::string sentence;                  // why, for people; empty when nothing changes
  std::map<std::string, double> inputs;  // what it saw
  Derivation how{};                      // what it made of that; where nothing changes too
  std::string why{};                     // the sentence without "4 -> 7: "; where nothing changes too. Empty: this was
                                         // no look at what there is to decide, and is no reason to stay
  // Whether the service stands in the path from now on (Knative's activator): requests go through it, and where no
  // instance has room (Buffering) they wait there instead of in an instance's own queue; none: as before. For policies
  // with Buffering only.
  std::optional<bool> buffer;
  std::optional<Duration> again;  // decide() is called once more after this, beside its rhythm
  std::int64_t prepared = 0;  // of the instances that it starts, so many start as AutoscalerParams::prepared_startup()
};

// Something that a policy found out about itself over the measured time: in results "<service>.<name>". Every run has
// the same ones in the same order; NaN where one does not exist.
struct Figure {
  std::string name, unit;  // a Metric's unit
  double value = 0;
};

// Whose replicas are decided, for policies that have to do with something outside of the run.
struct ControlledRun {
  std::string service;
  Streams streams;
  std::stop_token stop;  // requested: the run ends soon and has no result, so there is nothing left to wait for
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
  virtual void run_begins(const ControlledRun&) {}  // once, before anything that follows
  virtual void observe(const ServiceSignal&) {}
  virtual ScalingDecision decide(const ServiceSignal& signal) = 0;
  // Whether it is asked while something that is recorded has no value, and minds ServiceSignal::missing.
  virtual bool bears_gaps() const { return false; }
  // A request has come and no instance is ready. True: decide() is called at once, beside its rhythm.
  virtual bool wake(const ServiceSignal&) { return false; }
  virtual void run_ends() {}                                  // once, of a run that was neither stopped nor failed
  virtual std::vector<Figure> figures() const { return {}; }  // at the end of the run
};

// A bucket of `instances` tokens that fills in `per`: what may start at once, and how many a second after that.
struct ScalingRate {
  std::int64_t instances = 1000;
  Duration per = std::chrono::seconds{10};
  void describe(FieldVisitor& v);
};

// Parameters of one policy. One .cpp per policy in this folder.
class AutoscalerParams {
 public:
  virtual ~AutoscalerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // Reads the files it names, relative to `folder`; once per scenario, after check() found nothing wrong. make() works
  // without, on what it does not need them for.
  virtual void load(const std::filesystem::path& /*folder*/, Problems&) {}
  virtual bool needs_cpu_request() const { return false; }
  virtual std::optional<std::int64_t> most_replicas() const { return std::nullopt; }  // that it ever asks for
  // A policy with a proxy of its own that can stand in the path and keeps requests while no instance is ready.
  struct Buffering {
    std::int64_t per_instance = 0;  // requests it lets into an instance at once; 0: any number
    bool at_start = false;          // it is in the path when the run begins
  };
  virtual std::optional<Buffering> buffering() const { return std::nullopt; }
  // For policies that tell a signal's name from a metric's: says which names are neither, and returns true. False: the
  // owner looks at Watched::signals for itself.
  virtual bool check_signals(std::span<const std::string> /*there_are*/, Problems&) const { return false; }
  // Per-request scaling (functions) is done by the service itself; these are its terms. Null for control loops.
  struct OnDemand {
    Choice<KeepAliveParams> keep_alive = Choice<KeepAliveParams>::of("fixed");
    std::int64_t max_instances = 1000;
    bool queue_at_maximum = false;
    std::int64_t provisioned = 0;             // of them, kept ready whether there are requests or not
    bool newest_first = false;                // which idle instance is next; false: the most recently used
    std::optional<ScalingRate> scaling_rate;  // none: any number at any time
    // What a request gets that has to wait: whichever instance is free first; false: the one that is started for it.
    bool first_free = false;
    bool cancel_starts = false;  // of first_free: instances never start for more requests than wait
  };
  virtual const OnDemand* on_demand() const { return nullptr; }
  // A policy whose instances are jobs: each takes so many messages of the queue that the service consumes, and ends. It
  // starts them, and they end by themselves: ServiceSignal::spec_replicas are those that have not.
  struct Jobs {
    std::int64_t messages = 1;
    std::optional<Duration> gives_up_after;  // without a message; none: it waits for one
  };
  virtual std::optional<Jobs> jobs() const { return std::nullopt; }
  // How instances start that stood by for it (a warm pool); null: there are none.
  virtual const Startup* prepared_startup() const { return nullptr; }
  virtual std::unique_ptr<Autoscaler> make() const = 0;  // null for on-demand
  static const Registry<AutoscalerParams>& registry();
};

}  // namespace windtunnel
