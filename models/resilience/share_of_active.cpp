#include <algorithm>
#include <cmath>

#include "models/resilience/retry_budget.hpp"

namespace windtunnel {
namespace {

// Envoy's retry budget: retries under way, their back-off included, are fewer than a share of the requests that are
// active or wait, or than a number that is always allowed. The limit is a whole number, rounded down.
class ShareOfActive final : public RetryBudget {
 public:
  ShareOfActive(double share, std::int64_t least) : share_(share), least_(least) {}

  void sent(Time, const Attempt&) override { ++active_; }
  void ended(Time, const Attempt& attempt, End) override {
    --active_;
    if (attempt.retry) --retries_;
  }
  void given_up(Time now, const Attempt& attempt) override { ended(now, attempt, End::kFailure); }
  std::optional<double> leave(Time, Why) override {
    const auto share = static_cast<std::int64_t>(std::floor(share_ * static_cast<double>(active_) + 1e-9));
    if (retries_ >= std::max(least_, share)) return std::nullopt;
    ++retries_;
    return 1;
  }

 private:
  double share_;
  std::int64_t least_;
  std::int64_t active_ = 0, retries_ = 0;
};

class Params final : public RetryBudgetParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("share", share_, "Retries under way in proportion to requests under way", {.lo = 0, .hi = 1});
    v.field("min_concurrency", min_concurrency_, "Retries under way that are always allowed", kNonNegative);
  }
  std::unique_ptr<RetryBudget> make() const override {
    return std::make_unique<ShareOfActive>(share_.value, min_concurrency_);
  }

 private:
  Share share_{0.2};
  std::int64_t min_concurrency_ = 3;
};

}  // namespace

void add_share_of_active(Registry<RetryBudgetParams>& budgets) {
  budgets.add<Params>(
      "share_of_active",
      "Envoy's: retries under way are a share of the requests under way; a share of 0 is its max_retries");
}

}  // namespace windtunnel
