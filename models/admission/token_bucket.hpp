#pragma once

#include <optional>

#include "models/admission/rate_limiter.hpp"

namespace windtunnel {

// Tokens come in at a rate, up to a capacity; a request takes one. With a bound on the wait it may take one that is
// still to come. botocore's bucket (retries/bucket.py) is this one, empty at the start, with its rate changed at times.
class TokenBucket final : public RateLimiter {
 public:
  TokenBucket(double per_second, double capacity, double tokens, Duration max_wait, Time now)
      : rate_(per_second), capacity_(capacity), tokens_(tokens), max_wait_(max_wait), last_(now) {}
  std::optional<Duration> acquire(Time now) override { return acquire(now, 1); }
  std::optional<Duration> acquire(Time now, double cost);
  void set_rate(Time now, double per_second, double capacity);  // tokens beyond the new capacity are lost
  double tokens(Time now) const;

 private:
  double rate_, capacity_, tokens_;
  Duration max_wait_;
  Time last_;
};

}  // namespace windtunnel
