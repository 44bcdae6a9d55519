#pragma once

#include <cstdint>

#include "sim/time.hpp"

namespace windtunnel {

// What Finagle keeps of a node: a moving average of its latencies that jumps to every peak.
struct PeakEwma {
  Time stamp{};
  double cost_ns = 0;

  void observe(Time now, double rtt_ns, Duration decay_time);
  // Lets it decay to now. A node that has not answered yet but holds requests is as bad as can be.
  double load(Time now, std::uint32_t pending, Duration decay_time);
};

}  // namespace windtunnel
