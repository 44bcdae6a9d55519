#include <algorithm>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// gRFC A6: a failure that could be retried takes a token, a success puts a part of one in, and retries need more than
// half of them. Counted in thousandths, as there.
class GrpcThrottling final : public RetryBudget {
 public:
  GrpcThrottling(std::int64_t max_tokens, std::int64_t thousandths)
      : most_(max_tokens * 1000), per_success_(thousandths), tokens_(most_) {}

  void ended(Time, const Attempt&, End end) override {
    if (end == End::kSuccess) tokens_ = std::min(most_, tokens_ + per_success_);
    if (end == End::kFailure) tokens_ = std::max<std::int64_t>(0, tokens_ - 1000);
  }
  std::optional<double> leave(Time, Why) override {
    if (tokens_ > most_ / 2) return 0;
    return std::nullopt;
  }

 private:
  std::int64_t most_, per_success_, tokens_;
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("maxTokens", max_tokens_, "Tokens that fit; it starts full, and more than half must be there",
            {.lo = 1, .hi = 1000});
    v.field("tokenRatio", token_ratio_, "Tokens that a success puts in, to three decimals; a failure takes one",
            {.lo = 0.001});
  }
  std::unique_ptr<RetryBudget> make() const override {
    return std::make_unique<GrpcThrottling>(max_tokens_, static_cast<std::int64_t>(token_ratio_ * 1000 + 1e-6));
  }

 private:
  std::int64_t max_tokens_ = 10;
  double token_ratio_ = 0.1;
};

}  // namespace

void add_grpc_throttling(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>("grpc_throttling", "gRPC's retryThrottling: none below half of the tokens, which failures take");
}

}  // namespace windtunnel
