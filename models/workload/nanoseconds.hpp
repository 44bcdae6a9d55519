#pragma once

#include <cstdint>

#include "sim/time.hpp"

namespace windtunnel {

// The nearest whole number of nanoseconds, for 0 <= ns < 9e18; halves up. Compiles to two instructions, which
// std::llround does not. Below 2^52 the sum is exact enough, above it there are no halves.
inline Duration nanoseconds(double ns) {
  return Duration{static_cast<std::int64_t>(ns + 0.5)};  // NOLINT(bugprone-incorrect-roundings)
}

}  // namespace windtunnel
