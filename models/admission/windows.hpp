#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "models/admission/rate_limiter.hpp"

namespace windtunnel {

// At most `limit` requests in each window; windows begin at multiples of their length. Across the boundary of two,
// twice as many may pass.
class FixedWindow final : public RateLimiter {
 public:
  FixedWindow(std::int64_t limit, Duration window) : limit_(limit), window_(window) {}
  std::optional<Duration> acquire(Time now) override;

 private:
  std::int64_t limit_;
  Duration window_;
  std::int64_t number_ = -1, passed_ = 0;
};

// At most `limit` requests in any window, exactly: it remembers when each of them passed.
class SlidingWindowLog final : public RateLimiter {
 public:
  SlidingWindowLog(std::int64_t limit, Duration window) : limit_(limit), window_(window) {}
  std::optional<Duration> acquire(Time now) override;

 private:
  std::int64_t limit_;
  Duration window_;
  std::deque<Time> passed_;
};

// The same from two counters: those of this fixed window and, as if they had come evenly, those of the one before.
class SlidingWindowCounter final : public RateLimiter {
 public:
  SlidingWindowCounter(std::int64_t limit, Duration window) : limit_(limit), window_(window) {}
  std::optional<Duration> acquire(Time now) override;

 private:
  std::int64_t limit_;
  Duration window_;
  std::int64_t number_ = -1, passed_ = 0, before_ = 0;
};

}  // namespace windtunnel
