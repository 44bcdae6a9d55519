#include "models/cluster/cluster_params.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <string_view>

namespace windtunnel {
namespace {

constexpr Bounds kOneOrSeveral{.one_or_several = true};

constexpr std::array<std::string_view, 2> kNodeCpuNames = {"unlimited", "shared"};

}  // namespace

void SystemReserved::describe(FieldVisitor& v) {
  v.field("cpu", cpu, "Cores that pods cannot ask for", kNonNegative);
  v.field("memory", memory, "Bytes that pods cannot ask for", kNonNegative);
}

void NodeGroupParams::describe(FieldVisitor& v) {
  v.field("name", name, "What the group is called in results; none: its type");
  v.field("type", type, "The machine type, a name of your own or the cloud's", kRequired);
  v.field("cpu", cpu, "Cores of one node", {.lo = 0, .above_lo = true, .required = true});
  v.field("memory", memory, "Memory of one node", {.lo = 0, .above_lo = true, .required = true});
  v.field("pods", pods, "Pods that one node may hold", {.lo = 1});
  v.field("system_reserved", system_reserved, "What one node keeps for the kubelet, the system and daemon sets");
  v.field("zones", zones,
          "Zones the nodes may be in, one or a list: new ones go where the group has fewest; empty: all of the cluster",
          kOneOrSeveral);
  v.field("count", count, "Nodes at the beginning, ready then", {.lo = 0, .hi = 100'000});
  v.field("min", min, "Nodes that an autoscaler leaves at least", {.lo = 0, .hi = 100'000});
  v.field("max", max, "Nodes that an autoscaler asks for at most; none: any number", {.lo = 0, .hi = 100'000});
  v.field("provision", provision, "From the request for a node until it is ready: launching, booting and joining");
  v.field("provision_failures", provision_failures,
          "Share of requested nodes that are launched and paid for and never join", {.lo = 0, .hi = 1});
  v.field("price", price, "Of one node for one hour; none: per_node_hour of cost", kNonNegative);
  v.field("autoscaler", autoscaler, "Who decides on the number of these nodes; none: the cluster's autoscaler");
}

NodeResources NodeGroupParams::capacity() const { return NodeResources::of(cpu, memory, pods); }

NodeResources NodeGroupParams::allocatable() const {
  return capacity() - NodeResources::of(system_reserved.cpu, system_reserved.memory, 0);
}

void NodeGroupParams::check(Problems& p) {
  if (label().empty()) p.error("/type", "a node group needs a type or a name");
  if (system_reserved.cpu.cores >= cpu.cores) p.error("/system_reserved/cpu", "leaves no core for pods");
  if (system_reserved.memory.count >= memory.count) p.error("/system_reserved/memory", "leaves no memory for pods");
  if (max && *max < min)
    p.error("/max", std::to_string(*max) + " is below min, " + std::to_string(min));
  else if (max && *max < count)
    p.error("/max", std::to_string(*max) + " is below count, " + std::to_string(count));
  if (count < min) p.error("/count", std::to_string(count) + " is below min, " + std::to_string(min));
}

void ClusterParams::describe(FieldVisitor& v) {
  v.field("zones", zones, "Failure domains, over which instances are spread evenly; empty: one nameless zone");
  v.field("nodes", nodes,
          "The machines instances run on, one kind or a list; empty: machines are unlimited and there at once",
          kOneOrSeveral);
  v.field("autoscaler", autoscaler,
          "Who decides on the number of nodes, where the nodes do not say themselves; none: it stays as it is");
  v.choice(
      "node_cpu", node_cpu, kNodeCpuNames,
      "What the instances on a node have of its cores: unlimited (each computes as if it were alone) or shared (when "
      "their threads want more than the node has, they get it by weight, which is what each requests of CPU)");
}

const NodeAutoscalerParams* ClusterParams::autoscaler_of(const NodeGroupParams& group) const {
  if (group.autoscaler) return &*group.autoscaler;
  return autoscaler ? &*autoscaler : nullptr;
}

void ClusterParams::check(Problems& p) {
  if (autoscaler && nodes.empty()) p.error("/autoscaler", "decides on the number of nodes, and there are no nodes");
  if (node_cpu == NodeCpu::kShared && nodes.empty()) p.error("/node_cpu", "is \"shared\", and there are no nodes");
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeGroupParams& group = nodes[i];
    const std::string at = "/nodes/" + std::to_string(i);
    const auto [known, is_new] = first.emplace(group.label(), i);
    if (!is_new)
      p.error(at + (group.name.empty() ? "/type" : "/name"), "\"" + group.label() + "\" is taken by node group " +
                                                                 std::to_string(known->second) +
                                                                 "; a name tells groups apart in results");
    const NodeAutoscalerParams* by = autoscaler_of(group);
    if (by == nullptr && (group.max || group.min > 0))
      p.warning(at + (group.max ? "/max" : "/min"), "means nothing without an autoscaler: the number of nodes stays");
    if (by == nullptr && group.count == 0) p.error(at + "/count", "is 0 and no autoscaler will ever add a node");
  }
}

}  // namespace windtunnel
