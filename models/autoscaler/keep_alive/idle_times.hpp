#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "models/autoscaler/keep_alive/keep_alive.hpp"

namespace windtunnel {

// The hybrid histogram policy (M. Shahrad et al., "Serverless in the Wild", USENIX ATC 2020). Idle times, from the end
// of an execution to the next arrival, are counted in bins up to a range; from them:
//   - out of the range a share of at least `out_of_bounds`: the next idle time f is forecast from the last ones by
//     next_by_autoregression() (the paper fits an ARIMA model); load after f (1 - forecast_margin), keep until
//     f (1 + forecast_margin);
//   - bin counts whose standard deviation (over bins - 1) is below `representative` times their mean, or no idle time
//     yet: stay loaded, keep for the range;
//   - else load after the lower edge of the head's bin less `margin`, keep until the upper edge of the tail's plus
//     `margin`; head and tail are the first bins that bring the cumulative share to theirs. A head of 0 stays loaded.
class IdleTimes {
 public:
  struct Terms {
    Duration range = std::chrono::hours{4};
    Duration bin = std::chrono::minutes{1};
    double head = 0.05, tail = 0.99;
    double margin = 0.1;
    double representative = 2;
    double out_of_bounds = 0.5;
    double forecast_margin = 0.15;
  };

  explicit IdleTimes(const Terms& terms) : terms_(terms), bins_(static_cast<std::size_t>(terms.range / terms.bin)) {}

  void add(Duration idle);
  KeepAliveTerms next() const;

  double coefficient_of_variation() const;  // of the bin counts; 0 while all are 0

 private:
  static constexpr std::size_t kKept = 200;  // for the forecast

  std::size_t first_bin_of(double share) const;

  Terms terms_;
  std::vector<std::int64_t> bins_;
  std::int64_t within_ = 0, beyond_ = 0;
  std::deque<double> last_s_;
};

}  // namespace windtunnel
