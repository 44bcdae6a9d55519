#pragma once

#include <cstdint>
#include <optional>

#include "models/admission/rate_limiter.hpp"

namespace windtunnel {

// NGINX's limit_req (ngx_http_limit_req_module.c): the excess over a rate in thousandths of a request, by a clock of
// milliseconds. What is beyond `delay` waits until the excess has leaked away, what is beyond `burst` is refused.
class LeakyBucket final : public RateLimiter {
 public:
  LeakyBucket(double per_second, std::int64_t burst, std::int64_t delay);
  std::optional<Duration> acquire(Time now) override;
  std::int64_t excess() const { return excess_; }

 private:
  std::int64_t rate_, burst_, delay_;  // thousandths
  std::int64_t excess_ = 0;
  std::int64_t last_ms_ = -1;  // -1: nobody has come yet
};

}  // namespace windtunnel
