#pragma once

#include <vector>

#include "models/replication/replication.hpp"

namespace windtunnel {

// CPU that goes into requests nobody waits for any more: neither whoever asked for them, nor anybody behind that one.
struct Replication::Waste {
  // By request that is computing: what is left of its step and not charged yet, ns on a core of speed 1. Below 0: all.
  std::vector<double> left;
  std::vector<double> core_ns;  // by service; in the measured time
};

}  // namespace windtunnel
