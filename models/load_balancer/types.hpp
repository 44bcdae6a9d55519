#pragma once

#include <cstdint>
#include <string_view>

#include "models/load_balancer/load_balancer.hpp"

// The policies of this folder, one .cpp each.
namespace windtunnel {

void add_round_robin(Registry<LoadBalancerParams>& balancers);
void add_smooth_weighted_round_robin(Registry<LoadBalancerParams>& balancers);
void add_random(Registry<LoadBalancerParams>& balancers);
void add_least_request(Registry<LoadBalancerParams>& balancers);
void add_power_of_two_choices(Registry<LoadBalancerParams>& balancers);
void add_least_connections(Registry<LoadBalancerParams>& balancers);
void add_least_outstanding(Registry<LoadBalancerParams>& balancers);
void add_shortest_expected_delay(Registry<LoadBalancerParams>& balancers);
void add_join_idle_queue(Registry<LoadBalancerParams>& balancers);
void add_peak_ewma(Registry<LoadBalancerParams>& balancers);
void add_ring_hash(Registry<LoadBalancerParams>& balancers);
void add_maglev(Registry<LoadBalancerParams>& balancers);
void add_ip_hash(Registry<LoadBalancerParams>& balancers);
void add_first(Registry<LoadBalancerParams>& balancers);
void add_prequal(Registry<LoadBalancerParams>& balancers);
void add_client_side_weighted_round_robin(Registry<LoadBalancerParams>& balancers);

inline constexpr std::string_view kHashBalanceMeaning =
    "Percent of the average load (by weight) that an instance may hold; what is more goes to others, each client's "
    "always "
    "to the same ones. None: no bound";

// 32 random bits to [0, n) by multiplication; the bias is below n / 2^32.
constexpr std::uint32_t scale_to(std::uint32_t n, std::uint32_t bits) {
  return static_cast<std::uint32_t>((std::uint64_t{bits} * n) >> 32);
}
constexpr std::uint32_t high_half(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }
constexpr std::uint32_t low_half(std::uint64_t word) { return static_cast<std::uint32_t>(word); }

}  // namespace windtunnel
