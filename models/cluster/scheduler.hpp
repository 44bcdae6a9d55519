#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/cluster/cluster.hpp"

// Where kube-scheduler (1.33, default profile) would put a pod, as far as CPU, memory and zones decide: of the ready
// nodes that are not cordoned and have room for the request, the one with the highest sum of
//   NodeResourcesFit, LeastAllocated  weight 1
//   PodTopologySpread                 weight 2, with the built-in constraints: zone, if there are any (maxSkew 5), and
//                                     node (maxSkew 3)
// A pod counts for its service. Of equals the node that is there longest: the real one draws. Left out:
// NodeResourcesBalancedAllocation and ImageLocality (weight 1), and what needs labels, taints, volumes or priorities.
// All nodes are looked at (the real one stops early in clusters of more than 100), and a pod that found no node is
// tried again the moment anything changes (the real one backs off for 1 to 10 s).
namespace windtunnel {

// kNoNode: none has room.
std::uint32_t choose_node(const Cluster& cluster, const Pod& pod);

// 0 … 100: what would be left of a node whose pods ask for `requested` in all, the mean of CPU and memory in percent.
std::int64_t least_allocated_score(const NodeResources& allocatable, const NodeResources& requested);

// Pods that are alike should be spread over the domains of a kind: zones, nodes.
struct SpreadConstraint {
  std::int64_t max_skew = 1;       // differences below it matter less
  std::size_t domains = 1;         // that feasible nodes are in
  std::vector<std::int64_t> pods;  // in the domain of each feasible node
};
// 0 … 100 for each of `nodes` feasible nodes, the emptiest highest.
std::vector<std::int64_t> topology_spread_scores(std::span<const SpreadConstraint> constraints, std::size_t nodes);

}  // namespace windtunnel
