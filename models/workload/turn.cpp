#include "models/workload/turn.hpp"

#include <cmath>

namespace windtunnel {
namespace {

constexpr double kPi = 3.14159265358979323846;

}  // namespace

Turn turn(double turns) {
  const double fraction = turns - std::floor(turns);
  const int quarter = static_cast<int>(std::lround(fraction * 4));
  const double x = (fraction - 0.25 * quarter) * 2 * kPi, x2 = x * x;
  double sine = 0, cosine = 0;
  for (int k = 9; k >= 1; --k) {
    sine = (1 - sine) * x2 / (2 * k * (2 * k + 1));
    cosine = (1 - cosine) * x2 / ((2 * k - 1) * 2 * k);
  }
  sine = (1 - sine) * x;
  cosine = 1 - cosine;
  switch (quarter % 4) {
    case 0:
      return {cosine, sine};
    case 1:
      return {-sine, cosine};
    case 2:
      return {-cosine, -sine};
    default:
      return {sine, -cosine};
  }
}

}  // namespace windtunnel
