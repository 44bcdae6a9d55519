#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/replication/replication.hpp"
#include "models/resilience/client_policy.hpp"
#include "models/resilience/retry_on.hpp"
#include "sim/statistics/histogram.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {

// What an attempt passes last: a client has one, or one for each request class.
struct Replication::Gate {
  std::unique_ptr<CircuitBreaker> breaker;
  std::int64_t places_taken = 0;  // in the bulkhead
  std::uint32_t first_waiting = kNone, last_waiting = kNone;
  bool open = false;  // the breaker was, when last looked at
};

// What a client with a policy knows of a service.
struct Replication::Client {
  std::uint32_t serial = kNone;  // of the instance it is
  std::unique_ptr<RetryBudget> budget;
  std::unique_ptr<ClientThrottle> throttle;
  std::unique_ptr<RecentLatency> recent;  // null: no copy goes by that
  std::vector<Gate> gates;
};

// Clients of one kind: the processes of a source, or the instances of a service that makes one of its calls.
struct Replication::Party {
  const ClientPolicy* policy = nullptr;
  std::string name;              // in results
  std::uint32_t source = kNone;  // kNone: instances of a service are the clients
  std::uint16_t caller_service = 0;
  std::int64_t network_ns = 0;
  bool answers_at_once = false;              // the end of an attempt starts nothing else: no event of its own for it
  std::optional<RetryOn> again;              // failures after which another attempt leaves; none: any
  const PushbackParams* pushback = nullptr;  // null: nobody listens
  std::uint32_t gates = 1;                   // of each client
  std::vector<Client> clients;
  std::uint32_t next_client = 0;
  std::unique_ptr<Stream> wait_words, throttle_words;
  std::uint16_t first_kind = 0, first_retry = 0;
  // Books, on operations that began in the measured time.
  std::uint64_t began = 0, in_flight = 0, succeeded = 0, failed = 0, given_up = 0;
  std::uint64_t attempts = 0;  // of those that have ended
  // In the measured time, of any operation:
  std::uint64_t retries = 0, budget_refused = 0, breaker_refused = 0, throttle_refused = 0, bulkhead_refused = 0;
  std::uint64_t asked = 0, deadlines = 0, opened = 0, first_not_first = 0;
  std::uint64_t final_failures = 0, pushback_waits = 0, pushback_stops = 0;
  TimeWeighted open;  // breakers
  std::uint64_t open_before = 0;
  std::uint64_t asked_shown = 0, retries_shown = 0, open_shown = 0;  // in series so far
  Histogram latency;                                                 // of those that succeeded
};

// What clients with a policy ask of services: operations, each of an attempt or several. The clients are the processes
// of a source, or the instances of a service that calls another. An attempt is an ordinary request; the first of an
// operation is of the source's or the call's own kind, the others of a kind of retries, with random numbers of their
// own, so that first attempts are the same whatever the clients do.
struct Replication::Operations {
  struct Operation {
    std::int64_t began = 0;
    std::int64_t deadline = 0;
    float size = 1;
    std::uint16_t kind = 0;       // of its first attempt
    std::uint16_t attempts = 0;   // that were made, whether they have left or not
    std::uint16_t restarted = 0;  // that the back-off does not count
    std::uint32_t party = 0;
    std::uint32_t client = 0;  // of its party's
    bool measured = false;
    bool stopped = false;       // its server has asked for no further attempt
    RetryBudget::Attempt next;  // what the next attempt will be to the budget
    std::optional<Duration> last_wait;
    std::uint32_t first = kNone;     // of the attempts that are under way
    std::uint32_t caller = kNone;    // the request that waits for it; kNone: a source's client does
    std::uint32_t caller_stamp = 0;  // …
    std::uint32_t before = kNone;    // … its neighbours among that one's operations
    std::uint32_t after = kNone;     // … or the next free one
    std::uint32_t stamp = 0;         // of its events
    std::uint32_t hedge_stamp = 0;   // of the event that sends the next copy
  };
  struct Attempt {
    enum class Phase : std::uint8_t { kAsks, kWaitsForPlace, kHasPlace, kTravels, kThere, kAnswers };
    std::int64_t sent = 0;
    std::uint32_t operation = kNone;
    std::uint32_t request = kNone;
    std::uint32_t connection_call = kNone;        // among those of Pools, while it needs a connection
    std::uint32_t before = kNone, after = kNone;  // among its operation's; `after`: the next free one
    std::uint32_t ahead = kNone, behind = kNone;  // in the line for a place in the bulkhead
    std::uint32_t stamp = 0;
    std::uint16_t number = 0;  // from 1
    Phase phase = Phase::kAsks;
    Outcome how = Outcome::kCompleted;
    Failure failure{Failure::Kind::kRefused, {}, {}};  // if it is one
    RetryBudget::Attempt paid;
  };
  std::vector<Operation> operations;
  std::vector<Attempt> attempts;
  std::uint32_t free_operation = kNone, free_attempt = kNone;
  std::vector<std::uint32_t> attempt_of;       // by request
  std::vector<std::uint32_t> first_of_caller;  // by request: of the operations it waits for
  std::vector<std::int64_t> deadline_of;       // by request, of kinds that carry one
  std::vector<Party> parties;
  std::vector<std::uint32_t> party_of_kind;  // kNone: such requests are no attempts
  const ErrorAnswer* said = nullptr;         // by the request that fails at this moment; null: nothing

  std::uint32_t take_operation();
  std::uint32_t take_attempt(std::uint32_t operation);
  void give_back_operation(std::uint32_t operation);
  void give_back_attempt(std::uint32_t attempt);
};

}  // namespace windtunnel
