#include "models/admission/limit_per_window.hpp"
#include "models/admission/types.hpp"
#include "models/admission/windows.hpp"

namespace windtunnel {

std::optional<Duration> FixedWindow::acquire(Time now) {
  const std::int64_t number = now / window_;
  if (number != number_) passed_ = 0;
  number_ = number;
  if (passed_ >= limit_) return std::nullopt;
  ++passed_;
  return Duration{0};
}

void add_fixed_window(Registry<RateLimiterParams>& limiters) {
  limiters.add<LimitPerWindow<FixedWindow>>("fixed_window", "So many requests in each window of time");
}

}  // namespace windtunnel
