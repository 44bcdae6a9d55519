#include "models/cluster/cluster_autoscaler/estimator.hpp"

#include <algorithm>

namespace windtunnel::cluster_autoscaler {
namespace {

double share_of_node(const NodeResources& request, const NodeResources& allocatable) {
  double share = 0;
  if (allocatable.milli_cpu > 0)
    share += static_cast<double>(request.milli_cpu) / static_cast<double>(allocatable.milli_cpu);
  if (allocatable.memory > 0) share += static_cast<double>(request.memory) / static_cast<double>(allocatable.memory);
  return share;
}

}  // namespace

void order_decreasing(std::vector<PodGroup>& groups, const NodeResources& allocatable) {
  std::stable_sort(groups.begin(), groups.end(), [&](const PodGroup& a, const PodGroup& b) {
    return share_of_node(a.request, allocatable) > share_of_node(b.request, allocatable);
  });
}

Estimate estimate(std::vector<PodGroup> groups, const NodeResources& allocatable, std::int64_t most_nodes) {
  order_decreasing(groups, allocatable);
  Estimate out;
  std::vector<NodeResources> free;  // of the new nodes; each has got a pod
  for (const PodGroup& group : groups) {
    if (!allocatable.holds(group.request)) continue;
    std::size_t first = 0;  // pods of a group are alike: what was too full for one is too full for the next
    for (const std::uint32_t pod : group.pods) {
      while (first < free.size() && !free[first].holds(group.request)) ++first;
      if (first == free.size()) {
        if (static_cast<std::int64_t>(free.size()) >= most_nodes) break;
        free.push_back(allocatable);
      }
      free[first] -= group.request;
      out.pods.push_back(pod);
    }
  }
  out.nodes = static_cast<std::int64_t>(free.size());
  return out;
}

}  // namespace windtunnel::cluster_autoscaler
