#pragma once

#include <cstdint>

#include "sim/time.hpp"

namespace windtunnel {

// A whole number that changes at instants (requests in service, replicas ready) and its integral over time, for one
// addition and one multiplication per change: with X = -sum of change * instant, the integral up to `now` is
// value * now + X. Everything is modulo 2^64, so it is exact as long as what is taken at a time fits 63 bits
// (10^6 of something for 100 days).
class TimeWeighted {
 public:
  std::int64_t value() const { return static_cast<std::int64_t>(value_); }

  // Instants need not ascend: the order of changes does not matter to the integral.
  void add(Time now, std::int64_t change) {
    const auto c = static_cast<std::uint64_t>(change);
    value_ += c;
    x_ -= c * static_cast<std::uint64_t>(now.count());
  }
  void set(Time now, std::int64_t value) { add(now, value - this->value()); }

  // Value times nanoseconds since time 0.
  std::uint64_t integral(Time now) const { return value_ * static_cast<std::uint64_t>(now.count()) + x_; }
  // Value times nanoseconds since the last take (or time 0). `now` must not lie before any change made so far.
  std::int64_t take_integral(Time now) {
    const std::uint64_t all = integral(now);
    const std::uint64_t since = all - taken_;
    taken_ = all;
    return static_cast<std::int64_t>(since);
  }

 private:
  std::uint64_t value_ = 0, x_ = 0, taken_ = 0;
};

}  // namespace windtunnel
