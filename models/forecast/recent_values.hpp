#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <vector>

namespace windtunnel {

// The last values of a series, at most `capacity` of them. Private to models/forecast.
class RecentValues {
 public:
  explicit RecentValues(std::int64_t capacity) : capacity_(static_cast<std::size_t>(capacity)) {
    assert(capacity >= 1);
  }

  void push(double value) {
    if (values_.size() < capacity_)
      values_.push_back(value);
    else
      values_[next_] = value;
    next_ = next_ + 1 == capacity_ ? 0 : next_ + 1;
  }
  std::int64_t size() const { return static_cast<std::int64_t>(values_.size()); }
  // 1: the last one; requires 1 <= steps <= size().
  double back(std::int64_t steps) const {
    assert(steps >= 1 && steps <= size());
    const auto behind = static_cast<std::size_t>(steps);
    return values_[next_ >= behind ? next_ - behind : next_ + values_.size() - behind];
  }

 private:
  std::size_t capacity_;
  std::size_t next_ = 0;  // where the next value goes
  std::vector<double> values_;
};

}  // namespace windtunnel
