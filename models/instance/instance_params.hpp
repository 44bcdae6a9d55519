#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/admission/queue_discipline.hpp"
#include "models/queue/queue_params.hpp"
#include "models/request/call.hpp"
#include "models/request/step_error.hpp"
#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

// --- what a request asks of an instance
// --------------------------------------------------------------------------------
enum class RunsOn { kLoop, kWorker, kThreadPool };

// One step of a request's work: exactly one of `cpu`, `io`, `call`, `parallel` and `send`, and what it has to do with
// caches.
struct Step {
  DistributionChoice cpu;     // CPU time on a core of speed 1
  DistributionChoice io;      // waiting for something outside; takes no CPU
  RunsOn on = RunsOn::kLoop;  // of an event loop: the loop itself, a worker thread, or its process's thread pool
  std::optional<SingleCall> call;
  std::optional<ParallelCalls> parallel;
  std::optional<Send> send;
  Share error{0};                            // with status 500, where it is all there is to say …
  std::vector<StepError> errors;             // … or each with its own
  std::string look_up, on_miss, invalidate;  // caches of the service; empty: none

  const Calls* calls() const {  // null: none
    return call ? static_cast<const Calls*>(&*call) : parallel ? &*parallel : nullptr;
  }

  void describe(FieldVisitor& v);
  void check(Problems& p);
};
using Work = std::map<std::string, std::vector<Step>>;  // by request class; "default" serves classes not named

// --- how an instance works
// ----------------------------------------------------------------------------------------------
enum class Dispatch { kRoundRobin, kRandom, kShared, kLastIdle };

// One of event_loop, worker_pool, processor_sharing, function: plain parameters, told apart by `kind`.
class Runtime {
 public:
  enum class Kind { kEventLoop, kWorkerPool, kProcessorSharing, kFunction };
  explicit Runtime(Kind which) : kind(which) {}
  virtual ~Runtime() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  static const Registry<Runtime>& registry();
  const Kind kind;
};

class EventLoop final : public Runtime {
 public:
  EventLoop() : Runtime(Kind::kEventLoop) {}
  std::int64_t processes = 1;                 // loops, one thread each
  Dispatch dispatch = Dispatch::kRoundRobin;  // which process takes a request
  std::int64_t worker_threads = 0;            // threads beside the loops for steps with "on": "worker"
  std::int64_t pool_threads = 4;              // of each process, for steps with "on": "thread_pool"
  std::optional<Duration> lag_probes;         // so often a callback asks for each loop; none: nobody measures its lag
  void describe(FieldVisitor& v) override;
  void check(Problems& p) override;
};

class WorkerPool final : public Runtime {
 public:
  WorkerPool() : Runtime(Kind::kWorkerPool) {}
  std::int64_t workers = 1;          // a worker serves one request from its first step to its last
  DistributionChoice poll_interval;  // none: an idle worker takes work at once; else it sleeps so long before each look
  void describe(FieldVisitor& v) override;
};

class ProcessorSharing final : public Runtime {
 public:
  ProcessorSharing() : Runtime(Kind::kProcessorSharing) {}
  Cpu cores{1};  // shared equally by the requests in it, at most one core each
  void describe(FieldVisitor& v) override;
};

class Function final : public Runtime {  // one request at a time
 public:
  Function() : Runtime(Kind::kFunction) {}
  void describe(FieldVisitor& v) override;
};

struct ResourceList {
  std::optional<Cpu> cpu;
  std::optional<Bytes> memory;
  void describe(FieldVisitor& v);
};
struct Resources {
  ResourceList requests, limits;
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

// What an instance needs of memory. Without it the use of memory is not known, and nothing comes of limits.memory.
struct MemoryUse {
  Bytes base;            // once its processes run
  Bytes per_request{0};  // held by each request that is in the instance, waiting or in service
  Bytes leak{0};         // never given back, by each request that has left it
  void describe(FieldVisitor& v);
};

// The heap of V8, and what collecting its garbage takes. Its defaults are V8's where they are known.
struct Heap {
  Bytes base;                            // that lives on without any request
  Bytes per_request{0};                  // that lives as long as the request is in the instance
  Bytes leak{0};                         // that lives on for ever, of each request that has left
  Bytes allocation{0};                   // that each request allocates in all
  Bytes semi_space{16.0 * 1024 * 1024};  // the young generation is collected when it is full
  DistributionChoice scavenge;           // what that takes
  Share promoted{0};                     // of it, which dies only in the old generation
  double growth = 2;                     // times what lived when the old generation was last collected …
  DistributionChoice mark_compact;       // … it is collected again; what that takes for each GiB that lives
  std::optional<Bytes> max_old_space;    // none: by limits.memory
  Heap();
  void describe(FieldVisitor& v);
  void check(Problems& p);
  double most(std::optional<Bytes> memory_limit) const;  // that may live, bytes
};

// The whole instance stops at random moments and goes on where it was (garbage collection, a hypervisor's steal).
struct Pauses {
  DistributionChoice every;  // running time between pauses
  DistributionChoice length;
  void describe(FieldVisitor& v);
};

// CPU limits as the Linux kernel keeps them. Without it threads share the limit's cores at every moment.
struct CfsQuota {
  Duration period = std::chrono::milliseconds{100};
  void describe(FieldVisitor& v);
};

struct InstanceParams {
  Choice<Runtime> runtime = Choice<Runtime>::of("worker_pool");
  Resources resources;
  std::optional<CfsQuota> cfs_quota;
  std::optional<MemoryUse> memory;
  std::optional<std::int64_t> concurrency;  // requests in service or on I/O at once; none: what the runtime can hold
  std::optional<std::int64_t> backlog;      // requests that may wait beyond that; none: unlimited
  Choice<QueueDisciplineParams> queue = Choice<QueueDisciplineParams>::of("fifo");
  double speed = 1;                 // of a core, relative to the one the work was measured on
  DistributionChoice speed_spread;  // factor drawn per instance; none: all alike
  std::optional<Pauses> pauses;
  double contention = 0;  // of a step's CPU time, for each other request that a thread works on
  std::optional<Heap> heap;
  std::optional<std::int64_t> max_connections;  // from the pools of others; none: any number
  std::int64_t reserved_connections = 0;        // of those, not for pools

  void describe(FieldVisitor& v);
  void check(Problems& p);
  std::optional<std::int64_t> served_at_once() const;  // requests, on I/O included; none: any number
};

}  // namespace windtunnel
