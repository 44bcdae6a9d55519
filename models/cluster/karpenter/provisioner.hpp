#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/cluster/node_resources.hpp"

// Which nodes Karpenter (1.14) would launch for pods: its scheduling simulation, as far as CPU and memory go.
namespace windtunnel::karpenter {

// A machine type that may be launched, in whatever zone.
struct MachineType {
  NodeResources capacity, allocatable;
  double price = 0;                  // of one for an hour
  std::optional<std::int64_t> room;  // so many more; none: any number
};

struct PodToPlace {
  std::uint32_t id = 0;
  NodeResources request;
  std::uint64_t order = 0;  // of creation
};

struct ExistingNode {
  std::uint32_t id = 0;
  NodeResources free;
  bool initialized = true;  // false: it is on its way
};

// A node to be launched: whichever of `types` (indices, the cheapest first) still holds what is asked of it.
struct Claim {
  std::vector<std::size_t> types;
  NodeResources requested;
  std::vector<std::uint32_t> pods;
};

// What a pool may have in all; none: any amount.
struct PoolLimits {
  std::optional<std::int64_t> milli_cpu, memory;
};

struct Plan {
  struct Placed {
    std::uint32_t pod = 0, node = 0;
    bool initialized = true;
  };
  std::vector<Placed> on_existing;
  std::vector<Claim> claims;
  std::vector<std::uint32_t> unplaced;
};

// Pods by falling CPU, then memory, then age; each on the first existing node with room, those on their way last; else
// on the claim with the fewest pods; else on a new claim. `left` is what the pool may still add; a claim counts with
// the largest type it could become.
Plan solve(std::vector<PodToPlace> pods, std::vector<ExistingNode> nodes, const std::vector<MachineType>& types,
           PoolLimits left);

}  // namespace windtunnel::karpenter
