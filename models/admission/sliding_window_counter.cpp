#include "models/admission/limit_per_window.hpp"
#include "models/admission/types.hpp"
#include "models/admission/windows.hpp"

namespace windtunnel {

std::optional<Duration> SlidingWindowCounter::acquire(Time now) {
  const std::int64_t number = now / window_;
  if (number != number_) {
    before_ = number == number_ + 1 ? passed_ : 0;
    passed_ = 0;
    number_ = number;
  }
  const double gone = static_cast<double>((now % window_).count()) / static_cast<double>(window_.count());
  if (static_cast<double>(passed_) + static_cast<double>(before_) * (1 - gone) >= static_cast<double>(limit_))
    return std::nullopt;
  ++passed_;
  return Duration{0};
}

void add_sliding_window_counter(Registry<RateLimiterParams>& limiters) {
  limiters.add<LimitPerWindow<SlidingWindowCounter>>(
      "sliding_window_counter", "So many requests in a sliding stretch of time, estimated from two counters");
}

}  // namespace windtunnel
