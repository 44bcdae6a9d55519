#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace windtunnel {

// How Envoy divides requests among levels of priority (source/common/upstream/load_balancer_impl.cc, read 2026), all in
// whole percents.
struct PriorityLevel {
  std::int64_t hosts = 0;  // in all
  std::int64_t healthy = 0, degraded = 0;
  std::int64_t excluded = 0;  // neither: not to be counted among those that should be healthy
};

struct PriorityLoads {
  std::vector<std::int64_t> healthy, degraded;  // percent of the requests, by level
  std::vector<bool> panic;                      // health is ignored there

  // The level for a number from 1 to 100.
  std::size_t level(std::int64_t hash) const;
};

// `overprovisioning` percent of a level's healthy hosts suffice for its load; below `panic_threshold` percent of
// healthy hosts, and where the levels together can't take everything, a level panics.
PriorityLoads priority_loads(std::span<const PriorityLevel> levels, std::int64_t overprovisioning,
                             double panic_threshold);

}  // namespace windtunnel
