// Queues in instances that are not first come, first served. Only services that state such a discipline come here. Who
// has begun, and waits for a thread again, is ordered like the others and never dropped.

#include <algorithm>
#include <cmath>

#include "models/replication/operations.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {
namespace {

using Order = QueueDisciplineParams::Order;

// Puts r behind `after`, kNone: at the front.
void insert(RequestQueue& queue, Request* pool, std::uint32_t after, std::uint32_t r) {
  if (after == queue.tail) return queue.append(pool, r);
  std::uint32_t& from = after == kNone ? queue.head : pool[after].next;
  pool[r].previous = after;
  pool[r].next = from;
  pool[from].previous = r;
  from = r;
}

}  // namespace

void Replication::build_lines(Service& service) {
  const QueueDisciplineParams& params = *service.params->instance.queue;
  if (params.plain() && !service.params->honour_deadlines) return;
  service.lines = std::make_unique<WaitingLines>();
  service.lines->params = &params;
  service.all_plain = false;
  const auto key_of = [&](const RequestKind& kind) -> std::int64_t {
    if (params.order() == Order::kPriority) {
      const auto stated = service.params->priorities.find(kind.request_class);
      return stated == service.params->priorities.end() ? 0 : -stated->second;
    }
    if (params.order() != Order::kDeadline) return 0;
    return kind.timeout_line == kNone ? kNever.count() : lines_[kind.timeout_line].delay;
  };
  std::vector<std::int64_t> keys;
  for (const RequestKind& kind : kinds_)
    if (kind.home == &service) keys.push_back(key_of(kind));
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  for (RequestKind& kind : kinds_) {
    if (kind.home != &service) continue;
    kind.plain = false;
    kind.level = static_cast<std::uint32_t>(std::lower_bound(keys.begin(), keys.end(), key_of(kind)) - keys.begin());
  }
  service.lines->levels = std::max<std::size_t>(1, keys.size());
  service.lines->timeout = std::move(keys);
}

Replication::Line& Replication::line_of(std::map<std::uint32_t, Line>& lines, std::uint32_t key, std::uint32_t slot) {
  Line& line = lines[key];
  if (line.serial != lives_[slot].serial) {
    const WaitingLines& all = *services_[instances_[slot].service]->lines;
    line = Line{};
    line.levels.resize(all.levels);
    line.discipline = all.params->make();
    line.serial = lives_[slot].serial;
  }
  return line;
}

void Replication::append(Service& service, Line& line, std::uint32_t r) {
  WaitingLines& all = *service.lines;
  if (r >= all.waiting.size()) all.waiting.resize(pool_.size());
  const Duration most = line.discipline->joined(sim_.now(), line.waiting == 0);
  all.waiting[r] = {sim_.now(), most};
  RequestQueue& queue = line.levels[kinds_[pool_[r].kind].level];
  std::uint32_t after = queue.tail;
  if (all.params->order() == Order::kDeadline)
    while (after != kNone && pool_[after].arrived > pool_[r].arrived) after = pool_[after].previous;
  insert(queue, pool_.data(), after, r);
  ++line.waiting;
}

std::uint32_t Replication::next_of(const Service& service, const Line& line) const {
  const WaitingLines& all = *service.lines;
  if (all.params->order() == Order::kDeadline) {
    std::uint32_t best = kNone;
    std::int64_t earliest = 0;
    for (std::size_t level = 0; level < line.levels.size(); ++level) {
      const std::uint32_t r = line.levels[level].head;
      if (r == kNone) continue;
      const std::int64_t arrived = pool_.at(r).arrived;
      const std::int64_t left = kNever.count() - arrived;
      const std::int64_t deadline = arrived + std::min(left, all.timeout[level]);
      if (best == kNone || deadline < earliest) {
        best = r;
        earliest = deadline;
      }
    }
    return best;
  }
  const RequestQueue& queue =
      *std::find_if(line.levels.begin(), line.levels.end(), [](const RequestQueue& q) { return !q.empty(); });
  if (all.params->order() == Order::kNewestFirst) return queue.tail;
  if (!line.discipline->newest_first(sim_.now())) return queue.head;
  const WaitingLines::Waiting& oldest = all.waiting[queue.head];
  const bool spent = pool_.at(queue.head).started < 0 && sim_.now() - oldest.since > oldest.most;
  return spent ? queue.head : queue.tail;
}

bool Replication::drops(const Service& service, Line& line, std::uint32_t r) const {
  const Request& request = pool_.at(r);
  if (request.started >= 0) return false;
  if (service.params->honour_deadlines && kinds_[request.kind].carries_deadline &&
      operations_->deadline_of[r] <= now_ns())
    return true;
  if (service.lines->params->order() == Order::kDeadline) return request.is(Request::kClientGone);
  const WaitingLines::Waiting& waiting = service.lines->waiting[r];
  const Duration waited = sim_.now() - waiting.since;
  return waited > waiting.most || line.discipline->drops(sim_.now(), waited, line.waiting == 1);
}

void Replication::take_out(Service&, Line& line, std::uint32_t r) {
  line.levels[kinds_[pool_[r].kind].level].remove(pool_.data(), r);
  --line.waiting;
}

void Replication::join_line(Service& service, std::uint32_t r, std::uint32_t station) {
  if (service.lines->params->preempts() && preempt(service, r, station)) return;
  Station& at = station_at(station);
  pool_[r].be(Request::State::kQueued);
  append(service, line_of(service.lines->stations, station, at.instance), r);
  ++at.waiting;
}

void Replication::pump_line(Service& service, std::uint32_t station) {
  for (;;) {
    Station& at = station_at(station);
    if (at.waiting == 0 || !instances_[at.instance].serving || at.busy + at.asleep >= at.threads) return;
    Line& line = line_of(service.lines->stations, station, at.instance);
    const std::uint32_t r = next_of(service, line);
    if (drops(service, line, r)) {
      lose(service, r, Outcome::kRejectedQueueDelay);
      continue;
    }
    take_out(service, line, r);
    --at.waiting;
    take_thread(service, kinds_[pool_[r].kind], r, at);
  }
}

void Replication::wait_at_gate(Service& service, std::uint32_t r, std::uint32_t slot) {
  pool_[r].be(Request::State::kAtInstance);
  append(service, line_of(service.lines->gates, slot, slot), r);
}

void Replication::open_gate(Service& service, std::uint32_t slot) {
  Line& line = line_of(service.lines->gates, slot, slot);
  if (line.opening) return;
  line.opening = true;
  while (line.waiting > 0 && lives_[slot].admitted < lives_[slot].concurrency) {
    const std::uint32_t r = next_of(service, line);
    if (drops(service, line, r)) {
      lose(service, r, Outcome::kRejectedQueueDelay);
      continue;
    }
    take_out(service, line, r);
    ++lives_[slot].admitted;
    enter(service, kinds_[pool_[r].kind], r, instances_[slot]);
  }
  line.opening = false;
}

void Replication::leave_waiting_line(Service& service, std::uint32_t r) {
  const Request& request = pool_[r];
  if (request.state() == Request::State::kAtInstance)
    return take_out(service, line_of(service.lines->gates, request.instance, request.instance), r);
  const std::uint32_t station = station_of(service, request, kinds_[request.kind].steps[request.step()].role);
  take_out(service, line_of(service.lines->stations, station, request.instance), r);
  --station_at(station).waiting;
}

// Takes the thread from the least important that computes there, if it is less important than r.
bool Replication::preempt(Service& service, std::uint32_t r, std::uint32_t station) {
  Station& at = station_at(station);
  const Instance& instance = instances_[at.instance];
  if (at.role != 0 || !instance.serving || instance.shared || instance.paused ||
      lives_[at.instance].slow_requests > 0 || service.params->instance.contention > 0)
    return false;
  if (!kinds_[pool_[r].kind].steps[pool_[r].step()].cpu) return false;
  std::uint32_t victim = kNone, level = kinds_[pool_[r].kind].level;
  for (std::uint32_t other = 0; other < pool_.size(); ++other) {
    const Request& request = pool_[other];
    if (request.state() != Request::State::kRunning || request.station != station) continue;
    const RequestKind& kind = kinds_[request.kind];
    if (kind.home != &service || kind.steps[request.step()].role != 0 || kind.level <= level) continue;
    victim = other;
    level = kind.level;
  }
  if (victim == kNone) return false;
  Request& stopped = pool_[victim];
  stopped.demand = std::llrint(static_cast<double>(stopped.until - now_ns()) / lives_[at.instance].stretch);
  stop_computing(stopped);
  --service.cpu_steps;  // it will be counted again when it goes on
  stopped.be(Request::State::kQueued);
  Line& line = line_of(service.lines->stations, station, at.instance);
  WaitingLines& all = *service.lines;
  if (victim >= all.waiting.size()) all.waiting.resize(pool_.size());
  all.waiting[victim] = {sim_.now(), kNever};
  insert(line.levels[level], pool_.data(), kNone, victim);
  ++line.waiting;
  ++at.waiting;
  --at.busy;
  service.busy[at.role].add(sim_.now(), -1);
  take_thread(service, kinds_[pool_[r].kind], r, at);
  return true;
}

}  // namespace windtunnel
