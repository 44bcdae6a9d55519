#include "models/workload/builtin.hpp"

namespace windtunnel {

const Registry<Arrivals>& Arrivals::registry() {
  static const Registry<Arrivals> builtin = [] {
    Registry<Arrivals> r("arrivals");
    add_constant(r);
    add_poisson(r);
    add_renewal(r);
    add_steps(r);
    add_ramp(r);
    add_spike(r);
    add_diurnal(r);
    add_burst(r);
    add_batch(r);
    add_trace(r);
    add_replay(r);
    add_closed_loop(r);
    return r;
  }();
  return builtin;
}

}  // namespace windtunnel
