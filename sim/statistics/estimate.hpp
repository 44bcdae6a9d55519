#pragma once

#include <cstdint>
#include <span>

namespace windtunnel {

// What independent replications say about a mean.
struct Estimate {
  double mean = 0;            // NaN where there are no values
  double standard_error = 0;  // 0 with one value
  double half_width_95 = 0;   // Student t, n - 1 degrees of freedom; 0 with one value
  double least = 0, most = 0;
  std::uint64_t n = 0;

  double low() const { return mean - half_width_95; }
  double high() const { return mean + half_width_95; }
};

// NaN values are left out.
Estimate estimate(std::span<const double> values);

// The p-quantile of Student's t with `degrees` degrees of freedom.
double student_t_quantile(double p, double degrees);

}  // namespace windtunnel
