#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "models/connection/connection_params.hpp"
#include "models/replication/replication.hpp"
#include "models/workload/clients.hpp"
#include "sim/statistics/histogram.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {

// Connections between the clients of services and their instances. Exists only where services have `connections`.
struct Replication::Edge {
  struct Connection {
    enum class State : std::uint8_t {
      kFree,
      kOpening,
      kOpen,
      kClosing,  // takes no further requests
    };
    State state = State::kFree;
    bool available = false;  // it is among those of its client that take a request
    bool resumes = false;    // its session
    bool accepted = false;   // by an instance, or the balancer
    std::uint32_t door = 0;
    std::uint32_t client = kNone;     // kNone: it is gone
    std::uint32_t slot = kNone;       // of the instance it leads to; kNone: it ends at the balancer
    std::uint32_t process = 0;        // of that instance
    std::uint32_t streams = 0;        // requests on it
    std::int64_t served = 0;          // requests ever
    std::uint32_t handshake = kNone;  // the request that its handshake is, while it computes
    std::uint32_t stamp = 0;          // of its events
    std::int64_t computes = 0;        // CPU time of its handshake
    std::int64_t idle_since = 0;
    bool watched = false;                          // somebody will come and see whether it is idle
    std::uint32_t next = kNone, previous = kNone;  // among those of its client that take a request, or the free
  };
  using State = Connection::State;
  // Whoever has connections: a client of a source, a process of one, or a process of an instance that calls.
  struct Client {
    std::uint32_t door = 0;
    std::uint32_t first = kNone, last = kNone;  // of its connections that take a request
    std::uint32_t opening = 0;
    std::uint32_t connections = 0;  // those that are being opened or take requests
    std::uint32_t first_waiting = kNone, last_waiting = kNone;
    std::uint32_t waiting = 0;
    bool called = false;   // it is an instance, and this far away:
    bool known = false;    // it has had a connection
    bool growing = false;  // it will be looked at in this instant
    std::int64_t round_trip = 0;
  };
  // What a service has at its edge.
  struct Door {
    Service* service = nullptr;
    const ConnectionParams* params = nullptr;
    std::unique_ptr<Stream> words, age_words;
    std::unique_ptr<Sampler> handshake, resumed_handshake;
    std::uint32_t handshake_kind = kNone;
    struct SourceClients {
      std::uint32_t processes = 1, turn = 0;
      std::unique_ptr<ClientSampler> who;                       // null: its processes take turns
      std::unordered_map<std::uint64_t, std::uint32_t> client;  // looked up only
    };
    std::vector<SourceClients> sources;               // by source
    std::vector<std::vector<std::uint32_t>> callers;  // by slot, the clients that its processes are
    std::vector<std::uint32_t> connections_at;        // scratch: by position, those that a balancer counts
    bool refused_for_now = false;                     // since an instance was last ready, or a connection opened
    std::uint64_t begun = 0;                          // handshakes ever, at instances
    TimeWeighted open, waiting, without;              // connections; requests; ready instances without any
    struct Integrals {
      double open = 0, waiting = 0, without = 0;  // count x ns
    } bin, total;
    // In the measured time.
    Histogram wait;  // of requests for a connection
    std::uint64_t opened = 0, refused = 0, handshakes = 0, resumed = 0;
    std::uint64_t idle_closed = 0, aged = 0, worn = 0, broken = 0, abandoned = 0;
    double tls_ns = 0;
    std::uint32_t most = 0;  // connections to one instance
  };
  struct OfRequest {
    std::uint32_t client = kNone;
    std::uint32_t connection = kNone;
    std::uint32_t process = 0;
    bool waiting = false;
    std::int64_t since = 0;
    std::uint32_t next = kNone, previous = kNone;  // among those of its client that wait
  };
  std::vector<Door> doors;
  std::vector<std::uint32_t> door_of;  // by service; kNone: it has none
  std::vector<Client> clients;
  std::vector<Connection> connections;
  std::uint32_t free_connection = kNone;
  std::vector<std::uint32_t> held;  // connections, by the slot they lead to
  std::vector<OfRequest> of;        // by request

  Door& door(const Service& service);
  std::uint32_t take_connection();
  void offer(std::uint32_t connection);     // to its client: in front, or with many streams behind
  void withdraw(std::uint32_t connection);  // from those that take a request, if it is among them
  void append_waiting(Client& client, std::uint32_t request);
  void remove_waiting(Client& client, std::uint32_t request);
};

}  // namespace windtunnel
