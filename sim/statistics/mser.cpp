#include "sim/statistics/mser.hpp"

#include <limits>

namespace windtunnel {
namespace {

constexpr std::size_t kBatch = 5;
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

Truncation mser5(std::span<const double> series) {
  Truncation best;
  best.statistic = kNaN;
  const std::size_t batches = series.size() / kBatch;
  // From the back, so that one pass of Welford's updates (exactly 0 for equal batches) yields every d's sum of squares.
  double mean = 0;
  double squares = 0;
  for (std::size_t d = batches; d-- > 0;) {
    double batch = 0;
    for (std::size_t i = 0; i < kBatch; ++i) batch += series[d * kBatch + i];
    batch /= static_cast<double>(kBatch);
    const double kept = static_cast<double>(batches - d);
    const double from_mean = batch - mean;
    mean += from_mean / kept;
    squares += from_mean * (batch - mean);
    if (2 * d > batches) continue;
    const double statistic = squares / (kept * kept);
    if (!(statistic > best.statistic)) {
      best.statistic = statistic;
      best.observations = d * kBatch;
    }
  }
  best.at_limit = batches >= 2 && best.observations / kBatch == batches / 2;
  double sum = 0;
  for (const double x : series.subspan(best.observations)) sum += x;
  const std::size_t kept = series.size() - best.observations;
  best.mean = kept == 0 ? kNaN : sum / static_cast<double>(kept);
  return best;
}

}  // namespace windtunnel
