#pragma once

#include <string>
#include <vector>

#include "sim/statistics/estimate.hpp"

namespace windtunnel {

// What faults leave of a deployment in the long run, by arithmetic alone: which services answer, and which requests can
// succeed. Nobody is slow, full or shed in it.
struct Availability {
  struct OfService {
    std::string service;
    int instances = 0;
    double one = 1;  // share of the time that an instance is up
    double any = 1;  // … that at least one of them is
    double all = 1;  // … that all of them are
    Estimate ready;  // instances, simulated; in theory instances x one, but for outages
  };
  struct OfRequests {
    std::string traffic;
    std::string request_class;  // "" where the source has no classes
    double theory = 1;          // share that can succeed
    Estimate simulated;         // share that did
    bool disagrees = false;
  };
  std::string why;  // it is not known; empty: it is, or nothing ever fails
  std::vector<OfService> services;
  std::vector<OfRequests> requests;  // by source and class
};

}  // namespace windtunnel
