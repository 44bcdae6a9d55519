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

namespace {

class Params final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("limit", limit_, "Requests that pass in one window", {.lo = 1, .required = true});
    v.field("window", window_, "How long a window is", kPositive);
  }
  std::unique_ptr<RateLimiter> make(Time) const override { return std::make_unique<FixedWindow>(limit_, window_); }

 private:
  std::int64_t limit_ = 1;
  Duration window_ = std::chrono::seconds{1};
};

}  // namespace

void add_fixed_window(Registry<RateLimiterParams>& limiters) {
  limiters.add<Params>("fixed_window", "So many requests in each window of time");
}

}  // namespace windtunnel
