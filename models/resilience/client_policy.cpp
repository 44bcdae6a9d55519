#include "models/resilience/client_policy.hpp"

namespace windtunnel {

void ClientPolicy::describe(FieldVisitor& v) {
  v.field("retry", retry,
          "What clients do when an attempt fails: timeout and patience are each attempt's. None: nothing");
  v.field("hedge", hedge, "Copies that leave while no answer has come; the first success ends the others");
  v.field("circuit_breaker", circuit_breaker, "Refuses attempts at the client while the service seems to be down");
  v.field("throttle", throttle, "Holds attempts back at the client by how others have ended");
  v.field("bulkhead", bulkhead, "Bounds the attempts that a client has under way");
  v.field("deadline", deadline,
          "From an operation's beginning to its end, attempts and waits included; what is under way then is given up",
          kPositive);
}

void ClientPolicy::check(Problems& p) {
  if (retry && hedge) p.error("/hedge", "stands beside a retry; an operation tries again either way, not both");
}

const RetryBudgetParams* ClientPolicy::budget() const {
  const RetryBudgetChoice* choice = retry ? &retry->budget : hedge ? &hedge->budget : nullptr;
  return choice != nullptr && *choice ? &**choice : nullptr;
}

}  // namespace windtunnel
