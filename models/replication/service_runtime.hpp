#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/admission/places.hpp"
#include "models/admission/queue_discipline.hpp"
#include "models/autoscaler/reason_log.hpp"
#include "models/load_balancer/prequal.hpp"
#include "models/load_balancer/proxy.hpp"
#include "models/queue/queue_params.hpp"
#include "models/replication/crossings.hpp"
#include "models/replication/first_instances.hpp"
#include "models/replication/read_replicas.hpp"
#include "models/replication/replication.hpp"
#include "models/replication/shedder.hpp"
#include "models/request/request.hpp"
#include "sim/statistics/time_held.hpp"

namespace windtunnel {

// Kept for an autoscaler that asks for it.
struct Replication::Watch {
  std::uint64_t completed = 0, failed = 0;
  std::uint64_t proxied_arrived = 0;  // requests that the service itself took in …
  TimeWeighted proxied;               // … and has not seen the end of
  Time proxied_first = kNever;        // arrival of the first of them since the autoscaler last looked
  bool keeps_latency = false;
  Histogram latency;  // ns, since the autoscaler last looked
};

// Where requests are placed by proxies: these, and what each request in flight was to them.
struct Replication::Balancing final : Probed {
  struct Placed {
    std::int64_t sent = 0;  // when it was given to its instance
    std::uint64_t client = 0;
    std::uint32_t proxy = 0;
    std::uint32_t met = 0;  // other requests that the instance held then; kept for probes
  };
  // What an instance keeps of itself, for probes and reports.
  struct OfBackend {
    LatencyByLoad latency;
    std::uint64_t answered = 0, failed = 0;  // since its last report …
    double cpu_seen = 0;                     // … and the ns of CPU that it had used then
  };
  std::vector<Proxy> proxies;
  std::vector<Placed> placed;                       // by request
  bool all_counts = false;                          // proxies count each other's requests, too
  bool probed = false, reports = false;             // whose instances keep OfBackend
  bool heeds_changes = false;                       // proxies have opinions on the health of instances
  bool queues = false;                              // requests wait at proxies for room
  bool flushing = false;                            // they are to be looked at in this instant
  std::uint32_t next = 0;                           // whose turn it is, where they take turns …
  bool same_zone = false;                           // … calls among those in their caller's zone …
  std::vector<std::uint32_t> next_in;               // … by zone …
  std::unique_ptr<Stream> dispatch_words;           // … or these decide
  std::unique_ptr<Stream> idle_words;               // to whom an idle instance reports
  std::unique_ptr<ClientSampler> callers;           // of calls, where somebody knows clients; null: nobody does
  std::vector<std::unique_ptr<Sessions>> sessions;  // one for all proxies, or one each
  std::vector<std::uint32_t> slot_of;  // by the number of an instance; of one that is gone perhaps another's
  PerBackend<OfBackend> backends;

  // In the measured time.
  struct Counted {
    std::uint64_t placed = 0, other_zone = 0;
    std::uint64_t left_out = 0;               // times that a proxy began to leave an instance out
    std::uint64_t waited = 0, timed_out = 0;  // requests at proxies, for room
  } counted;

  // The slot of an instance and the requests it holds; none: it is gone.
  std::function<std::optional<std::uint32_t>(std::uint32_t number)> held_by;
  std::optional<Answer> probe(std::uint32_t number) override {
    const std::optional<std::uint32_t> held = held_by(number);
    if (!held) return {};
    return Answer{*held, backends.of(number).latency.estimate(*held)};
  }
};

// Of a service that turns requests away, or lets them wait, before its balancer.
struct Replication::AdmissionControl {
  struct Limited {  // under one concurrency limit
    std::unique_ptr<ConcurrencyLimit> limit;
    Places places;
    std::uint32_t serial = kNone;  // of its instance
  };
  struct RateLimit {  // one entry, by whom it counts together
    const RateLimiterParams* params;
    std::map<std::uint64_t, std::unique_ptr<RateLimiter>> by;
    std::vector<bool> concerns;  // by kind
  };
  struct Held {               // by one request
    std::int64_t began = -1;  // -1: no place under the concurrency limit
    std::int64_t in_flight = 0;
    std::uint32_t slot = kNone, serial = kNone;  // of the instance whose limit it is
  };
  std::vector<RateLimit> rate_limits;
  std::vector<std::uint32_t> class_of;  // by kind
  static constexpr std::uint64_t kNobody = ~std::uint64_t{0};
  std::vector<std::uint64_t> asked_by;  // by request: the client of its source; kNobody: not drawn
  bool knows_clients = false;
  const ConcurrencyLimitParams* limit = nullptr;  // null: none
  std::vector<std::size_t> partition_of;          // by kind
  Places no_places;                               // as many partitions as there are, nothing taken
  bool in_instances = false;                      // who keep it
  Limited of_service;
  std::map<std::uint32_t, Limited> of_instance;  // by slot
  std::vector<Held> held;                        // by request
};

// A queue in an instance that keeps another order than that of arrival.
struct Replication::Line {
  std::vector<RequestQueue> levels;
  std::unique_ptr<QueueDiscipline> discipline;
  std::uint32_t serial = kNone;  // of its instance
  std::uint32_t waiting = 0;
  bool opening = false;  // a gate: those that leave meanwhile open it no further
};

// All such queues of a service.
struct Replication::WaitingLines {
  struct Waiting {  // of one request
    Time since{};
    Duration most{};
  };
  const QueueDisciplineParams* params = nullptr;
  std::vector<std::int64_t> timeout;  // by level, where deadlines decide
  std::size_t levels = 1;
  std::map<std::uint32_t, Line> stations;  // by station
  std::map<std::uint32_t, Line> gates;     // by slot
  std::vector<Waiting> waiting;            // by request
};

// Of a service whose CPU limit is kept by the period.
struct Replication::CpuQuota {
  struct OfInstance {
    std::int64_t period_began = 0;
    std::int64_t frozen_since = 0;
    double used_before = 0;  // this period, ns
    bool active = false;     // it has computed in this period
    std::uint32_t version = 0;
  };
  std::int64_t period_ns = 0;
  double cores = 0;            // that its threads run on
  std::vector<OfInstance> of;  // by slot
  // In the measured time: periods in which it computed, those in which it was frozen, and for how long.
  std::uint64_t periods = 0, throttled = 0;
  double throttled_ns = 0;
};

// Of a service whose heaps are collected.
struct Replication::Collector {
  struct OfInstance {
    double young = 0;    // allocated since the last scavenge
    double garbage = 0;  // in the old generation
    double leaked = 0;
    double lived = 0;  // when the old generation was last collected
    bool due = false;  // somebody is to see whether there is something to collect
  };
  const Heap* heap = nullptr;
  std::unique_ptr<Sampler> scavenge, mark_compact;  // the latter for each GiB
  std::vector<OfInstance> of;                       // by slot
  // In the measured time.
  std::uint64_t scavenges = 0, mark_compacts = 0, aborts = 0;
  double paused_ns = 0, longest_ns = 0;
  double most = 0;  // bytes that lived at once in an instance
};

// Of a service whose processes take what comes in the order in which they have last become idle.
struct Replication::IdleProcesses {
  struct Process {
    std::uint64_t since = 0;  // it was idle, counted in times that one became so
    std::int64_t taken = -1;  // when it last took something
  };
  std::map<std::uint32_t, Process> of;  // by station
  std::uint64_t times = 0;
};

// Of a service whose event loops are asked how late they are.
struct Replication::LoopLag {
  struct Waiting {  // probes that a loop has not got to yet: `count` of them, each `every` after the one before
    std::int64_t first = 0;
    std::uint64_t count = 0;
  };
  struct OfInstance {  // probes that its loops have got to
    std::uint64_t probes = 0;
    std::int64_t sum = 0;  // of their delays, ns
  };
  std::int64_t every = 0;
  std::map<std::uint32_t, Waiting> waiting;  // by station
  std::map<std::uint32_t, OfInstance> of;    // by slot
  Histogram lag;                             // of probes due in the measured time that are not in `bin` any more …
  Histogram bin;                             // … and since the last series point
};

// Of a service with a vertical autoscaler.
struct Replication::Vertical {
  Vertical(const VerticalAutoscalerParams& autoscaler, const Resources& asked)
      : params(&autoscaler), policy(autoscaler.spec.container()), usage(autoscaler.recommender), admits(asked) {}

  const VerticalAutoscalerParams* params;
  vpa::ContainerPolicy policy;
  vpa::Usage usage;
  std::optional<vpa::Recommendation> recommendation;
  Resources admits;                                // what a new pod gets
  std::map<std::uint32_t, double> cpu_seen;        // ns that each instance had consumed at the last sample, by serial
  std::map<std::uint32_t, Time> waiting_in_place;  // since when a pod waits for room to grow where it is, by its id
  TimeWeighted millicores_requested;               // by ready instances
  TimeWeighted millicores_shared;                  // there for the requests of instances in being
  double requested_total = 0, requested_bin = 0;   // millicores x ns
  double shared_total = 0, shared_bin = 0;
  std::uint64_t evictions = 0, resizes = 0;  // in the measured time
};

// Of a service that states requests which stay as they are.
struct Replication::SizingWatch {
  SizingBooks books;
  std::map<std::uint32_t, double> cpu_seen{};  // as Vertical's
};

// A service while it flies. Live instances (starting, ready, draining) have positions 0 … live-1, the ready ones first;
// the balancer sees that prefix.
struct Replication::Service {
  std::string name;
  const ServiceParams* params = nullptr;
  std::uint16_t index = 0;

  // --- touched by every request ---
  std::unique_ptr<LoadBalancer> balancer;
  std::unique_ptr<Stream> balancer_words;
  std::vector<std::uint32_t> slot_at;      // by position
  std::vector<std::uint32_t> outstanding;  // by position
  std::uint32_t ready = 0;
  Backends visible;  // what the balancer sees: the ready prefix of both
  enum class Admission : std::uint8_t {
    kBalanced,
    kOnDemand,
    kBuffered,
    kProxied,
    kControlled,
    kReplicaSet,
    kConnected
  };
  Admission admission = Admission::kBalanced;
  bool throttles = false;      // its autoscaler's proxy lets no more than `places` requests into an instance
  bool all_plain = true;       // so are all kinds of requests that come here
  bool gated = false;          // a concurrency limit in front of an event loop
  bool holds_threads = false;  // a thread keeps its request while it waits on I/O
  bool watched = false;        // an autoscaler wants to know what each instance holds
  bool noted = false;          // somebody does: it, whoever knows their memory, the balancer or its proxies
  bool lag_probed = false;     // its loops are asked how late they are …
  bool sheds = false;          // … and turn requests away when they are
  bool counted = false;        // the balancer wants to hear of every change of their counts
  bool edge = false;           // its clients need connections …
  bool pins = false;           // … which stay with one of an instance's processes
  std::unique_ptr<AdmissionControl> control;  // null: nobody is turned away before the balancer
  std::unique_ptr<ReplicaSet> replica_set;    // null: instances are alike
  std::unique_ptr<FirstInstances> first;      // null: nobody asks for figures of single instances
  std::uint32_t hidden = 0;                   // of the ready ones, from its balancer: the primary
  std::unique_ptr<WaitingLines> lines;        // null: queues in instances are first come, first served
  std::unique_ptr<Balancing> balancing;       // null: the balancer places requests itself, without proxies
  bool errs = false;                          // some of its steps may end with an error
  bool polls = false;                         // idle threads sleep between two looks
  std::uint32_t processes = 1;                // stations of role 0
  Dispatch dispatch = Dispatch::kRoundRobin;
  const FunctionPrice* price = nullptr;  // of each execution, where it has one
  TimeWeighted in_system, on_io;
  std::array<TimeWeighted, 3> busy;  // threads, by role

  // --- the rest ---
  std::uint32_t stations_each = 1;
  std::array<std::uint32_t, 3> threads{};  // of a station, by role; kNone: unlimited
  bool shares_cores = false;
  std::unique_ptr<CpuQuota> quota;  // null: its limit is kept at every moment
  double cores = 0;                 // per instance, where shared
  const AutoscalerParams::OnDemand* demand_terms = nullptr;
  std::unique_ptr<Autoscaler> autoscaler;
  std::unique_ptr<Vertical> vertical;             // null: instances are as large as they were written
  std::unique_ptr<SizingWatch> sizing;            // null: nothing to advise on
  std::unique_ptr<Collector> collector;           // null: garbage costs nothing
  std::unique_ptr<LoopLag> lag;                   // null: nobody asks its loops
  std::unique_ptr<IdleProcesses> idle_processes;  // null: nobody asks which has become idle last
  std::unique_ptr<Crossings> crossings;           // null: what goes from zone to zone costs nothing
  std::unique_ptr<Shedder> shedder;               // null: they turn nobody away
  ReasonLog reasons;
  bool woken = false;                // its autoscaler is to be asked at this instant
  std::vector<InstanceSignal> seen;  // scratch of look()
  struct LookedAt {
    const Signal* signal = nullptr;  // null: it is a figure of a queue
    std::uint16_t queue = 0;
    QueueFigure figure{};
  };
  std::vector<LookedAt> signals;  // what its autoscaler looks at outside …
  std::vector<double> named;      // … and their values, scratch of look()
  Time starts_at{};               // of the run, by the calendar
  Duration mean_startup{};
  std::uint32_t places = kNone;  // requests that a proxy lets into an instance at once; kNone: any number
  std::unique_ptr<Watch> watch;  // what the autoscaler wants to be kept
  std::int64_t spec_replicas = 0;
  std::int64_t under_repair = 0;  // crashed and not to be replaced yet
  std::vector<std::function<void(std::uint32_t)>> on_created;
  std::vector<std::uint32_t> idle;     // functions without a request, the next to be used last …
  std::vector<std::uint32_t> loading;  // … those that start without one of their own …
  struct Unloaded {                    // … and those that ended and are to be started again in time
    Simulation::CallbackId load;
    std::uint64_t number;
  };
  std::vector<Unloaded> unloaded;
  std::uint64_t unloads = 0;
  std::unique_ptr<KeepAlive> keep_alive;
  std::int64_t provisioned = 0;  // of its functions, starting ones included
  double start_tokens = 0;       // left under the scaling rate at `start_tokens_at` …
  Time start_tokens_at{};
  bool start_awaited = false;     // … and whether somebody waits for the next
  Time execution_ended = kNever;  // of the last execution of a function; kNever: there was none
  RequestQueue pending;           // requests that wait for an instance
  std::uint32_t pending_count = 0;
  std::vector<std::uint32_t> free_slots;
  std::uint32_t next_serial = 0;
  std::unique_ptr<Stream> dispatch_words, startup_words, prepared_words;
  std::int64_t prepared = 0;  // of the next instances, so many come from a warm pool
  std::unique_ptr<Sampler> speed, poll, pause_every, pause_length;

  // --- books ---
  TimeWeighted alive, ready_time;  // instances
  TimeWeighted none_ready;         // 1 while no instance of functions is ready
  TimeWeighted idle_time;          // those of functions that are ready and have no request
  double gone_cpu_ns = 0;          // consumed by instances that are gone
  std::uint64_t cold_starts = 0;
  std::uint64_t oom_kills = 0;
  double memory_peak = 0;           // of any instance in the measured time, bytes
  std::uint64_t cold_requests = 0;  // measured ones that wait for the start of their instance (functions)
  std::uint64_t loads_ahead = 0;
  std::uint64_t executions = 0;   // billed ones (functions) …
  double billed_ns = 0;           // … and their billed durations
  double minimum_missed_ns = 0;   // by instances that are gone, of the time that each is billed at least
  std::uint64_t arrived_all = 0;  // measured or not, for conservation
  std::uint64_t left_all = 0;
  std::uint64_t unwanted = 0;  // measured requests that were completed when nobody waited any more
  std::int64_t ready_least = 0, ready_most = 0, alive_most = 0;
  double pause_square_ns2 = 0;
  std::uint64_t cpu_steps = 0;
  Histogram worker_wait;              // of steps on worker threads …
  Histogram pool_wait;                // … and on thread pools
  std::optional<TimeHeld> held;       // how long n requests were in the system; only if asked for
  std::uint64_t residence = 0;        // ns spent here since measuring began by requests that have left, modulo 2^64
  std::uint64_t in_system_exact = 0;  // the integral of in_system, modulo 2^64: must agree with it
  struct Integrals {                  // over some stretch of time, count x ns
    double in_system = 0, waiting = 0, on_io = 0, alive = 0, ready = 0, none_ready = 0, idle = 0, cpu = 0;
    std::array<double, 3> busy{};
  };
  Integrals total;       // since measuring began
  Integrals bin;         // between the last two gatherings
  double cpu_taken = 0;  // consumed by all instances ever, when last gathered, ns
  std::uint64_t arrived_taken = 0, completed_taken = 0, lost_taken = 0;
  std::size_t kinds = 0;  // of requests that come here
  Histogram bin_latency;  // of all kinds, where there are several
  Series series;

  // Requests that nothing serves: neither a thread nor, where threads let go of them, something outside.
  std::int64_t unserved(std::int64_t all, std::int64_t loops, std::int64_t beside, std::int64_t io) const {
    return all - loops - beside - (holds_threads ? 0 : io);
  }
  std::int64_t waiting() const {
    return unserved(in_system.value(), busy[0].value(), busy[1].value() + busy[2].value(), on_io.value());
  }
  std::int64_t waiting_integral(Time now) const {  // since time 0, as the others' are
    const auto since = [now](const TimeWeighted& count) { return static_cast<std::int64_t>(count.integral(now)); };
    return unserved(since(in_system), since(busy[0]), since(busy[1]) + since(busy[2]), since(on_io));
  }
  double gb_seconds() const {  // 0 where nobody knows its memory
    constexpr double kGb = 1024.0 * 1024 * 1024;
    const Bytes known = params->instance.resources.limits.memory.value_or(Bytes{0});
    return price->memory.value_or(known).count / kGb * ns_to_seconds(billed_ns);
  }
  bool limit_adapts() const { return control && control->limit != nullptr && control->limit->adapts(); }
  void show_backends() {
    visible = {{slot_at.data() + hidden, ready - hidden}, {outstanding.data() + hidden, ready - hidden}};
  }
};

}  // namespace windtunnel
