#pragma once

#include <cstdint>
#include <vector>

#include "sim/time.hpp"

namespace windtunnel::kpa {

enum class Averaging { kLinear, kWeightedExponential };

// What was reported within a sliding window, in one bucket per second, and its average: the metric windows of the
// Knative autoscaler (knative/serving 1.23, pkg/autoscaler/aggregation). Values of the same second add up, which is how
// a revision's sources come together. Times are cut to whole seconds.
class MetricWindow {
 public:
  explicit MetricWindow(Duration length, Averaging averaging = Averaging::kLinear);  // at least a second

  // A window's length or more after the last value: begins anew. As much before it: ignored.
  void record(Time at, double value);
  // Linear: over the seconds since the first value, those without a value counting as 0 up to the last value and not at
  // all after it; to six decimals. Weighted: each second counts less than the next by the same factor, and seconds
  // without a value count as 0 everywhere. 0 where nothing was reported for the window's length.
  double average(Time now) const;
  bool empty(Time now) const;  // nothing for longer than the window's length

  // Weight of the newest second in the weighted average over so many of them.
  static double smoothing(std::size_t buckets);

 private:
  double linear(std::int64_t now) const;
  double weighted(std::int64_t now) const;
  double& bucket(std::int64_t second) { return buckets_[index(second)]; }
  std::size_t index(std::int64_t second) const {
    return static_cast<std::size_t>(second % static_cast<std::int64_t>(buckets_.size()));
  }
  std::int64_t length() const { return static_cast<std::int64_t>(buckets_.size()); }

  std::vector<double> buckets_;
  double total_ = 0;
  double smoothing_ = 0;  // 0: linear
  bool written_ = false;
  std::int64_t first_ = 0, last_ = 0;  // seconds
};

}  // namespace windtunnel::kpa
