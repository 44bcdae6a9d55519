#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

// Numbers as the controller's Go has them on amd64: integers wrap around, and a double that an integer cannot hold, or
// that is not a number, becomes the least integer. (On other processors such a double becomes the nearest integer.)
namespace windtunnel::hpa {

inline std::int32_t to_int32(double value) {
  if (value > -2147483649.0 && value < 2147483648.0) return static_cast<std::int32_t>(value);
  return std::numeric_limits<std::int32_t>::min();
}
inline std::int64_t to_int64(double value) {
  if (value >= -0x1p63 && value < 0x1p63) return static_cast<std::int64_t>(value);
  return std::numeric_limits<std::int64_t>::min();
}
inline std::int32_t ceil_to_int32(double value) { return to_int32(std::ceil(value)); }

inline std::int32_t add(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
}
inline std::int32_t subtract(std::int32_t a, std::int32_t b) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(a) - static_cast<std::uint32_t>(b));
}
inline std::int64_t add(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
inline std::int64_t multiply(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
inline std::int64_t divide(std::int64_t a, std::int64_t b) {  // truncates; b is not 0
  return b == -1 ? multiply(a, b) : a / b;
}

}  // namespace windtunnel::hpa
