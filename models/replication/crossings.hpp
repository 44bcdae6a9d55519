#pragma once

#include <cstdint>
#include <vector>

#include "models/replication/replication.hpp"

namespace windtunnel {

// Of a service whose requests cost something where they go from one zone to another.
struct Replication::Crossings {
  double price = 0;                       // of one that does so once
  std::uint32_t turn = 0;                 // the zone in which the next request of traffic comes in
  std::uint64_t placed = 0, crossed = 0;  // of requests that arrived in the measured time; a crossing each
};

}  // namespace windtunnel
