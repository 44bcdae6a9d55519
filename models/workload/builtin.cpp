#include "models/workload/builtin.hpp"

namespace windtunnel {

const Registry<Arrivals>& Arrivals::registry() {
  static const Registry<Arrivals> builtin = [] {
    Registry<Arrivals> r("arrivals");
    add_constant(r);
    add_poisson(r);
    add_renewal(r);
    add_closed_loop(r);
    return r;
  }();
  return builtin;
}

}  // namespace windtunnel
