#pragma once

#include <cstdint>
#include <vector>

#include "models/replication/replication.hpp"
#include "sim/statistics/time_held.hpp"

namespace windtunnel {

// What an instance has had since it was created.
struct InstanceBooks {
  std::uint64_t arrived = 0;  // requests
  double held = 0;            // requests x ns
  double cpu_ns = 0;          // consumed
};

// The books of a service's first instances, of which the scenario asks for figures (metrics.instances).
struct Replication::FirstInstances {
  struct OfInstance {
    InstanceBooks before;         // the measured time
    InstanceBooks at_end;         // of the run, or of the instance
    Time from{}, until = kNever;  // it was there; kNever: it is not gone
    TimeHeld held{};              // how long it held n requests
  };
  std::vector<OfInstance> of;  // by serial, as many as there have been
  const OfInstance nobody{.before = {}, .at_end = {}, .from = kNever, .until = kNever, .held = {}};
  std::size_t most = 0;
  bool keeps_law = false;  // of the number in each (metrics.number_in_system)
};

}  // namespace windtunnel
