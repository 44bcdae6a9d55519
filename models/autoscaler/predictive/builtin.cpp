#include "models/autoscaler/predictive/sizing.hpp"

namespace windtunnel::predictive {

const Registry<Sizing>& Sizing::registry() {
  static const Registry<Sizing> rules = [] {
    Registry<Sizing> r("sizing");
    add_utilization_law(r);
    add_square_root_staffing(r);
    return r;
  }();
  return rules;
}

}  // namespace windtunnel::predictive
