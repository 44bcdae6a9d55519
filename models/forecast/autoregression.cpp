#include "models/forecast/autoregression.hpp"

#include <algorithm>
#include <vector>

#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

constexpr std::size_t kHighestOrder = 5;
// An error below this share of the variance is rounding: the series repeats exactly, and more order explains nothing.
constexpr double kExact = 1e-12;

}  // namespace

double next_by_autoregression(std::span<const double> values) {
  const std::size_t n = values.size();
  if (n == 0) return 0;
  double mean = 0;
  for (const double value : values) mean += value / static_cast<double>(n);
  if (n < 3) return mean;
  const std::size_t highest = std::min(kHighestOrder, n - 2);

  std::vector<double> covariance(highest + 1);
  for (std::size_t k = 0; k <= highest; ++k)
    for (std::size_t i = k; i < n; ++i)
      covariance[k] += (values[i] - mean) * (values[i - k] - mean) / static_cast<double>(n);
  if (!(covariance[0] > kExact * mean * mean)) return mean;

  std::vector<double> weights, best;  // of the last value, the one before, …
  double error = covariance[0];
  double least = static_cast<double>(n) * log_of(error);
  for (std::size_t order = 1; order <= highest && error > kExact * covariance[0]; ++order) {
    double reflection = covariance[order];
    for (std::size_t k = 0; k < weights.size(); ++k) reflection -= weights[k] * covariance[order - 1 - k];
    reflection /= error;
    std::vector<double> next = weights;
    for (std::size_t k = 0; k < weights.size(); ++k) next[k] -= reflection * weights[weights.size() - 1 - k];
    next.push_back(reflection);
    weights = std::move(next);
    error *= 1 - reflection * reflection;
    if (!(error > 0)) break;
    const double criterion = static_cast<double>(n) * log_of(error) + 2 * static_cast<double>(order);
    if (criterion < least) {
      least = criterion;
      best = weights;
    }
  }
  double forecast = mean;
  for (std::size_t k = 0; k < best.size(); ++k) forecast += best[k] * (values[n - 1 - k] - mean);
  return forecast;
}

}  // namespace windtunnel
