#pragma once

#include <cstddef>
#include <span>

namespace windtunnel {

// Where the start-up transient of a series seems to end: MSER-5 (White, Cobb & Spratt 2000). Over the m means Y of
// batches of 5 it picks the d <= m/2 that makes sum over i >= d of (Y_i - mean)² / (m - d)² least, the smallest such d
// among equals.
struct Truncation {
  std::size_t observations = 0;  // how many to leave out at the start, a multiple of 5
  double statistic = 0;          // the least value found; NaN for fewer than 5 observations
  double mean = 0;               // of the observations kept; NaN for none
  bool at_limit = false;         // the largest d allowed was picked: the series is too short to tell
};
Truncation mser5(std::span<const double> series);

}  // namespace windtunnel
