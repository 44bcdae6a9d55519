#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/cluster/cluster_params.hpp"
#include "models/cluster/node_resources.hpp"
#include "sim/time.hpp"

namespace windtunnel {

inline constexpr std::uint32_t kNoNode = 0xffffffffu;

// An instance as the cluster sees it.
struct Pod {
  std::uint32_t id = 0;
  std::uint32_t service = 0;  // pods of one service are spread
  NodeResources request;
  std::uint64_t order = 0;  // of creation, over all services
  Time created{};
  std::uint32_t node = kNoNode;  // kNoNode: it is pending
  bool leaving = false;          // it ends: it holds its place until it is gone, and needs no other
};

struct Node {
  enum class State {
    kRequested,  // on its way, or not even launched while no zone of its group is up
    kReady,
    kLost,  // with its zone; the cloud will start it again there
  };
  std::uint32_t id = 0;
  std::uint32_t group = 0;
  std::uint32_t zone = 0;
  State state = State::kRequested;
  bool cordoned = false;
  NodeResources used;               // by the pods on it
  std::vector<std::uint32_t> pods;  // in the order of binding
  Time requested{};
  Time ready_since{};     // meaningless before
  Time last_pod_event{};  // a pod came or went; ready_since where none has
};

// A group as it is in this run.
struct NodeGroup {
  const NodeGroupParams* params = nullptr;
  NodeResources capacity, allocatable;
  std::vector<std::uint32_t> zones;  // indices, at least one
  double price = 0;                  // of a node for an hour
  bool scaled_by_cloud = true;       // NodeAutoscalerParams::scales_groups(), or no autoscaler at all
};

// Nodes, pods, and which pod is where. Books only: nothing happens here by itself, and nothing takes time.
class Cluster {
 public:
  // `default_price` is that of a node whose group has none of its own. The parameters must outlive it.
  Cluster(const ClusterParams& params, double default_price);

  const std::vector<NodeGroup>& groups() const { return groups_; }
  const NodeGroup& group_of(const Node& node) const { return groups_[node.group]; }
  const std::map<std::uint32_t, Node>& nodes() const { return nodes_; }  // by id, which is never used twice
  const Node* find_node(std::uint32_t id) const;                         // null: it is gone
  const NodeResources& allocatable(const Node& node) const { return group_of(node).allocatable; }
  NodeResources free_on(const Node& node) const { return allocatable(node) - node.used; }
  std::int64_t size(std::uint32_t group) const;  // nodes of the group, in whatever state
  const std::map<std::uint32_t, Pod>& pods() const { return pods_; }
  const Pod& pod(std::uint32_t id) const { return pods_.at(id); }
  // Ids in the order of creation, without those that leave.
  const std::vector<std::uint32_t>& pending() const { return pending_; }
  bool zone_up(std::uint32_t zone) const { return zone_up_[zone]; }
  std::size_t zones() const { return zone_up_.size(); }  // the nameless one counts …
  bool has_zones() const { return named_zones_; }        // … and is none
  // Counts what changed anything a decision could rest on.
  std::uint64_t version() const { return version_; }

  // The zone for the group's next node: of those that are up the one with the fewest nodes (of the group, where the
  // cloud balances it; of all, where each node is launched by itself), the first of equals. Of none is up, the group's
  // first.
  std::uint32_t next_zone(std::uint32_t group) const;
  bool any_zone_up(std::uint32_t group) const;

  std::uint32_t add_node(std::uint32_t group, std::uint32_t zone, Time now);  // requested
  void set_ready(std::uint32_t node, Time now);
  void set_lost(std::uint32_t node);                 // it must hold no pod
  void set_requested(std::uint32_t node, Time now);  // one that was lost: it is started again
  void set_cordoned(std::uint32_t node, bool cordoned);
  void erase_node(std::uint32_t node);  // it must hold no pod
  void set_zone_up(std::uint32_t zone, bool up);

  // `id` must not be in the cluster. The pod is pending.
  void add_pod(std::uint32_t id, std::uint32_t service, const NodeResources& request, Time now);
  void bind(std::uint32_t pod, std::uint32_t node, Time now);
  // Whether the pod's node has room for this instead; a pod without a node asks for it from now on.
  bool fits_in_place(std::uint32_t pod, const NodeResources& request) const;
  void resize(std::uint32_t pod, const NodeResources& request);  // it must fit
  void set_leaving(std::uint32_t pod);
  void erase_pod(std::uint32_t pod, Time now);

  // What must hold at any moment; says what does not, or nothing.
  std::string broken_rule() const;

 private:
  std::vector<NodeGroup> groups_;
  std::map<std::uint32_t, Node> nodes_;
  std::map<std::uint32_t, Pod> pods_;
  std::vector<std::uint32_t> pending_;
  std::vector<bool> zone_up_;
  bool named_zones_ = false;
  std::uint32_t next_node_ = 0;
  std::uint64_t next_pod_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace windtunnel
