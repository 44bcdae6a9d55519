#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "models/fault/fault.hpp"
#include "models/instance/instance.hpp"
#include "models/replication/record.hpp"
#include "models/request/request.hpp"
#include "models/request/step_error.hpp"
#include "models/scenario/scenario.hpp"
#include "models/startup/startup.hpp"
#include "sim/event/delay_line.hpp"
#include "sim/event/simulation.hpp"
#include "sim/observer.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {

struct InstanceBooks;

// One run of a scenario with its own random numbers: the deployment while it flies.
//   requests.cpp     the way of a request, arrival to record: the hot path
//   notes.cpp        what is kept of that way for others
//   build.cpp        from the scenario to a deployment that stands
//   fleet.cpp        instances that come and go
//   first_instances.cpp  figures of single instances
//   balancing.cpp    proxies, where requests are placed by such
//   admission.cpp    requests that are turned away, or wait, before anything else
//   discipline.cpp   queues in instances that are not first come, first served
//   upkeep.cpp       what proxies do besides: health, reports, probes
//   functions.cpp    an instance per request
//   calls.cpp        services that call services
//   caches.cpp       caches in front of what steps do
//   read_replicas.cpp  a primary and its replicas
//   operations.cpp   clients that try again, hold back, or keep a deadline
//   answers.cpp      what answers say: statuses, and when to come back
//   waste.cpp        CPU that goes into requests nobody waits for
//   queues.cpp       messages: who sends, who handles, what comes back
//   memory.cpp       what instances use of memory, and what comes of too much
//   pools.cpp        connections that calls need
//   edge.cpp         connections that clients have to a service
//   quota.cpp        CPU limits kept by the period
//   node_cpu.cpp     instances that share the cores of their node
//   heap.cpp         garbage that is collected, and heaps that are full
//   loop_lag.cpp     how late event loops are
//   crossings.cpp    requests that go from zone to zone
//   shedder.cpp      loops that are too late to serve
//   vertical.cpp     how large instances are, where a vertical autoscaler decides that
//   sizing.cpp       what instances use, for advice on how large they should be
//   speed.cpp        how fast an instance works
//   nodes.cpp        the machines instances run on, where the scenario has any
//   control.cpp      control loops
//   disturbance.cpp  faults
//   books.cpp        counting, identities, series, the record
class Replication final : public FaultTarget {
 public:
  // The scenario must outlive it. Replication 0 keeps series and decisions. Once `stop` is requested it may go on, but
  // waits for nothing outside, and what it finds means nothing.
  Replication(const Scenario& scenario, std::uint64_t seed, std::uint64_t number, Observer* observer,
              std::stop_token stop);
  ~Replication() override;

  // Runs on for at most so many events; true when the run is over.
  bool advance(std::uint64_t events);
  double share_done() const;
  // After advance() returned true, once. Checks the books: throws InvariantError.
  Record finish();

  // The classes of a run in the order of Record::classes and of the Observer's request_class, without figures.
  static std::vector<ClassResult> class_names(const Scenario& scenario);

  // Called by Simulation.
  void on_event(unsigned kind, std::uint32_t target, std::uint32_t stamp);
  void on_source(std::uint32_t source);

 private:
  enum EventKind : unsigned {
    kCpuDone = 1,
    kSharedDone,
    kIoDone,
    kPatience,
    kThink,
    kPollWake,
    kKeepAlive,
    kCallsArrive,
    kAnswered,
    kCallFailed,
    kRetry,
    kAdmit,
    kFetched,
    kConnect,
    kConnected,
    kConnectionRefused,
    kConnectionBack,
    kConnectionIdle,
    kAcquireTimeout,
    kCallOverConnection,
    kEdgeAccept,
    kEdgeHello,
    kEdgeOpen,
    kEdgeFree,
    kEdgeIdle,
    kEdgeAge,
    kEdgeServe,
    kQuotaSpent,
    kQuotaPeriod,
    kLagProbe,
    kLagTimer,
    kAttempt,
    kHedge,
    kDeadline,
    kSendArrives,
    kMessageVisible,
    kMessageExpires,
    kGiveOut
  };

  struct Service;
  struct Watch;
  struct Balancing;
  struct AdmissionControl;
  struct WaitingLines;
  struct Vertical;
  struct SizingWatch;
  class Nodes;
  struct Caches;
  struct CacheUse {               // of a step that has to do with caches
    std::uint32_t cache = kNone;  // that it looks up in, or invalidates; kNone: it is only what a miss does
    std::uint32_t place = 0;      // among such uses by its kind
    std::uint32_t end = 0;        // of a lookup: the step to go on with after a hit
    bool invalidates = false;
    std::unique_ptr<Stream> words;  // that say which key
  };
  struct Pools;
  struct Edge;
  struct CpuQuota;
  struct NodeShares;
  struct Collector;
  struct LoopLag;
  struct Shedder;
  struct IdleProcesses;
  struct Crossings;
  struct Operations;
  struct ReplicaSet;
  struct FirstInstances;
  struct Waste;
  class Queues;
  class Jobs;
  struct CallsRuntime {
    std::vector<double> probability;
    std::uint64_t pooled = 0;  // the calls that need connections, a bit for each
    std::unique_ptr<Stream> words;
    std::uint32_t first_kind = kNone;  // of the requests they are, in the order of the calls
    std::uint32_t wait_for = kNone;    // kNone: all that were made
    std::uint64_t guarded = 0;         // a bit for each that is an operation
    std::int64_t network_ns = 0;
  };
  struct SendRuntime {
    double probability = 1;
    std::unique_ptr<Stream> words;
    std::unique_ptr<Sampler> time;
    std::uint16_t queue = 0, message_class = 0;
    bool required = true;
  };
  struct StepRuntime {
    std::unique_ptr<Sampler> sampler;
    std::unique_ptr<CallsRuntime> calls;  // of a step that calls; its demand says which calls are made
    std::unique_ptr<CacheUse> cached;     // null: it has to do with none
    std::unique_ptr<SendRuntime> send;    // of one that sends; its demand is the time that takes, -1: nothing is sent
    bool cpu = true;
    std::uint32_t role = 0;               // of the stations that do it
    double error = 0;                     // how likely it ends in one …
    std::unique_ptr<Stream> error_words;  // … null: it does not
    std::vector<ErrorAnswer> errors;      // which; none: the one that says nothing
  };
  // One class of one source, or one call of one service: what such requests do, and the books on them.
  struct RequestKind {
    Sampler* first_demand = nullptr;  // of steps[0]
    Service* home = nullptr;
    std::uint32_t timeout_line = kNone;
    std::uint16_t source = 0;  // of those that come from one
    std::uint16_t service = 0;
    bool plain = false;      // one step, and that on the CPU of the thread that takes it
    bool followed = false;   // somebody waits for its end, a client or a caller:
    bool closed = false;     // its source is a closed loop
    bool called = false;     // it is a call
    bool message = false;    // it is the handling of a message
    bool handshake = false;  // it is no request of anybody: in no figure of requests
    bool cancels = false;    // the service notices when nobody waits any more
    bool failure_ignored = false;
    bool uses_caches = false;
    std::uint32_t pool = kNone;     // among those of Pools: a call's that needs a connection
    bool attempt = false;           // of an operation
    bool carries_deadline = false;  // its client's, or of whoever its client works for
    std::int64_t network_ns = 0;    // of an answer
    std::string origin;             // the source or the calling service
    std::string class_name;
    std::string work_class;     // which of its service's work it is
    std::string request_class;  // what admission and priorities know it by
    std::uint32_t level = 0;    // of the queues that keep some apart
    std::vector<StepRuntime> steps;
    std::uint64_t arrived = 0;
    std::uint64_t in_flight = 0;  // measured requests without an outcome yet
    std::array<std::uint64_t, kOutcomes> outcomes{};
    Histogram bin_latency;  // since the last series point; folded into the total there
    Histogram latency, wait_time;
  };
  struct Source {
    const Traffic* params = nullptr;
    std::unique_ptr<ArrivalProcess> process;  // null: closed loop
    std::array<Arrival, 256> batch;
    std::size_t used = 0, filled = 0;
    std::uint16_t first_kind = 0, kinds = 1;
    std::uint16_t service = 0;
    std::vector<double> cumulative_mix;
    std::unique_ptr<Stream> mix;
    std::unique_ptr<Sampler> patience;
    std::unique_ptr<Sampler> think;
    std::unique_ptr<ClientSampler> clients;  // null: nobody asks for them
    bool attended = false;                   // its clients are impatient, or have a policy
  };
  struct TimeoutLine {
    std::int64_t delay = 0;
    std::uint32_t source = 0;  // in the simulation
    DelayLine line;
  };
  // Of a request that is a call: who waits for it, and its neighbours among that one's calls.
  struct Caller {
    std::uint32_t request = kNone;
    std::uint32_t stamp = 0;
    std::uint32_t previous = kNone, next = kNone;
  };
  // Of a request that waits for calls.
  struct Answers {
    std::uint32_t first = kNone;  // of the calls that are under way
    std::uint32_t expected = 0, needed = 0;
    std::uint32_t succeeded = 0, failed = 0;
  };
  // A call as the scenario states it.
  struct CallEdge {
    const std::string* caller;
    const std::string* request_class;  // of the caller's work
    std::size_t step, call;
    const Callee* callee;
    std::string label() const;  // unique among the caller's
  };

  // requests.cpp
  std::int64_t now_ns() const { return sim_.now_ns(); }
  // A station is named by its instance's slot if it is that instance's first, else by its index and kExtra.
  static constexpr std::uint32_t kExtra = 0x80000000u;
  Station& station_at(std::uint32_t id) {
    return (id & kExtra) != 0 ? extra_stations_[id & ~kExtra] : instances_[id].main;
  }
  std::uint32_t station_id(std::uint32_t slot, std::uint32_t index) const {  // of an instance's index-th
    return index == 0 ? slot : (instances_[slot].first_extra + index - 1) | kExtra;
  }
  std::uint32_t process_of(const Request& request) const {  // the number of its loop
    const std::uint32_t station = request.station;
    return (station & kExtra) != 0 ? (station & ~kExtra) - instances_[request.instance].first_extra + 1 : 0;
  }
  std::uint32_t station_of(const Service& service, const Request& request, std::uint32_t role) const;
  InstanceLife& more(const Instance& instance) {
    return lives_[static_cast<std::size_t>(&instance - instances_.data())];
  }
  const InstanceLife& more(const Instance& instance) const {
    return lives_[static_cast<std::size_t>(&instance - instances_.data())];
  }
  // Flattened: a request's whole way in, and its whole way out, are a function each (measured: a third faster).
  void arrive(Source& source, std::uint32_t id);
  void create(Source& source, std::uint16_t kind, float size);
  [[gnu::noinline]] void create_attended(Source& source, std::uint16_t kind, float size);
  void open(RequestKind& kind, std::uint16_t kind_index, std::uint32_t r, float size);
  void admit(Service& service, const RequestKind& kind, std::uint32_t r);
  [[gnu::noinline]] void admit_specially(Service& service, std::uint32_t r);
  void admit_past_limits(Service& service, std::uint32_t r);
  void admit_at_balancer(Service& service, std::uint32_t r);
  [[gnu::noinline]] void wait_at_service(Service& service, std::uint32_t r);
  void deliver(Service& service, std::uint32_t r, std::uint32_t slot);
  void deliver(Service& service, const RequestKind& kind, std::uint32_t r, std::uint32_t slot);
  void enter(Service& service, const RequestKind& kind, std::uint32_t r, Instance& instance);
  [[gnu::noinline]] void begin_general_step(Service& service, std::uint32_t r, const StepRuntime& step);
  void queue_for_thread(std::uint32_t r, Station& station);
  void take_thread(Service& service, const RequestKind& kind, std::uint32_t r, Station& station);
  void compute(Service& service, std::uint32_t r);
  void start_clock(Service& service, std::uint32_t r);
  [[gnu::noinline]] void compute_disturbed(Service& service, std::uint32_t r, Instance& instance);
  [[gnu::noinline]] void wait_io(Service& service, std::uint32_t r);
  void cpu_done(std::uint32_t r);
  [[gnu::noinline]] void io_done(std::uint32_t r);
  [[gnu::noinline]] void step_done(Service& service, std::uint32_t r);
  void go_on(Service& service, std::uint32_t r, bool holds_thread, std::uint32_t station);  // with its step, or ends
  void fail(Service& service, RequestKind& kind, std::uint32_t r);  // with an error, once the step is done
  void release_thread(Service& service, std::uint32_t station);
  [[gnu::noinline]] void refill_arrivals(Source& source, std::uint32_t id);
  [[gnu::noinline]] void draw_later_demands(const RequestKind& kind, std::uint32_t r, float size);
  void leave_line(Request& request, std::uint32_t r);
  [[gnu::noinline]] void last_left(Service& service, std::uint32_t slot);
  void pump(Service& service, std::uint32_t station);
  void stop_computing(Request& request);
  void leave(Service& service, std::uint32_t r, bool failed);  // the instance: frees its place there
  void complete(Service& service, RequestKind& kind, std::uint32_t r);
  [[gnu::noinline]] void end_unwanted(Service& service, std::uint32_t r);
  [[gnu::noinline]] void lose(Service& service, std::uint32_t r, Outcome why);  // with whatever it holds
  [[gnu::noinline]] void withdraw(Service& service, std::uint32_t r);  // from whatever queue or thread it is in
  void settle(RequestKind& kind, Request& request, Outcome how);       // puts the outcome on record
  [[gnu::noinline]] void follow(const RequestKind& kind, std::uint32_t r, Outcome how);
  void discard(Service& service, std::uint32_t r);  // out of the system
  [[gnu::noinline]] void expire(TimeoutLine& line);
  [[gnu::noinline]] void shared_changed(std::uint32_t slot);
  [[gnu::noinline]] void shared_done(std::uint32_t slot, std::uint32_t version);
  [[gnu::noinline]] void on_rare_event(unsigned kind, std::uint32_t target, std::uint32_t stamp);
  void arm_next_arrival(Source& source, std::uint32_t id);

  // notes.cpp
  static void note(Watch& watch, Outcome how, std::int64_t latency_ns);
  void note_taken_in(Service& service, std::uint32_t r);                  // by the service itself
  void note_given(Service& service, const Request& request);              // to its instance …
  void note_left(Service& service, const Request& request, bool failed);  // … and out of it
  void note_count(Service& service, std::uint32_t slot, int was);         // for a balancer that follows counts

  // build.cpp
  void build_services();
  void build_sources();
  void build_steps(RequestKind& kind, const std::string& stream, const std::string& work_class);
  std::uint32_t timeout_line(Duration timeout);

  // calls.cpp
  static std::int64_t draw_calls(const CallsRuntime& calls);
  void make_room_for_calls();
  void depart(std::uint32_t r, const CallsRuntime& calls);
  void calls_arrive(std::uint32_t r);
  std::uint32_t make_call(std::uint32_t r, std::uint32_t kind_index);  // the request that it is
  void forget_caller(std::uint32_t called);
  void answer(const RequestKind& kind, std::uint32_t called, Outcome how);
  void answered(std::uint32_t r, bool good, Outcome why = Outcome::kFailedDependency);  // `why` it fails, if it does
  void give_up_calls(std::uint32_t r);
  static std::vector<CallEdge> call_edges(const Scenario& scenario);
  void build_calls();
  void link_calls(const std::vector<CallEdge>& edges, std::size_t first);

  // caches.cpp
  [[gnu::noinline]] void draw_keys(const RequestKind& kind, std::uint32_t r);
  [[gnu::noinline]] bool use_caches(Service& service, std::uint32_t r, bool holds_thread, std::uint32_t station);
  void pass(std::uint32_t r, std::uint32_t step);
  void fetched(std::uint32_t r);
  [[gnu::noinline]] void forget_lookups(std::uint32_t r, Outcome why);
  [[gnu::noinline]] void note_failed_call(std::uint32_t r);
  void build_caches();
  void build_cached_steps(RequestKind& kind, const std::string& stream);
  void begin_cache_series(Service& service) const;
  void cache_series_point(const Service& service, std::vector<double>& row) const;
  void write_caches(Record& record, const Service& service) const;

  // answers.cpp
  [[gnu::noinline]] void fail_saying(Service& service, RequestKind& kind, std::uint32_t r, const StepRuntime& step,
                                     double drawn);
  Failure failure_of(const Service& service, Outcome how) const;

  // waste.cpp
  void build_waste();
  void nobody_waits(std::uint32_t r);  // from now on
  double work_left(std::uint32_t r) const;
  void charge_so_far(std::uint32_t r);
  [[gnu::noinline]] void charge_step(std::uint32_t r);
  void charge_last(std::uint32_t r);
  void charge_lost(std::uint32_t r);
  void keep_charge(std::uint32_t r);
  void charge_all(std::uint32_t slot);
  void begin_measuring_waste();
  void check_waste(const Service& service) const;
  void write_waste(Record& record, const Service& service) const;

  // operations.cpp
  void operate(Source& source, std::uint16_t kind, float size);
  void operate_call(std::uint32_t r, std::uint16_t kind);
  void begin_operation(std::uint32_t party, std::uint32_t client, std::uint16_t kind, float size, std::uint32_t caller,
                       std::int64_t deadline);
  void launch(std::uint32_t operation);
  void ask(std::uint32_t attempt);
  void refused_by_bulkhead(std::uint32_t attempt);
  void leave_bulkhead_line(std::uint32_t attempt);
  void send_attempt(std::uint32_t attempt);
  void arrive_attempt(std::uint32_t attempt);
  std::uint32_t make_attempt(std::uint32_t attempt);        // the request that it is
  void attempt_failed(std::uint32_t attempt, Outcome how);  // it never got there
  void make_room_for_attempts();
  void attempt_event(std::uint32_t attempt, std::uint32_t stamp);
  void attempt_ended(std::uint32_t r, Outcome how);
  void attempt_over(std::uint32_t attempt);
  bool pay_for_next(std::uint32_t operation, RetryBudget::Why why);
  void try_again(std::uint32_t operation, const Failure& failure, RetryBudget::Why why, std::uint64_t word);
  void send_next_copy(std::uint32_t operation, const Failure& failure, RetryBudget::Why why);
  void hedge_later(std::uint32_t operation);
  void send_copy(std::uint32_t operation, std::uint32_t stamp);
  void retry(std::uint32_t operation, std::uint32_t stamp);
  void deadline_passed(std::uint32_t operation, std::uint32_t stamp);
  void finish_operation(std::uint32_t operation, bool success);
  void forget_operation(std::uint32_t operation);
  void give_up_attempt(std::uint32_t attempt, bool late);
  void give_up_operations(std::uint32_t r);
  static void skip_demands(const RequestKind& kind);
  struct Client;
  struct Party;
  Client& client_of(std::uint32_t party, std::uint32_t number);
  struct Gate;
  Gate& gate_of(std::uint32_t operation);
  void look_at_breaker(Party& party, Gate& gate);
  void give_place_on(Gate& gate);
  void note_overtaken(std::uint32_t operation);
  void build_party(const ClientPolicy& policy, const std::string& name, std::uint16_t first, std::uint16_t count);
  void build_source_operations();
  void build_call_operations();
  static std::vector<bool> deadlines_carried(const Scenario& scenario, const std::vector<CallEdge>& edges);
  static bool guarded(const CallEdge& edge, bool carries_deadline, const Scenario& scenario);
  static std::string retries_of(const std::string& request_class);
  void begin_measuring_operations();
  void begin_operations_series();
  void operations_series_point(const Service& service, double bin_ns, std::vector<double>& row);
  void forget_client(const Service& service, std::uint32_t slot);
  void check_operations() const;
  void write_operations(Record& record) const;

  // queues.cpp
  static std::int64_t draw_send(SendRuntime& send);
  void build_queues();

  // read_replicas.cpp
  void build_replica_set(Service& service);
  void admit_to_replica_set(Service& service, std::uint32_t r);
  void note_write(Service& service, const Request& request);
  void replica_ready(Service& service, std::uint32_t slot);
  void replica_leaves(Service& service, std::uint32_t slot);
  void promote(Service& service, std::uint32_t slot);
  void fail_over(Service& service);
  void begin_measuring_replicas(Service& service);
  void write_replicas(Record& record, const Service& service) const;

  // first_instances.cpp
  void first_instance_begins(Service& service, std::uint32_t slot);
  void first_instance_ends(Service& service, std::uint32_t slot);
  void first_instance_holds(Service& service, std::uint32_t slot);
  void begin_measuring_first(Service& service);
  InstanceBooks books_of(const Service& service, std::uint32_t slot);
  void write_first(Record& record, Service& service);

  // fleet.cpp
  // `again`: of the instance whose place it takes.
  std::uint32_t create_instance(Service& service, bool at_once, bool provisioned = false,
                                const PodLife* again = nullptr);
  void replace(Service& service, std::uint32_t slot);   // drains it and starts another
  void announce(Service& service, std::uint32_t slot);  // to whoever waits for new instances
  void start_up(Service& service, std::uint32_t slot, const PhaseEffect& startup);
  void become_ready(Service& service, std::uint32_t slot);
  void remove_instance(Service& service, std::uint32_t slot);
  void defer_removal(std::uint32_t slot);  // of a drained instance, once the present event is over
  void drain(Service& service, std::uint32_t slot);
  void lose_all(Service& service, std::uint32_t slot, Outcome why);
  void set_replicas(Service& service, std::int64_t replicas);
  void swap_positions(Service& service, std::uint32_t a, std::uint32_t b);
  void enter_ready(Service& service, std::uint32_t slot);
  void leave_ready(Service& service, std::uint32_t slot);
  std::int64_t live(const Service& service) const;
  std::uint32_t pick_zone(const Service& service) const;

  // balancing.cpp
  void build_balancing(Service& service);
  void endpoint_ready(Service& service, std::uint32_t slot);
  void endpoint_gone(Service& service, std::uint32_t slot);
  void learn(Service& service, std::uint32_t slot, const Backend& backend);
  void admit_by_proxy(Service& service, std::uint32_t r);
  void place_by_proxy(Service& service, std::uint32_t r);
  void flush_to_proxies(Service& service);
  void flush_to_proxies_soon(Service& service);
  void note_sent(Service& service, const Request& request);
  void note_answered(Service& service, const Request& request, bool failed);
  void wait_at_proxy(Service& service, std::uint32_t r);
  void stop_waiting_at_proxy(Service& service, std::uint32_t r);
  bool gone(const Balancing& balancing, std::uint32_t number) const;
  std::size_t pick_proxy(Balancing& balancing, std::uint32_t r);
  std::uint32_t some_proxy(Balancing& balancing);

  // upkeep.cpp
  void begin_upkeep(Service& service);
  void every(Service& service, const char* stream, Duration period, void (Replication::*action)(Service&, std::size_t));
  void repeat(Service& service, std::size_t proxy, Duration period, void (Replication::*action)(Service&, std::size_t));
  void refresh_counts(Service& service, std::size_t proxy);
  void sweep_outliers(Service& service, std::size_t proxy);
  void check_health(Service& service, std::size_t proxy);
  void health_checked(Service& service, std::size_t proxy, std::uint32_t number, bool passed);
  void report_loads(Service& service, Duration period);
  void tell_changes(Service& service, std::size_t proxy);
  static void write_balancing(Record& record, const Service& service);

  // admission.cpp
  void build_admission(Service& service);
  void build_partitions(AdmissionControl& control) const;
  bool let_in(Service& service, std::uint32_t r);       // false: it waits, or is lost …
  bool under_limit(Service& service, std::uint32_t r);  // … by the concurrency limit
  void admit_controlled(Service& service, std::uint32_t r);
  bool instance_takes(Service& service, std::uint32_t r, std::uint32_t slot);  // false: it is lost
  void permit_back(Service& service, const Request& request, bool failed);
  double concurrency_limit_of(const Service& service) const;  // the instances' mean, where they keep it

  // discipline.cpp
  struct Line;
  void build_lines(Service& service);
  Line& line_of(std::map<std::uint32_t, Line>& lines, std::uint32_t key, std::uint32_t slot);
  void append(Service& service, Line& line, std::uint32_t r);
  std::uint32_t next_of(const Service& service, const Line& line) const;
  bool drops(const Service& service, Line& line, std::uint32_t r) const;
  void take_out(Service& service, Line& line, std::uint32_t r);
  [[gnu::noinline]] void join_line(Service& service, std::uint32_t r, std::uint32_t station);
  [[gnu::noinline]] void pump_line(Service& service, std::uint32_t station);
  [[gnu::noinline]] void wait_at_gate(Service& service, std::uint32_t r, std::uint32_t slot);
  [[gnu::noinline]] void open_gate(Service& service, std::uint32_t slot);
  [[gnu::noinline]] void leave_waiting_line(Service& service, std::uint32_t r);
  bool preempt(Service& service, std::uint32_t r, std::uint32_t station);

  // functions.cpp
  void admit_on_demand(Service& service, std::uint32_t r);
  void wait_for_first_free(Service& service, std::uint32_t r);
  void cancel_spare_starts(Service& service);
  void deliver_cold(Service& service, std::uint32_t r, std::uint32_t slot);
  bool serve_pending(Service& service, std::uint32_t slot, bool cold = false);
  void execution_ended(Service& service, std::uint32_t slot);
  void started_idle(Service& service, std::uint32_t slot);
  void keep(Service& service, std::uint32_t slot, std::int64_t until);
  void unload(Service& service, std::uint32_t slot, KeepAliveTerms terms);
  void load_ahead(Service& service, std::uint64_t number, std::int64_t keep_until);
  void forget_idle(Service& service, std::uint32_t slot);
  void give_up_provisioned(Service& service, std::uint32_t slot);
  void start_provisioned(Service& service, bool at_once);
  bool may_start(Service& service);
  std::uint32_t start_on_demand(Service& service);
  void await_start(Service& service);
  void start_for_pending(Service& service);
  void keep_alive_over(std::uint32_t slot, std::uint32_t stamp);

  // speed.cpp
  void restretch(Service& service, std::uint32_t slot);
  void pause(Service& service, std::uint32_t slot, bool on);
  void schedule_pause(Service& service, std::uint32_t slot);
  void freeze(std::uint32_t slot);  // stops the clock of everything that computes on unshared cores
  void thaw(std::uint32_t slot);
  bool service_idle(std::uint32_t slot);
  double cpu_ns(const Instance& instance, std::uint32_t slot);
  double cpu_ns_so_far(std::uint32_t slot) const;  // the same, and leaves no trace in the arithmetic

  // memory.cpp
  double memory_bytes(const Service& service, std::uint32_t slot) const;  // 0: none, or not known
  void watch_memory(Service& service, std::uint32_t slot);                // after anything that changes it
  void out_of_memory(Service& service, std::uint32_t slot);
  void restart(Service& service, std::uint32_t slot, PodLife pod, Outcome why);  // in its place, as a container is

  // pools.cpp
  void build_pools(const std::vector<CallEdge>& edges, std::size_t first_kind);
  [[gnu::noinline]] void on_connection_event(unsigned kind, std::uint32_t target, std::uint32_t stamp);
  // For one of r's calls: `attempt` of an operation, or kNone. The call leaves when it has one.
  void acquire_connection(std::uint32_t r, std::uint32_t call_kind, std::uint32_t attempt);
  [[gnu::noinline]] void release_connection(std::uint32_t called);  // harmless where the call has none
  void give_up_connections(std::uint32_t r);                        // that its calls wait for
  void give_up_connection(std::uint32_t call);
  void never_left(std::uint32_t call_kind, std::uint32_t attempt);
  std::uint32_t pool_of(std::uint32_t r, std::uint32_t pool_kind);
  void lend(std::uint32_t connection, std::uint32_t call);
  void offer(std::uint32_t connection);
  void open_connection(std::uint32_t pool, std::uint32_t call);
  void open_for_waiting(std::uint32_t pool);
  void connect(std::uint32_t connection);
  void connected(std::uint32_t connection);
  void connection_back(std::uint32_t connection);
  void close_connection(std::uint32_t connection);
  void look_at_idle(std::uint32_t connection);
  void refuse(std::uint32_t call, Outcome why);
  void call_over_connection(std::uint32_t call);
  bool over_connection(std::uint32_t r) const;
  void deliver_over_connection(Service& service, std::uint32_t r);
  void connections_end(std::uint32_t slot);  // an instance goes, whichever end of them it was
  void begin_connections(const Service& service);
  void gather_connections(const Service& service);
  void write_connections(Record& record, const Service& service) const;

  // edge.cpp
  void build_edge(Service& service);
  void add_handshakes();  // the kinds of requests that they are, the last of all
  [[gnu::noinline]] void on_edge_event(unsigned kind, std::uint32_t target, std::uint32_t stamp);
  void reach(Service& service, std::uint32_t r);  // by whoever asks, over a connection
  std::uint32_t client_reaching(Service& service, std::uint32_t r);
  std::uint32_t new_edge_client(std::uint32_t door);
  std::uint32_t waits_for_instance(const Service& service) const;
  void travel(std::uint32_t connection, std::uint32_t r);
  void encrypt(std::uint32_t connection, std::uint32_t r);
  void stream_ended(std::uint32_t r);
  void stream_free(std::uint32_t connection);
  [[gnu::noinline]] void lost_at_edge(Service& service, std::uint32_t r, Outcome why);
  [[gnu::noinline]] void client_gave_up(Service& service, std::uint32_t r);  // and the request goes on without it
  void serve_soon(std::uint32_t client);
  void serve_waiting(std::uint32_t client);
  void grow(std::uint32_t client);
  void accept(std::uint32_t connection);
  void refuse_connection(std::uint32_t connection);
  void hello(std::uint32_t connection);
  void handshake_ended(std::uint32_t r, bool failed);
  void opened(std::uint32_t connection);
  void retire(std::uint32_t connection);
  void close_edge(std::uint32_t connection);
  void look_at_edge_idle(std::uint32_t connection);
  std::uint32_t instance_for_connection(Service& service);
  std::uint32_t next_process(Service& service, Instance& instance);
  std::uint32_t last_idle_process(Service& service, const Instance& instance);
  std::uint32_t process_for(Service& service, std::uint32_t r, Instance& instance);
  void edge_instance_ready(Service& service, std::uint32_t slot);
  void edge_instance_leaves(Service& service, std::uint32_t slot);
  void edge_caller_gone(std::uint32_t slot);
  std::uint64_t handshakes_begun(const Service& service) const;
  void begin_edge(const Service& service);
  void gather_edge(const Service& service);
  void check_edge() const;
  void write_edge(Record& record, const Service& service) const;

  // quota.cpp
  void begin_quota(Service& service, std::uint32_t slot);
  void end_quota(Service& service, std::uint32_t slot);
  void meter_quota(Service& service, std::uint32_t slot);  // freezes it where nothing is left …
  void watch_quota(Service& service, std::uint32_t slot);  // … and comes back when nothing will be
  void quota_spent(std::uint32_t slot, std::uint32_t version);
  void quota_period(std::uint32_t slot, std::uint32_t life);
  void begin_measuring_quota(Service& service);
  void write_quota(Record& record, const Service& service);

  // node_cpu.cpp
  [[gnu::noinline]] void meter(std::uint32_t slot);  // what a metered instance wants has changed
  void join_node(std::uint32_t slot, std::uint32_t node, double cores);
  void leave_node(std::uint32_t slot);
  void share_node(std::uint32_t slot);
  void begin_measuring_node_cpu();
  void write_node_cpu(Record& record, const Service& service);

  // heap.cpp
  void begin_heap(Service& service, std::uint32_t slot);
  void heap_changed(Service& service, std::uint32_t slot, bool left);  // a request came, or left
  void collect(Service& service, std::uint32_t slot);                  // as far as there is something to collect
  void collected(Service& service, std::uint32_t slot, std::int64_t length);
  double heap_bytes(const Service& service, std::uint32_t slot) const;     // that live
  static double heap_garbage(const Service& service, std::uint32_t slot);  // and what was not looked at yet
  void heap_limit_reached(Service& service, std::uint32_t slot, double live);
  void write_heap(Record& record, const Service& service) const;

  // loop_lag.cpp
  void begin_lag_probes(Service& service, std::uint32_t slot);
  void probe_lag(std::uint32_t slot, std::uint32_t life);
  [[gnu::noinline]] void loop_is_free(Service& service, std::uint32_t station);
  void write_lag(Record& record, const Service& service);

  // crossings.cpp
  std::uint32_t caller_of(std::uint32_t r) const;
  void build_crossings(Service& service);
  void note_crossing(Service& service, const Request& request);
  void write_crossings(Record& record, const Service& service);

  // shedder.cpp
  void build_shedder(Service& service);
  void begin_lag_timers(Service& service, std::uint32_t slot);
  void lag_timer_due(std::uint32_t station, std::uint32_t life);
  void fire_lag_timer(Service& service, std::uint32_t station);
  [[gnu::noinline]] bool turned_away(Service& service, std::uint32_t r, const Station& station);

  // sizing.cpp
  struct Use {
    std::uint32_t slot = 0;
    std::optional<double> cores;  // since it was last seen; none: it was not, or did not run
    double memory = 0;            // bytes; 0: none, or not known
  };
  // `seen`: ns that each instance had consumed when this was last asked, by serial, a `period` ago.
  std::vector<Use> use_since(const Service& service, std::map<std::uint32_t, double>& seen, Duration period) const;
  void begin_sizing(Service& service);
  void sample_sizing(Service& service);
  void write_sizing(Record& record, Service& service);

  // vertical.cpp
  InstanceSize size_of_new(const Service& service) const;
  void size_cores(Service& service, std::uint32_t slot, bool begins);
  void note_requested(Service& service, std::uint32_t slot, std::int64_t times);
  void sample_usage(Service& service);
  void recommend(Service& service);
  void update_pods(Service& service);
  bool resize_in_place(Service& service, std::uint32_t slot);

  // control.cpp
  void watch(Service& service, const AutoscalerParams& params) const;
  ServiceSignal look(Service& service);
  void control(Service& service);
  void scale(Service& service);
  void note_reason(Service& service, ScalingDecision& decision);
  void wake(Service& service);
  void buffer(Service& service, bool on, std::map<std::string, double> inputs);
  std::uint32_t slot_with_room(Service& service);
  void admit_buffered(Service& service, std::uint32_t r);
  [[gnu::noinline]] void flush_pending(Service& service);
  void observe(Service& service);
  void decide(const Service& service, std::string kind, std::string sentence, std::map<std::string, double> inputs,
              std::optional<Scaling> scaling = {});

  // disturbance.cpp
  std::uint32_t slot_of(const Service& service, std::uint32_t serial) const;

  // books.cpp
  void begin_measuring();
  void gather(Service& service);  // adds what has happened since the last call to the totals …
  void series_point();            // … and to the series
  void schedule_series_point();
  static double utilization(const Service& service, std::size_t role, double busy, double alive, double cpu,
                            double cores);
  void check_conservation() const;
  void check_identities(const Service& service) const;
  void write_service(Record& record, Service& service);
  void write_cost(Record& record);
  double billed_ns(const Service& service) const;
  [[gnu::noinline]] void bill_execution(Service& service, const Request& request);
  void bill_what_still_runs(Service& service);
  void write_kind(Record& record, const RequestKind& kind);
  void write_vertical(Record& record, const Service& service);
  static void write_times(Record& record, const std::string& prefix, const Histogram& h);

  // FaultTarget
  Time now() const override { return sim_.now(); }
  Time measured(Duration since_warmup) const override { return scenario_.warmup + since_warmup; }
  Stream stream(std::string_view name) const override { return streams_.named(name); }
  void at(Time when, std::function<void()> action) override { sim_.at(when, std::move(action)); }
  std::vector<std::uint32_t> instances(const std::string& service) const override;
  std::vector<std::uint32_t> instances_in_zone(const std::string& service, const std::string& zone) const override;
  std::vector<std::string> services() const override;
  void for_each_instance(const std::string& service, std::function<void(std::uint32_t)> action) override;
  void kill(const std::string& service, std::uint32_t instance, bool replace) override;
  void under_repair(const std::string& service, std::int64_t change) override;
  void reconcile(const std::string& service) override;
  void set_zone_up(const std::string& zone, bool up) override;
  void set_slowdown(const std::string& service, std::uint32_t instance, double factor) override;
  std::size_t flush_cache(const std::string& service, const std::string& name) override;
  void record(const std::string& service, std::string kind, std::string sentence) override;
  Service& named(const std::string& service) const;

  const Scenario& scenario_;
  const Streams streams_;
  const bool narrated_;  // keeps series and decisions
  Observer* const observer_;
  const std::stop_token stop_;

  Simulation sim_;
  RequestPool pool_;
  std::vector<Instance> instances_;
  std::vector<InstanceLife> lives_;  // by instance slot, as shared_
  std::vector<Station> extra_stations_;
  std::vector<SharedCores> shared_;  // by instance slot
  std::vector<RequestKind> kinds_;
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<Source> sources_;
  std::uint32_t traffic_count_ = 0;  // of sources_, which the timeout lines follow as sources of the simulation
  std::vector<TimeoutLine> lines_;
  std::vector<std::int64_t> later_demands_;  // of steps after the first, `steps_most_` per request
  std::uint32_t steps_most_ = 0;
  std::vector<Caller> callers_;   // by request, where services call services …
  std::vector<Answers> answers_;  // … likewise
  std::vector<bool> zone_up_;
  std::unique_ptr<Caches> caches_;          // null: no service has any
  std::unique_ptr<Operations> operations_;  // null: no client has a policy
  std::unique_ptr<Waste> waste_;            // null: nobody leaves before the answer
  std::unique_ptr<Queues> queues_;          // null: there are none
  std::unique_ptr<Jobs> jobs_;              // null: no instance is one
  std::unique_ptr<Pools> pools_;            // null: calls need no connections
  std::unique_ptr<Edge> edge_;              // null: clients need none
  std::unique_ptr<NodeShares> node_cpu_;    // null: instances on a node do not take cores from each other
  std::unique_ptr<Nodes> nodes_;            // null: machines are unlimited and there at once
  std::int64_t measure_from_ = 0;           // arrivals from here on are measured
  std::int64_t end_ = 0;
  std::uint64_t points_ = 0;
  std::int64_t last_point_ = 0;
  std::vector<Decision> decisions_;
};

}  // namespace windtunnel
