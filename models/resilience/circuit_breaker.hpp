#pragma once

#include <memory>

#include "sim/describe/field.hpp"

namespace windtunnel {

// What stands between a client and a service, and refuses calls on the client's side while it is open.
class CircuitBreaker {
 public:
  virtual ~CircuitBreaker() = default;
  // Leave for one call. Who has it tells how the call ended, or that it was given up.
  virtual bool permits(Time now) = 0;
  virtual void ended(Time now, Duration took, bool success) = 0;
  virtual void given_up(Time) {}
  // As it stands since the last of the calls above: a breaker that waits to be asked is open until then.
  virtual bool open() const = 0;
};

class CircuitBreakerParams {
 public:
  virtual ~CircuitBreakerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<CircuitBreaker> make(Time now) const = 0;
  static const Registry<CircuitBreakerParams>& registry();
};
using CircuitBreakerChoice = Choice<CircuitBreakerParams>;

void add_consecutive_failures(Registry<CircuitBreakerParams>& breakers);
void add_resilience4j(Registry<CircuitBreakerParams>& breakers);
void add_hystrix(Registry<CircuitBreakerParams>& breakers);
void add_max_requests(Registry<CircuitBreakerParams>& breakers);

}  // namespace windtunnel
