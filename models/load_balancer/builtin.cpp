#include "models/load_balancer/types.hpp"

namespace windtunnel {

const Registry<LoadBalancerParams>& LoadBalancerParams::registry() {
  static const Registry<LoadBalancerParams> types = [] {
    Registry<LoadBalancerParams> r("load balancer");
    add_round_robin(r);
    add_random(r);
    add_least_request(r);
    add_power_of_two_choices(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
