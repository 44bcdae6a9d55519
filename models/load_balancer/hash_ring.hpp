#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/load_balancer/load_balancer.hpp"

namespace windtunnel {

// Envoy's ketama-like ring (ring_hash_lb.cc): backends by their names, as many points each as their weights say.
class HashRing {
 public:
  struct Point {
    std::uint64_t hash;
    std::uint32_t position;
  };
  // min_size <= max_size.
  void build(std::span<const Backend> backends, std::uint64_t min_size, std::uint64_t max_size);
  // The first point at or after the hash, round the ring.
  std::uint32_t position(std::uint64_t hash) const;
  std::span<const Point> points() const { return points_; }

 private:
  std::vector<Point> points_;
};

}  // namespace windtunnel
