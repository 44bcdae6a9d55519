#include "models/resilience/retry_budget.hpp"

namespace windtunnel {

const Registry<RetryBudgetParams>& RetryBudgetParams::registry() {
  static const Registry<RetryBudgetParams> budgets = [] {
    Registry<RetryBudgetParams> r("retry budget", "type", "ratio");
    add_ratio(r);
    add_token_bucket(r);
    add_share_of_active(r);
    add_grpc_throttling(r);
    add_aws_quota(r);
    return r;
  }();
  return budgets;
}

}  // namespace windtunnel
