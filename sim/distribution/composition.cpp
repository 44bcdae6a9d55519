#include "sim/distribution/composition.hpp"

#include <bit>
#include <cassert>
#include <cmath>
#include <limits>
#include <string>

namespace windtunnel {

Composition::Composition(std::span<const double> shares) {
  double total = 0;
  for (const double share : shares) total += share;
  assert(total > 0);
  const Wide everything = static_cast<Wide>(1) << 64;
  Wide first = 0;
  double sum = 0;
  for (std::size_t part = 0; part < shares.size(); ++part) {
    sum += shares[part];
    const double reached = sum / total;
    const Wide end = reached >= 1 ? everything : static_cast<Wide>(std::ldexp(reached, 64));
    if (end <= first) continue;
    const Wide width = end - first;
    Slot slot{static_cast<std::uint64_t>(first), 0, 0, part};
    if (width < everything) {
      slot.shift = std::countl_zero(static_cast<std::uint64_t>(width));
      // The analyser cannot follow 128 bits: the shifted width lies in [2^63, 2^64).
      const Wide factor =
          (static_cast<Wide>(1) << 127) / (width << slot.shift);  // NOLINT(clang-analyzer-core.DivideZero)
      const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
      slot.factor = factor > most ? most : static_cast<std::uint64_t>(factor);
    }
    pieces_.push_back(slot);
    first = end;
  }
}

void check_shares_sum_to_one(Problems& p, std::string_view at, std::span<const double> shares) {
  double total = 0;
  for (const double share : shares) total += share;
  if (std::fabs(total - 1) <= 1e-9) return;
  std::string percent = std::to_string(total * 100);
  percent.erase(percent.find_last_not_of('0') + 1);
  if (percent.back() == '.') percent.pop_back();
  p.error(at, "shares sum to " + percent + " %, not 100 %");
}

}  // namespace windtunnel
