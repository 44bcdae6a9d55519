#include "models/load_balancer/types.hpp"

namespace windtunnel {

const Registry<LoadBalancerParams>& LoadBalancerParams::registry() {
  static const Registry<LoadBalancerParams> types = [] {
    Registry<LoadBalancerParams> r("load balancer");
    add_round_robin(r);
    add_smooth_weighted_round_robin(r);
    add_random(r);
    add_least_request(r);
    add_power_of_two_choices(r);
    add_least_connections(r);
    add_least_outstanding(r);
    add_shortest_expected_delay(r);
    add_join_idle_queue(r);
    add_peak_ewma(r);
    add_ring_hash(r);
    add_maglev(r);
    add_ip_hash(r);
    add_first(r);
    add_prequal(r);
    add_client_side_weighted_round_robin(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
