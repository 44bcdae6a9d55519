#include "models/instance/instance_params.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 3> kRunsOnNames = {"loop", "worker", "thread_pool"};
constexpr double kMebi = 1024.0 * 1024, kGibi = 1024 * kMebi;
constexpr std::array<std::string_view, 4> kDispatchNames = {"round_robin", "random", "shared", "last_idle"};

std::string in_decimals(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

void Step::describe(FieldVisitor& v) {
  v.field("cpu", cpu, "CPU time this step takes on a core of speed 1");
  v.field("io", io, "Time this step waits for something outside the instance; takes no CPU");
  v.choice("on", on, kRunsOnNames,
           "Which thread of an event loop does this: the loop itself, a worker beside it, or one of its process's "
           "pool, which "
           "is held through io too (libuv: files, DNS, crypto, compression)");
  v.field("call", call, "Another service that is called; the step lasts until it has answered");
  v.field("parallel", parallel, "Several services that are called at once; the step lasts until they have answered");
  v.field("send", send, "A queue that gets a message; the step lasts until it has it");
  v.field("error", error, "Share of requests that end with an error once the step is done", {.lo = 0, .hi = 1});
  v.field("errors", errors, "The same, where several errors are told apart, or say what clients listen to");
  v.field(
      "look_up", look_up,
      "A cache of the service that is asked in this step, at whose end the answer is known: a hit goes on behind the "
      "steps that are marked with \"on_miss\". Where the step's calls fail, that is a miss");
  v.field(
      "on_miss", on_miss,
      "This step is done only by requests that have missed in that cache, whose look_up comes right before; the last "
      "such step fills it");
  v.field("invalidate", invalidate, "A cache of the service that loses the entry which this step writes, at its end");
}

void Step::check(Problems& p) {
  const std::pair<bool, const char*> kinds[] = {{static_cast<bool>(cpu), "cpu"},
                                                {static_cast<bool>(io), "io"},
                                                {call.has_value(), "call"},
                                                {parallel.has_value(), "parallel"},
                                                {send.has_value(), "send"}};
  std::string given;
  int count = 0;
  for (const auto& [is_given, name] : kinds)
    if (is_given) given += (count++ == 0 ? "" : " and ") + std::string(name);
  if (count == 0) p.error("", "a step needs one of cpu, io, call, parallel and send");
  if (count > 1)
    p.error("", "a step is one of cpu, io, call, parallel and send, this one is " + given + "; write a step for each");
  if (count == 1 && !cpu && on == RunsOn::kWorker)
    p.error("/on", "only a cpu step runs on a worker; the others take no thread");
  if (count == 1 && !cpu && !io && on == RunsOn::kThreadPool)
    p.error("/on", "only a cpu or an io step runs on the thread pool; the others take no thread");
  if (io && on == RunsOn::kThreadPool && !look_up.empty())
    p.error("/look_up",
            "is not for an io step on the thread pool, which would keep its thread while it waits for a fetch");
  double share = 0;
  for (const StepError& one : errors) share += one.share.value;
  if (share > 1 + 1e-9) p.error("/errors", "have shares of " + in_decimals(share) + " together; at most 1 fits");
  if (error.value > 0 && !errors.empty()) p.error("/error", "stands beside errors; write it as one of them");
  if (!look_up.empty() && !invalidate.empty())
    p.error("/invalidate", "a step looks up or invalidates; write a step for each");
}

void EventLoop::describe(FieldVisitor& v) {
  v.field("processes", processes, "Event loops in one instance, one thread each", {.lo = 1});
  v.choice("dispatch", dispatch, kDispatchNames,
           "Which process takes a request, or accepts a connection: each in turn (Node.js' cluster), any at random "
           "(SO_REUSEPORT), whichever is idle first (one shared queue), or the one that has become idle last "
           "(processes that "
           "wait for the same socket with epoll, which wakes the last to wait)");
  v.field("worker_threads", worker_threads, "Threads beside the loops, for cpu steps with \"on\": \"worker\"",
          kNonNegative);
  v.field("pool_threads", pool_threads,
          "Threads of each process for steps with \"on\": \"thread_pool\" (libuv's UV_THREADPOOL_SIZE)",
          {.lo = 1, .hi = 1024});
  v.field("lag_probes", lag_probes,
          "How often the delay of each loop is measured, as the time that a callback due at that moment waits for it; "
          "none: it is not",
          kPositive);
}

void EventLoop::check(Problems&) {}

void WorkerPool::describe(FieldVisitor& v) {
  v.field("workers", workers, "Requests served at once; a worker keeps a request from its first step to its last",
          {.lo = 1});
  v.field("poll_interval", poll_interval,
          "How long an idle worker sleeps before it looks for work again; none: it takes work at once");
}

void ProcessorSharing::describe(FieldVisitor& v) {
  v.field("cores", cores, "Cores shared equally by the requests in the instance, at most one core for each", kPositive);
}

void Function::describe(FieldVisitor&) {}

const Registry<Runtime>& Runtime::registry() {
  static const Registry<Runtime> types = [] {
    Registry<Runtime> r("runtime");
    r.add<EventLoop>("event_loop", "Single-threaded loops that interleave requests at their io steps");
    r.add<WorkerPool>("worker_pool", "Workers that each serve one request from start to end");
    r.add<ProcessorSharing>("processor_sharing", "Cores that all requests share equally");
    r.add<Function>("function", "One request at a time, as a function platform runs it");
    return r;
  }();
  return types;
}

void ResourceList::describe(FieldVisitor& v) {
  v.field("cpu", cpu, "Cores, as a Kubernetes quantity", kPositive);
  v.field("memory", memory,
          "Bytes, as a Kubernetes quantity: nodes hold as many pods as fit; an instance whose memory goes beyond its "
          "limit is "
          "killed",
          kPositive);
}

void Resources::describe(FieldVisitor& v) {
  v.field("requests", requests, "What is set aside for one instance; CPU utilization is relative to it");
  v.field("limits", limits,
          "What one instance may use at most: where its threads are more than these cores, they share them equally, or "
          "are throttled by the period where instance.cfs_quota says so");
}

void Resources::check(Problems& p) {
  if (requests.cpu && limits.cpu && limits.cpu->cores < requests.cpu->cores)
    p.error("/limits/cpu",
            in_decimals(limits.cpu->cores) + " is below the request of " + in_decimals(requests.cpu->cores) + " cores");
  if (requests.memory && limits.memory && limits.memory->count < requests.memory->count)
    p.error("/limits/memory", "is below the request");
}

void MemoryUse::describe(FieldVisitor& v) {
  v.field("base", base, "What it uses without any request", kRequiredPositive);
  v.field("per_request", per_request, "What each request in it takes, waiting or in service", kNonNegative);
  v.field("leak", leak, "What each request that has left it leaves behind, until the instance ends", kNonNegative);
}

void Pauses::describe(FieldVisitor& v) {
  v.field("every", every, "Running time from the end of one pause to the beginning of the next", kRequired);
  v.field("length", length, "How long everything in the instance stands still", kRequired);
}

void CfsQuota::describe(FieldVisitor& v) {
  v.field("period", period, "Time for which the limit gives a quota of CPU time (cpu.cfs_period_us)",
          {.lo = 0.001, .hi = 1});
}

Heap::Heap() : scavenge(constant(0.002)), mark_compact(constant(0.1)) {}

void Heap::describe(FieldVisitor& v) {
  v.field("base", base, "What lives without any request", kRequiredPositive);
  v.field("per_request", per_request, "What lives as long as a request is in the instance", kNonNegative);
  v.field("leak", leak, "What each request that has left it leaves behind, until the instance ends", kNonNegative);
  v.field("allocation", allocation, "What a request allocates in all, most of which soon is garbage", kNonNegative);
  v.field("semi_space", semi_space, "Size of the young generation: when so much was allocated it is collected",
          kPositive);
  v.field("scavenge", scavenge, "How long everything stands still while the young generation is collected");
  v.field("promoted", promoted, "Share of the young generation that goes to the old one and is garbage there later on",
          {.lo = 0, .hi = 1});
  v.field("growth", growth,
          "The old generation is collected when it is so many times what lived there after the last time", {.lo = 1.1});
  v.field("mark_compact", mark_compact,
          "How long everything stands still while the old generation is collected, for each GiB that lives");
  v.field("max_old_space", max_old_space,
          "Where so much lives the process aborts (--max-old-space-size); none: half of limits.memory and 2Gi at "
          "most, 4Gi where the limit is above 15Gi or there is none",
          kPositive);
}

void Heap::check(Problems& p) {
  if (max_old_space && base.count >= max_old_space->count)
    p.error("/base", "fills max_old_space: every instance would abort as soon as it runs");
}

double Heap::most(std::optional<Bytes> memory_limit) const {
  if (max_old_space) return max_old_space->count;
  if (!memory_limit || memory_limit->count > 15 * kGibi) return 4 * kGibi;
  return std::min(memory_limit->count / 2, 2 * kGibi);
}

void InstanceParams::describe(FieldVisitor& v) {
  v.field("runtime", runtime, "How an instance works on its requests");
  v.field("resources", resources, "Kubernetes container resources of one instance");
  v.field("cfs_quota", cfs_quota,
          "Keeps limits.cpu as the kernel does: all threads run at full speed until the instance has used limit x "
          "period, then none until the period ends; none: they share the limit's cores at every moment");
  v.field("memory", memory,
          "What an instance uses of memory: beyond resources.limits.memory it is killed, its requests are lost, and it "
          "starts again; none: the use of memory is not known");
  v.field("concurrency", concurrency,
          "Requests in service or waiting for io at once; none: as many as the runtime can hold", {.lo = 1});
  v.field("backlog", backlog, "Requests that may wait in the instance beyond its concurrency; none: any number",
          kNonNegative);
  v.field("queue", queue, "Who of those that wait in the instance, for a thread or for its concurrency, comes next");
  v.field("speed", speed, "Speed of a core relative to the one the work was measured on", kPositive);
  v.field("speed_spread", speed_spread, "Factor on the speed, drawn once for each instance; none: all are alike",
          {.unit = Unit::kNumber});
  v.field("pauses", pauses, "Moments at which the whole instance stops and later goes on where it was");
  v.field(
      "contention", contention,
      "By such a share of itself a step's CPU time is longer for each other request that has a thread when it begins "
      "(locks, caches, memory)",
      kNonNegative);
  v.field(
      "heap", heap,
      "The heap of an event loop's JavaScript engine: pauses to collect garbage, and an abort where too much lives; "
      "none: it costs nothing and has no end");
  v.field("max_connections", max_connections,
          "Connections of pools that an instance accepts, reserved ones included; further ones are refused; none: any "
          "number",
          {.lo = 1});
  v.field("reserved_connections", reserved_connections,
          "Of max_connections, those kept for administrators: pools do not get them", kNonNegative);
}

void InstanceParams::check(Problems& p) {
  if (memory && resources.limits.memory && memory->base.count > resources.limits.memory->count)
    p.error("/memory/base", "is above resources.limits.memory: every instance would be killed as soon as it runs");
  if (runtime && runtime->kind == Runtime::Kind::kFunction && concurrency && *concurrency != 1)
    p.error("/concurrency",
            "a function serves one request at a time; " + std::to_string(*concurrency) + " needs another runtime");
  if (heap && runtime) {
    const bool loop = runtime->kind == Runtime::Kind::kEventLoop;
    if (!loop) p.error("/heap", "is that of an event_loop; the runtime is " + runtime.type());
    if (loop && static_cast<const EventLoop&>(*runtime).processes > 1)
      p.error("/heap", "is that of one process; the event_loop has " +
                           std::to_string(static_cast<const EventLoop&>(*runtime).processes));
    if (pauses) p.error("/pauses", "and heap both say when an instance stands still; one of them can");
    if (!heap->max_old_space && heap->base.count >= heap->most(resources.limits.memory))
      p.error("/heap/base", "fills what max_old_space is by default with this memory limit, " +
                                std::to_string(std::llround(heap->most(resources.limits.memory) / kMebi)) +
                                "Mi: every instance would abort as soon as it runs");
  }
  if (cfs_quota && !resources.limits.cpu) p.error("/cfs_quota", "has nothing to keep: resources.limits.cpu is missing");
  if (reserved_connections > 0 && !max_connections)
    p.error("/reserved_connections", "are a part of max_connections, which is missing");
  if (max_connections && reserved_connections >= *max_connections)
    p.error("/reserved_connections", std::to_string(reserved_connections) + " leaves none of the " +
                                         std::to_string(*max_connections) + " connections to pools");
  if (runtime && runtime->kind == Runtime::Kind::kEventLoop && static_cast<const EventLoop&>(*runtime).lag_probes &&
      queue && queue.type() != "fifo")
    p.error("/runtime/lag_probes", "need a queue that is first come, first served; it is " + queue.type());
}

std::optional<std::int64_t> InstanceParams::served_at_once() const {
  switch (runtime->kind) {
    case Runtime::Kind::kEventLoop:
    case Runtime::Kind::kProcessorSharing:
      return concurrency;
    case Runtime::Kind::kWorkerPool: {
      const std::int64_t workers = static_cast<const WorkerPool&>(*runtime).workers;
      return std::min(workers, concurrency.value_or(workers));
    }
    case Runtime::Kind::kFunction:
      return 1;
  }
  return std::nullopt;
}

}  // namespace windtunnel
