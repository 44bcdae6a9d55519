#include "sim/statistics/estimate.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cassert>
#include <cmath>
#include <limits>

namespace windtunnel {

Estimate estimate(std::span<const double> values) {
  Estimate e;
  double sum = 0;
  for (const double v : values) {
    if (std::isnan(v)) continue;
    e.least = e.n == 0 ? v : std::min(e.least, v);
    e.most = e.n == 0 ? v : std::max(e.most, v);
    sum += v;
    ++e.n;
  }
  if (e.n == 0) {
    e.mean = e.least = e.most = std::numeric_limits<double>::quiet_NaN();
    return e;
  }
  const double n = static_cast<double>(e.n);
  e.mean = e.least == e.most ? e.least : sum / n;  // equal values have no error, not even of rounding
  if (e.n == 1 || e.least == e.most) return e;
  double squares = 0;
  for (const double v : values)
    if (!std::isnan(v)) squares += (v - e.mean) * (v - e.mean);
  e.standard_error = std::sqrt(squares / (n - 1) / n);
  e.half_width_95 = student_t_quantile(0.975, n - 1) * e.standard_error;
  return e;
}

double student_t_quantile(double p, double degrees) {
  assert(p > 0 && p < 1 && degrees > 0);
  return boost::math::quantile(boost::math::students_t(degrees), p);
}

}  // namespace windtunnel
