#pragma once

#include <optional>

#include "models/resilience/bulkhead.hpp"
#include "models/resilience/circuit_breaker.hpp"
#include "models/resilience/client_throttle.hpp"
#include "models/resilience/hedge.hpp"
#include "models/resilience/retry.hpp"

namespace windtunnel {

// How a client treats what it asks of a service: an operation, of one attempt or several. Every attempt passes the
// throttle, the circuit breaker and the bulkhead, in this order; what one of them refuses is a failure that has not
// left the client, and may be tried again.
struct ClientPolicy {
  enum class Per {
    kClient,  // one for everything that it asks for
    kClass,   // one for each request class
  };
  std::optional<Retry> retry;            // none: an attempt that fails is a failure
  std::optional<Hedge> hedge;            // none: no attempt leaves while another is under way
  CircuitBreakerChoice circuit_breaker;  // none: calls go whatever became of others
  ClientThrottleChoice throttle;         // none: they go at any rate …
  std::optional<Bulkhead> bulkhead;      // … and at any number
  Per per = Per::kClient;                // breakers and bulkheads
  std::optional<Duration> deadline;      // of the whole operation; none: attempts alone have timeouts

  void describe(FieldVisitor& v);
  void check(Problems& p);
  bool plain() const { return !retry && !hedge && !circuit_breaker && !throttle && !bulkhead && !deadline; }
  // What limits attempts after the first; null: nothing.
  const RetryBudgetParams* budget() const;
};

}  // namespace windtunnel
