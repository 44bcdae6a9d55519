#include "models/autoscaler/hpa/quantity.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace windtunnel::hpa {
namespace {

// Whether it is a whole number but for what the multiplication that made it may have added. Quantities end at nano, so
// what else is not whole is off by a millionth of a milli at least.
bool is_whole(double value) {
  return std::fabs(value - std::round(value)) <= std::max(1e-7, std::fabs(value) * 0x1p-51);
}

}  // namespace

std::int64_t to_milli(double value) {
  const double milli = value * 1000;
  const double whole = is_whole(milli) ? std::round(milli) : std::ceil(milli);
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return whole < 0x1p63 ? static_cast<std::int64_t>(whole) : kMost;
}

double approximate(Quantity quantity) {
  for (const double parts : std::array{1.0, 1e3, 1e6, 1e9}) {
    const double digits = quantity.value * parts;
    if (is_whole(digits)) return std::round(digits) * (1 / parts);
  }
  return quantity.value;
}

}  // namespace windtunnel::hpa
