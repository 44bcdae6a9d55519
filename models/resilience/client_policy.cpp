#include "models/resilience/client_policy.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kPerNames = {"client", "class"};

}  // namespace

void ClientPolicy::describe(FieldVisitor& v) {
  v.field("retry", retry,
          "What clients do when an attempt fails: timeout and patience are each attempt's. None: nothing");
  v.field("hedge", hedge, "Copies that leave while no answer has come; the first success ends the others");
  v.field("circuit_breaker", circuit_breaker, "Refuses attempts at the client while the service seems to be down");
  v.field("throttle", throttle, "Holds attempts back at the client by how others have ended");
  v.field("bulkhead", bulkhead, "Bounds the attempts that a client has under way");
  v.choice(
      "per", per, kPerNames,
      "Whether the circuit breaker and the bulkhead of a client are one for all its request classes (client) or one "
      "for each (class)");
  v.field("deadline", deadline,
          "From an operation's beginning to its end, attempts and waits included; what is under way then is given up",
          kPositive);
}

void ClientPolicy::check(Problems& p) {
  if (per == Per::kClass && !circuit_breaker && !bulkhead)
    p.warning("/per", "changes nothing without a circuit breaker or a bulkhead");
  if (retry && hedge) p.error("/hedge", "stands beside a retry; an operation tries again either way, not both");
}

const RetryBudgetParams* ClientPolicy::budget() const {
  const RetryBudgetChoice* choice = retry ? &retry->budget : hedge ? &hedge->budget : nullptr;
  return choice != nullptr && *choice ? &**choice : nullptr;
}

}  // namespace windtunnel
