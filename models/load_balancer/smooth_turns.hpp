#pragma once

#include "models/load_balancer/per_backend.hpp"

namespace windtunnel {

// NGINX' smooth weighted round robin (ngx_http_upstream_round_robin.c as of commit 52327e062): everybody who may come
// up gains its weight, the highest comes up, the first of equals, and pays what all have gained.
class SmoothTurns {
 public:
  // Among the positions for which `eligible` holds; at least one.
  template <class Eligible>
  std::uint32_t pick(const Backends& backends, Eligible&& eligible) {
    double total = 0;
    double highest = 0;
    std::uint32_t best = ~0U;
    for (std::uint32_t i = 0; i < backends.size(); ++i) {
      if (!eligible(i)) continue;
      double& current = current_.at(backends, i);
      current += backends.backend[i].weight;
      total += backends.backend[i].weight;
      if (best != ~0U && current <= highest) continue;
      best = i;
      highest = current;
    }
    current_.at(backends, best) -= total;
    return best;
  }
  double current(const Backends& backends, std::uint32_t position) { return current_.at(backends, position); }

 private:
  PerBackend<double> current_;
};

}  // namespace windtunnel
