#include "sim/distribution/builtin.hpp"

namespace windtunnel {

const Registry<Distribution>& Distribution::registry() {
  static const Registry<Distribution> kRegistry = [] {
    Registry<Distribution> r("distribution", "type", "constant");
    add_constant(r);
    add_exponential(r);
    return r;
  }();
  return kRegistry;
}

}  // namespace windtunnel
