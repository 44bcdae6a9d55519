#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace windtunnel {

// A quantile function (or its logarithm) as a table of cubics, for laws whose inverse is too slow to compute per draw.
// With v the distance of u to the nearer end of (0, 1), every octave of v from 2^-53 to 1/2 is split into n cells, so
// the tails are as well resolved as the middle. Cubic Hermite interpolation: value and slope are exact at the borders
// of cells and the error is width^4 / 384 times the fourth derivative, which for log v is 2.4e-7 whatever the octave.
class QuantileTable {
 public:
  struct Node {
    double value;
    double slope;  // d value / d v
  };
  // `node(v, upper)` at u = v, or at u = 1 - v if `upper`. Each side is asked from v = 1/2 outwards.
  QuantileTable(const std::function<Node(double v, bool upper)>& node, int log2_cells_per_octave);

  // out[i] = scale * table(u of words[i]) + shift.
  void apply(const std::uint64_t* words, double scale, double shift, double* out, std::size_t n) const;

  // The standard normal quantile; made once per process.
  static const QuantileTable& normal();

 private:
  static constexpr std::size_t kOctaves = 53;
  struct Cell {
    double c0, c1, c2, c3;  // by the position in the cell, 0..1
  };
  int log2_cells_;
  std::vector<Cell> cells_;  // u < 1/2, then u > 1/2
};

}  // namespace windtunnel
