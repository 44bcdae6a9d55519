#pragma once

#include <cstdint>
#include <memory>

#include "models/admission/rate_limiter.hpp"

namespace windtunnel {

// Parameters of a limiter that counts in windows: one of windows.hpp.
template <class Limiter>
class LimitPerWindow final : public RateLimiterParams {
 public:
  void describe_limiter(FieldVisitor& v) override {
    v.field("limit", limit_, "Requests that pass in one window", {.lo = 1, .required = true});
    v.field("window", window_, "How long a window is", kPositive);
  }
  std::unique_ptr<RateLimiter> make(Time) const override { return std::make_unique<Limiter>(limit_, window_); }

 private:
  std::int64_t limit_ = 1;
  Duration window_ = std::chrono::seconds{1};
};

}  // namespace windtunnel
