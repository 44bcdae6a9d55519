#include "models/forecast/types.hpp"

namespace windtunnel {

const Registry<ForecasterParams>& ForecasterParams::registry() {
  static const Registry<ForecasterParams> types = [] {
    Registry<ForecasterParams> r("forecaster");
    add_naive(r);
    add_drift(r);
    add_seasonal_naive(r);
    add_seasonal_quantile(r);
    add_exponential_smoothing(r);
    add_holt(r);
    add_holt_winters(r);
    add_ridge(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
