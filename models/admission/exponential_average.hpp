#pragma once

#include <cstdint>

namespace windtunnel {

// Netflix's ExpAvgMeasurement: a plain mean of the first samples, then exponential.
class ExponentialAverage {
 public:
  ExponentialAverage(std::int64_t window, std::int64_t warm_up) : window_(window), warm_up_(warm_up) {}
  double add(double value) {
    if (count_ < warm_up_) {
      ++count_;
      sum_ += value;
      return value_ = sum_ / static_cast<double>(count_);
    }
    const double factor = 2.0 / static_cast<double>(window_ + 1);
    return value_ = value_ * (1 - factor) + value * factor;
  }
  void scale(double factor) { value_ *= factor; }

 private:
  std::int64_t window_, warm_up_, count_ = 0;
  double sum_ = 0, value_ = 0;
};

}  // namespace windtunnel
