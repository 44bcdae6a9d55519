#include "models/admission/limit_per_window.hpp"
#include "models/admission/types.hpp"
#include "models/admission/windows.hpp"

namespace windtunnel {

std::optional<Duration> SlidingWindowLog::acquire(Time now) {
  while (!passed_.empty() && passed_.front() <= now - window_) passed_.pop_front();
  if (static_cast<std::int64_t>(passed_.size()) >= limit_) return std::nullopt;
  passed_.push_back(now);
  return Duration{0};
}

void add_sliding_window_log(Registry<RateLimiterParams>& limiters) {
  limiters.add<LimitPerWindow<SlidingWindowLog>>("sliding_window_log",
                                                 "So many requests in any stretch of time of one length, exactly");
}

}  // namespace windtunnel
