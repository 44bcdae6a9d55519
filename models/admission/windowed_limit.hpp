#pragma once

#include <limits>

#include "models/admission/concurrency_limit.hpp"

namespace windtunnel {

// Tells a limit of whole windows in place of single requests: their mean round trip, the most that were in flight, and
// whether any was dropped (Netflix's WindowedLimit).
class WindowedLimit final : public ConcurrencyLimit {
 public:
  WindowedLimit(const LimitWindow& window, std::unique_ptr<ConcurrencyLimit> limit)
      : window_(window), limit_(std::move(limit)) {}
  std::int64_t limit() const override { return limit_->limit(); }
  void ended(const ConcurrencySample& sample) override;

 private:
  struct Seen {
    std::int64_t samples = 0, most = 0;
    Duration sum{0}, least = Duration::max();
    bool dropped = false;
  };
  LimitWindow window_;
  std::unique_ptr<ConcurrencyLimit> limit_;
  Time next_{};
  Seen seen_;
};

}  // namespace windtunnel
