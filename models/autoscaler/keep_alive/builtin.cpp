#include "models/autoscaler/keep_alive/keep_alive.hpp"

namespace windtunnel {

const Registry<KeepAliveParams>& KeepAliveParams::registry() {
  static const Registry<KeepAliveParams> policies = [] {
    Registry<KeepAliveParams> r("keep-alive policy", "type", "fixed");
    add_fixed_keep_alive(r);
    add_random_keep_alive(r);
    add_hybrid_histogram(r);
    return r;
  }();
  return policies;
}

}  // namespace windtunnel
