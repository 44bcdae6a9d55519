#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/load_balancer/load_balancer.hpp"

namespace windtunnel {

// Maglev's table (Eisenbud et al., NSDI 2016) as Envoy fills it (maglev_lb.cc).
class MaglevTable {
 public:
  // `size` is a prime number.
  void build(std::span<const Backend> backends, std::uint64_t size);
  std::uint32_t position(std::uint64_t hash) const { return owners_[hash % owners_.size()]; }
  std::span<const std::uint32_t> owners() const { return owners_; }

 private:
  std::vector<std::uint32_t> owners_;
};

}  // namespace windtunnel
