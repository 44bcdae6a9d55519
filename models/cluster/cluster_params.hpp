#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/cluster/node_autoscaler.hpp"
#include "models/cluster/node_resources.hpp"
#include "sim/describe/field.hpp"
#include "sim/distribution/distribution.hpp"

namespace windtunnel {

struct SystemReserved {
  Cpu cpu;
  Bytes memory;
  void describe(FieldVisitor& v);
};

// Nodes that are alike: a group of the cloud (an auto-scaling group, a node pool), or, under an autoscaler without
// groups, a machine type it may launch.
struct NodeGroupParams {
  std::string name;  // empty: `type`
  std::string type;
  Cpu cpu{1};
  Bytes memory{1};
  std::int64_t pods = 110;  // the kubelet's default
  SystemReserved system_reserved;
  std::vector<std::string> zones;  // empty: all of the cluster's
  std::int64_t count = 0;          // nodes at the beginning
  std::int64_t min = 0;
  std::optional<std::int64_t> max;  // none: no bound
  DistributionChoice provision = constant(90);
  Share provision_failures;
  std::optional<double> price;  // per hour; none: Cost::per_node_hour
  Choice<NodeAutoscalerParams> autoscaler;

  void describe(FieldVisitor& v);
  void check(Problems& p);

  const std::string& label() const { return name.empty() ? type : name; }
  NodeResources capacity() const;
  NodeResources allocatable() const;  // capacity without what is reserved for the system
};

enum class NodeCpu { kUnlimited, kShared };

struct ClusterParams {
  std::vector<std::string> zones;      // instances are spread over them evenly; empty: one nameless zone
  std::vector<NodeGroupParams> nodes;  // empty: machines are unlimited and there at once
  Choice<NodeAutoscalerParams> autoscaler;
  NodeCpu node_cpu = NodeCpu::kUnlimited;

  void describe(FieldVisitor& v);
  void check(Problems& p);

  // What decides on the number of the group's nodes; null: nothing does, it stays as it is.
  const NodeAutoscalerParams* autoscaler_of(const NodeGroupParams& group) const;
};

}  // namespace windtunnel
