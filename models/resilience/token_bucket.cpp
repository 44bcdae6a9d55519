#include <algorithm>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// Tenths of a token add up to whole ones only nearly.
constexpr double kRounding = 1e-9;

class TokenBucket final : public RetryBudget {
 public:
  TokenBucket(double capacity, double per_success, double per_operation)
      : capacity_(capacity), per_success_(per_success), per_operation_(per_operation), tokens_(capacity) {}

  void sent(Time, const Attempt& attempt) override {
    if (!attempt.retry) put_in(per_operation_);
  }
  void ended(Time, const Attempt&, End end) override {
    if (end == End::kSuccess) put_in(per_success_);
  }
  std::optional<double> leave(Time, Why) override {
    if (tokens_ < 1 - kRounding) return std::nullopt;
    tokens_ -= 1;
    return 1;
  }

 private:
  void put_in(double tokens) { tokens_ = std::min(capacity_, tokens_ + tokens); }

  double capacity_, per_success_, per_operation_, tokens_;
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("per_success", per_success_, "Tokens that a successful attempt puts in; a retry takes one", kNonNegative);
    v.field("per_operation", per_operation_, "Tokens that a first attempt puts in when it leaves", kNonNegative);
    v.field("capacity", capacity_, "Tokens that fit; it starts full", kNonNegative);
  }
  std::unique_ptr<RetryBudget> make() const override {
    return std::make_unique<TokenBucket>(capacity_, per_success_, per_operation_);
  }

 private:
  double per_success_ = 0.1;
  double per_operation_ = 0;
  double capacity_ = 10;
};

}  // namespace

void add_token_bucket(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>("token_bucket", "A retry takes a token, a success or every operation puts part of one in");
}

}  // namespace windtunnel
