#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "sim/describe/field.hpp"

namespace windtunnel {

// What a client allows itself in retries, over all its operations. It never makes one wait: without leave to retry an
// operation ends with the failure that it has.
class RetryBudget {
 public:
  virtual ~RetryBudget() = default;
  // What an attempt is to the budget.
  struct Attempt {
    bool retry = false;
    double paid = 0;  // by the leave it has
  };
  // An attempt leaves.
  virtual void sent(Time, const Attempt&) {}
  enum class End {
    kSuccess,
    kFailure,  // one that is worth another attempt, or with which the server has asked for none
    kFinal,    // a failure of the kinds that are not tried again: none of the server's doing
  };
  // An attempt has ended; before leave() is asked for the next.
  virtual void ended(Time, const Attempt&, End) {}
  // An attempt was given up for another that had succeeded, or because nobody waits any more.
  virtual void given_up(Time, const Attempt&) {}
  enum class Why { kTransient, kTimeout, kThrottled };
  // Leave for a retry of an attempt that has failed so, and what is paid for it; none: refused.
  virtual std::optional<double> leave(Time now, Why why) = 0;
};

class RetryBudgetParams {
 public:
  virtual ~RetryBudgetParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  virtual std::unique_ptr<RetryBudget> make() const = 0;
  static const Registry<RetryBudgetParams>& registry();
};
using RetryBudgetChoice = Choice<RetryBudgetParams>;

void add_ratio(Registry<RetryBudgetParams>& budgets);
void add_token_bucket(Registry<RetryBudgetParams>& budgets);
void add_share_of_active(Registry<RetryBudgetParams>& budgets);
void add_grpc_throttling(Registry<RetryBudgetParams>& budgets);
void add_aws_quota(Registry<RetryBudgetParams>& budgets);
void add_failure_share(Registry<RetryBudgetParams>& budgets);

}  // namespace windtunnel
