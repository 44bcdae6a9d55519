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

namespace {

class Params final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("limit", limit_, "Requests that pass in one window", {.lo = 1, .required = true});
    v.field("window", window_, "How long a window is", kPositive);
  }
  std::unique_ptr<RateLimiter> make(Time) const override {
    return std::make_unique<SlidingWindowCounter>(limit_, window_);
  }

 private:
  std::int64_t limit_ = 1;
  Duration window_ = std::chrono::seconds{1};
};

}  // namespace

void add_sliding_window_counter(Registry<RateLimiterParams>& limiters) {
  limiters.add<Params>("sliding_window_counter",
                       "So many requests in a sliding stretch of time, estimated from two counters");
}

}  // namespace windtunnel
