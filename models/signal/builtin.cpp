#include "models/signal/types.hpp"

namespace windtunnel {

const Registry<Signal>& Signal::registry() {
  static const Registry<Signal> types = [] {
    Registry<Signal> r("signal", "type", "constant");
    add_constant_signal(r);
    add_steps_signal(r);
    add_ramp_signal(r);
    add_diurnal_signal(r);
    add_trace_signal(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
