#include <array>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// Finagle's RetryBudget, which Linkerd has too: a request deposits a token that lasts for `ttl`, a retry takes
// 1 / share of them, and a reserve of min_per_second ttl retries is always there. The tokens of a tenth of the ttl
// expire together, and so does what was taken meanwhile.
class Ratio final : public RetryBudget {
 public:
  Ratio(double share, double min_per_second, Duration ttl)
      : cost_(share > 0 ? 1 / share : 1),
        deposit_(share > 0 ? 1 : 0),
        reserve_(min_per_second * to_seconds(ttl) * cost_),
        slice_(std::max(Duration{1}, ttl / kSlices)) {}

  void sent(Time now, const Attempt& attempt) override {
    if (!attempt.retry) current(now) += deposit_;
  }
  std::optional<double> leave(Time now, Why) override {
    double& tokens = current(now);
    double balance = reserve_;
    for (const double slice : tokens_) balance += slice;
    if (balance < cost_ * (1 - 1e-12)) return std::nullopt;
    tokens -= cost_;
    return cost_;
  }

 private:
  static constexpr std::int64_t kSlices = 10;

  double& current(Time now) {
    const std::int64_t slice = now / slice_;
    if (slice - last_ >= kSlices)
      tokens_ = {};
    else
      while (last_ < slice) tokens_[static_cast<std::size_t>(++last_ % kSlices)] = 0;
    last_ = slice;
    return tokens_[static_cast<std::size_t>(slice % kSlices)];
  }

  double cost_, deposit_, reserve_;
  Duration slice_;
  std::int64_t last_ = 0;
  std::array<double, kSlices> tokens_{};
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("share", share_, "Retries in proportion to first attempts", {.lo = 0, .hi = 1000});
    v.field("min_per_second", min_per_second_, "Retries that are always allowed, on average over the ttl",
            kNonNegative);
    v.field("ttl", ttl_, "For so long a first attempt, or a retry, counts", kPositive);
  }
  std::unique_ptr<RetryBudget> make() const override {
    return std::make_unique<Ratio>(share_.value, min_per_second_, ttl_);
  }

 private:
  Share share_{0.2};
  double min_per_second_ = 10;
  Duration ttl_ = std::chrono::seconds{10};
};

}  // namespace

void add_ratio(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>("ratio",
                      "Finagle's and Linkerd's: a share of the requests of the last seconds, and a few always");
}

}  // namespace windtunnel
