#pragma once

#include <string>

#include "sim/describe/field.hpp"

namespace windtunnel {

// "above 0", "from 1 to 5", "at least 0 and below 1"; numbers spelled by `spell`. Empty if everything fits.
template <class Spell>
std::string bounds_text(const Bounds& bounds, Spell spell) {
  const bool has_lo = bounds.lo > -std::numeric_limits<double>::infinity();
  const bool has_hi = bounds.hi < std::numeric_limits<double>::infinity();
  if (has_lo && has_hi && bounds.lo == bounds.hi) return spell(bounds.lo);
  if (has_lo && has_hi && !bounds.above_lo) return "from " + spell(bounds.lo) + " to " + spell(bounds.hi);
  std::string out;
  if (has_lo) out = (bounds.above_lo ? "above " : "at least ") + spell(bounds.lo);
  if (has_hi) out += (has_lo ? " and at most " : "at most ") + spell(bounds.hi);
  return out;
}

}  // namespace windtunnel
