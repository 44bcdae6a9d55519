#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/resilience/pushback.hpp"
#include "models/resilience/recent_latency.hpp"
#include "models/resilience/retry_budget.hpp"

namespace windtunnel {

// A client that does not wait for a slow answer alone (gRPC's hedging policy, "The Tail at Scale"): copies of a call
// leave one after another until one of them succeeds, which ends the others.
struct Hedge {
  std::optional<Duration> delay;                      // between two copies; a failure sends the next at once
  std::optional<RecentQuantile> after;                // instead of the delay, once enough is known
  std::int64_t attempts = 2;                          // the first one included
  std::optional<std::vector<std::string>> non_fatal;  // none: every failure leaves the others under way
  PushbackChoice pushback;                            // none: nobody listens to servers
  RetryBudgetChoice budget;                           // of copies after the first; one that gets no leave is not sent

  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
