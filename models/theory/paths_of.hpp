#pragma once

#include <string>
#include <vector>

#include "sim/statistics/estimate.hpp"

namespace windtunnel {

// What the call graph says of the requests of one source and class, beside what the simulation found.
struct PathsOf {
  struct Blast {
    std::string service;
    double share = 0;  // of the requests that fail while none of its instances answers
  };
  std::string traffic;
  std::string request_class;         // "" where the source has no classes
  std::vector<std::string> longest;  // services, from the first to the last of the chain that takes longest
  double unloaded_s = 0;             // mean time of that chain where nobody waits; inner work and networks included
  Estimate simulated;                // mean latency
  std::vector<Blast> blast_radius;   // every service that it matters to, the largest first
};

}  // namespace windtunnel
