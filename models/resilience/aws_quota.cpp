#include <algorithm>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// The AWS SDKs' standard mode: a retry takes from a quota; a success puts back what the last retry of its operation has
// taken, or a little where there was none; a failure puts nothing back.
class AwsQuota final : public RetryBudget {
 public:
  AwsQuota(double quota, double cost, double timeout_cost, double throttling_cost, double per_success)
      : most_(quota),
        cost_(cost),
        timeout_cost_(timeout_cost),
        throttling_cost_(throttling_cost),
        per_success_(per_success),
        left_(quota) {}

  void ended(Time, const Attempt& attempt, End end) override {
    if (end == End::kSuccess) left_ = std::min(most_, left_ + (attempt.retry ? attempt.paid : per_success_));
  }
  std::optional<double> leave(Time, Why why) override {
    const double cost = why == Why::kTimeout ? timeout_cost_ : why == Why::kThrottled ? throttling_cost_ : cost_;
    if (left_ < cost) return std::nullopt;
    left_ -= cost;
    return cost;
  }

 private:
  double most_, cost_, timeout_cost_, throttling_cost_, per_success_, left_;
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("quota", quota_, "Tokens that fit; it starts full", kNonNegative);
    v.field("cost", cost_, "Tokens that a retry takes", kNonNegative);
    v.field("timeout_cost", timeout_cost_, "Tokens that a retry after a timeout takes", kNonNegative);
    v.field("throttling_cost", throttling_cost_,
            "Tokens that a retry takes after an answer that throttles (429, RESOURCE_EXHAUSTED); none: as any other",
            kNonNegative);
    v.field("per_success", per_success_, "Tokens that an operation puts back that succeeds at once", kNonNegative);
  }
  std::unique_ptr<RetryBudget> make() const override {
    return std::make_unique<AwsQuota>(quota_, cost_, timeout_cost_, throttling_cost_.value_or(cost_), per_success_);
  }

 private:
  double quota_ = 500, cost_ = 5, timeout_cost_ = 10, per_success_ = 1;
  std::optional<double> throttling_cost_;
};

}  // namespace

void add_aws_quota(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>("aws_quota", "The AWS SDKs' retry quota in standard mode (2.0; newer ones: costs of 14 and 5)");
}

}  // namespace windtunnel
