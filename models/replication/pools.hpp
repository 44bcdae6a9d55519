#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/replication/replication.hpp"
#include "sim/statistics/histogram.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {

// Connections between services: the pools that lend them to calls, the calls that wait for one, and what the called
// instances have accepted. Exists only where calls name pools.
struct Replication::Pools {
  // A pool as the scenario states it. Every process of every instance of its service has one.
  struct Kind {
    std::string name;
    const ConnectionPoolParams* params = nullptr;
    Service* of = nullptr;
    Service* to = nullptr;
    std::uint32_t number = 0;          // among those of its service
    std::unique_ptr<Sampler> connect;  // null: takes no time
    TimeWeighted in_use, open, waiting;
    struct Integrals {
      double in_use = 0, open = 0, waiting = 0;  // count x ns
    } bin, total;
    // In the measured time.
    Histogram wait;  // of calls that got a connection, from asking to getting
    std::uint64_t opened = 0, timeouts = 0, refused = 0;
    std::uint32_t most_in_use = 0;  // of one pool
  };
  // Of one process.
  struct Pool {
    std::uint32_t kind = 0;
    std::uint32_t open = 0;  // connections, those on their way included
    std::uint32_t in_use = 0;
    std::uint32_t newest_idle = kNone;  // the last to come back is the next to go
    std::uint32_t first_waiting = kNone, last_waiting = kNone;
  };
  struct Connection {
    enum class State : std::uint8_t {
      kFree,
      kOpening,
      kIdle,
      kInUse,
      kOrphan,  // in use, and its pool is gone
    };
    State state = State::kFree;
    bool watched = false;        // somebody will come and see whether it is idle
    std::uint32_t pool = kNone;  // of an orphan: its kind
    std::uint32_t slot = kNone;  // the instance that has accepted it; kNone: none yet, or it is gone
    std::uint32_t call = kNone;  // that it is opened for
    std::uint32_t stamp = 0;     // of its events
    std::int64_t idle_since = 0;
    std::int64_t network_ns = 0;                   // on the way that it was opened
    std::uint32_t next = kNone, previous = kNone;  // among the idle of its pool, or the free
  };
  using State = Connection::State;
  // Which needs a connection and has not reached the other service yet.
  struct Call {
    std::uint32_t request = kNone;  // that makes it; kNone: free
    std::uint32_t kind = 0;
    std::uint32_t pool = kNone;
    std::uint32_t connection = kNone;  // that it has got, or that is opened for it
    std::uint32_t stamp = 0;           // of its events
    bool lent = false;
    bool listed = true;             // among those of its request; an attempt knows its own
    std::uint32_t attempt = kNone;  // of an operation, that it is
    std::int64_t since = 0;
    std::uint32_t next = kNone, previous = kNone;                  // among those that wait for the pool
    std::uint32_t next_sibling = kNone, previous_sibling = kNone;  // among those of its request, or the free
  };
  // Of a service that pools lead to.
  struct Accepted {
    bool any = false;  // pools lead to it
    TimeWeighted open;
    double bin = 0, total = 0;  // count x ns
    std::uint32_t most = 0;     // at one instance
    std::uint64_t refused = 0;
  };

  std::vector<Kind> kinds;
  std::vector<std::uint32_t> kinds_of;    // number of kinds, by service
  std::vector<std::uint32_t> first_kind;  // by service
  std::vector<Pool> pools;
  std::vector<std::uint32_t> first_pool;  // by slot; kNone: it has none yet
  std::vector<Connection> connections;
  std::vector<Call> calls;
  std::uint32_t free_connection = kNone, free_call = kNone;
  std::vector<std::uint32_t> first_call;     // by request, of those it waits for
  std::vector<std::uint32_t> connection_of;  // by request, of one that is a call
  std::vector<std::uint32_t> held;           // connections, by the slot that has accepted them
  std::vector<Accepted> accepted;            // by service

  Kind& kind_of(const Connection& c) {
    return kinds[c.state == Connection::State::kOrphan ? c.pool : pools[c.pool].kind];
  }
  double waiting_bin(const Service& service) const {  // calls x ns, since the last gathering but one
    double sum = 0;
    for (const Kind& kind : kinds) sum += kind.of == &service ? kind.bin.waiting : 0;
    return sum;
  }
  std::uint32_t take_connection();
  std::uint32_t take_call(std::uint32_t request, bool listed);
  void give_back_call(std::uint32_t call);
  void append_waiting(Pool& pool, std::uint32_t call);
  void remove_waiting(Pool& pool, std::uint32_t call);
  void push_idle(Pool& pool, std::uint32_t connection);
  void remove_idle(Pool& pool, std::uint32_t connection);
};

}  // namespace windtunnel
