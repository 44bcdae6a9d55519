#pragma once

#include <memory>
#include <mutex>

#include "sim/distribution/distribution.hpp"
#include "sim/distribution/quantile_table.hpp"

namespace windtunnel {

// ln of the quantile function of the gamma law with mean 1 and cv 1 / sqrt(shape). Made in about a millisecond per
// table; needs 1e-4 <= shape <= 1e4.
QuantileTable gamma_log_quantiles(double shape);

// Keeps the last table made, so that the samplers of a thousand instances share one. Copies start empty.
class GammaTableCache {
 public:
  GammaTableCache() = default;
  GammaTableCache(const GammaTableCache&) {}
  GammaTableCache& operator=(const GammaTableCache&) = delete;
  ~GammaTableCache() = default;

  std::shared_ptr<const QuantileTable> get(double shape) const;

 private:
  mutable std::mutex mutex_;
  mutable double shape_ = 0;
  mutable std::shared_ptr<const QuantileTable> table_;
};

// The transform of the gamma law with that mean.
std::unique_ptr<const Transform> gamma_transform(double mean, std::shared_ptr<const QuantileTable> table);

}  // namespace windtunnel
