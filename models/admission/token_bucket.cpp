#include "models/admission/token_bucket.hpp"

#include <algorithm>
#include <cmath>

#include "models/admission/types.hpp"

namespace windtunnel {

double TokenBucket::tokens(Time now) const { return std::min(capacity_, tokens_ + rate_ * to_seconds(now - last_)); }

std::optional<Duration> TokenBucket::acquire(Time now, double cost) {
  constexpr double kRounding = 1e-9;  // a token that a sum of fractions makes up
  const double there = tokens(now);
  Duration wait{0};
  if (there < cost - kRounding) {
    if (cost > capacity_) return std::nullopt;
    wait = Duration{std::llrint(std::ceil((cost - there) / rate_ * 1e9))};
    if (wait > max_wait_) return std::nullopt;
  }
  tokens_ = there - cost;
  last_ = now;
  return wait;
}

void TokenBucket::set_rate(Time now, double per_second, double capacity) {
  tokens_ = std::min(tokens(now), capacity);
  last_ = now;
  rate_ = per_second;
  capacity_ = capacity;
}

namespace {

class Params final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("rate", rate_, "Tokens per second", kRequiredPositive);
    v.field("burst", burst_, "Most tokens it holds, and as many at the beginning: requests that may pass at once",
            {.lo = 1});
    v.field("max_wait", max_wait_, "How long a request may wait for a token that is still to come; 0: not at all",
            kNonNegative);
  }
  std::unique_ptr<RateLimiter> make(Time now) const override {
    return std::make_unique<TokenBucket>(rate_.per_second, burst_, burst_, max_wait_, now);
  }

 private:
  Rate rate_;
  double burst_ = 1;
  Duration max_wait_{0};
};

}  // namespace

void add_token_bucket(Registry<RateLimiterParams>& limiters) {
  limiters.add<Params>("token_bucket", "Tokens come in at a rate, up to a number; each request takes one");
}

}  // namespace windtunnel
