#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// Brooker's circuit breaker for retries ("Fixing retries with token buckets and circuit breakers"): a client that has
// seen more failed attempts than a share of its calls tries nothing again.
class FailureShare final : public RetryBudget {
 public:
  explicit FailureShare(double most) : most_(most) {}

  void sent(Time, const Attempt& attempt) override {
    if (!attempt.retry) ++calls_;
  }
  void ended(Time, const Attempt&, End end) override {
    if (end == End::kFailure) ++failures_;
  }
  std::optional<double> leave(Time, Why) override {
    if (static_cast<double>(failures_) > most_ * static_cast<double>(calls_)) return std::nullopt;
    return 0;
  }

 private:
  double most_;
  std::int64_t calls_ = 0, failures_ = 0;
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("share", share_,
            "Failed attempts in proportion to operations, since the client began; above it none is tried again",
            {.lo = 0, .hi = 1});
  }
  std::unique_ptr<RetryBudget> make() const override { return std::make_unique<FailureShare>(share_.value); }

 private:
  Share share_{0.1};
};

}  // namespace

void add_failure_share(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>("failure_share",
                      "Brooker's breaker for retries: none while more than a share of the calls failed");
}

}  // namespace windtunnel
