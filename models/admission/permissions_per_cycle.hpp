#pragma once

#include <cstdint>
#include <optional>

#include "models/admission/rate_limiter.hpp"

namespace windtunnel {

// resilience4j's AtomicRateLimiter: so many permissions per cycle, none carried over; a request may reserve one of a
// cycle to come if that begins within its timeout.
class PermissionsPerCycle final : public RateLimiter {
 public:
  PermissionsPerCycle(std::int64_t limit, Duration cycle, Duration timeout, Time now)
      : limit_(limit), cycle_(cycle), timeout_(timeout), began_(now), permissions_(limit) {}
  std::optional<Duration> acquire(Time now) override;
  std::int64_t available(Time now) const;  // below 0: reserved
  Duration wait(Time now) const;           // of a request that came now

 private:
  std::int64_t limit_;
  Duration cycle_, timeout_;
  Time began_;
  std::int64_t number_ = 0, permissions_;
};

}  // namespace windtunnel
