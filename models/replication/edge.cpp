// Connections between clients and a service. Who asks takes one that is free, waits for one, or has one opened; where a
// balancer chooses for connections, their requests go where they lead. Nothing allocates once everything has grown.

#include "models/replication/edge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "models/replication/operations.hpp"
#include "models/replication/recycled.hpp"
#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"

namespace windtunnel {

using Protocol = ConnectionParams::Protocol;

Replication::Edge::Door& Replication::Edge::door(const Service& service) { return doors[door_of[service.index]]; }

std::uint32_t Replication::Edge::take_connection() { return take_recycled(connections, free_connection); }

// The last to come back is the next to go, as clients' pools have it; those that carry many requests take turns.
void Replication::Edge::offer(std::uint32_t index) {
  Connection& c = connections[index];
  Client& client = clients[c.client];
  c.available = true;
  const bool front = doors[c.door].params->protocol == Protocol::kHttp1;
  c.next = front ? client.first : kNone;
  c.previous = front ? kNone : client.last;
  (c.next != kNone ? connections[c.next].previous : client.last) = index;
  (c.previous != kNone ? connections[c.previous].next : client.first) = index;
}

void Replication::Edge::withdraw(std::uint32_t index) {
  Connection& c = connections[index];
  if (!std::exchange(c.available, false)) return;
  Client& client = clients[c.client];
  (c.previous != kNone ? connections[c.previous].next : client.first) = c.next;
  (c.next != kNone ? connections[c.next].previous : client.last) = c.previous;
}

void Replication::Edge::append_waiting(Client& client, std::uint32_t r) {
  OfRequest& request = of[r];
  request.waiting = true;
  request.next = kNone;
  request.previous = client.last_waiting;
  (request.previous != kNone ? of[request.previous].next : client.first_waiting) = r;
  client.last_waiting = r;
  ++client.waiting;
}

void Replication::Edge::remove_waiting(Client& client, std::uint32_t r) {
  OfRequest& request = of[r];
  request.waiting = false;
  (request.previous != kNone ? of[request.previous].next : client.first_waiting) = request.next;
  (request.next != kNone ? of[request.next].previous : client.last_waiting) = request.previous;
  --client.waiting;
}

// --- who asks
// ----------------------------------------------------------------------------------------------------------------

std::uint32_t Replication::new_edge_client(std::uint32_t door) {
  edge_->clients.emplace_back().door = door;
  edge_->clients.back().round_trip = edge_->doors[door].params->round_trip.count();
  return static_cast<std::uint32_t>(edge_->clients.size() - 1);
}

// A call's client is the process that makes it. One whose caller has gone meanwhile has nobody, who is a client as
// well.
std::uint32_t Replication::client_reaching(Service& service, std::uint32_t r) {
  Edge& e = *edge_;
  const std::uint32_t door_index = e.door_of[service.index];
  Edge::Door& door = e.doors[door_index];
  const RequestKind& kind = kinds_[pool_[r].kind];
  const std::uint32_t attempt = kind.attempt ? operations_->attempt_of[r] : kNone;
  const std::uint32_t operation = attempt == kNone ? kNone : operations_->attempts[attempt].operation;
  if (kind.called) {
    const std::uint32_t caller = caller_of(r);
    const std::uint32_t slot = caller == kNone ? 0 : pool_[caller].instance + 1;
    const std::uint32_t process = caller == kNone ? 0 : process_of(pool_[caller]);
    if (door.callers.size() <= slot) door.callers.resize(std::max<std::size_t>(slot + 1, instances_.size() + 1));
    while (door.callers[slot].size() <= process) door.callers[slot].push_back(new_edge_client(door_index));
    Edge::Client& client = e.clients[door.callers[slot][process]];
    client.round_trip = 2 * kind.network_ns;
    return door.callers[slot][process];
  }
  if (door.sources.empty()) door.sources.resize(sources_.size());
  Edge::Door::SourceClients& source = door.sources[kind.source];
  std::uint64_t number = 0;
  if (operation != kNone) {
    number = operations_->operations[operation].client;
  } else if (source.who) {
    number = source.who->next();
  } else if (!kind.attempt) {
    number = source.turn;
    source.turn = source.turn + 1 == source.processes ? 0 : source.turn + 1;
  }
  const auto [found, fresh] = source.client.try_emplace(number, 0);
  if (fresh) found->second = new_edge_client(door_index);
  return found->second;
}

// --- requests
// ----------------------------------------------------------------------------------------------------------------

void Replication::reach(Service& service, std::uint32_t r) {
  Edge& e = *edge_;
  if (e.of.size() < pool_.size()) e.of.resize(pool_.size());
  Edge::OfRequest& request = e.of[r] = {};
  request.client = client_reaching(service, r);
  request.since = now_ns();
  Edge::Client& client = e.clients[request.client];
  if (client.first_waiting == kNone && client.first != kNone) return travel(client.first, r);
  Edge::Door& door = e.door(service);
  e.append_waiting(client, r);
  door.waiting.add(sim_.now(), 1);
  grow(request.client);
  if (waits_for_instance(service) > 0) wake(service);
}

// Requests whose clients have nobody to connect to.
std::uint32_t Replication::waits_for_instance(const Service& service) const {
  const Edge::Door& door = edge_->doors[edge_->door_of[service.index]];
  if (service.ready > 0 || !door.params->per_connection()) return 0;
  return static_cast<std::uint32_t>(door.waiting.value());
}

void Replication::travel(std::uint32_t index, std::uint32_t r) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  Edge::Door& door = e.doors[c.door];
  const ConnectionParams& params = *door.params;
  Edge::OfRequest& request = e.of[r];
  request.connection = index;
  request.process = c.process;
  ++c.streams;
  ++c.served;
  e.withdraw(index);
  if (params.max_requests && c.served >= *params.max_requests) {
    if (now_ns() >= measure_from_) ++door.worn;
    retire(index);
  } else if (params.protocol == Protocol::kHttp2 && (!params.max_streams || c.streams < *params.max_streams)) {
    e.offer(index);
  }
  if (pool_[r].is(Request::kMeasured)) door.wait.record(now_ns() - request.since);
  Service& service = *door.service;
  if (!params.per_connection()) return admit_at_balancer(service, r);
  const std::uint32_t slot = c.slot;
  if (params.tls && params.tls->per_request > Duration::zero()) encrypt(index, r);
  if (service.control) {
    if (service.watched && !pool_[r].is(Request::kProxied)) note_taken_in(service, r);
    if (!instance_takes(service, r, slot)) return;
  }
  deliver(service, r, slot);
}

// Makes its first cpu step longer.
void Replication::encrypt(std::uint32_t connection, std::uint32_t r) {
  Edge::Door& door = edge_->doors[edge_->connections[connection].door];
  const std::uint32_t slot = edge_->connections[connection].slot;
  const std::vector<StepRuntime>& steps = kinds_[pool_[r].kind].steps;
  const auto first = std::find_if(steps.begin(), steps.end(), [](const StepRuntime& step) { return step.cpu; });
  if (first == steps.end()) return;
  const std::int64_t takes = door.params->tls->per_request.count();
  const auto k = static_cast<std::size_t>(first - steps.begin());
  (k == 0 ? pool_[r].demand : later_demands_[std::size_t{r} * steps_most_ + k]) += takes;
  if (now_ns() >= measure_from_) door.tls_ns += static_cast<double>(takes) * lives_[slot].stretch;
}

// What has an answer leaves its connection to others; over http1, once the answer is with the client.
void Replication::stream_ended(std::uint32_t r) {
  Edge& e = *edge_;
  if (r >= e.of.size()) return;
  e.of[r].client = kNone;
  const std::uint32_t index = std::exchange(e.of[r].connection, kNone);
  if (index == kNone) return;
  const RequestKind& kind = kinds_[pool_[r].kind];
  const Edge::Connection& c = e.connections[index];
  if (kind.called && kind.network_ns > 0 && e.doors[c.door].params->protocol == Protocol::kHttp1)
    return sim_.schedule(now_ns() + 2 * kind.network_ns, kEdgeFree, index, c.stamp);
  stream_free(index);
}

// In the middle of others: what follows from it for those that wait is an event of its own.
void Replication::stream_free(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  --c.streams;
  if (c.state == Edge::State::kClosing) {
    if (c.streams == 0) close_edge(index);
    return;
  }
  const Edge::Client& client = e.clients[c.client];
  if (!c.available) e.offer(index);
  if (client.first_waiting != kNone) serve_soon(c.client);
  if (c.streams > 0) return;
  c.idle_since = now_ns();
  const auto& timeout = e.doors[c.door].params->idle_timeout;
  if (!timeout || c.watched) return;
  c.watched = true;
  sim_.schedule(now_ns() + timeout->count(), kEdgeIdle, index, c.stamp);
}

// It has been withdrawn from wherever it was. A client that does not wait for an answer over http1 can do nothing with
// the connection but close it.
void Replication::lost_at_edge(Service& service, std::uint32_t r, Outcome why) {
  Edge& e = *edge_;
  if (r >= e.of.size() || e.of[r].client == kNone || kinds_[pool_[r].kind].handshake) return;
  Edge::OfRequest& request = e.of[r];
  Edge::Door& door = e.door(service);
  if (request.waiting) {
    e.remove_waiting(e.clients[request.client], r);
    door.waiting.add(sim_.now(), -1);
    request.client = kNone;
    return;
  }
  const bool given_up = why == Outcome::kTimedOut || why == Outcome::kAbandoned || why == Outcome::kCancelled;
  const std::uint32_t index = request.connection;
  if (index != kNone && given_up && door.params->protocol == Protocol::kHttp1) {
    if (now_ns() >= measure_from_) ++door.abandoned;
    retire(index);
  }
  stream_ended(r);
}

void Replication::client_gave_up(Service& service, std::uint32_t r) {
  Edge& e = *edge_;
  if (r >= e.of.size() || e.of[r].client == kNone) return;
  Edge::OfRequest& request = e.of[r];
  if (request.waiting) return lose(service, r, Outcome::kTimedOut);  // it never left
  Edge::Door& door = e.door(service);
  const std::uint32_t index = std::exchange(request.connection, kNone);
  if (index == kNone) return;
  if (door.params->protocol == Protocol::kHttp1) {
    if (now_ns() >= measure_from_) ++door.abandoned;
    retire(index);
  }
  stream_free(index);
}

void Replication::serve_soon(std::uint32_t client) {
  if (std::exchange(edge_->clients[client].growing, true)) return;
  sim_.schedule(now_ns(), kEdgeServe, client, 0);
}

void Replication::serve_waiting(std::uint32_t index) {
  Edge& e = *edge_;
  while (e.clients[index].first_waiting != kNone && e.clients[index].first != kNone) {
    const std::uint32_t r = e.clients[index].first_waiting;
    e.remove_waiting(e.clients[index], r);
    e.doors[e.clients[index].door].waiting.add(sim_.now(), -1);
    travel(e.clients[index].first, r);
  }
  grow(index);
}

// --- connections come and go
// -------------------------------------------------------------------------------------------------

// Opens as many as those that wait need, and the client wants to have.
void Replication::grow(std::uint32_t index) {
  Edge& e = *edge_;
  const Edge::Door& door = e.doors[e.clients[index].door];
  const ConnectionParams& params = *door.params;
  const bool nowhere = params.per_connection() && door.service->ready == 0;
  if (nowhere && door.service->params->when_none_ready == WhenNoneReady::kWait) return;
  const std::int64_t most = params.max.value_or(std::numeric_limits<std::int64_t>::max());
  const std::int64_t waiting = e.clients[index].waiting;
  std::int64_t needs = waiting;
  if (params.protocol == Protocol::kHttp2)
    needs = params.max_streams ? (waiting + *params.max_streams - 1) / *params.max_streams
                               : std::min<std::int64_t>(waiting, 1);
  while (e.clients[index].connections < most &&
         (e.clients[index].opening < needs || (!door.refused_for_now && e.clients[index].connections < params.min))) {
    const std::uint32_t c = e.take_connection();
    Edge::Client& client = e.clients[index];
    ++client.opening;
    ++client.connections;
    Edge::Connection& connection = e.connections[c];
    connection.state = Edge::State::kOpening;
    connection.client = index;
    connection.door = client.door;
    // One word for each, whatever it is for.
    const double u = door.words->uniform();
    connection.resumes = params.tls && client.known && u <= params.tls->resumed.value;
    sim_.schedule(now_ns(), kEdgeAccept, c, connection.stamp);
  }
}

std::uint32_t Replication::instance_for_connection(Service& service) {
  Edge& e = *edge_;
  Edge::Door& door = e.door(service);
  door.connections_at.resize(service.ready);
  for (std::uint32_t i = 0; i < service.ready; ++i) door.connections_at[i] = e.held[service.slot_at[i]];
  const Backends seen{{service.slot_at.data(), service.ready}, {door.connections_at.data(), service.ready}};
  if (service.balancer->follows_counts()) service.balancer->backends_changed(seen);
  return service.slot_at[service.balancer->pick(seen, *service.balancer_words)];
}

std::uint32_t Replication::process_for(Service& service, std::uint32_t r, Instance& instance) {
  const Edge& e = *edge_;
  if (r < e.of.size() && e.of[r].client != kNone) return e.of[r].process;
  return next_process(service, instance);  // a message came by no connection
}

// Where the client's first packet arrives. What asks is there already: the way to open one, there and back, is what
// it waits for beside its own.
void Replication::accept(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  Edge::Door& door = e.doors[c.door];
  const ConnectionParams& params = *door.params;
  Service& service = *door.service;
  const std::int64_t round_trip = e.clients[c.client].round_trip;
  if (params.per_connection()) {
    if (service.ready == 0) return refuse_connection(index);
    c.slot = instance_for_connection(service);
    Instance& instance = instances_[c.slot];
    if (service.pins) c.process = next_process(service, instance);
    if (e.held[c.slot]++ == 0) door.without.add(sim_.now(), -1);
    if (now_ns() >= measure_from_) door.most = std::max(door.most, e.held[c.slot]);
  }
  c.accepted = true;
  door.open.add(sim_.now(), 1);
  if (!params.tls) return sim_.schedule(now_ns() + round_trip, kEdgeOpen, index, c.stamp);
  const Tls& tls = *params.tls;
  c.computes = (c.resumes ? *door.resumed_handshake : *door.handshake).next_ns();
  if (tls.at == Tls::At::kInstance) return sim_.schedule(now_ns() + round_trip, kEdgeHello, index, c.stamp);
  if (now_ns() >= measure_from_) {
    ++door.handshakes;
    door.resumed += c.resumes ? 1 : 0;
    door.tls_ns += static_cast<double>(c.computes);
  }
  sim_.schedule(now_ns() + c.computes + (1 + tls.round_trips(c.resumes)) * round_trip, kEdgeOpen, index, c.stamp);
}

// No instance is ready. Those that wait for it fail, unless they are to wait until one is.
void Replication::refuse_connection(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Door& door = e.doors[e.connections[index].door];
  const std::uint32_t client = e.connections[index].client;
  if (now_ns() >= measure_from_) ++door.refused;
  door.refused_for_now = true;
  --e.clients[client].opening;
  close_edge(index);
  if (door.service->params->when_none_ready == WhenNoneReady::kWait) return;
  const bool all = door.params->protocol == Protocol::kHttp2;
  do {
    if (e.clients[client].first_waiting == kNone) return;
    lose(*door.service, e.clients[client].first_waiting, Outcome::kRejectedNoInstance);
  } while (all);
}

// A handshake waits for a thread of the instance and computes there like a request, which it is not: nobody asked, and
// nobody gets an answer.
void Replication::hello(std::uint32_t index) {
  Edge& e = *edge_;
  const std::uint32_t r = pool_.take();
  if (e.of.size() < pool_.size()) e.of.resize(pool_.size());
  Edge::Connection& c = e.connections[index];
  Edge::Door& door = e.doors[c.door];
  Service& service = *door.service;
  c.handshake = r;
  e.of[r] = {};
  e.of[r].client = c.client;
  e.of[r].connection = index;
  e.of[r].process = c.process;
  Request& request = pool_[r];
  request.arrived = now_ns();
  request.started = -1;
  request.kind = static_cast<std::uint16_t>(door.handshake_kind);
  request.previous = kNone;
  request.bits =
      static_cast<std::uint16_t>(static_cast<unsigned>(Request::State::kAtService) | unsigned{Request::kClientGone});
  request.demand = c.computes;
  ++service.arrived_all;
  ++door.begun;
  service.in_system.add(sim_.now(), 1);
  if (service.held) service.held->add(sim_.now(), 1);
  Instance& instance = instances_[c.slot];
  ++service.outstanding[instance.position];
  request.instance = c.slot;
  note_given(service, request);
  if (service.gated) ++more(instance).admitted;  // it asks for no place at the gate
  enter(service, kinds_[request.kind], r, instance);
}

void Replication::handshake_ended(std::uint32_t r, bool failed) {
  Edge& e = *edge_;
  const std::uint32_t index = std::exchange(e.of[r].connection, kNone);
  e.of[r].client = kNone;
  Edge::Door& door = e.door(*kinds_[pool_[r].kind].home);
  if (index == kNone) return;  // the connection broke meanwhile
  Edge::Connection& c = e.connections[index];
  c.handshake = kNone;
  if (failed) {
    const std::uint32_t client = c.client;
    if (now_ns() >= measure_from_) ++door.broken;
    --e.clients[client].opening;
    close_edge(index);
    return serve_soon(client);
  }
  if (now_ns() >= measure_from_) {
    ++door.handshakes;
    door.resumed += c.resumes ? 1 : 0;
    door.tls_ns += static_cast<double>(c.computes) * lives_[c.slot].stretch;
  }
  const std::int64_t rest = door.params->tls->round_trips(c.resumes) * e.clients[c.client].round_trip;
  sim_.schedule(now_ns() + rest, kEdgeOpen, index, c.stamp);
}

void Replication::opened(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  Edge::Door& door = e.doors[c.door];
  Edge::Client& client = e.clients[c.client];
  c.state = Edge::State::kOpen;
  --client.opening;
  client.known = true;
  door.refused_for_now = false;
  if (now_ns() >= measure_from_) ++door.opened;
  e.offer(index);
  c.idle_since = now_ns();
  const ConnectionParams& params = *door.params;
  if (params.idle_timeout) {
    c.watched = true;
    sim_.schedule(now_ns() + params.idle_timeout->count(), kEdgeIdle, index, c.stamp);
  }
  if (params.max_age) {
    const double factor = 1 + params.max_age_jitter.value * (2 * door.age_words->uniform() - 1);
    sim_.schedule(now_ns() + std::llrint(static_cast<double>(params.max_age->count()) * factor), kEdgeAge, index,
                  c.stamp);
  }
  serve_waiting(c.client);
}

// It takes no further requests; those on it end where they are.
void Replication::retire(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  if (c.state != Edge::State::kOpen) return;
  e.withdraw(index);
  c.state = Edge::State::kClosing;
  Edge::Client& client = e.clients[c.client];
  --client.connections;
  if (client.waiting > 0 || client.connections < e.doors[c.door].params->min) serve_soon(c.client);
  if (c.streams == 0) close_edge(index);
}

void Replication::close_edge(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  Edge::Door& door = e.doors[c.door];
  e.withdraw(index);
  if (c.state != Edge::State::kClosing) --e.clients[c.client].connections;
  if (c.accepted) door.open.add(sim_.now(), -1);
  if (c.slot != kNone && --e.held[c.slot] == 0 && instances_[c.slot].state == Instance::State::kReady)
    door.without.add(sim_.now(), 1);
  ++c.stamp;
  c.state = Edge::State::kFree;
  c.next = e.free_connection;
  e.free_connection = index;
}

// Comes once for all the times that a connection was idle within the timeout.
void Replication::look_at_edge_idle(std::uint32_t index) {
  Edge& e = *edge_;
  Edge::Connection& c = e.connections[index];
  Edge::Door& door = e.doors[c.door];
  c.watched = false;
  if (c.state != Edge::State::kOpen || c.streams > 0 || e.clients[c.client].connections <= door.params->min) return;
  const std::int64_t due = c.idle_since + door.params->idle_timeout->count();
  if (due <= now_ns()) {
    if (now_ns() >= measure_from_) ++door.idle_closed;
    return close_edge(index);
  }
  c.watched = true;
  sim_.schedule(due, kEdgeIdle, index, c.stamp);
}

// --- instances come and go
// ----------------------------------------------------------------------------------------------------

void Replication::edge_instance_ready(Service& service, std::uint32_t slot) {
  Edge& e = *edge_;
  Edge::Door& door = e.door(service);
  if (e.held.size() < instances_.size()) e.held.resize(instances_.size());
  if (!door.params->per_connection()) return;
  if (e.held[slot] == 0) door.without.add(sim_.now(), 1);
  door.refused_for_now = false;
  for (std::uint32_t i = 0; i < e.clients.size(); ++i) {
    const Edge::Client& client = e.clients[i];
    if (&e.doors[client.door] != &door) continue;
    if (client.waiting > 0 || (client.known && client.connections < door.params->min)) serve_soon(i);
  }
}

// It says so to everybody who is connected: what is under way goes on, what follows goes elsewhere.
void Replication::edge_instance_leaves(Service& service, std::uint32_t slot) {
  Edge& e = *edge_;
  Edge::Door& door = e.door(service);
  if (!door.params->per_connection()) return;
  for (std::uint32_t i = 0; i < e.connections.size() && e.held[slot] > 0; ++i) {
    Edge::Connection& c = e.connections[i];
    if (c.state == Edge::State::kFree || c.state == Edge::State::kClosing || c.slot != slot) continue;
    if (now_ns() >= measure_from_) ++door.broken;
    if (c.state == Edge::State::kOpen) {
      retire(i);
      continue;
    }
    const std::uint32_t client = c.client;
    if (c.handshake != kNone) e.of[c.handshake].connection = kNone;
    --e.clients[client].opening;
    close_edge(i);
    serve_soon(client);
  }
  if (e.held[slot] == 0) door.without.add(sim_.now(), -1);
}

// An instance that called is gone: its connections end with it, and what it had not sent is never sent.
void Replication::edge_caller_gone(std::uint32_t slot) {
  Edge& e = *edge_;
  for (Edge::Door& door : e.doors) {
    if (slot + 1 >= door.callers.size()) continue;
    for (const std::uint32_t index : door.callers[slot + 1]) {
      while (e.clients[index].first_waiting != kNone)
        lose(*door.service, e.clients[index].first_waiting, Outcome::kCancelled);
      for (std::uint32_t i = 0; i < e.connections.size(); ++i) {
        Edge::Connection& c = e.connections[i];
        if (c.state == Edge::State::kFree || c.client != index) continue;
        if (c.state == Edge::State::kOpening) {
          if (c.handshake != kNone) e.of[c.handshake].connection = kNone;
          --e.clients[index].opening;
          close_edge(i);
        } else {
          retire(i);
        }
      }
      e.clients[index].known = false;
    }
  }
}

void Replication::on_edge_event(unsigned kind, std::uint32_t target, std::uint32_t stamp) {
  Edge& e = *edge_;
  if (kind == kEdgeServe) {
    e.clients[target].growing = false;
    return serve_waiting(target);
  }
  if (e.connections[target].stamp != stamp) return;
  switch (kind) {
    case kEdgeAccept:
      return accept(target);
    case kEdgeHello:
      return hello(target);
    case kEdgeOpen:
      return opened(target);
    case kEdgeFree:
      return stream_free(target);
    case kEdgeIdle:
      return look_at_edge_idle(target);
    default:
      if (e.connections[target].state == Edge::State::kOpen && now_ns() >= measure_from_)
        ++e.doors[e.connections[target].door].aged;
      return retire(target);
  }
}

// --- from the scenario, and the books
// -----------------------------------------------------------------------------------------

void Replication::build_edge(Service& service) {
  if (!edge_) edge_ = std::make_unique<Edge>();
  Edge& e = *edge_;
  e.door_of.resize(scenario_.services.size(), kNone);
  e.door_of[service.index] = static_cast<std::uint32_t>(e.doors.size());
  Edge::Door& door = e.doors.emplace_back();
  door.service = &service;
  door.params = &*service.params->connections;
  door.words = std::make_unique<Stream>(streams_.named(service.name + "/connections"));
  door.age_words = std::make_unique<Stream>(streams_.named(service.name + "/connections/age"));
  if (const auto& tls = door.params->tls) {
    door.handshake = std::make_unique<Sampler>(streams_.named(service.name + "/tls/handshake"), *tls->handshake);
    if (tls->resumed_handshake)
      door.resumed_handshake =
          std::make_unique<Sampler>(streams_.named(service.name + "/tls/resumed_handshake"), *tls->resumed_handshake);
  }
}

void Replication::add_handshakes() {
  Edge& e = *edge_;
  for (Edge::Door& door : e.doors) {
    door.sources.resize(sources_.size());
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const Traffic& traffic = *sources_[i].params;
      door.sources[i].processes = static_cast<std::uint32_t>(traffic.processes);
      if (traffic.to == door.service->name && traffic.clients)
        door.sources[i].who =
            std::make_unique<ClientSampler>(&*traffic.clients, streams_.named(traffic.name + "/connections"));
    }
    if (!door.handshake || door.params->tls->at == Tls::At::kEdge) continue;
    door.handshake_kind = static_cast<std::uint32_t>(kinds_.size());
    RequestKind& kind = kinds_.emplace_back();
    kind.home = door.service;
    kind.service = door.service->index;
    kind.handshake = kind.plain = true;
    kind.steps.emplace_back();
  }
}

std::uint64_t Replication::handshakes_begun(const Service& service) const {
  return service.edge ? edge_->doors[edge_->door_of[service.index]].begun : 0;
}

void Replication::begin_edge(const Service& service) {
  Edge& e = *edge_;
  Edge::Door& door = e.door(service);
  door.total = {};
  door.most = 0;
  for (const std::uint32_t slot : service.slot_at)
    if (slot < e.held.size()) door.most = std::max(door.most, e.held[slot]);
}

void Replication::gather_edge(const Service& service) {
  Edge::Door& door = edge_->door(service);
  const Time now = sim_.now();
  door.bin = {static_cast<double>(door.open.take_integral(now)), static_cast<double>(door.waiting.take_integral(now)),
              static_cast<double>(door.without.take_integral(now))};
  door.total.open += door.bin.open;
  door.total.waiting += door.bin.waiting;
  door.total.without += door.bin.without;
}

// Every connection is where its client and its instance believe it to be.
void Replication::check_edge() const {
  const Edge& e = *edge_;
  std::vector<std::uint32_t> held(e.held.size()), own(e.clients.size()), opening(e.clients.size());
  for (const Edge::Connection& c : e.connections) {
    if (c.state == Edge::State::kFree) continue;
    if (c.slot != kNone) ++held[c.slot];
    if (c.state != Edge::State::kClosing) ++own[c.client];
    if (c.state == Edge::State::kOpening) ++opening[c.client];
  }
  bool sound = held == e.held;
  for (std::size_t i = 0; i < e.clients.size(); ++i)
    sound = sound && own[i] == e.clients[i].connections && opening[i] == e.clients[i].opening;
  if (!sound) throw InvariantError("connections of clients have been lost count of");
}

void Replication::write_edge(Record& record, const Service& service) const {
  const Edge::Door& door = edge_->doors[edge_->door_of[service.index]];
  const auto ns = static_cast<double>(scenario_.horizon.count());
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  const auto put = [&](const char* name, const char* unit, double value) {
    record.values.push_back({service.name + name, unit, value});
  };
  const auto count = [&](const char* name, std::uint64_t value) { put(name, "count", static_cast<double>(value)); };
  put(".connections.mean", "count", door.total.open / ns);
  if (door.params->per_connection()) {
    count(".connections.max", door.most);
    put(".connections.instances_without", "share",
        service.total.ready > 0 ? door.total.without / service.total.ready : kNaN);
  }
  count(".connections.opened", door.opened);
  count(".connections.refused", door.refused);
  count(".connections.closed_idle", door.idle_closed);
  count(".connections.closed_by_age", door.aged);
  count(".connections.closed_by_requests", door.worn);
  count(".connections.broken", door.broken);
  count(".connections.abandoned", door.abandoned);
  put(".connections.waiting.mean", "count", door.total.waiting / ns);
  write_times(record, service.name + ".connections.wait_time", door.wait);
  const auto waits = static_cast<double>(door.wait.count());
  put(".connections.share_waited", "share",
      waits > 0 ? (waits - static_cast<double>(door.wait.count_at(0))) / waits : kNaN);
  if (!door.params->tls) return;
  count(".tls.handshakes", door.handshakes);
  count(".tls.resumed", door.resumed);
  put(".tls.cpu_cores", "count", door.tls_ns / ns);
  if (door.params->tls->at == Tls::At::kInstance)
    put(".tls.cpu_share", "share", service.total.cpu > 0 ? door.tls_ns / service.total.cpu : kNaN);
}

}  // namespace windtunnel
