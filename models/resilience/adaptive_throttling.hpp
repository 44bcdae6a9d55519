#pragma once

#include <array>

#include "models/resilience/client_throttle.hpp"

namespace windtunnel {

// Client-side throttling of the SRE book (chapter "Handling Overload"): a call is refused with the probability
// max(0, (requests - k accepts) / (requests + 1)), both counted over the last `window`, what was refused here included
// in the requests. The window slides in hundredths.
class AdaptiveThrottling final : public ClientThrottle {
 public:
  AdaptiveThrottling(double k, Duration window) : k_(k), slice_(std::max(Duration{1}, window / kSlices)) {}

  static double refusal(double k, double requests, double accepts);
  Leave ask(Time now, std::uint64_t word) override;
  void ended(Time now, bool success, bool throttled) override;

 private:
  static constexpr std::int64_t kSlices = 100;
  struct Slice {
    std::int64_t requests = 0, accepts = 0;
  };
  Slice& current(Time now);

  double k_;
  Duration slice_;
  std::int64_t last_ = 0;
  std::array<Slice, kSlices> slices_{};
  Slice sum_;
};

}  // namespace windtunnel
