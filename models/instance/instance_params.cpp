#include "models/instance/instance_params.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kRunsOnNames = {"loop", "worker"};
constexpr std::array<std::string_view, 3> kDispatchNames = {"round_robin", "random", "shared"};

std::string in_cores(double cores) {
  std::string text = std::to_string(cores);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

void Step::describe(FieldVisitor& v) {
  v.field("cpu", cpu, "CPU time this step takes on a core of speed 1");
  v.field("io", io, "Time this step waits for something outside the instance; takes no CPU");
  v.choice("on", on, kRunsOnNames, "Which thread of an event loop computes: the loop itself, or a worker beside it");
  v.field("call", call, "Another service that is called; the step lasts until it has answered");
  v.field("parallel", parallel, "Several services that are called at once; the step lasts until they have answered");
  v.field("send", send, "A queue that gets a message; the step lasts until it has it");
  v.field("error", error, "Share of requests that end with an error once the step is done", {.lo = 0, .hi = 1});
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
  if (count == 1 && !cpu && on != RunsOn::kLoop)
    p.error("/on", "only a cpu step runs on a worker; the others take no thread");
  if (!look_up.empty() && !invalidate.empty())
    p.error("/invalidate", "a step looks up or invalidates; write a step for each");
}

void EventLoop::describe(FieldVisitor& v) {
  v.field("processes", processes, "Event loops in one instance, one thread each", {.lo = 1});
  v.choice("dispatch", dispatch, kDispatchNames,
           "Which process takes a request: each in turn, any at random, or whichever is idle first (one shared queue)");
  v.field("worker_threads", worker_threads, "Threads beside the loops, for cpu steps with \"on\": \"worker\"",
          kNonNegative);
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
          "What one instance may use at most: where its threads are more than these cores, they share them equally "
          "(the throttling of CFS quotas by period is not simulated)");
}

void Resources::check(Problems& p) {
  if (requests.cpu && limits.cpu && limits.cpu->cores < requests.cpu->cores)
    p.error("/limits/cpu",
            in_cores(limits.cpu->cores) + " is below the request of " + in_cores(requests.cpu->cores) + " cores");
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

void InstanceParams::describe(FieldVisitor& v) {
  v.field("runtime", runtime, "How an instance works on its requests");
  v.field("resources", resources, "Kubernetes container resources of one instance");
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
}

void InstanceParams::check(Problems& p) {
  if (memory && resources.limits.memory && memory->base.count > resources.limits.memory->count)
    p.error("/memory/base", "is above resources.limits.memory: every instance would be killed as soon as it runs");
  if (runtime && runtime->kind == Runtime::Kind::kFunction && concurrency && *concurrency != 1)
    p.error("/concurrency",
            "a function serves one request at a time; " + std::to_string(*concurrency) + " needs another runtime");
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
