// Services that call services. A call is a request of its own at the called service, and the caller's request waits for
// it as it waits for I/O. Calls leave, and answers come, as events of their own: nothing that is under way in one
// service runs on in another.

#include <algorithm>
#include <bit>
#include <cassert>

#include "models/replication/service_runtime.hpp"
#include "models/topology/call_graph.hpp"

namespace windtunnel {

// Which of the step's calls this request makes, a bit for each. Takes a random number for each, so that variants stay
// in step.
std::int64_t Replication::draw_calls(const CallsRuntime& calls) {
  std::uint64_t made = 0;
  for (std::size_t i = 0; i < calls.probability.size(); ++i)
    if (calls.words->uniform() <= calls.probability[i]) made |= std::uint64_t{1} << i;
  return static_cast<std::int64_t>(made);
}

void Replication::make_room_for_calls() {
  if (callers_.size() == pool_.size()) return;
  callers_.resize(pool_.size());
  answers_.resize(pool_.size());
}

// The request is waiting by now.
void Replication::depart(std::uint32_t r, const CallsRuntime& calls) {
  make_room_for_calls();
  answers_[r] = {};
  Request& request = pool_[r];
  if (request.demand == 0) return sim_.schedule(now_ns(), kIoDone, r, request.stamp);
  const auto made = static_cast<std::uint64_t>(request.demand);
  answers_[r].expected = static_cast<std::uint32_t>(std::popcount(made));
  answers_[r].needed = std::min(calls.wait_for, answers_[r].expected);
  request.demand = static_cast<std::int64_t>(made & ~calls.guarded & ~calls.pooled);
  if (request.demand != 0) sim_.schedule(now_ns() + calls.network_ns, kCallsArrive, r, request.stamp);
  const auto kind_of = [&calls](std::uint64_t left) {
    return calls.first_kind + static_cast<std::uint32_t>(std::countr_zero(left));
  };
  for (std::uint64_t left = made & calls.pooled & ~calls.guarded; left != 0; left &= left - 1)
    acquire_connection(r, kind_of(left), kNone);
  for (std::uint64_t left = made & calls.guarded; left != 0; left &= left - 1)
    operate_call(r, static_cast<std::uint16_t>(kind_of(left)));
}

void Replication::calls_arrive(std::uint32_t r) {
  const CallsRuntime& calls = *kinds_[pool_[r].kind].steps[pool_[r].step()].calls;
  for (auto made = static_cast<std::uint64_t>(pool_[r].demand); made != 0; made &= made - 1) {
    const std::uint32_t index = calls.first_kind + static_cast<std::uint32_t>(std::countr_zero(made));
    const std::uint32_t called = make_call(r, index);
    admit(*kinds_[index].home, kinds_[index], called);
  }
}

std::uint32_t Replication::make_call(std::uint32_t r, std::uint32_t kind_index) {
  const std::uint32_t called = pool_.take();
  make_room_for_calls();
  std::uint32_t& first = answers_[r].first;
  callers_[called] = {r, pool_[r].stamp, kNone, first};
  if (first != kNone) callers_[first].previous = called;
  first = called;
  open(kinds_[kind_index], static_cast<std::uint16_t>(kind_index), called, 1);
  if (pool_[r].is(Request::kUnwanted)) nobody_waits(called);
  return called;
}

// Nobody waits for it from now on.
void Replication::forget_caller(std::uint32_t called) {
  Caller& caller = callers_[called];
  if (caller.previous != kNone)
    callers_[caller.previous].next = caller.next;
  else
    answers_[caller.request].first = caller.next;
  if (caller.next != kNone) callers_[caller.next].previous = caller.previous;
  caller.request = kNone;
}

void Replication::answer(const RequestKind& kind, std::uint32_t called, Outcome how) {
  const Caller caller = callers_[called];
  if (caller.request == kNone) return;
  forget_caller(called);
  if (how != Outcome::kCompleted && caches_) [[unlikely]]
    note_failed_call(caller.request);
  const bool good = how == Outcome::kCompleted || kind.failure_ignored;
  sim_.schedule(now_ns() + kind.network_ns, good ? kAnswered : kCallFailed, caller.request, caller.stamp);
}

void Replication::answered(std::uint32_t r, bool good, Outcome why) {
  Answers& answers = answers_[r];
  ++(good ? answers.succeeded : answers.failed);
  Service& service = *kinds_[pool_[r].kind].home;
  if (answers.succeeded >= answers.needed) {
    ++pool_[r].stamp;
    give_up_calls(r);
    service.on_io.add(sim_.now(), -1);
    return step_done(service, r);
  }
  if (answers.failed > answers.expected - answers.needed) lose(service, r, why);
}

void Replication::give_up_calls(std::uint32_t r) {
  if (pools_) give_up_connections(r);
  while (answers_[r].first != kNone) {
    const std::uint32_t called = answers_[r].first;
    forget_caller(called);
    const RequestKind& kind = kinds_[pool_[called].kind];
    if (kind.cancels)
      lose(*kind.home, called, Outcome::kCancelled);
    else
      nobody_waits(called);
  }
  if (operations_) give_up_operations(r);
}

// --- from the scenario
// -----------------------------------------------------------------------------------------------------------------

std::vector<Replication::CallEdge> Replication::call_edges(const Scenario& scenario) {
  std::vector<CallEdge> out;
  for (const auto& [name, params] : scenario.services)
    for (const auto& [request_class, steps] : params.work)
      for (std::size_t k = 0; k < steps.size(); ++k) {
        if (steps[k].calls() == nullptr) continue;
        for (std::size_t i = 0; i < steps[k].calls()->to.size(); ++i)
          out.push_back({&name, &request_class, k, i, &steps[k].calls()->to[i]});
      }
  return out;
}

std::string Replication::CallEdge::label() const {
  return (*request_class == "default" ? "" : *request_class + ".") + "calls." + callee->service + "." +
         std::to_string(step) + (call == 0 ? "" : "." + std::to_string(call));
}

void Replication::build_calls() {
  const std::vector<CallEdge> edges = call_edges(scenario_);
  if (edges.empty()) return;
  steps_most_ = std::max(steps_most_, 2U);  // that the later demands are drawn, and with them the calls
  for (const CallEdge& edge : edges) {
    Service& home = named(edge.callee->service);
    RequestKind kind;
    kind.origin = *edge.caller;
    kind.class_name = edge.label();
    kind.service = home.index;
    kind.home = &home;
    kind.called = kind.followed = true;
    kind.cancels = edge.callee->on_timeout == OnTimeout::kCancel;
    const Step& step = scenario_.services.at(*edge.caller).work.at(*edge.request_class)[edge.step];
    kind.failure_ignored = edge.callee->on_failure == OnFailure::kIgnore || !step.look_up.empty();
    kind.network_ns = step.calls()->network.count();
    // What has not left here by then cannot be back in time.
    if (edge.callee->timeout) kind.timeout_line = timeout_line(*edge.callee->timeout - 2 * step.calls()->network);
    build_steps(kind, *edge.caller + "/" + edge.label(),
                CallGraph::class_called(*edge.callee, *edge.request_class, home.params->work));
    kind.request_class = kind.work_class;
    kinds_.push_back(std::move(kind));
  }
}

// From every step that calls to the kinds of its calls, the first of which is `first`.
void Replication::link_calls(const std::vector<CallEdge>& edges, std::size_t first) {
  for (RequestKind& kind : kinds_)
    for (std::size_t k = 0; k < kind.steps.size(); ++k) {
      if (!kind.steps[k].calls) continue;
      const auto edge = std::find_if(edges.begin(), edges.end(), [&](const CallEdge& e) {
        return *e.caller == kind.home->name && *e.request_class == kind.work_class && e.step == k;
      });
      assert(edge != edges.end());
      kind.steps[k].calls->first_kind =
          static_cast<std::uint32_t>(first + static_cast<std::size_t>(edge - edges.begin()));
    }
  build_pools(edges, first);
}

}  // namespace windtunnel
