// Connections that calls need. Slow-path but for calls that name a pool; and nothing allocates once everything has
// grown.

#include "models/replication/pools.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "models/replication/operations.hpp"
#include "models/replication/recycled.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

std::uint32_t Replication::Pools::take_connection() { return take_recycled(connections, free_connection); }

std::uint32_t Replication::Pools::take_call(std::uint32_t request, bool listed) {
  std::uint32_t index = free_call;
  if (index == kNone) {
    index = static_cast<std::uint32_t>(calls.size());
    calls.emplace_back();
  } else {
    free_call = calls[index].next_sibling;
    const std::uint32_t stamp = calls[index].stamp;
    calls[index] = {};
    calls[index].stamp = stamp;
  }
  Call& call = calls[index];
  call.request = request;
  call.listed = listed;
  if (!listed) return index;
  call.next_sibling = first_call[request];
  if (call.next_sibling != kNone) calls[call.next_sibling].previous_sibling = index;
  first_call[request] = index;
  return index;
}

void Replication::Pools::give_back_call(std::uint32_t index) {
  Call& call = calls[index];
  if (call.listed) {
    if (call.previous_sibling != kNone)
      calls[call.previous_sibling].next_sibling = call.next_sibling;
    else
      first_call[call.request] = call.next_sibling;
    if (call.next_sibling != kNone) calls[call.next_sibling].previous_sibling = call.previous_sibling;
  }
  ++call.stamp;
  call.request = kNone;
  call.next_sibling = free_call;
  free_call = index;
}

void Replication::Pools::append_waiting(Pool& pool, std::uint32_t call) {
  calls[call].next = kNone;
  calls[call].previous = pool.last_waiting;
  (pool.last_waiting != kNone ? calls[pool.last_waiting].next : pool.first_waiting) = call;
  pool.last_waiting = call;
}

void Replication::Pools::remove_waiting(Pool& pool, std::uint32_t index) {
  const Call& call = calls[index];
  (call.previous != kNone ? calls[call.previous].next : pool.first_waiting) = call.next;
  (call.next != kNone ? calls[call.next].previous : pool.last_waiting) = call.previous;
}

void Replication::Pools::push_idle(Pool& pool, std::uint32_t index) {
  Connection& c = connections[index];
  c.state = Pools::State::kIdle;
  c.previous = kNone;
  c.next = pool.newest_idle;
  if (c.next != kNone) connections[c.next].previous = index;
  pool.newest_idle = index;
}

void Replication::Pools::remove_idle(Pool& pool, std::uint32_t index) {
  const Connection& c = connections[index];
  (c.previous != kNone ? connections[c.previous].next : pool.newest_idle) = c.next;
  if (c.next != kNone) connections[c.next].previous = c.previous;
}

// --- a call gets its connection
// ---------------------------------------------------------------------------------------

std::uint32_t Replication::pool_of(std::uint32_t r, std::uint32_t pool_kind) {
  Pools& p = *pools_;
  const Pools::Kind& kind = p.kinds[pool_kind];
  const std::uint32_t slot = pool_[r].instance, kinds = p.kinds_of[kind.of->index];
  if (p.first_pool.size() <= slot) p.first_pool.resize(instances_.size(), kNone);
  std::uint32_t& first = p.first_pool[slot];
  if (first == kNone) {
    first = static_cast<std::uint32_t>(p.pools.size());
    for (std::uint32_t k = 0; k < kind.of->processes * kinds; ++k)
      p.pools.emplace_back().kind = p.first_kind[kind.of->index] + k % kinds;
  }
  return first + process_of(pool_[r]) * kinds + kind.number;
}

void Replication::acquire_connection(std::uint32_t r, std::uint32_t call_kind, std::uint32_t attempt) {
  Pools& p = *pools_;
  if (p.first_call.size() < pool_.size()) {
    p.first_call.resize(pool_.size(), kNone);
    p.connection_of.resize(pool_.size(), kNone);
  }
  const std::uint32_t pool_index = pool_of(r, kinds_[call_kind].pool);
  const std::uint32_t index = p.take_call(r, attempt == kNone);
  Pools::Call& call = p.calls[index];
  call.attempt = attempt;
  if (attempt != kNone) operations_->attempts[attempt].connection_call = index;
  call.kind = call_kind;
  call.pool = pool_index;
  call.since = now_ns();
  Pools::Pool& pool = p.pools[pool_index];
  Pools::Kind& kind = p.kinds[pool.kind];
  // One to an instance that is going, or gone, is of no use.
  while (pool.newest_idle != kNone) {
    const std::uint32_t c = pool.newest_idle;
    const std::uint32_t slot = p.connections[c].slot;
    if (instances_[slot].state == Instance::State::kReady) {
      p.remove_idle(pool, c);
      return lend(c, index);
    }
    close_connection(c);
  }
  kind.waiting.add(sim_.now(), 1);
  if (kind.params->acquire_timeout)
    sim_.schedule(now_ns() + kind.params->acquire_timeout->count(), kAcquireTimeout, index, call.stamp);
  if (pool.open < kind.params->size) return open_connection(pool_index, index);
  p.append_waiting(pool, index);
}

// Whoever waited for it, or found it idle.
void Replication::lend(std::uint32_t connection, std::uint32_t call_index) {
  Pools& p = *pools_;
  Pools::Connection& c = p.connections[connection];
  Pools::Call& call = p.calls[call_index];
  Pools::Pool& pool = p.pools[c.pool];
  Pools::Kind& kind = p.kinds[pool.kind];
  c.state = Pools::State::kInUse;
  c.call = call_index;
  call.connection = connection;
  call.lent = true;
  ++pool.in_use;
  kind.in_use.add(sim_.now(), 1);
  if (now_ns() >= measure_from_) {
    kind.most_in_use = std::max(kind.most_in_use, pool.in_use);
    if (pool_[call.request].is(Request::kMeasured)) kind.wait.record(now_ns() - call.since);
  }
  sim_.schedule(now_ns() + kinds_[call.kind].network_ns, kCallOverConnection, call_index, call.stamp);
}

// A connection that is free: for who has waited longest, or until somebody comes.
void Replication::offer(std::uint32_t connection) {
  Pools& p = *pools_;
  Pools::Connection& c = p.connections[connection];
  Pools::Pool& pool = p.pools[c.pool];
  Pools::Kind& kind = p.kinds[pool.kind];
  if (pool.first_waiting != kNone) {
    const std::uint32_t call = pool.first_waiting;
    p.remove_waiting(pool, call);
    kind.waiting.add(sim_.now(), -1);
    return lend(connection, call);
  }
  p.push_idle(pool, connection);
  c.idle_since = now_ns();
  if (c.watched || kind.params->idle_timeout == Duration::zero()) return;
  c.watched = true;
  sim_.schedule(now_ns() + kind.params->idle_timeout.count(), kConnectionIdle, connection, c.stamp);
}

void Replication::call_over_connection(std::uint32_t call_index) {
  Pools& p = *pools_;
  const Pools::Call call = p.calls[call_index];
  p.connections[call.connection].call = kNone;
  p.give_back_call(call_index);
  const std::uint32_t called = call.attempt != kNone ? make_attempt(call.attempt) : make_call(call.request, call.kind);
  if (p.connection_of.size() < pool_.size()) {
    p.first_call.resize(pool_.size(), kNone);
    p.connection_of.resize(pool_.size(), kNone);
  }
  p.connection_of[called] = call.connection;
  Service& home = *kinds_[call.kind].home;
  if (home.control && !let_in(home, called)) return;
  deliver_over_connection(home, called);
}

bool Replication::over_connection(std::uint32_t r) const {
  return r < pools_->connection_of.size() && pools_->connection_of[r] != kNone;
}

// The connection leads to one instance, whatever the balancer would say now.
void Replication::deliver_over_connection(Service& service, std::uint32_t r) {
  const std::uint32_t slot = pools_->connections[pools_->connection_of[r]].slot;
  if (slot == kNone) return lose(service, r, Outcome::kFailedInstanceLost);
  if (service.control) {
    if (service.watched) note_taken_in(service, r);
    if (!instance_takes(service, r, slot)) return;
  }
  deliver(service, r, slot);
}

void Replication::release_connection(std::uint32_t called) {
  Pools& p = *pools_;
  if (called >= p.connection_of.size()) return;
  const std::uint32_t connection = std::exchange(p.connection_of[called], kNone);
  if (connection == kNone) return;
  sim_.schedule(now_ns() + kinds_[pool_[called].kind].network_ns, kConnectionBack, connection,
                p.connections[connection].stamp);
}

void Replication::connection_back(std::uint32_t connection) {
  Pools& p = *pools_;
  Pools::Connection& c = p.connections[connection];
  if (c.state == Pools::State::kOrphan) return close_connection(connection);
  Pools::Pool& pool = p.pools[c.pool];
  --pool.in_use;
  p.kinds[pool.kind].in_use.add(sim_.now(), -1);
  c.call = kNone;
  const bool good = c.slot != kNone && instances_[c.slot].state == Instance::State::kReady;
  if (good) return offer(connection);
  const std::uint32_t pool_index = c.pool;
  close_connection(connection);
  open_for_waiting(pool_index);
}

void Replication::give_up_connections(std::uint32_t r) {
  Pools& p = *pools_;
  if (r >= p.first_call.size()) return;
  while (p.first_call[r] != kNone) give_up_connection(p.first_call[r]);
}

void Replication::give_up_connection(std::uint32_t index) {
  Pools& p = *pools_;
  const Pools::Call call = p.calls[index];
  p.give_back_call(index);
  never_left(call.kind, call.attempt);
  if (call.lent) return connection_back(call.connection);
  p.kinds[p.pools[call.pool].kind].waiting.add(sim_.now(), -1);
  if (call.connection != kNone)
    p.connections[call.connection].call = kNone;  // it goes on opening, for others
  else
    p.remove_waiting(p.pools[call.pool], index);
}

// --- connections come and go
// -----------------------------------------------------------------------------------------

void Replication::open_connection(std::uint32_t pool_index, std::uint32_t call) {
  Pools& p = *pools_;
  const std::uint32_t index = p.take_connection();
  Pools::Connection& c = p.connections[index];
  c.state = Pools::State::kOpening;
  c.pool = pool_index;
  c.call = call;
  c.network_ns = kinds_[p.calls[call].kind].network_ns;
  p.calls[call].connection = index;
  ++p.pools[pool_index].open;
  p.kinds[p.pools[pool_index].kind].open.add(sim_.now(), 1);
  sim_.schedule(now_ns() + c.network_ns, kConnect, index, c.stamp);
}

// At the other service. Opening takes the network's way once more to tell, whatever there is to tell.
void Replication::connect(std::uint32_t index) {
  Pools& p = *pools_;
  Pools::Connection& c = p.connections[index];
  Pools::Kind& kind = p.kinds[p.pools[c.pool].kind];
  Service& to = *kind.to;
  Pools::Accepted& accepted = p.accepted[to.index];
  const std::int64_t takes = kind.connect ? kind.connect->next_ns() : 0;
  const bool counts = now_ns() >= measure_from_;
  if (to.ready == 0) return sim_.schedule(now_ns() + c.network_ns, kConnectionRefused, index, c.stamp);
  const std::uint32_t slot = to.slot_at[to.balancer->pick(to.visible, *to.balancer_words)];
  if (p.held.size() < instances_.size()) p.held.resize(instances_.size());
  const InstanceParams& instance = to.params->instance;
  if (instance.max_connections && p.held[slot] >= *instance.max_connections - instance.reserved_connections) {
    if (counts) ++accepted.refused;
    return sim_.schedule(now_ns() + c.network_ns, kConnectionRefused, index, c.stamp);
  }
  c.slot = slot;
  ++p.held[slot];
  accepted.open.add(sim_.now(), 1);
  if (counts) {
    ++kind.opened;
    accepted.most = std::max(accepted.most, p.held[slot]);
  }
  sim_.schedule(now_ns() + c.network_ns + takes, kConnected, index, c.stamp);
}

void Replication::connected(std::uint32_t index) {
  Pools& p = *pools_;
  Pools::Connection& c = p.connections[index];
  const std::uint32_t call = std::exchange(c.call, kNone), pool = c.pool;
  if (c.slot == kNone) {  // refused, or its instance went meanwhile
    close_connection(index);
    if (call != kNone) {
      if (now_ns() >= measure_from_) ++p.kinds[p.pools[pool].kind].refused;
      refuse(call, Outcome::kFailedConnectionRefused);
    }
    return open_for_waiting(pool);
  }
  if (call == kNone) return offer(index);
  p.kinds[p.pools[pool].kind].waiting.add(sim_.now(), -1);
  lend(index, call);
}

// Each that waits tries for itself, as far as the pool may have more.
void Replication::open_for_waiting(std::uint32_t pool_index) {
  Pools& p = *pools_;
  Pools::Pool& pool = p.pools[pool_index];
  while (pool.first_waiting != kNone && pool.open < p.kinds[pool.kind].params->size) {
    const std::uint32_t call = pool.first_waiting;
    p.remove_waiting(pool, call);
    open_connection(pool_index, call);
  }
}

// What the call would have cost is drawn all the same, as of operations.
void Replication::never_left(std::uint32_t call_kind, std::uint32_t attempt) {
  if (attempt == kNone || operations_->attempts[attempt].number == 1) skip_demands(kinds_[call_kind]);
}

// The call fails that waited for a connection.
void Replication::refuse(std::uint32_t call_index, Outcome why) {
  Pools& p = *pools_;
  const Pools::Call call = p.calls[call_index];
  p.kinds[p.pools[call.pool].kind].waiting.add(sim_.now(), -1);
  p.give_back_call(call_index);
  never_left(call.kind, call.attempt);
  if (call.attempt != kNone) return attempt_failed(call.attempt, why);
  answered(call.request, kinds_[call.kind].failure_ignored, why);
}

void Replication::close_connection(std::uint32_t index) {
  Pools& p = *pools_;
  Pools::Connection& c = p.connections[index];
  Pools::Kind& kind = p.kind_of(c);
  if (c.state != Pools::State::kOrphan) {
    if (c.state == Pools::State::kIdle) p.remove_idle(p.pools[c.pool], index);
    --p.pools[c.pool].open;
    kind.open.add(sim_.now(), -1);
  }
  if (c.slot != kNone) {
    --p.held[c.slot];
    p.accepted[kind.to->index].open.add(sim_.now(), -1);
  }
  ++c.stamp;
  c.state = Pools::State::kFree;
  c.next = p.free_connection;
  p.free_connection = index;
}

// Comes once for all the times that a connection was idle within the timeout.
void Replication::look_at_idle(std::uint32_t index) {
  Pools::Connection& c = pools_->connections[index];
  c.watched = false;
  if (c.state != Pools::State::kIdle) return;
  const std::int64_t due = c.idle_since + pools_->kind_of(c).params->idle_timeout.count();
  if (due <= now_ns()) return close_connection(index);
  c.watched = true;
  sim_.schedule(due, kConnectionIdle, index, c.stamp);
}

// Whoever asked there, or waited here, finds nobody any more. Its requests are gone by now. What other instances still
// do for calls of this one keeps their end of the connection until it is done.
void Replication::connections_end(std::uint32_t slot) {
  Pools& p = *pools_;
  const Service& service = *services_[instances_[slot].service];
  const std::uint32_t first = slot < p.first_pool.size() ? p.first_pool[slot] : kNone;
  const std::uint32_t own = first == kNone ? 0 : service.processes * p.kinds_of[service.index];
  for (std::uint32_t i = 0; i < p.connections.size(); ++i) {
    Pools::Connection& c = p.connections[i];
    if (c.state == Pools::State::kFree) continue;
    if (c.state != Pools::State::kOrphan && c.pool - first < own) {
      if (c.state != Pools::State::kInUse) {
        close_connection(i);
        continue;
      }
      Pools::Pool& pool = p.pools[c.pool];
      Pools::Kind& kind = p.kinds[pool.kind];
      --pool.in_use;
      --pool.open;
      kind.in_use.add(sim_.now(), -1);
      kind.open.add(sim_.now(), -1);
      c.state = Pools::State::kOrphan;
      c.pool = pool.kind;
    }
    if (c.slot != slot) continue;
    p.accepted[service.index].open.add(sim_.now(), -1);
    c.slot = kNone;
    if (c.state == Pools::State::kIdle) close_connection(i);
  }
  if (slot < p.held.size()) p.held[slot] = 0;
}

void Replication::on_connection_event(unsigned kind, std::uint32_t target, std::uint32_t stamp) {
  Pools& p = *pools_;
  if (kind == kAcquireTimeout || kind == kCallOverConnection) {
    Pools::Call& call = p.calls[target];
    if (call.stamp != stamp) return;
    if (kind == kCallOverConnection) return call_over_connection(target);
    if (call.lent) return;
    Pools::Pool& pool = p.pools[call.pool];
    if (call.connection != kNone)
      p.connections[call.connection].call = kNone;
    else
      p.remove_waiting(pool, target);
    if (now_ns() >= measure_from_) ++p.kinds[pool.kind].timeouts;
    return refuse(target, Outcome::kFailedPoolTimeout);
  }
  if (p.connections[target].stamp != stamp) return;
  switch (kind) {
    case kConnect:
      return connect(target);
    case kConnected:
    case kConnectionRefused:
      return connected(target);
    case kConnectionBack:
      return connection_back(target);
    default:
      return look_at_idle(target);
  }
}

// --- from the scenario, and the books
// ---------------------------------------------------------------------------------

void Replication::build_pools(const std::vector<CallEdge>& edges, std::size_t first_kind) {
  for (const auto& service : services_) {
    const auto index = service->index;
    for (const auto& [name, params] : service->params->pools) {
      for (std::size_t e = 0; e < edges.size(); ++e) {
        if (*edges[e].caller != service->name || edges[e].callee->pool != name) continue;
        if (!pools_) {
          pools_ = std::make_unique<Pools>();
          pools_->kinds_of.resize(services_.size());
          pools_->first_kind.resize(services_.size());
          pools_->accepted.resize(services_.size());
        }
        Pools& p = *pools_;
        if (p.kinds_of[index] == 0) p.first_kind[index] = static_cast<std::uint32_t>(p.kinds.size());
        if (p.kinds.empty() || p.kinds.back().of != service.get() || p.kinds.back().name != name) {
          Pools::Kind& kind = p.kinds.emplace_back();
          kind.name = name;
          kind.params = &params;
          kind.of = service.get();
          kind.to = kinds_[first_kind + e].home;
          kind.number = p.kinds_of[index]++;
          if (params.connect)
            kind.connect = std::make_unique<Sampler>(streams_.named(service->name + "/pools/" + name + "/connect"),
                                                     *params.connect);
          p.accepted[kind.to->index].any = true;
        }
        kinds_[first_kind + e].pool = static_cast<std::uint32_t>(p.kinds.size() - 1);
      }
    }
  }
  if (!pools_) return;
  for (RequestKind& kind : kinds_)
    for (StepRuntime& step : kind.steps) {
      if (!step.calls) continue;
      for (std::size_t i = 0; i < step.calls->probability.size(); ++i)
        if (kinds_[step.calls->first_kind + i].pool != kNone) step.calls->pooled |= std::uint64_t{1} << i;
    }
}

void Replication::gather_connections(const Service& service) {
  Pools& p = *pools_;
  const Time now = sim_.now();
  for (Pools::Kind& kind : p.kinds) {
    if (kind.of != &service) continue;
    kind.bin = {static_cast<double>(kind.in_use.take_integral(now)), static_cast<double>(kind.open.take_integral(now)),
                static_cast<double>(kind.waiting.take_integral(now))};
    kind.total.in_use += kind.bin.in_use;
    kind.total.open += kind.bin.open;
    kind.total.waiting += kind.bin.waiting;
  }
  Pools::Accepted& accepted = p.accepted[service.index];
  accepted.bin = static_cast<double>(accepted.open.take_integral(now));
  accepted.total += accepted.bin;
}

void Replication::begin_connections(const Service& service) {
  Pools& p = *pools_;
  for (Pools::Kind& kind : p.kinds) {
    if (kind.of != &service) continue;
    kind.total = {};
    kind.most_in_use = 0;
    for (const Pools::Pool& pool : p.pools)
      if (&p.kinds[pool.kind] == &kind) kind.most_in_use = std::max(kind.most_in_use, pool.in_use);
  }
  Pools::Accepted& accepted = p.accepted[service.index];
  accepted.total = 0;
  accepted.most = 0;
  for (const std::uint32_t slot : service.slot_at)
    if (slot < p.held.size()) accepted.most = std::max(accepted.most, p.held[slot]);
}

void Replication::write_connections(Record& record, const Service& service) const {
  const Pools& p = *pools_;
  const auto ns = static_cast<double>(scenario_.horizon.count());
  for (const Pools::Kind& kind : p.kinds) {
    if (kind.of != &service) continue;
    const std::string prefix = service.name + ".pools." + kind.name + ".";
    const auto put = [&](const char* name, const char* unit, double value) {
      record.values.push_back({prefix + name, unit, value});
    };
    const double places =
        service.total.alive * static_cast<double>(service.processes) * static_cast<double>(kind.params->size);
    put("utilization", "share", places > 0 ? kind.total.in_use / places : std::numeric_limits<double>::quiet_NaN());
    put("in_use.mean", "count", kind.total.in_use / ns);
    put("in_use.max", "count", kind.most_in_use);
    put("open.mean", "count", kind.total.open / ns);
    put("waiting.mean", "count", kind.total.waiting / ns);
    put("opened", "count", static_cast<double>(kind.opened));
    put("timeouts", "count", static_cast<double>(kind.timeouts));
    put("refused", "count", static_cast<double>(kind.refused));
    write_times(record, prefix + "wait_time", kind.wait);
    const auto waits = static_cast<double>(kind.wait.count());
    put("share_waited", "share",
        waits > 0 ? (waits - static_cast<double>(kind.wait.count_at(0))) / waits
                  : std::numeric_limits<double>::quiet_NaN());
  }
  const Pools::Accepted& accepted = p.accepted[service.index];
  if (!accepted.any) return;
  const auto put = [&](const char* name, double value) {
    record.values.push_back({service.name + ".connections." + name, "count", value});
  };
  put("mean", accepted.total / ns);
  put("max", accepted.most);
  put("refused", static_cast<double>(accepted.refused));
}

}  // namespace windtunnel
