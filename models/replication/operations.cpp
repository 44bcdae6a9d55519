// Operations of clients with a policy: attempts that leave, wait, are refused, come back, and are tried again.

#include "models/replication/operations.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"

namespace windtunnel {

std::uint32_t Replication::Operations::take_operation() {
  std::uint32_t index = free_operation;
  if (index == kNone) {
    index = static_cast<std::uint32_t>(operations.size());
    operations.emplace_back();
    return index;
  }
  Operation& operation = operations[index];
  free_operation = operation.after;
  const std::uint32_t stamp = operation.stamp, hedge_stamp = operation.hedge_stamp;
  operation = {};
  operation.stamp = stamp;
  operation.hedge_stamp = hedge_stamp;
  return index;
}

void Replication::Operations::give_back_operation(std::uint32_t index) {
  Operation& operation = operations[index];
  ++operation.stamp;
  ++operation.hedge_stamp;
  operation.after = free_operation;
  free_operation = index;
}

std::uint32_t Replication::Operations::take_attempt(std::uint32_t operation_index) {
  std::uint32_t index = free_attempt;
  if (index == kNone) {
    index = static_cast<std::uint32_t>(attempts.size());
    attempts.emplace_back();
  } else {
    free_attempt = attempts[index].after;
    const std::uint32_t stamp = attempts[index].stamp;
    attempts[index] = {};
    attempts[index].stamp = stamp;
  }
  Operation& operation = operations[operation_index];
  Attempt& attempt = attempts[index];
  attempt.operation = operation_index;
  attempt.after = operation.first;
  if (operation.first != kNone) attempts[operation.first].before = index;
  operation.first = index;
  return index;
}

void Replication::Operations::give_back_attempt(std::uint32_t index) {
  Attempt& attempt = attempts[index];
  std::uint32_t& from = attempt.before != kNone ? attempts[attempt.before].after : operations[attempt.operation].first;
  from = attempt.after;
  if (attempt.after != kNone) attempts[attempt.after].before = attempt.before;
  ++attempt.stamp;
  attempt.after = free_attempt;
  free_attempt = index;
}

// --- operations
// -------------------------------------------------------------------------------------------------------------------

// Of a source's client. What is asked for is a request of this kind.
void Replication::operate(Source& source, std::uint16_t kind, float size) {
  const std::uint32_t party_index = operations_->party_of_kind[kind];
  Party& party = operations_->parties[party_index];
  const std::uint32_t client = party.next_client;
  party.next_client = static_cast<std::int64_t>(client) + 1 == source.params->processes ? 0 : client + 1;
  begin_operation(party_index, client, kind, size, kNone, kNever.count());
}

// Of an instance that calls a service, as part of the request it serves.
void Replication::operate_call(std::uint32_t r, std::uint16_t kind) {
  Operations& all = *operations_;
  const std::uint32_t party_index = all.party_of_kind[kind];
  const Party& party = all.parties[party_index];
  const Service& caller = *services_[party.caller_service];
  std::int64_t deadline = kNever.count();
  if (caller.params->honour_deadlines && kinds_[pool_[r].kind].carries_deadline) deadline = all.deadline_of[r];
  begin_operation(party_index, pool_[r].instance, kind, 1, r, deadline);
}

Replication::Client& Replication::client_of(std::uint32_t party_index, std::uint32_t number) {
  Party& party = operations_->parties[party_index];
  if (number >= party.clients.size()) party.clients.resize(std::size_t{number} + 1);
  Client& client = party.clients[number];
  const std::uint32_t serial = party.source != kNone ? 0 : lives_[number].serial;
  if (client.serial == serial) return client;
  for (const Gate& gate : client.gates)
    if (gate.open) party.open.add(sim_.now(), -1);
  client = {};
  client.serial = serial;
  const ClientPolicy& policy = *party.policy;
  if (policy.budget() != nullptr) client.budget = policy.budget()->make();
  if (policy.throttle) client.throttle = policy.throttle->make(sim_.now());
  if (policy.hedge && policy.hedge->after) client.recent = std::make_unique<RecentLatency>(*policy.hedge->after);
  client.gates.resize(party.gates);
  for (Gate& gate : client.gates)
    if (policy.circuit_breaker) gate.breaker = policy.circuit_breaker->make(sim_.now());
  return client;
}

Replication::Gate& Replication::gate_of(std::uint32_t operation_index) {
  const Operations::Operation& operation = operations_->operations[operation_index];
  const Party& party = operations_->parties[operation.party];
  Client& client = client_of(operation.party, operation.client);
  return client.gates[party.gates == 1 ? 0U : std::size_t{operation.kind} - party.first_kind];
}

void Replication::begin_operation(std::uint32_t party_index, std::uint32_t client, std::uint16_t kind, float size,
                                  std::uint32_t caller, std::int64_t deadline) {
  Operations& all = *operations_;
  Party& party = all.parties[party_index];
  client_of(party_index, client);
  const std::uint32_t index = all.take_operation();
  Operations::Operation& operation = all.operations[index];
  operation.began = now_ns();
  operation.deadline = deadline;
  if (party.policy->deadline) operation.deadline = std::min(deadline, now_ns() + party.policy->deadline->count());
  operation.size = size;
  operation.kind = kind;
  operation.party = party_index;
  operation.client = client;
  operation.measured = now_ns() >= measure_from_;
  operation.caller = caller;
  if (caller != kNone) {
    operation.caller_stamp = pool_[caller].stamp;
    operation.measured = pool_[caller].is(Request::kMeasured);
    if (all.first_of_caller.size() < pool_.size()) all.first_of_caller.resize(pool_.size(), kNone);
    operation.after = all.first_of_caller[caller];
    if (operation.after != kNone) all.operations[operation.after].before = index;
    all.first_of_caller[caller] = index;
  }
  if (operation.measured) {
    ++party.began;
    ++party.in_flight;
  }
  if (operation.deadline != kNever.count())
    sim_.schedule(std::max(now_ns(), operation.deadline), kDeadline, index, operation.stamp);
  if (party.policy->hedge) hedge_later(index);
  launch(index);
}

void Replication::launch(std::uint32_t operation_index) {
  Operations& all = *operations_;
  const std::uint32_t index = all.take_attempt(operation_index);
  Operations::Operation& operation = all.operations[operation_index];
  Operations::Attempt& attempt = all.attempts[index];
  attempt.number = ++operation.attempts;
  attempt.paid = operation.next;
  attempt.sent = -1;
  Client& client = client_of(operation.party, operation.client);
  if (client.budget) client.budget->sent(sim_.now(), attempt.paid);
  if (now_ns() >= measure_from_) ++all.parties[operation.party].asked;
  ask(index);
}

// Whether the client lets the attempt go.
void Replication::ask(std::uint32_t index) {
  Operations& all = *operations_;
  Operations::Attempt& attempt = all.attempts[index];
  const Operations::Operation& operation = all.operations[attempt.operation];
  Party& party = all.parties[operation.party];
  Client& client = client_of(operation.party, operation.client);
  const bool counts = now_ns() >= measure_from_;
  if (client.throttle) {
    const ClientThrottle::Leave leave = client.throttle->ask(sim_.now(), party.throttle_words->next());
    if (leave.kind == ClientThrottle::Leave::Kind::kRefused) {
      if (counts) ++party.throttle_refused;
      return attempt_over(index);
    }
    if (leave.kind == ClientThrottle::Leave::Kind::kLater) {
      attempt.phase = Operations::Attempt::Phase::kAsks;
      return sim_.schedule(now_ns() + leave.wait.count(), kAttempt, index, ++attempt.stamp);
    }
  }
  Gate& gate = gate_of(attempt.operation);
  if (gate.breaker) {
    const bool permitted = gate.breaker->permits(sim_.now());
    look_at_breaker(party, gate);
    if (!permitted) {
      if (counts) ++party.breaker_refused;
      return attempt_over(index);
    }
  }
  if (party.policy->bulkhead) {
    const Bulkhead& bulkhead = *party.policy->bulkhead;
    if (gate.places_taken >= bulkhead.max_concurrent_calls) {
      attempt.phase = Operations::Attempt::Phase::kWaitsForPlace;
      if (bulkhead.max_wait == Duration{0}) return refused_by_bulkhead(index);
      attempt.ahead = gate.last_waiting;
      attempt.behind = kNone;
      (gate.last_waiting != kNone ? all.attempts[gate.last_waiting].behind : gate.first_waiting) = index;
      gate.last_waiting = index;
      return sim_.schedule(now_ns() + bulkhead.max_wait.count(), kAttempt, index, ++attempt.stamp);
    }
    ++gate.places_taken;
  }
  send_attempt(index);
}

void Replication::look_at_breaker(Party& party, Gate& gate) {
  const bool open = gate.breaker->open();
  if (open == gate.open) return;
  gate.open = open;
  party.open.add(sim_.now(), open ? 1 : -1);
  if (open && now_ns() >= measure_from_) ++party.opened;
}

void Replication::refused_by_bulkhead(std::uint32_t index) {
  Operations& all = *operations_;
  const Operations::Operation& operation = all.operations[all.attempts[index].operation];
  Party& party = all.parties[operation.party];
  Gate& gate = gate_of(all.attempts[index].operation);
  if (gate.breaker) {
    gate.breaker->given_up(sim_.now());
    look_at_breaker(party, gate);
  }
  if (now_ns() >= measure_from_) ++party.bulkhead_refused;
  attempt_over(index);
}

void Replication::leave_bulkhead_line(std::uint32_t index) {
  Operations& all = *operations_;
  const Operations::Attempt& attempt = all.attempts[index];
  Gate& gate = gate_of(attempt.operation);
  (attempt.ahead != kNone ? all.attempts[attempt.ahead].behind : gate.first_waiting) = attempt.behind;
  (attempt.behind != kNone ? all.attempts[attempt.behind].ahead : gate.last_waiting) = attempt.ahead;
}

// To the next in line, as an event of its own.
void Replication::give_place_on(Gate& gate) {
  if (gate.first_waiting == kNone) {
    --gate.places_taken;
    return;
  }
  const std::uint32_t next = gate.first_waiting;
  leave_bulkhead_line(next);
  Operations::Attempt& attempt = operations_->attempts[next];
  attempt.phase = Operations::Attempt::Phase::kHasPlace;
  sim_.schedule(now_ns(), kAttempt, next, ++attempt.stamp);
}

void Replication::send_attempt(std::uint32_t index) {
  Operations& all = *operations_;
  Operations::Attempt& attempt = all.attempts[index];
  const Operations::Operation& operation = all.operations[attempt.operation];
  Party& party = all.parties[operation.party];
  attempt.sent = now_ns();
  attempt.phase = Operations::Attempt::Phase::kTravels;
  if (party.source != kNone) return arrive_attempt(index);
  if (kinds_[operation.kind].pool != kNone) return acquire_connection(operation.caller, operation.kind, index);
  sim_.schedule(now_ns() + party.network_ns, kAttempt, index, ++attempt.stamp);
}

void Replication::arrive_attempt(std::uint32_t index) {
  const std::uint32_t r = make_attempt(index);
  const RequestKind& kind = kinds_[pool_[r].kind];
  admit(*kind.home, kind, r);
}

void Replication::attempt_failed(std::uint32_t index, Outcome how) {
  Operations::Attempt& attempt = operations_->attempts[index];
  attempt.connection_call = kNone;
  attempt.how = how;
  attempt.failure = {how == Outcome::kTimedOut ? Failure::Kind::kTimeout : Failure::Kind::kConnectFailure, {}, {}};
  attempt.phase = Operations::Attempt::Phase::kAnswers;
  attempt_over(index);
}

std::uint32_t Replication::make_attempt(std::uint32_t index) {
  Operations& all = *operations_;
  Operations::Attempt& attempt = all.attempts[index];
  const Operations::Operation& operation = all.operations[attempt.operation];
  const Party& party = all.parties[operation.party];
  std::uint16_t kind_index = operation.kind;
  if (attempt.number > 1) kind_index = static_cast<std::uint16_t>(party.first_retry + (kind_index - party.first_kind));
  RequestKind& kind = kinds_[kind_index];
  const std::uint32_t r = pool_.take();
  open(kind, kind_index, r, operation.size);
  make_room_for_attempts();
  all.attempt_of[r] = index;
  attempt.request = r;
  attempt.connection_call = kNone;
  attempt.phase = Operations::Attempt::Phase::kThere;
  if (kind.carries_deadline) all.deadline_of[r] = operation.deadline;
  if (party.source != kNone && sources_[party.source].patience)
    sim_.schedule(now_ns() + sources_[party.source].patience->next_ns(), kPatience, r, pool_[r].stamp);
  if (operation.caller != kNone && pool_[operation.caller].is(Request::kUnwanted)) nobody_waits(r);
  return r;
}

void Replication::make_room_for_attempts() {
  Operations& all = *operations_;
  if (all.attempt_of.size() == pool_.size()) return;
  all.attempt_of.resize(pool_.size(), kNone);
  all.deadline_of.resize(pool_.size(), kNever.count());
}

void Replication::attempt_event(std::uint32_t index, std::uint32_t stamp) {
  using At = Operations::Attempt::Phase;
  Operations::Attempt& attempt = operations_->attempts[index];
  if (attempt.stamp != stamp) return;
  switch (attempt.phase) {
    case At::kAsks:
      return ask(index);
    case At::kWaitsForPlace:
      leave_bulkhead_line(index);
      return refused_by_bulkhead(index);
    case At::kHasPlace:
      return send_attempt(index);
    case At::kTravels:
      return arrive_attempt(index);
    case At::kAnswers:
      return attempt_over(index);
    case At::kThere:
      assert(false);
  }
}

// Called while the request is still there. What comes of it is an event of its own: nothing that is under way in a
// service runs on in another attempt.
void Replication::attempt_ended(std::uint32_t r, Outcome how) {
  Operations& all = *operations_;
  const std::uint32_t index = all.attempt_of[r];
  if (index == kNone) return;
  all.attempt_of[r] = kNone;
  Operations::Attempt& attempt = all.attempts[index];
  attempt.request = kNone;
  attempt.how = how;
  if (how != Outcome::kCompleted) attempt.failure = failure_of(*kinds_[pool_[r].kind].home, how);
  attempt.phase = Operations::Attempt::Phase::kAnswers;
  const Party& party = all.parties[all.operations[attempt.operation].party];
  if (party.answers_at_once) return attempt_over(index);
  sim_.schedule(now_ns() + party.network_ns, kAttempt, index, ++attempt.stamp);
}

// The client has its answer, or has refused the attempt itself.
void Replication::attempt_over(std::uint32_t index) {
  Operations& all = *operations_;
  const Operations::Attempt attempt = all.attempts[index];
  const std::uint32_t operation_index = attempt.operation;
  Operations::Operation& operation = all.operations[operation_index];
  Party& party = all.parties[operation.party];
  const ClientPolicy& policy = *party.policy;
  const bool sent = attempt.sent >= 0;
  const bool success = sent && attempt.how == Outcome::kCompleted;
  if (!sent && attempt.number == 1) skip_demands(kinds_[operation.kind]);
  all.give_back_attempt(index);
  const Failure& failure = attempt.failure;
  const bool worth = !party.again || party.again->includes(failure);
  const bool stops =
      party.pushback != nullptr && failure.retry_after && party.pushback->heed(*failure.retry_after, 0).stop;
  Client& client = client_of(operation.party, operation.client);
  if (client.budget)
    client.budget->ended(sim_.now(), attempt.paid,
                         success          ? RetryBudget::End::kSuccess
                         : worth || stops ? RetryBudget::End::kFailure
                                          : RetryBudget::End::kFinal);
  if (sent) {
    Gate& gate = gate_of(operation_index);
    if (gate.breaker) {
      gate.breaker->ended(sim_.now(), Duration{now_ns() - attempt.sent}, success);
      look_at_breaker(party, gate);
    }
    if (client.throttle) client.throttle->ended(sim_.now(), success, !success && failure.throttles());
    if (client.recent && attempt.number == 1 && (success || attempt.how == Outcome::kTimedOut))
      client.recent->record(now_ns() - attempt.sent);
    if (policy.bulkhead) give_place_on(gate);
  }
  if (success) {
    if (attempt.number > 1 && operation.measured) ++party.first_not_first;
    return finish_operation(operation_index, true);
  }
  const RetryBudget::Why why = sent && attempt.how == Outcome::kTimedOut ? RetryBudget::Why::kTimeout
                               : failure.throttles()                     ? RetryBudget::Why::kThrottled
                                                                         : RetryBudget::Why::kTransient;
  const bool counts = now_ns() >= measure_from_;
  if (counts && !worth) ++party.final_failures;
  if (counts && stops) ++party.pushback_stops;
  if (policy.hedge) {
    if (!worth) return finish_operation(operation_index, false);
    operation.stopped = operation.stopped || stops;
    return send_next_copy(operation_index, failure, why);
  }
  if (policy.retry && operation.attempts < policy.retry->attempts) {
    // Taken whether there is leave or not, so that other operations' waits do not change with it.
    const std::uint64_t word = party.wait_words->next();
    if (worth && !stops) return try_again(operation_index, failure, why, word);
  }
  if (operation.first == kNone) finish_operation(operation_index, false);
}

// After a failure that is worth it, if there is leave. `word` decides how long that takes.
void Replication::try_again(std::uint32_t operation_index, const Failure& failure, RetryBudget::Why why,
                            std::uint64_t word) {
  Operations::Operation& operation = operations_->operations[operation_index];
  Party& party = operations_->parties[operation.party];
  if (!pay_for_next(operation_index, why)) {
    if (operation.first == kNone) finish_operation(operation_index, false);
    return;
  }
  PushbackParams::Advice advice;
  if (party.pushback != nullptr && failure.retry_after) advice = party.pushback->heed(*failure.retry_after, word);
  Duration wait{};
  if (advice.wait) {
    wait = *advice.wait;
    if (now_ns() >= measure_from_) ++party.pushback_waits;
  } else {
    operation.last_wait =
        party.policy->retry->backoff.wait(operation.attempts - operation.restarted, operation.last_wait, word);
    wait = *operation.last_wait;
  }
  if (advice.backoff == PushbackParams::Advice::Backoff::kStands) ++operation.restarted;
  if (advice.backoff == PushbackParams::Advice::Backoff::kRestarts) {
    operation.restarted = operation.attempts;
    operation.last_wait.reset();
  }
  const std::int64_t room = std::numeric_limits<std::int64_t>::max() - now_ns();
  sim_.schedule(now_ns() + std::min(room, wait.count()), kRetry, operation_index, operation.stamp);
}

// After a failure that leaves the others under way.
void Replication::send_next_copy(std::uint32_t operation_index, const Failure& failure, RetryBudget::Why why) {
  Operations::Operation& operation = operations_->operations[operation_index];
  Party& party = operations_->parties[operation.party];
  if (operation.attempts < party.policy->hedge->attempts && !operation.stopped) {
    PushbackParams::Advice advice;
    if (party.pushback != nullptr && failure.retry_after)
      advice = party.pushback->heed(*failure.retry_after, party.wait_words->next());
    if (advice.wait) {  // the next one's turn is then
      if (now_ns() >= measure_from_) ++party.pushback_waits;
      return sim_.schedule(now_ns() + advice.wait->count(), kHedge, operation_index, ++operation.hedge_stamp);
    }
    if (pay_for_next(operation_index, why)) {
      hedge_later(operation_index);
      return launch(operation_index);
    }
  }
  if (operation.first == kNone) finish_operation(operation_index, false);
}

bool Replication::pay_for_next(std::uint32_t operation_index, RetryBudget::Why why) {
  Operations::Operation& operation = operations_->operations[operation_index];
  Party& party = operations_->parties[operation.party];
  const Client& client = client_of(operation.party, operation.client);
  const std::optional<double> paid = client.budget ? client.budget->leave(sim_.now(), why) : 0;
  if (now_ns() >= measure_from_) ++(paid ? party.retries : party.budget_refused);
  if (!paid) return false;
  operation.next = {true, *paid};
  return true;
}

void Replication::hedge_later(std::uint32_t operation_index) {
  Operations::Operation& operation = operations_->operations[operation_index];
  const Hedge& hedge = *operations_->parties[operation.party].policy->hedge;
  std::optional<std::int64_t> delay;
  // What takes just as long as the quantile is not among those that take longer.
  if (const Client& client = client_of(operation.party, operation.client); client.recent)
    if ((delay = client.recent->quantile())) ++*delay;
  if (!delay && hedge.delay) delay = hedge.delay->count();
  ++operation.hedge_stamp;
  if (delay) sim_.schedule(now_ns() + *delay, kHedge, operation_index, operation.hedge_stamp);
}

void Replication::send_copy(std::uint32_t operation_index, std::uint32_t stamp) {
  Operations::Operation& operation = operations_->operations[operation_index];
  if (operation.hedge_stamp != stamp) return;
  const Hedge& hedge = *operations_->parties[operation.party].policy->hedge;
  if (operation.attempts >= hedge.attempts || operation.stopped) return;
  const bool may = pay_for_next(operation_index, RetryBudget::Why::kTransient);
  if (!may) ++operation.attempts;  // its turn is over: the next is the next
  if (!may && operation.first == kNone) return finish_operation(operation_index, false);
  if (operation.attempts < hedge.attempts) hedge_later(operation_index);
  if (may) launch(operation_index);
}

void Replication::finish_operation(std::uint32_t operation_index, bool success) {
  Operations& all = *operations_;
  if (success) note_overtaken(operation_index);
  while (all.operations[operation_index].first != kNone) give_up_attempt(all.operations[operation_index].first, false);
  const Operations::Operation operation = all.operations[operation_index];
  Party& party = all.parties[operation.party];
  if (operation.measured) {
    --party.in_flight;
    ++(success ? party.succeeded : party.failed);
    party.attempts += operation.attempts;
    if (success) party.latency.record(now_ns() - operation.began);
  }
  if (operation.caller != kNone) {
    if (!success && caches_) note_failed_call(operation.caller);
    const bool good = success || kinds_[operation.kind].failure_ignored;
    forget_operation(operation_index);
    sim_.schedule(now_ns(), good ? kAnswered : kCallFailed, operation.caller, operation.caller_stamp);
  }
  all.give_back_operation(operation_index);
  if (party.source != kNone && sources_[party.source].think)
    sim_.schedule(now_ns() + sources_[party.source].think->next_ns(), kThink, party.source, 0);
}

// Out of its caller's list.
void Replication::forget_operation(std::uint32_t index) {
  Operations& all = *operations_;
  const Operations::Operation& operation = all.operations[index];
  std::uint32_t& from =
      operation.before != kNone ? all.operations[operation.before].after : all.first_of_caller[operation.caller];
  from = operation.after;
  if (operation.after != kNone) all.operations[operation.after].before = operation.before;
}

// Nobody waits for it any more. `late`: its client has given it up because of the time.
void Replication::give_up_attempt(std::uint32_t index, bool late) {
  Operations& all = *operations_;
  const Operations::Attempt attempt = all.attempts[index];
  const Operations::Operation& operation = all.operations[attempt.operation];
  Party& party = all.parties[operation.party];
  Client& client = client_of(operation.party, operation.client);
  Gate& gate = gate_of(attempt.operation);
  if (attempt.phase == Operations::Attempt::Phase::kWaitsForPlace) leave_bulkhead_line(index);
  if (attempt.sent < 0 && attempt.number == 1) skip_demands(kinds_[operation.kind]);
  if (client.budget && late) client.budget->ended(sim_.now(), attempt.paid, RetryBudget::End::kFailure);
  if (client.budget && !late) client.budget->given_up(sim_.now(), attempt.paid);
  if (client.throttle && late && attempt.sent >= 0) client.throttle->ended(sim_.now(), false, false);
  const bool permitted = attempt.sent >= 0 || attempt.phase != Operations::Attempt::Phase::kAsks;
  if (gate.breaker && permitted) {
    if (late && attempt.sent >= 0)
      gate.breaker->ended(sim_.now(), Duration{now_ns() - attempt.sent}, false);
    else
      gate.breaker->given_up(sim_.now());
    look_at_breaker(party, gate);
  }
  if (party.policy->bulkhead && (attempt.sent >= 0 || attempt.phase == Operations::Attempt::Phase::kHasPlace))
    give_place_on(gate);
  if (attempt.connection_call != kNone) give_up_connection(attempt.connection_call);
  all.give_back_attempt(index);
  if (attempt.request == kNone) return;
  all.attempt_of[attempt.request] = kNone;
  Request& request = pool_[attempt.request];
  RequestKind& kind = kinds_[request.kind];
  if (kind.cancels) return lose(*kind.home, attempt.request, late ? Outcome::kTimedOut : Outcome::kCancelled);
  nobody_waits(attempt.request);
  if (!late) return;  // it goes on, and is counted as it ends
  settle(kind, request, Outcome::kTimedOut);
  request.mark(Request::kClientGone);
  if (kind.home->edge) client_gave_up(*kind.home, attempt.request);
}

void Replication::retry(std::uint32_t operation_index, std::uint32_t stamp) {
  if (operations_->operations[operation_index].stamp == stamp) launch(operation_index);
}

void Replication::deadline_passed(std::uint32_t operation_index, std::uint32_t stamp) {
  Operations& all = *operations_;
  const Operations::Operation& operation = all.operations[operation_index];
  if (operation.stamp != stamp) return;
  if (now_ns() >= measure_from_) ++all.parties[operation.party].deadlines;
  note_overtaken(operation_index);
  while (all.operations[operation_index].first != kNone) give_up_attempt(all.operations[operation_index].first, true);
  finish_operation(operation_index, false);
}

// What its first attempt has taken until now, if that is still under way, is less than it takes.
void Replication::note_overtaken(std::uint32_t operation_index) {
  const Operations& all = *operations_;
  const Operations::Operation& operation = all.operations[operation_index];
  const Client& client = client_of(operation.party, operation.client);
  if (!client.recent) return;
  for (std::uint32_t a = operation.first; a != kNone; a = all.attempts[a].after)
    if (all.attempts[a].number == 1 && all.attempts[a].sent >= 0)
      client.recent->record(now_ns() - all.attempts[a].sent);
}

// Of a request that no longer waits for them.
void Replication::give_up_operations(std::uint32_t r) {
  Operations& all = *operations_;
  if (r >= all.first_of_caller.size()) return;
  while (all.first_of_caller[r] != kNone) {
    const std::uint32_t index = all.first_of_caller[r];
    while (all.operations[index].first != kNone) give_up_attempt(all.operations[index].first, false);
    Party& party = all.parties[all.operations[index].party];
    if (all.operations[index].measured) {
      --party.in_flight;
      ++party.given_up;
    }
    forget_operation(index);
    all.give_back_operation(index);
  }
}

// What a request that never left would have cost, so that the next one's numbers are the same.
void Replication::skip_demands(const RequestKind& kind) {
  for (const StepRuntime& step : kind.steps) {
    if (&step == &kind.steps.front() || !step.calls) step.sampler->next_ns();
    if (step.calls) draw_calls(*step.calls);
    if (step.cached && step.cached->words) step.cached->words->next();
  }
}

// --- from the scenario, and the books
// ---------------------------------------------------------------------------------

// The kinds of retries of `first` … `first + count - 1`, at the end of all kinds.
void Replication::build_party(const ClientPolicy& policy, const std::string& name, std::uint16_t first,
                              std::uint16_t count) {
  if (!operations_) operations_ = std::make_unique<Operations>();
  const auto index = static_cast<std::uint32_t>(operations_->parties.size());
  Party& party = operations_->parties.emplace_back();
  party.policy = &policy;
  party.name = name;
  party.first_kind = first;
  party.first_retry = static_cast<std::uint16_t>(kinds_.size());
  const std::optional<std::vector<std::string>>* listed = policy.retry   ? &policy.retry->on
                                                          : policy.hedge ? &policy.hedge->non_fatal
                                                                         : nullptr;
  if (listed != nullptr && *listed) party.again.emplace(**listed);
  const PushbackChoice* pushback = policy.retry   ? &policy.retry->pushback
                                   : policy.hedge ? &policy.hedge->pushback
                                                  : nullptr;
  if (pushback != nullptr && *pushback) party.pushback = &**pushback;
  if (policy.per == ClientPolicy::Per::kClass) party.gates = count;
  party.wait_words = std::make_unique<Stream>(streams_.named(name + "/backoff"));
  if (policy.throttle) party.throttle_words = std::make_unique<Stream>(streams_.named(name + "/throttle"));
  for (std::uint16_t k = 0; k < count; ++k) kinds_[std::size_t{first} + k].attempt = true;
  if (policy.retry || policy.hedge)
    for (std::uint16_t k = 0; k < count; ++k) {
      const RequestKind& first_kind = kinds_[std::size_t{first} + k];
      RequestKind again;
      again.source = first_kind.source;
      again.service = first_kind.service;
      again.home = first_kind.home;
      again.origin = first_kind.origin;
      again.class_name = retries_of(first_kind.class_name);
      again.request_class = first_kind.request_class;
      again.attempt = again.followed = true;
      again.called = first_kind.called;
      again.cancels = first_kind.cancels;
      again.failure_ignored = first_kind.failure_ignored;
      again.network_ns = first_kind.network_ns;
      again.timeout_line = first_kind.timeout_line;
      const std::string work_class = first_kind.work_class;
      const std::string stream = first_kind.called ? first_kind.origin + "/" + again.class_name
                                                   : name + "/" + again.class_name + "/" + first_kind.home->name;
      build_steps(again, stream, work_class);
      kinds_.push_back(std::move(again));
    }
  for (std::uint16_t k = 0; k < count; ++k) kinds_[std::size_t{first} + k].followed = true;
  operations_->party_of_kind.resize(kinds_.size(), kNone);
  for (std::uint16_t k = 0; k < count; ++k) {
    operations_->party_of_kind[std::size_t{first} + k] = index;
    if (policy.retry || policy.hedge) operations_->party_of_kind[std::size_t{party.first_retry} + k] = index;
  }
}

void Replication::build_source_operations() {
  for (std::size_t i = 0; i < scenario_.traffic.size(); ++i) {
    const Traffic& traffic = scenario_.traffic[i];
    if (traffic.policy.plain()) continue;
    build_party(traffic.policy, traffic.name, sources_[i].first_kind, sources_[i].kinds);
    Party& party = operations_->parties.back();
    party.source = static_cast<std::uint32_t>(i);
    party.answers_at_once = !traffic.policy.hedge;
  }
}

// Of calls, whose kinds are the last so far.
void Replication::build_call_operations() {
  const std::vector<CallEdge> edges = call_edges(scenario_);
  const std::vector<bool> carries = deadlines_carried(scenario_, edges);
  const std::size_t first = kinds_.size() - edges.size(), sources = sources_.size();
  for (std::size_t i = 0; i < edges.size(); ++i) {
    if (!guarded(edges[i], carries[sources + i], scenario_)) continue;
    build_party(edges[i].callee->policy, *edges[i].caller + "." + edges[i].label(),
                static_cast<std::uint16_t>(first + i), 1);
    Party& party = operations_->parties.back();
    party.caller_service = named(*edges[i].caller).index;
    party.network_ns = kinds_[first + i].network_ns;
  }
  link_calls(edges, first);
  if (!operations_) return;
  operations_->party_of_kind.resize(kinds_.size(), kNone);
  for (std::size_t i = 0; i < sources; ++i)
    for (std::uint16_t k = 0; k < sources_[i].kinds; ++k)
      kinds_[std::size_t{sources_[i].first_kind} + k].carries_deadline = carries[i];
  for (std::size_t i = 0; i < edges.size(); ++i) kinds_[first + i].carries_deadline = carries[sources + i];
  for (const Party& party : operations_->parties) {
    if (!party.policy->retry && !party.policy->hedge) continue;
    const std::uint16_t count = party.source == kNone ? std::uint16_t{1} : sources_[party.source].kinds;
    for (std::uint16_t k = 0; k < count; ++k)
      kinds_[std::size_t{party.first_retry} + k].carries_deadline =
          kinds_[std::size_t{party.first_kind} + k].carries_deadline;
  }
  for (RequestKind& kind : kinds_)
    for (StepRuntime& step : kind.steps)
      for (std::size_t i = 0; step.calls && i < step.calls->probability.size(); ++i)
        if (kinds_[step.calls->first_kind + i].attempt) step.calls->guarded |= std::uint64_t{1} << i;
}

// Whether requests of each source, and each call after them, bring a deadline along: their client has one, or a caller
// that honours the one it was given.
std::vector<bool> Replication::deadlines_carried(const Scenario& scenario, const std::vector<CallEdge>& edges) {
  std::vector<bool> carries;
  for (const Traffic& traffic : scenario.traffic) carries.push_back(traffic.policy.deadline.has_value());
  for (const CallEdge& edge : edges) carries.push_back(edge.callee->policy.deadline.has_value());
  const auto reached = [&](const std::string& service) {
    for (std::size_t i = 0; i < scenario.traffic.size(); ++i)
      if (carries[i] && scenario.traffic[i].to == service) return true;
    for (std::size_t i = 0; i < edges.size(); ++i)
      if (carries[scenario.traffic.size() + i] && edges[i].callee->service == service) return true;
    return false;
  };
  for (bool changed = true; std::exchange(changed, false);)
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const std::size_t k = scenario.traffic.size() + i;
      if (carries[k] || !scenario.services.at(*edges[i].caller).honour_deadlines || !reached(*edges[i].caller))
        continue;
      carries[k] = changed = true;
    }
  return carries;
}

// Whether a call is an operation: its client has a policy for it, or a deadline to keep.
bool Replication::guarded(const CallEdge& edge, bool carries_deadline, const Scenario& scenario) {
  return !edge.callee->policy.plain() || (carries_deadline && scenario.services.at(*edge.caller).honour_deadlines);
}

std::string Replication::retries_of(const std::string& request_class) {
  return (request_class.empty() ? "" : request_class + ".") + "retries";
}

void Replication::begin_measuring_operations() {
  if (!operations_) return;
  for (Party& party : operations_->parties) party.open_before = party.open.integral(sim_.now());
}

// The breakers of an instance that is gone are open no more.
void Replication::forget_client(const Service& service, std::uint32_t slot) {
  for (Party& party : operations_->parties) {
    if (party.source != kNone || party.caller_service != service.index || slot >= party.clients.size()) continue;
    for (Gate& gate : party.clients[slot].gates)
      if (std::exchange(gate.open, false)) party.open.add(sim_.now(), -1);
  }
}

// In the series of the service that is asked.
void Replication::begin_operations_series() {
  if (!operations_) return;
  for (Party& party : operations_->parties) {
    party.open_shown = party.open.integral(sim_.now());
    if (!narrated_) continue;
    std::vector<Series::Column>& columns = kinds_[party.first_kind].home->series.columns;
    columns.push_back({party.name + ".attempts_per_s", "1/s", {}});
    if (party.policy->retry || party.policy->hedge) columns.push_back({party.name + ".retries_per_s", "1/s", {}});
    if (party.policy->circuit_breaker) columns.push_back({party.name + ".breakers_open", "count", {}});
  }
}

void Replication::operations_series_point(const Service& service, double bin_ns, std::vector<double>& row) {
  const double bin_s = bin_ns / 1e9;
  for (Party& party : operations_->parties) {
    if (kinds_[party.first_kind].service != service.index) continue;
    row.push_back(static_cast<double>(party.asked - std::exchange(party.asked_shown, party.asked)) / bin_s);
    if (party.policy->retry || party.policy->hedge)
      row.push_back(static_cast<double>(party.retries - std::exchange(party.retries_shown, party.retries)) / bin_s);
    if (!party.policy->circuit_breaker) continue;
    const std::uint64_t open = party.open.integral(sim_.now());
    row.push_back(static_cast<double>(open - std::exchange(party.open_shown, open)) / bin_ns);
  }
}

void Replication::check_operations() const {
  if (!operations_) return;
  for (const Party& party : operations_->parties) {
    const std::uint64_t ended = party.succeeded + party.failed + party.given_up;
    if (party.began == ended + party.in_flight) continue;
    throw InvariantError("conservation of operations is broken: " + party.name + " began " +
                         std::to_string(party.began) + ", " + std::to_string(ended) + " ended, " +
                         std::to_string(party.in_flight) + " in flight");
  }
}

void Replication::write_operations(Record& record) const {
  if (!operations_) return;
  const double seconds = to_seconds(scenario_.horizon);
  for (const Party& party : operations_->parties) {
    const std::string prefix = party.name + ".operations";
    const auto put = [&](const char* name, const char* unit, double value) {
      record.values.push_back({prefix + "." + name, unit, value});
    };
    const auto per = [&](std::uint64_t n, std::uint64_t all) {
      return all == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n) / static_cast<double>(all);
    };
    const auto per_second = [&](std::uint64_t n) { return static_cast<double>(n) / seconds; };
    const ClientPolicy& policy = *party.policy;
    const std::uint64_t ended = party.succeeded + party.failed;
    put("rate", "1/s", per_second(party.began));
    put("goodput", "1/s", per_second(party.succeeded));
    put("success_ratio", "share", per(party.succeeded, ended));
    put("attempts", "count", per(party.attempts, ended));
    if (policy.retry) {
      put("retries", "1/s", per_second(party.retries));
      put("retries_refused", "1/s", per_second(party.budget_refused));
    }
    if (policy.hedge) {
      put("copies", "1/s", per_second(party.retries));
      put("copies_refused", "1/s", per_second(party.budget_refused));
      put("copies_first", "share", per(party.first_not_first, party.succeeded));
    }
    if (party.again) put("final_failures", "1/s", per_second(party.final_failures));
    if (party.pushback != nullptr) {
      put("pushback.waits", "1/s", per_second(party.pushback_waits));
      put("pushback.stops", "1/s", per_second(party.pushback_stops));
    }
    if (policy.circuit_breaker) {
      const std::uint64_t open = party.open.integral(sim_.now()) - party.open_before;
      put("circuit_breaker.open", "count", static_cast<double>(open) / static_cast<double>(scenario_.horizon.count()));
      put("circuit_breaker.opened", "1/s", per_second(party.opened));
      put("circuit_breaker.refused", "share", per(party.breaker_refused, party.asked));
    }
    if (policy.throttle) put("throttle.refused", "share", per(party.throttle_refused, party.asked));
    if (policy.bulkhead) put("bulkhead.refused", "share", per(party.bulkhead_refused, party.asked));
    if (policy.deadline) put("deadlines_passed", "1/s", per_second(party.deadlines));
    write_times(record, prefix + ".latency", party.latency);
  }
}

}  // namespace windtunnel
