#include "models/admission/types.hpp"
#include "models/admission/windows.hpp"

namespace windtunnel {

std::optional<Duration> SlidingWindowLog::acquire(Time now) {
  while (!passed_.empty() && passed_.front() <= now - window_) passed_.pop_front();
  if (static_cast<std::int64_t>(passed_.size()) >= limit_) return std::nullopt;
  passed_.push_back(now);
  return Duration{0};
}

namespace {

class Params final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("limit", limit_, "Requests that pass in one window", {.lo = 1, .required = true});
    v.field("window", window_, "How long a window is", kPositive);
  }
  std::unique_ptr<RateLimiter> make(Time) const override { return std::make_unique<SlidingWindowLog>(limit_, window_); }

 private:
  std::int64_t limit_ = 1;
  Duration window_ = std::chrono::seconds{1};
};

}  // namespace

void add_sliding_window_log(Registry<RateLimiterParams>& limiters) {
  limiters.add<Params>("sliding_window_log", "So many requests in any stretch of time of one length, exactly");
}

}  // namespace windtunnel
