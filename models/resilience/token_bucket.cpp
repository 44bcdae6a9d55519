#include <algorithm>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// Tenths of a token add up to whole ones only nearly.
constexpr double kRounding = 1e-9;

class TokenBucket final : public RetryBudget {
 public:
  TokenBucket(double capacity, double per_success)
      : capacity_(capacity), per_success_(per_success), tokens_(capacity) {}

  void ended(Time, const Attempt&, bool success) override {
    if (success) tokens_ = std::min(capacity_, tokens_ + per_success_);
  }
  std::optional<double> leave(Time, bool) override {
    if (tokens_ < 1 - kRounding) return std::nullopt;
    tokens_ -= 1;
    return 1;
  }

 private:
  double capacity_, per_success_, tokens_;
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("per_success", per_success_, "Tokens that a successful attempt puts in; a retry takes one", kNonNegative);
    v.field("capacity", capacity_, "Tokens that fit; it starts full", kNonNegative);
  }
  std::unique_ptr<RetryBudget> make() const override { return std::make_unique<TokenBucket>(capacity_, per_success_); }

 private:
  double per_success_ = 0.1;
  double capacity_ = 10;
};

}  // namespace

void add_token_bucket(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>("token_bucket", "A retry takes a token, a success puts part of one in");
}

}  // namespace windtunnel
