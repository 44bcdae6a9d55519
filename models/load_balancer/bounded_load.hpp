#pragma once

#include <cstdint>
#include <vector>

#include "models/load_balancer/load_balancer.hpp"

namespace windtunnel {

// Envoy's bounded loads (thread_aware_lb_impl.cc): a backend that holds more than its share of
// (all requests + 1) x factor passes the request on, always to the same others in the same order for a hash.
class BoundedLoad {
 public:
  // `factor_percent` at least 100; 0: no bound.
  explicit BoundedLoad(std::uint64_t factor_percent) : factor_percent_(factor_percent) {}
  std::uint32_t bounded(const Backends& backends, std::uint64_t hash, std::uint32_t first_choice);
  void backends_changed(const Backends& backends);

  // The order in which a hash asks n backends.
  static void order(std::uint64_t hash, std::uint32_t n, std::vector<std::uint32_t>& out);

 private:
  std::uint64_t factor_percent_;
  double weights_ = 0;
  std::vector<std::uint32_t> order_;
};

}  // namespace windtunnel
