#include "models/admission/leaky_bucket.hpp"

#include <algorithm>
#include <cmath>

#include "models/admission/types.hpp"

namespace windtunnel {

LeakyBucket::LeakyBucket(double per_second, std::int64_t burst, std::int64_t delay)
    : rate_(std::max<std::int64_t>(1, std::llrint(per_second * 1000))), burst_(burst * 1000), delay_(delay * 1000) {}

std::optional<Duration> LeakyBucket::acquire(Time now) {
  const std::int64_t ms = now.count() / 1'000'000;
  std::int64_t excess = 0;
  if (last_ms_ >= 0) {
    const double leaked = static_cast<double>(rate_) * static_cast<double>(ms - last_ms_) / 1000;
    excess = leaked > static_cast<double>(excess_ + 1000) ? 0 : excess_ - static_cast<std::int64_t>(leaked) + 1000;
    if (excess > burst_) return std::nullopt;
  }
  excess_ = excess;
  last_ms_ = ms;
  if (excess <= delay_) return Duration{0};
  return std::chrono::milliseconds{(excess - delay_) * 1000 / rate_};
}

namespace {

class Params final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("rate", rate_, "What leaks out per second", {.lo = 0.001, .required = true});
    v.field("burst", burst_, "Requests beyond the rate that are taken; further ones are refused", {.lo = 0, .hi = 1e9});
    v.field("delay", delay_,
            "Of those, so many pass at once, and the others wait for their turn at the rate; as many as burst: nodelay",
            {.lo = 0, .hi = 1e9});
  }
  std::unique_ptr<RateLimiter> make(Time) const override {
    return std::make_unique<LeakyBucket>(rate_.per_second, burst_, delay_);
  }

 private:
  Rate rate_;
  std::int64_t burst_ = 0, delay_ = 0;
};

}  // namespace

void add_leaky_bucket(Registry<RateLimiterParams>& limiters) {
  limiters.add<Params>("leaky_bucket", "NGINX's limit_req: what exceeds a rate waits, up to a number of requests");
}

}  // namespace windtunnel
