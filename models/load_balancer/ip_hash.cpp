#include "models/load_balancer/ip_hash.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "models/load_balancer/types.hpp"

namespace windtunnel {

std::uint32_t ip_hash(std::uint32_t hash, std::array<std::uint8_t, 3> network) {
  for (const std::uint8_t byte : network) hash = (hash * 113 + byte) % 6271;
  return hash;
}

std::uint32_t ip_hash_position(std::uint32_t hash, const Backends& backends) {
  const auto whole = [](const Backend& backend) {
    return static_cast<std::uint64_t>(std::max(1.0, std::floor(backend.weight)));
  };
  std::uint64_t total = 0;
  for (const Backend& backend : backends.backend) total += whole(backend);
  assert(total > 0 && "there is a backend");
  std::uint64_t left = hash % total;
  std::uint32_t position = 0;
  for (; left >= whole(backends.backend[position]); ++position) left -= whole(backends.backend[position]);
  return position;
}

namespace {

// Client number c has the address 10.x.y.z made of its lowest 24 bits.
class IpHash final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream&) override {
    const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(backends.client >> shift); };
    return ip_hash_position(ip_hash(kIpHashStart, {10, byte(16), byte(8)}), backends);
  }
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  bool looks_closer() const override { return true; }
  bool knows_clients() const override { return true; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<IpHash>(); }
};

}  // namespace

void add_ip_hash(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("ip_hash",
                        "NGINX' ip_hash: by the client's /24 network, which 256 clients in a row share here");
}

}  // namespace windtunnel
