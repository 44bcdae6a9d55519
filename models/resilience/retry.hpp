#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/resilience/backoff.hpp"
#include "models/resilience/pushback.hpp"
#include "models/resilience/retry_budget.hpp"

namespace windtunnel {

// What a client does when a request of its operation fails: whatever it could see of it, a timeout, a rejection, a loss
// or a failed dependency, it tries again, unless it is particular about that.
struct Retry {
  std::int64_t attempts = 3;                   // the first one included
  std::optional<std::vector<std::string>> on;  // none: any failure
  Backoff backoff;
  PushbackChoice pushback;   // none: nobody listens to servers
  RetryBudgetChoice budget;  // none: as many retries as attempts allow

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
