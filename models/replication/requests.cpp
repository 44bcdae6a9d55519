// The way of a request, from arrival to record. Nothing here allocates once the pools have grown, throws, or looks up a
// name.

#include <algorithm>
#include <cassert>
#include <cmath>

#include "models/replication/queues.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

[[gnu::flatten]] bool Replication::advance(std::uint64_t events) { return sim_.run_until(Time{end_}, *this, events); }

inline void Replication::on_source(std::uint32_t source) {
  if (source < traffic_count_) return arrive(sources_[source], source);
  if (source - traffic_count_ >= lines_.size()) [[unlikely]]
    return queues_->produce(source);
  expire(lines_[source - traffic_count_]);
}

inline void Replication::on_event(unsigned kind, std::uint32_t target, std::uint32_t stamp) {
  if (kind != kCpuDone) [[unlikely]]
    return on_rare_event(kind, target, stamp);
  if (pool_[target].stamp == stamp) cpu_done(target);
}

void Replication::on_rare_event(unsigned kind, std::uint32_t target, std::uint32_t stamp) {
  switch (static_cast<EventKind>(kind)) {
    case kCpuDone:
      return;
    case kSharedDone:
      return shared_done(target, stamp);
    case kIoDone:
      if (pool_[target].stamp == stamp) io_done(target);
      return;
    case kPatience:
      if (pool_[target].stamp == stamp && pool_[target].started < 0)
        lose(*kinds_[pool_[target].kind].home, target, Outcome::kAbandoned);
      return;
    case kThink: {
      Source& source = sources_[target];
      if (now_ns() <= end_) create(source, source.first_kind, 1);
      return;
    }
    case kPollWake: {
      Station& station = station_at(target);
      if (station.instance == kNone || lives_[station.instance].life != stamp) return;
      --station.asleep;
      Service& service = *services_[instances_[station.instance].service];
      if (station.waiting > 0) return pump(service, target);
      ++station.asleep;
      sim_.schedule(now_ns() + service.poll->next_ns(), kPollWake, target, stamp);
      return;
    }
    case kAdmit:
      if (pool_[target].stamp != stamp) return;
      if (Service& service = *kinds_[pool_[target].kind].home; under_limit(service, target))
        admit_past_limits(service, target);
      return;
    case kKeepAlive:
      return keep_alive_over(target, stamp);
    case kCallsArrive:
      if (pool_[target].stamp == stamp) calls_arrive(target);
      return;
    case kAnswered:
    case kCallFailed:
      if (pool_[target].stamp == stamp) answered(target, kind == kAnswered);
      return;
    case kRetry:
      return retry(target, stamp);
    case kAttempt:
      return attempt_event(target, stamp);
    case kHedge:
      return send_copy(target, stamp);
    case kDeadline:
      return deadline_passed(target, stamp);
    case kFetched:
      if (pool_[target].stamp == stamp) fetched(target);
      return;
    case kSendArrives:
      if (pool_[target].stamp == stamp) queues_->send_arrives(target);
      return;
    case kMessageVisible:
      return queues_->visible_again(target, stamp);
    case kMessageExpires:
      return queues_->expire(target, stamp);
    case kGiveOut:
      return queues_->give_out(target);
    case kConnect:
    case kConnected:
    case kConnectionRefused:
    case kConnectionBack:
    case kConnectionIdle:
    case kAcquireTimeout:
    case kCallOverConnection:
      return on_connection_event(kind, target, stamp);
    case kEdgeAccept:
    case kEdgeHello:
    case kEdgeOpen:
    case kEdgeFree:
    case kEdgeIdle:
    case kEdgeAge:
    case kEdgeServe:
      return on_edge_event(kind, target, stamp);
    case kQuotaSpent:
      return quota_spent(target, stamp);
    case kQuotaPeriod:
      return quota_period(target, stamp);
    case kLagProbe:
      return probe_lag(target, stamp);
    case kLagTimer:
      return lag_timer_due(target, stamp);
  }
}

// --- arrival
// -----------------------------------------------------------------------------------------------------------------

void Replication::arm_next_arrival(Source& source, std::uint32_t id) {
  if (source.used == source.filled) [[unlikely]]
    return refill_arrivals(source, id);
  sim_.set_source(id, source.batch[source.used].at.count());
}

void Replication::refill_arrivals(Source& source, std::uint32_t id) {
  source.filled = source.process->fill(source.batch);
  source.used = 0;
  sim_.set_source(id, source.filled == 0 ? kNever.count() : source.batch[0].at.count());
}

void Replication::arrive(Source& source, std::uint32_t id) {
  const Arrival arrival = source.batch[source.used++];
  arm_next_arrival(source, id);
  std::uint16_t kind = source.first_kind;
  if (source.kinds > 1) {
    if (arrival.request_class != kClassByMix) {
      kind = static_cast<std::uint16_t>(kind + arrival.request_class);
    } else {
      const double u = source.mix->uniform();
      while (u > source.cumulative_mix[static_cast<std::size_t>(kind - source.first_kind)]) ++kind;
    }
  }
  create(source, kind, arrival.size);
}

// All that the request will cost is drawn here, from its own kind's streams, wherever and whenever it will be served.
void Replication::create(Source& source, std::uint16_t kind_index, float size) {
  if (kinds_[kind_index].closed && source.kinds > 1) {
    const double u = source.mix->uniform();
    kind_index = source.first_kind;
    while (u > source.cumulative_mix[static_cast<std::size_t>(kind_index - source.first_kind)]) ++kind_index;
  }
  if (source.attended) [[unlikely]]
    return create_attended(source, kind_index, size);
  RequestKind& kind = kinds_[kind_index];
  const std::uint32_t r = pool_.take();
  open(kind, kind_index, r, size);
  admit(*kind.home, kind, r);
}

void Replication::create_attended(Source& source, std::uint16_t kind_index, float size) {
  RequestKind& kind = kinds_[kind_index];
  if (kind.attempt) return operate(source, kind_index, size);
  const std::uint32_t r = pool_.take();
  open(kind, kind_index, r, size);
  sim_.schedule(now_ns() + source.patience->next_ns(), kPatience, r, pool_[r].stamp);
  admit(*kind.home, kind, r);
}

void Replication::open(RequestKind& kind, std::uint16_t kind_index, std::uint32_t r, float size) {
  const std::int64_t now = now_ns();
  Service& service = *kind.home;
  Request& request = pool_[r];
  request.arrived = now;
  request.started = -1;
  request.kind = kind_index;
  request.instance = kNone;
  request.previous = kNone;
  request.bits = static_cast<std::uint16_t>(static_cast<unsigned>(Request::State::kAtService) |
                                            (now >= measure_from_ ? unsigned{Request::kMeasured} : 0u));
  request.demand = kind.first_demand->next_ns();
  if (size != 1.0F) request.demand = std::llrint(static_cast<double>(request.demand) * static_cast<double>(size));
  if (steps_most_ > 1) draw_later_demands(kind, r, size);
  if (request.is(Request::kMeasured)) {
    ++kind.arrived;
    ++kind.in_flight;
  }
  ++service.arrived_all;
  service.in_system.add(sim_.now(), 1);
  if (service.held) [[unlikely]]
    service.held->add(sim_.now(), 1);

  if (kind.timeout_line != kNone) {
    TimeoutLine& line = lines_[kind.timeout_line];
    request.mark(Request::kTimed);
    const bool first = line.line.empty();
    line.line.append(r, [this](std::uint32_t i) -> Links& { return pool_[i].timeout; });
    if (first) sim_.set_source(line.source, now + line.delay);
  }
}

void Replication::draw_later_demands(const RequestKind& kind, std::uint32_t r, float size) {
  const std::size_t base = std::size_t{r} * steps_most_;
  if (later_demands_.size() <= base) later_demands_.resize(std::size_t{pool_.size()} * steps_most_);
  if (kind.steps[0].calls) pool_[r].demand = draw_calls(*kind.steps[0].calls);
  if (kind.steps[0].send) pool_[r].demand = draw_send(*kind.steps[0].send);
  for (std::size_t i = 1; i < kind.steps.size(); ++i) {
    const StepRuntime& step = kind.steps[i];
    later_demands_[base + i] =
        step.calls  ? draw_calls(*step.calls)
        : step.send ? draw_send(*step.send)
                    : std::llrint(static_cast<double>(step.sampler->next_ns()) * static_cast<double>(size));
  }
  if (kind.uses_caches) draw_keys(kind, r);
}

void Replication::admit(Service& service, const RequestKind& kind, std::uint32_t r) {
  if (service.admission != Service::Admission::kBalanced || service.ready == 0) [[unlikely]]
    return admit_specially(service, r);
  const std::uint32_t position = service.balancer->pick(service.visible, *service.balancer_words);
  deliver(service, kind, r, service.slot_at[position]);
}

void Replication::admit_specially(Service& service, std::uint32_t r) {
  if (service.control && !let_in(service, r)) return;
  admit_past_limits(service, r);
}

void Replication::admit_past_limits(Service& service, std::uint32_t r) {
  if (pools_ && over_connection(r)) return deliver_over_connection(service, r);
  if (service.edge) return reach(service, r);
  admit_at_balancer(service, r);
}

void Replication::admit_at_balancer(Service& service, std::uint32_t r) {
  if (service.admission == Service::Admission::kOnDemand) return admit_on_demand(service, r);
  if (service.admission == Service::Admission::kProxied) return admit_by_proxy(service, r);
  const bool ready = service.ready > 0;
  if (!ready && service.params->when_none_ready == WhenNoneReady::kReject)
    return lose(service, r, Outcome::kRejectedNoInstance);
  if (service.watched) note_taken_in(service, r);
  if (ready && service.replica_set) return admit_to_replica_set(service, r);
  if (ready && service.admission == Service::Admission::kControlled) return admit_controlled(service, r);
  if (ready && service.admission == Service::Admission::kConnected)
    return deliver(service, r, service.slot_at[service.balancer->pick(service.visible, *service.balancer_words)]);
  if (ready) return admit_buffered(service, r);
  wait_at_service(service, r);
  wake(service);
}

void Replication::wait_at_service(Service& service, std::uint32_t r) {
  service.pending.append(pool_.data(), r);
  ++service.pending_count;
}

void Replication::deliver(Service& service, std::uint32_t r, std::uint32_t slot) {
  deliver(service, kinds_[pool_[r].kind], r, slot);
}

void Replication::deliver(Service& service, const RequestKind& kind, std::uint32_t r, std::uint32_t slot) {
  Instance& instance = instances_[slot];
  std::uint32_t& outstanding = service.outstanding[instance.position];
  if (outstanding >= instance.capacity) return lose(service, r, Outcome::kRejectedFull);
  ++outstanding;
  Request& request = pool_[r];
  request.instance = slot;
  if (service.noted) [[unlikely]]
    note_given(service, request);
  if (service.gated) {
    if (more(instance).admitted >= more(instance).concurrency) {
      if (service.lines) [[unlikely]]
        return wait_at_gate(service, r, slot);
      request.be(Request::State::kAtInstance);
      more(instance).gate.append(pool_.data(), r);
      return;
    }
    ++more(instance).admitted;
  }
  enter(service, kind, r, instance);
}

std::uint32_t Replication::next_process(Service& service, Instance& instance) {
  if (service.dispatch == Dispatch::kRandom) return service.dispatch_words->below(service.processes);
  if (service.dispatch == Dispatch::kLastIdle) return last_idle_process(service, instance);
  const std::uint32_t process = more(instance).next_process;
  more(instance).next_process = process + 1 == service.processes ? 0 : process + 1;
  return process;
}

// Past the gate: binds the request to one of the instance's processes and begins.
void Replication::enter(Service& service, const RequestKind& kind, std::uint32_t r, Instance& instance) {
  std::uint32_t process = 0;
  if (service.processes > 1)
    process = service.pins ? process_for(service, r, instance) : next_process(service, instance);
  Request& request = pool_[r];
  request.station = service.processes == 1 ? request.instance : station_id(request.instance, process);
  if (!kind.plain) return begin_general_step(service, r, kind.steps[request.step()]);
  Station& station = service.processes == 1 ? instance.main : station_at(request.station);
  if (station.busy + station.asleep < station.threads && instance.serving)
    take_thread(service, kind, r, station);
  else
    queue_for_thread(r, station);
}

// --- threads
// -----------------------------------------------------------------------------------------------------------------

std::uint32_t Replication::station_of(const Service& service, const Request& request, std::uint32_t role) const {
  if (role == 0) return request.station;
  if (role == 1) return station_id(request.instance, service.processes);
  return station_id(request.instance, service.processes + (service.threads[1] > 0 ? 1 : 0) + process_of(request));
}

void Replication::begin_general_step(Service& service, std::uint32_t r, const StepRuntime& step) {
  Request& request = pool_[r];
  if (step.role != 0) {
    const std::uint32_t beside = station_of(service, request, step.role);
    Station& station = station_at(beside);
    request.until = now_ns();  // as where it waits: it does not wait at all
    if (station.busy < station.threads && instances_[request.instance].serving)
      return take_thread(service, kinds_[request.kind], r, station);
    if (service.lines) return join_line(service, r, beside);
    return queue_for_thread(r, station);
  }
  if (!step.cpu && !service.holds_threads) return wait_io(service, r);
  Station& station = station_at(request.station);
  if (station.busy + station.asleep < station.threads && instances_[request.instance].serving)
    return take_thread(service, kinds_[request.kind], r, station);
  if (service.lines) return join_line(service, r, request.station);
  queue_for_thread(r, station);
}

void Replication::queue_for_thread(std::uint32_t r, Station& station) {
  pool_[r].be(Request::State::kQueued);
  pool_[r].until = now_ns();  // since when it waits; compute() replaces it
  station.queue.append(pool_.data(), r);
  ++station.waiting;
}

void Replication::take_thread(Service& service, const RequestKind& kind, std::uint32_t r, Station& station) {
  if (service.sheds && turned_away(service, r, station)) [[unlikely]]
    return;
  ++station.busy;
  service.busy[station.role].add(sim_.now(), 1);
  if (kind.plain) return compute(service, r);
  const Request& request = pool_[r];
  if (station.role != 0 && request.is(Request::kMeasured))
    (station.role == 1 ? service.worker_wait : service.pool_wait).record(now_ns() - request.until);
  if (kind.steps[request.step()].cpu) return compute(service, r);
  wait_io(service, r);
}

void Replication::compute(Service& service, std::uint32_t r) {
  const std::int64_t now = now_ns();
  Request& request = pool_[r];
  Instance& instance = instances_[request.instance];
  if (request.started < 0) request.started = now;
  request.be(Request::State::kRunning);
  ++service.cpu_steps;
  if (!instance.plain) [[unlikely]]
    return compute_disturbed(service, r, instance);
  ++instance.running;
  instance.running_sum -= now;
  request.until = now + request.demand;
  sim_.schedule(request.until, kCpuDone, r, request.stamp);
}

void Replication::compute_disturbed(Service& service, std::uint32_t r, Instance& instance) {
  const std::int64_t now = now_ns();
  Request& request = pool_[r];
  double work = static_cast<double>(request.demand);
  if (more(instance).slow_requests > 0) {
    work *= more(instance).warm_slowdown;
    request.demand = std::llrint(work);
    if (request.step() == 0 && --more(instance).slow_requests == 0) restretch(service, request.instance);
  }
  if (const double contention = service.params->instance.contention; contention > 0) {
    const std::uint32_t role = kinds_[request.kind].steps[request.step()].role;
    const Station& station = station_at(station_of(service, request, role));
    work *= 1 + contention * static_cast<double>(station.busy - 1);
    request.demand = std::llrint(work);
  }
  if (instance.shared) {
    SharedCores& cores = shared_[request.instance];
    cores.advance(now, more(instance).stretch, instance.paused);
    cores.add(r, work);
    return shared_changed(request.instance);
  }
  if (instance.paused) return;  // thaw() starts it
  ++instance.running;
  instance.running_sum -= now;
  request.until = now + std::llrint(work * more(instance).stretch);
  sim_.schedule(request.until, kCpuDone, r, request.stamp);
}

void Replication::wait_io(Service& service, std::uint32_t r) {
  Request& request = pool_[r];
  if (request.started < 0) request.started = now_ns();
  request.be(Request::State::kOnIo);
  const StepRuntime& step = kinds_[request.kind].steps[request.step()];
  if (step.role == 0) service.on_io.add(sim_.now(), 1);  // else it is served by a thread
  if (step.calls) return depart(r, *step.calls);
  if (step.send) [[unlikely]]
    return sim_.schedule(now_ns() + std::max<std::int64_t>(0, request.demand), kSendArrives, r, request.stamp);
  sim_.schedule(now_ns() + request.demand, kIoDone, r, request.stamp);
}

// Takes a computing request off its core without ending its step.
void Replication::stop_computing(Request& request) {
  Instance& instance = instances_[request.instance];
  if (request.is(Request::kUnwanted)) [[unlikely]]
    charge_so_far(static_cast<std::uint32_t>(&request - pool_.data()));
  if (instance.shared) {
    SharedCores& cores = shared_[request.instance];
    cores.advance(now_ns(), more(instance).stretch, instance.paused);
    cores.remove(static_cast<std::uint32_t>(&request - pool_.data()));
    shared_changed(request.instance);
  } else if (!instance.paused) {
    --instance.running;
    instance.running_sum += now_ns();
  }
  ++request.stamp;
}

void Replication::cpu_done(std::uint32_t r) {
  Request& request = pool_[r];
  RequestKind& kind = kinds_[request.kind];
  if (!kind.plain) {
    Instance& instance = instances_[request.instance];
    --instance.running;
    instance.running_sum += now_ns();
    return step_done(*kind.home, r);
  }
  Service& service = *kind.home;
  const std::uint32_t slot = request.instance, station_index = request.station;
  complete(service, kind, r);
  Station& station = station_at(station_index);
  Instance& instance = instances_[slot];
  // The thread goes on to the next request without a pause: nothing changes but the request.
  if (station.waiting > 0 && instance.plain && instance.serving && service.all_plain) {
    const std::uint32_t next = station.queue.pop(pool_.data());
    --station.waiting;
    return start_clock(service, next);
  }
  --instance.running;
  instance.running_sum += now_ns();
  release_thread(service, station_index);
}

void Replication::start_clock(Service& service, std::uint32_t r) {
  const std::int64_t now = now_ns();
  Request& request = pool_[r];
  if (request.started < 0) request.started = now;
  request.be(Request::State::kRunning);
  ++service.cpu_steps;
  request.until = now + request.demand;
  sim_.schedule(request.until, kCpuDone, r, request.stamp);
}

void Replication::shared_changed(std::uint32_t slot) {
  SharedCores& cores = shared_[slot];
  ++cores.version;
  if (cores.metered) [[unlikely]]
    meter(slot);
  if (cores.jobs.empty() || instances_[slot].paused || cores.frozen) return;
  const double left = std::max(0.0, cores.jobs.front().finish - cores.virtual_now);
  const double rate = cores.rate_per_job(lives_[slot].stretch);
  sim_.schedule(now_ns() + std::llrint(std::ceil(left / rate)), kSharedDone, slot, cores.version);
  if (cores.metered) [[unlikely]]
    if (Service& service = *services_[instances_[slot].service]; service.quota) watch_quota(service, slot);
}

void Replication::shared_done(std::uint32_t slot, std::uint32_t version) {
  SharedCores& cores = shared_[slot];
  if (cores.version != version) return;
  Instance& instance = instances_[slot];
  cores.advance(now_ns(), more(instance).stretch, instance.paused);
  const std::uint32_t r = cores.pop();
  shared_changed(slot);
  step_done(*services_[instance.service], r);
}

void Replication::io_done(std::uint32_t r) {
  Service& service = *services_[kinds_[pool_[r].kind].service];
  if (kinds_[pool_[r].kind].steps[pool_[r].step()].role == 0) service.on_io.add(sim_.now(), -1);
  step_done(service, r);
}

void Replication::step_done(Service& service, std::uint32_t r) {
  Request& request = pool_[r];
  RequestKind& kind = kinds_[request.kind];
  const StepRuntime& done = kind.steps[request.step()];
  const bool held = done.cpu || done.role != 0 || service.holds_threads;
  const std::uint32_t station = station_of(service, request, done.role);
  if (request.is(Request::kUnwanted) && done.cpu) [[unlikely]]
    charge_step(r);
  if (done.error_words) [[unlikely]]
    if (const double drawn = done.error_words->uniform(); drawn <= done.error) {
      if (done.errors.empty())
        fail(service, kind, r);
      else
        fail_saying(service, kind, r, done, drawn);
      if (held) release_thread(service, station);
      return;
    }
  if (!done.cached) [[likely]]
    request.next_step();
  else if (!use_caches(service, r, held, station))
    return;
  go_on(service, r, held, station);
}

void Replication::go_on(Service& service, std::uint32_t r, bool held, std::uint32_t station) {
  Request& request = pool_[r];
  RequestKind& kind = kinds_[request.kind];
  if (request.step() == kind.steps.size()) {
    complete(service, kind, r);
    if (held) release_thread(service, station);
    return;
  }
  request.demand = later_demands_[std::size_t{r} * steps_most_ + request.step()];
  if (service.holds_threads) {
    if (kind.steps[request.step()].cpu) return compute(service, r);
    return wait_io(service, r);
  }
  if (held) release_thread(service, station);  // the loop serves others first: its continuation queues behind them
  begin_general_step(service, r, kind.steps[request.step()]);
}

void Replication::release_thread(Service& service, std::uint32_t station_index) {
  Station& station = station_at(station_index);
  if (station.instance == kNone) return;  // the instance is gone
  --station.busy;
  service.busy[station.role].add(sim_.now(), -1);
  if (service.lag_probed) [[unlikely]]
    loop_is_free(service, station_index);
  if (station.waiting > 0) return pump(service, station_index);
  if (service.polls && station.role == 0) {
    ++station.asleep;
    sim_.schedule(now_ns() + service.poll->next_ns(), kPollWake, station_index, lives_[station.instance].life);
  }
}

// Gives free threads to those that wait.
void Replication::pump(Service& service, std::uint32_t station_index) {
  if (service.lines) [[unlikely]]
    return pump_line(service, station_index);
  Station& station = station_at(station_index);
  if (station.waiting == 0 || !instances_[station.instance].serving) return;
  do {
    const std::uint32_t r = station.queue.pop(pool_.data());
    --station.waiting;
    take_thread(service, kinds_[pool_[r].kind], r, station);
  } while (station.waiting > 0 && station.busy + station.asleep < station.threads);
}

// --- ends
// ----------------------------------------------------------------------------------------------------------------------

void Replication::leave_line(Request& request, std::uint32_t r) {
  TimeoutLine& line = lines_[kinds_[request.kind].timeout_line];
  const bool first = line.line.head() == r;
  line.line.remove(r, [this](std::uint32_t i) -> Links& { return pool_[i].timeout; });
  request.unmark(Request::kTimed);
  if (!first) return;
  const std::uint32_t head = line.line.head();
  sim_.set_source(line.source, head == DelayLine::kNone ? kNever.count() : pool_[head].arrived + line.delay);
}

void Replication::settle(RequestKind& kind, Request& request, Outcome how) {
  if (request.is(Request::kTimed)) leave_line(request, static_cast<std::uint32_t>(&request - pool_.data()));
  if (request.is(Request::kMeasured)) {
    ++kind.outcomes[static_cast<std::size_t>(how)];
    --kind.in_flight;
    if (how == Outcome::kCompleted) kind.bin_latency.record(now_ns() - request.arrived);
    if (request.started >= 0)
      kind.wait_time.record(request.started - request.arrived);
    else if (how == Outcome::kAbandoned || how == Outcome::kTimedOut)
      kind.wait_time.record(now_ns() - request.arrived);
  }
  if (kind.home->watch) [[unlikely]]
    note(*kind.home->watch, how, now_ns() - request.arrived);
  if (observer_ != nullptr) [[unlikely]]
    observer_->request_ended(Time{request.arrived}, request.started < 0 ? kNever : Time{request.started}, sim_.now(),
                             request.kind, request.instance == kNone ? kNone : lives_[request.instance].serial,
                             static_cast<std::uint8_t>(how));
  if (kind.followed) [[unlikely]]
    follow(kind, static_cast<std::uint32_t>(&request - pool_.data()), how);
}

void Replication::follow(const RequestKind& kind, std::uint32_t r, Outcome how) {
  if (how == Outcome::kCompleted) charge_last(r);
  // What the called service goes on with still has its connection.
  if (pools_ && (how != Outcome::kTimedOut || kind.cancels)) release_connection(r);
  if (kind.attempt) return attempt_ended(r, how);
  if (kind.called) return answer(kind, r, how);
  if (kind.message) return queues_->handled(r, how);
  const Source& source = sources_[kind.source];
  sim_.schedule(now_ns() + source.think->next_ns(), kThink, kind.source, 0);
}

void Replication::discard(Service& service, std::uint32_t r) {
  service.in_system.add(sim_.now(), -1);
  if (service.held) [[unlikely]]
    service.held->add(sim_.now(), -1);
  service.residence += static_cast<std::uint64_t>(now_ns() - std::max(pool_[r].arrived, measure_from_));
  ++service.left_all;
  pool_.give_back(r);
}

void Replication::leave(Service& service, std::uint32_t r, bool failed) {
  const std::uint32_t slot = pool_[r].instance;
  Instance& instance = instances_[slot];
  const std::uint32_t outstanding = --service.outstanding[instance.position];
  if (service.noted) [[unlikely]]
    note_left(service, pool_[r], failed);
  if (service.price != nullptr) [[unlikely]]
    bill_execution(service, pool_[r]);
  if (service.gated) {
    if (pool_[r].state() != Request::State::kAtInstance) --more(instance).admitted;
    if (service.lines) [[unlikely]] {
      open_gate(service, slot);
    } else if (!more(instance).gate.empty() && more(instance).admitted < more(instance).concurrency) {
      const std::uint32_t next = more(instance).gate.pop(pool_.data());
      ++more(instance).admitted;
      enter(service, kinds_[pool_[next].kind], next, instance);
    }
  }
  if (outstanding == 0) [[unlikely]] {
    if (instance.state == Instance::State::kDraining)
      defer_removal(slot);
    else if (service.admission == Service::Admission::kOnDemand && instance.state == Instance::State::kReady)
      execution_ended(service, slot);
  }
  if (service.throttles && service.pending_count > 0 && instance.state == Instance::State::kReady) [[unlikely]]
    flush_pending(service);
}

void Replication::complete(Service& service, RequestKind& kind, std::uint32_t r) {
  Request& request = pool_[r];
  if (!request.is(Request::kClientGone))
    settle(kind, request, Outcome::kCompleted);
  else
    end_unwanted(service, r);
  leave(service, r, false);
  discard(service, r);
}

void Replication::fail(Service& service, RequestKind& kind, std::uint32_t r) {
  Request& request = pool_[r];
  if (!request.is(Request::kClientGone))
    settle(kind, request, Outcome::kFailedError);
  else if (pools_)
    release_connection(r);
  if (kind.uses_caches) [[unlikely]]
    forget_lookups(r, Outcome::kFailedError);
  leave(service, r, true);
  discard(service, r);
}

// Its outcome is on record already.
void Replication::end_unwanted(Service& service, std::uint32_t r) {
  if (pool_[r].is(Request::kMeasured)) ++service.unwanted;
  charge_last(r);
  if (pools_) release_connection(r);
}

void Replication::withdraw(Service& service, std::uint32_t r) {
  Request& request = pool_[r];
  switch (request.state()) {
    case Request::State::kAtService:
      if (service.pending.head == r || request.previous != kNone) {  // else it has not been queued yet
        service.pending.remove(pool_.data(), r);
        --service.pending_count;
        if (service.balancing) stop_waiting_at_proxy(service, r);
        if (service.admission == Service::Admission::kOnDemand) cancel_spare_starts(service);
      }
      return;
    case Request::State::kAtInstance:
      if (service.lines) return leave_waiting_line(service, r);
      lives_[request.instance].gate.remove(pool_.data(), r);
      return;
    case Request::State::kQueued: {
      if (service.lines) return leave_waiting_line(service, r);
      Station& station = station_at(station_of(service, request, kinds_[request.kind].steps[request.step()].role));
      station.queue.remove(pool_.data(), r);
      --station.waiting;
      return;
    }
    case Request::State::kRunning:
    case Request::State::kOnIo: {
      const StepRuntime& step = kinds_[request.kind].steps[request.step()];
      const bool computes = request.state() == Request::State::kRunning;
      if (computes) {
        stop_computing(request);
      } else {
        // Who is here at a cpu step waits for a fetch, which takes no thread.
        if (step.role == 0 || step.cpu) service.on_io.add(sim_.now(), -1);
        ++request.stamp;
        if (step.calls) give_up_calls(r);
      }
      if (computes || service.holds_threads || (step.role != 0 && !step.cpu))
        release_thread(service, station_of(service, request, step.role));
      return;
    }
    case Request::State::kFree:
      assert(false);
  }
}

void Replication::lose(Service& service, std::uint32_t r, Outcome why) {
  Request& request = pool_[r];
  if (request.is(Request::kUnwanted)) charge_lost(r);
  if (!request.is(Request::kClientGone))
    settle(kinds_[request.kind], request, why);
  else if (pools_)
    release_connection(r);
  if (kinds_[request.kind].uses_caches) [[unlikely]]
    forget_lookups(r, why);
  withdraw(service, r);
  if (service.edge) [[unlikely]]
    lost_at_edge(service, r, why);
  if (request.instance == kNone && service.control) permit_back(service, request, true);
  if (request.instance != kNone)
    leave(service, r, true);
  else if (request.is(Request::kProxied))
    service.watch->proxied.add(sim_.now(), -1);
  discard(service, r);
}

void Replication::expire(TimeoutLine& line) {
  const std::uint32_t r = line.line.head();
  Request& request = pool_[r];
  RequestKind& kind = kinds_[request.kind];
  Service& service = *kind.home;
  if (kind.cancels) return lose(service, r, Outcome::kTimedOut);
  nobody_waits(r);
  settle(kind, request, Outcome::kTimedOut);  // also takes it out of the line
  request.mark(Request::kClientGone);
  if (service.edge) client_gave_up(service, r);
}

}  // namespace windtunnel
