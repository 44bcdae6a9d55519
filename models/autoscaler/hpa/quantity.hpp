#pragma once

#include <cstdint>

#include "sim/describe/field.hpp"

namespace windtunnel::hpa {

// As the controller reads a quantity: in milli-units, rounded up to a whole one.
std::int64_t to_milli(double value);
inline std::int64_t to_milli(Quantity quantity) { return to_milli(quantity.value); }

// As the controller reads a tolerance (AsApproximateFloat64): the digits of its canonical form times a power of ten,
// which may miss the nearest double of the decimal by one: 9m is 9 * 0.001, not 0.009.
double approximate(Quantity quantity);

}  // namespace windtunnel::hpa
