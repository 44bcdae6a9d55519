#pragma once

#include <cstdint>
#include <vector>

#include "models/cluster/node_resources.hpp"

// How many nodes of a group pending pods need: the Cluster Autoscaler's bin-packing estimator (1.36).
namespace windtunnel::cluster_autoscaler {

// Pods that are alike to the scheduler.
struct PodGroup {
  NodeResources request;
  std::vector<std::uint32_t> pods;  // ids
};

struct Estimate {
  std::int64_t nodes = 0;           // that get a pod
  std::vector<std::uint32_t> pods;  // that have a place then, in the order of placing
};

// By falling share of a node that one pod takes, CPU and memory added.
void order_decreasing(std::vector<PodGroup>& groups, const NodeResources& allocatable);

// First fit of the pods, in falling order, on new nodes of which there are at most `most_nodes`. What fits on no empty
// node is left out.
Estimate estimate(std::vector<PodGroup> groups, const NodeResources& allocatable, std::int64_t most_nodes);

}  // namespace windtunnel::cluster_autoscaler
