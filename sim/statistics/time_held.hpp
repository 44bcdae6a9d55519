#pragma once

#include <cstdint>
#include <vector>

#include "sim/time.hpp"

namespace windtunnel {

// How long a count held each of its values: the time-weighted law of, say, the number of requests in a queue.
class TimeHeld {
 public:
  std::int64_t value() const { return value_; }
  // Instants ascend; the count is never negative.
  void set(Time now, std::int64_t value) {
    held(value_) += (now - since_).count();
    since_ = now;
    value_ = value;
  }
  void add(Time now, std::int64_t change) { set(now, value_ + change); }
  // Forgets what was held up to `now`; the count stays.
  void restart(Time now);
  // Counts the time up to `now` in.
  void finish(Time now) { set(now, value_); }
  void merge(const TimeHeld& other);

  Duration total() const;
  double share_at_least(std::int64_t value) const;  // P(N >= value); NaN before any time has passed
  double mean() const;                              // NaN before any time has passed
  double variance() const;                          // NaN before any time has passed

 private:
  std::int64_t& held(std::int64_t value) {
    const auto index = static_cast<std::size_t>(value);
    if (index >= held_.size()) [[unlikely]]
      held_.resize(2 * index + 16);
    return held_[index];
  }

  std::int64_t value_ = 0;
  Time since_{0};
  std::vector<std::int64_t> held_;  // nanoseconds by value
};

}  // namespace windtunnel
