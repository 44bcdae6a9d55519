#include "models/autoscaler/keep_alive/idle_times.hpp"

#include <cmath>

#include "models/forecast/autoregression.hpp"

namespace windtunnel {

void IdleTimes::add(Duration idle) {
  last_s_.push_back(to_seconds(idle));
  if (last_s_.size() > kKept) last_s_.pop_front();
  const auto bin = static_cast<std::size_t>(idle / terms_.bin);
  if (bin >= bins_.size()) {
    ++beyond_;
    return;
  }
  ++bins_[bin];
  ++within_;
}

double IdleTimes::coefficient_of_variation() const {
  if (within_ == 0) return 0;
  const double mean = static_cast<double>(within_) / static_cast<double>(bins_.size());
  double squares = 0;
  for (const std::int64_t count : bins_) {
    const double off = static_cast<double>(count) - mean;
    squares += off * off;
  }
  return std::sqrt(squares / static_cast<double>(bins_.size() - 1)) / mean;
}

std::size_t IdleTimes::first_bin_of(double share) const {
  // What rounding takes from a product of shares is no idle time's worth.
  const double wanted = share * static_cast<double>(within_) - 1e-9;
  std::int64_t sum = 0;
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    sum += bins_[bin];
    if (sum > 0 && static_cast<double>(sum) >= wanted) return bin;
  }
  return bins_.size() - 1;
}

KeepAliveTerms IdleTimes::next() const {
  const std::int64_t all = within_ + beyond_;
  if (all > 0 && static_cast<double>(beyond_) >= terms_.out_of_bounds * static_cast<double>(all)) {
    const std::vector<double> last(last_s_.begin(), last_s_.end());
    const double forecast = std::max(0.0, next_by_autoregression(last));
    return {from_seconds(forecast * (1 - terms_.forecast_margin)),
            from_seconds(forecast * (1 + terms_.forecast_margin))};
  }
  if (coefficient_of_variation() < terms_.representative) return {Duration{}, terms_.range};
  const double bin_s = to_seconds(terms_.bin);
  const double head = static_cast<double>(first_bin_of(terms_.head)) * bin_s;
  const double tail = static_cast<double>(first_bin_of(terms_.tail) + 1) * bin_s;
  return {from_seconds(head * (1 - terms_.margin)), from_seconds(tail * (1 + terms_.margin))};
}

}  // namespace windtunnel
