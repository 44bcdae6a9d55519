#pragma once

#include <string>
#include <vector>

#include "sim/statistics/estimate.hpp"

namespace windtunnel {

// What theory says of a figure, beside what the simulation found.
struct TheoryFigure {
  std::string metric;  // "checkout.latency.mean"
  std::string unit;
  double low = 0, high = 0;  // the same, but where theory only gives bounds; infinite: there is no steady state
  Estimate simulated;
  bool disagrees = false;  // only of what theory says exactly, or bounds
};

// What theory says of a service, if it says anything.
struct TheoryOf {
  enum class Standing { kNothing, kExact, kApproximation, kBounds };
  std::string service;
  std::string model;  // "M/M/3"
  Standing standing = Standing::kNothing;
  std::string why;     // there is no theory, or it is no more than an approximation or bounds
  double load = 0;     // servers that the work would keep busy: arrival rate x mean service time
  double servers = 0;  // that there are
  int staffing = 0;    // servers by the square-root rule
  std::vector<TheoryFigure> figures;
};

}  // namespace windtunnel
