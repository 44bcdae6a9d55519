#include "sim/statistics/time_held.hpp"

#include <algorithm>
#include <limits>

namespace windtunnel {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void TimeHeld::restart(Time now) {
  std::fill(held_.begin(), held_.end(), 0);
  since_ = now;
}

void TimeHeld::merge(const TimeHeld& other) {
  if (held_.size() < other.held_.size()) held_.resize(other.held_.size());
  for (std::size_t i = 0; i < other.held_.size(); ++i) held_[i] += other.held_[i];
}

Duration TimeHeld::total() const {
  std::int64_t sum = 0;
  for (const std::int64_t ns : held_) sum += ns;
  return Duration{sum};
}

double TimeHeld::share_at_least(std::int64_t value) const {
  const std::int64_t all = total().count();
  if (all == 0) return kNaN;
  std::int64_t sum = 0;
  for (auto i = static_cast<std::size_t>(std::max<std::int64_t>(value, 0)); i < held_.size(); ++i) sum += held_[i];
  return static_cast<double>(sum) / static_cast<double>(all);
}

double TimeHeld::mean() const {
  const std::int64_t all = total().count();
  if (all == 0) return kNaN;
  double sum = 0;
  for (std::size_t i = 0; i < held_.size(); ++i) sum += static_cast<double>(i) * static_cast<double>(held_[i]);
  return sum / static_cast<double>(all);
}

double TimeHeld::variance() const {
  const std::int64_t all = total().count();
  if (all == 0) return kNaN;
  const double m = mean();
  double sum = 0;
  for (std::size_t i = 0; i < held_.size(); ++i) {
    const double from_mean = static_cast<double>(i) - m;
    sum += from_mean * from_mean * static_cast<double>(held_[i]);
  }
  return sum / static_cast<double>(all);
}

}  // namespace windtunnel
