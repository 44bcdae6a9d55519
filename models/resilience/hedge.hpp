#pragma once

#include <cstdint>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {

// A client that does not wait for a slow answer alone (gRPC's hedging policy, "The Tail at Scale"): copies of a call
// leave one after another until one of them succeeds, which ends the others.
struct Hedge {
  Duration delay{0};          // between two copies; a failure sends the next at once
  std::int64_t attempts = 2;  // the first one included
  RetryBudgetChoice budget;   // of copies after the first; one that gets no leave is not sent

  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
