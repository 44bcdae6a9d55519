#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/load_balancer/per_backend.hpp"

namespace windtunnel {

// NGINX' smooth weighted round robin (ngx_http_upstream_round_robin.c as of commit 52327e062): everybody who may come
// up gains its effective weight, the highest comes up, the first of equals, and pays what all have gained. A failure
// lowers the effective weight by weight / max_fails, a whole number; each time that it gains it also gets one back.
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
      Turn& turn = turns_.at(backends, i);
      turn.weight = backends.backend[i].weight;
      turn.current += turn.weight - turn.lost;
      total += turn.weight - turn.lost;
      turn.lost = std::max(0.0, turn.lost - 1);
      if (best != ~0U && turn.current <= highest) continue;
      best = i;
      highest = turn.current;
    }
    turns_.at(backends, best).current -= total;
    return best;
  }
  void failed(std::uint32_t number, std::int64_t max_fails) {
    Turn& turn = turns_.of(number);
    turn.lost = std::min(turn.weight, turn.lost + std::floor(turn.weight / static_cast<double>(max_fails)));
  }
  double current(const Backends& backends, std::uint32_t position) { return turns_.at(backends, position).current; }
  double effective(std::uint32_t number) { return turns_.of(number).weight - turns_.of(number).lost; }

 private:
  struct Turn {
    double current = 0;
    double weight = 0;  // when it last could have come up
    double lost = 0;    // of it
  };
  PerBackend<Turn> turns_;
};

}  // namespace windtunnel
