#pragma once

#include <cstdint>

#include "models/resilience/backoff.hpp"
#include "models/resilience/retry_budget.hpp"

namespace windtunnel {

// What a client does when a request of its operation fails: whatever it could see of it, a timeout, a rejection, a loss
// or a failed dependency, it tries again.
struct Retry {
  std::int64_t attempts = 3;  // the first one included
  Backoff backoff;
  RetryBudgetChoice budget;  // none: as many retries as attempts allow

  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
