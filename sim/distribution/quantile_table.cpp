#include "sim/distribution/quantile_table.hpp"

#include <bit>
#include <cmath>

#include "sim/random/math.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {

QuantileTable::QuantileTable(const std::function<Node(double v, bool upper)>& node, int log2_cells_per_octave)
    : log2_cells_(log2_cells_per_octave), cells_(2 * kOctaves << log2_cells_per_octave) {
  const std::size_t per_octave = std::size_t{1} << log2_cells_;
  const std::size_t per_side = kOctaves * per_octave;
  for (const bool upper : {false, true}) {
    Cell* cells = cells_.data() + (upper ? per_side : 0);
    Node right = node(0.5, upper);
    for (std::size_t i = per_side; i-- > 0;) {
      const int octave = static_cast<int>(i / per_octave) - static_cast<int>(kOctaves);
      const double width = std::ldexp(1.0, octave - log2_cells_);
      const Node left = node(static_cast<double>(per_octave + i % per_octave) * width, upper);
      const double rise = right.value - left.value;
      const double a = left.slope * width;
      const double b = right.slope * width;
      cells[i] = {left.value, a, 3 * rise - 2 * a - b, a + b - 2 * rise};
      right = left;
    }
  }
}

void QuantileTable::apply(const std::uint64_t* words, double scale, double shift, double* out, std::size_t n) const {
  const int drop = 52 - log2_cells_;
  const std::uint64_t first = std::uint64_t{1023 - kOctaves} << log2_cells_;  // of v = 2^-53
  const Cell* const side[2] = {cells_.data(), cells_.data() + cells_.size() / 2};
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t upper = words[i] >> 63;
    const auto v = std::bit_cast<std::uint64_t>(Stream::to_unit(words[i] ^ (0 - upper)));  // ~word mirrors u
    const Cell& c = side[upper][(v >> drop) - first];
    const double t = std::bit_cast<double>(0x3ff0000000000000u | ((v << log2_cells_) & 0x000fffffffffffffu)) - 1;
    out[i] = scale * (c.c0 + t * (c.c1 + t * (c.c2 + t * c.c3))) + shift;
  }
}

const QuantileTable& QuantileTable::normal() {
  static const QuantileTable table(
      [](double v, bool upper) {
        constexpr double kHalfLogTwoPi = 0.91893853320467274178;
        const double z = normal_quantile(v);
        const double slope = exp_of(0.5 * z * z + kHalfLogTwoPi);  // 1 / density
        return upper ? Node{-z, -slope} : Node{z, slope};
      },
      4);
  return table;
}

}  // namespace windtunnel
