#include "models/autoscaler/kpa/metric_window.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sim/random/math.hpp"

namespace windtunnel::kpa {
namespace {

constexpr Duration kBucket = std::chrono::seconds{1};
constexpr double kSmoothingLeast = 0.2;
constexpr double kWeightLeftOut = 1e-4;  // of values older than the window, in the weighted average

double to_six_decimals(double value) { return std::round(value * 1e6) / 1e6; }

}  // namespace

MetricWindow::MetricWindow(Duration length, Averaging averaging)
    : buckets_(static_cast<std::size_t>((length + kBucket - Duration{1}) / kBucket)) {
  assert(length >= kBucket);
  if (averaging == Averaging::kWeightedExponential) smoothing_ = smoothing(buckets_.size());
}

double MetricWindow::smoothing(std::size_t buckets) {
  return std::max(1 - exp_of(log_of(kWeightLeftOut) / static_cast<double>(buckets)), kSmoothingLeast);
}

void MetricWindow::record(Time at, double value) {
  const std::int64_t second = at / kBucket;
  if (!written_ || second >= last_ + length()) {
    std::fill(buckets_.begin(), buckets_.end(), 0.0);
    total_ = 0;
    written_ = true;
    first_ = last_ = second;
  } else if (second <= last_ - length()) {
    return;
  } else {
    first_ = std::min(first_, second);
    for (; last_ < second; ++last_) {
      total_ -= bucket(last_ + 1);
      bucket(last_ + 1) = 0;
    }
  }
  bucket(second) += value;
  total_ += value;
}

bool MetricWindow::empty(Time now) const { return !written_ || now / kBucket - last_ > length(); }

double MetricWindow::average(Time now) const {
  const std::int64_t second = now / kBucket;
  if (!written_ || second - last_ >= length()) return 0;
  return smoothing_ > 0 ? weighted(second) : linear(second);
}

double MetricWindow::linear(std::int64_t now) const {
  const std::int64_t silent = std::max<std::int64_t>(0, now - last_);
  double sum = total_;
  for (std::int64_t second = last_ + 1; second <= last_ + silent; ++second) sum -= buckets_[index(second)];
  const std::int64_t counted = std::min(last_ - first_ + 1, length() - silent);
  return to_six_decimals(sum / static_cast<double>(counted));
}

double MetricWindow::weighted(std::int64_t now) const {
  const std::int64_t silent = std::max<std::int64_t>(0, now - last_);
  double weight = smoothing_;
  for (std::int64_t i = 0; i < silent; ++i) weight *= 1 - smoothing_;
  double sum = 0;
  for (std::int64_t second = last_; second > last_ - (length() - silent); --second) {
    sum += buckets_[index(second + length())] * weight;
    weight *= 1 - smoothing_;
  }
  return sum;
}

}  // namespace windtunnel::kpa
