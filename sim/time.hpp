#pragma once

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

namespace windtunnel {

// Simulated time is a whole number of nanoseconds since the run began (the warm-up included), so that ties are real
// ties and no rounding depends on how far the clock has run. 2^63 ns are 292 years.
using Duration = std::chrono::nanoseconds;
using Time = std::chrono::nanoseconds;

inline constexpr Time kNever = Time{std::numeric_limits<std::int64_t>::max()};

// The nearest double: 1e9 is exact and 1e-9 is not, so that 30 s times 1e-9 would be the double above 30.
constexpr double ns_to_seconds(double ns) { return ns / 1e9; }
constexpr double to_seconds(Duration d) { return ns_to_seconds(static_cast<double>(d.count())); }

// Rounds to the nearest nanosecond; values beyond the clock's range saturate.
inline Duration from_seconds(double seconds) {
  const double ns = seconds * 1e9;
  if (ns >= 9.2e18) return kNever;
  return Duration{std::llround(ns)};
}

}  // namespace windtunnel
