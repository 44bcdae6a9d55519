#include "models/admission/permissions_per_cycle.hpp"

#include <algorithm>

#include "models/admission/types.hpp"

namespace windtunnel {

std::int64_t PermissionsPerCycle::available(Time now) const {
  const std::int64_t passed = (now - began_) / cycle_ - number_;
  const std::int64_t missing = limit_ - permissions_;
  return passed > missing / limit_ ? limit_ : permissions_ + passed * limit_;  // no product that could overflow
}

Duration PermissionsPerCycle::wait(Time now) const {
  const std::int64_t there = available(now);
  if (there >= 1) return Duration{0};
  const std::int64_t beyond_next = 1 - (there + limit_);  // still missing once the next cycle has begun
  const std::int64_t whole = beyond_next <= 0 ? 0 : (beyond_next + limit_ - 1) / limit_;
  return whole * cycle_ + (cycle_ - (now - began_) % cycle_);
}

std::optional<Duration> PermissionsPerCycle::acquire(Time now) {
  const Duration waits = wait(now);
  if (waits > timeout_) return std::nullopt;
  permissions_ = available(now) - 1;
  number_ = (now - began_) / cycle_;
  return waits;
}

namespace {

class Params final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("limitForPeriod", limit_, "Permissions in each cycle", {.lo = 1, .hi = 1e9});
    v.field("limitRefreshPeriod", cycle_, "How long a cycle is", kPositive);
    v.field("timeoutDuration", timeout_, "How long a request may wait for a permission", kNonNegative);
  }
  std::unique_ptr<RateLimiter> make(Time now) const override {
    return std::make_unique<PermissionsPerCycle>(limit_, cycle_, timeout_, now);
  }

 private:
  std::int64_t limit_ = 50;
  Duration cycle_{500};
  Duration timeout_ = std::chrono::seconds{5};
};

}  // namespace

void add_permissions_per_cycle(Registry<RateLimiterParams>& limiters) {
  limiters.add<Params>("resilience4j", "resilience4j's RateLimiter: so many permissions per cycle, none carried over");
}

}  // namespace windtunnel
