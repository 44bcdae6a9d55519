#pragma once

#include <array>
#include <cstdint>

#include "models/load_balancer/load_balancer.hpp"

namespace windtunnel {

// NGINX' ip_hash (ngx_http_upstream_ip_hash_module.c): three bytes of an IPv4 address, so a /24 network shares a
// backend, and at most 6271 values.
inline constexpr std::uint32_t kIpHashStart = 89;
std::uint32_t ip_hash(std::uint32_t hash, std::array<std::uint8_t, 3> network);
// Walks the weights, which count as whole numbers there.
std::uint32_t ip_hash_position(std::uint32_t hash, const Backends& backends);

}  // namespace windtunnel
