#include "models/cluster/cluster.hpp"

#include <algorithm>
#include <cassert>

namespace windtunnel {

Cluster::Cluster(const ClusterParams& params, double default_price)
    : zone_up_(std::max<std::size_t>(1, params.zones.size()), true), named_zones_(!params.zones.empty()) {
  for (const NodeGroupParams& group : params.nodes) {
    NodeGroup& out = groups_.emplace_back();
    out.params = &group;
    out.capacity = group.capacity();
    out.allocatable = group.allocatable();
    out.price = group.price.value_or(default_price);
    const NodeAutoscalerParams* by = params.autoscaler_of(group);
    out.scaled_by_cloud = by == nullptr || by->scales_groups();
    for (std::uint32_t z = 0; z < zone_up_.size(); ++z) {
      const bool all = group.zones.empty();
      if (all || std::find(group.zones.begin(), group.zones.end(), params.zones[z]) != group.zones.end())
        out.zones.push_back(z);
    }
    assert(!out.zones.empty());
  }
}

const Node* Cluster::find_node(std::uint32_t id) const {
  const auto found = nodes_.find(id);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::int64_t Cluster::size(std::uint32_t group) const {
  return std::count_if(nodes_.begin(), nodes_.end(), [&](const auto& entry) { return entry.second.group == group; });
}

std::uint32_t Cluster::next_zone(std::uint32_t group) const {
  const NodeGroup& of = groups_[group];
  std::vector<std::int64_t> held(zone_up_.size(), 0);
  for (const auto& [id, node] : nodes_)
    if (!of.scaled_by_cloud || node.group == group) ++held[node.zone];
  std::uint32_t best = kNoNode;
  for (const std::uint32_t zone : of.zones)
    if (zone_up_[zone] && (best == kNoNode || held[zone] < held[best])) best = zone;
  return best == kNoNode ? of.zones.front() : best;
}

bool Cluster::any_zone_up(std::uint32_t group) const {
  const std::vector<std::uint32_t>& zones = groups_[group].zones;
  return std::any_of(zones.begin(), zones.end(), [&](std::uint32_t zone) { return zone_up_[zone]; });
}

std::uint32_t Cluster::add_node(std::uint32_t group, std::uint32_t zone, Time now) {
  const std::uint32_t id = next_node_++;
  Node& node = nodes_[id];
  node.id = id;
  node.group = group;
  node.zone = zone;
  node.requested = now;
  ++version_;
  return id;
}

void Cluster::set_ready(std::uint32_t id, Time now) {
  Node& node = nodes_.at(id);
  node.state = Node::State::kReady;
  node.ready_since = node.last_pod_event = now;
  ++version_;
}

void Cluster::set_lost(std::uint32_t id) {
  assert(nodes_.at(id).pods.empty());
  nodes_.at(id).state = Node::State::kLost;
  ++version_;
}

void Cluster::set_requested(std::uint32_t id, Time now) {
  Node& node = nodes_.at(id);
  node.state = Node::State::kRequested;
  node.requested = now;
  ++version_;
}

void Cluster::set_cordoned(std::uint32_t id, bool cordoned) {
  nodes_.at(id).cordoned = cordoned;
  ++version_;
}

void Cluster::erase_node(std::uint32_t id) {
  assert(nodes_.at(id).pods.empty());
  nodes_.erase(id);
  ++version_;
}

void Cluster::set_zone_up(std::uint32_t zone, bool up) {
  zone_up_[zone] = up;
  ++version_;
}

void Cluster::add_pod(std::uint32_t id, std::uint32_t service, const NodeResources& request, Time now) {
  const bool is_new = pods_.emplace(id, Pod{id, service, request, next_pod_++, now, kNoNode, false}).second;
  assert(is_new);
  (void)is_new;
  pending_.push_back(id);
  ++version_;
}

void Cluster::bind(std::uint32_t id, std::uint32_t node_id, Time now) {
  Pod& pod = pods_.at(id);
  Node& node = nodes_.at(node_id);
  assert(pod.node == kNoNode && free_on(node).holds(pod.request));
  pod.node = node_id;
  node.used += pod.request;
  node.pods.push_back(id);
  node.last_pod_event = now;
  std::erase(pending_, id);
  ++version_;
}

bool Cluster::fits_in_place(std::uint32_t id, const NodeResources& request) const {
  const Pod& pod = pods_.at(id);
  return pod.node == kNoNode || (free_on(nodes_.at(pod.node)) + pod.request).holds(request);
}

void Cluster::resize(std::uint32_t id, const NodeResources& request) {
  assert(fits_in_place(id, request));
  Pod& pod = pods_.at(id);
  if (pod.node != kNoNode) {
    NodeResources& used = nodes_.at(pod.node).used;
    used -= pod.request;
    used += request;
  }
  pod.request = request;
  ++version_;
}

void Cluster::set_leaving(std::uint32_t id) {
  pods_.at(id).leaving = true;
  std::erase(pending_, id);
  ++version_;
}

void Cluster::erase_pod(std::uint32_t id, Time now) {
  const Pod& pod = pods_.at(id);
  if (pod.node != kNoNode) {
    Node& node = nodes_.at(pod.node);
    node.used -= pod.request;
    std::erase(node.pods, id);
    node.last_pod_event = now;
  }
  std::erase(pending_, id);
  pods_.erase(id);
  ++version_;
}

std::string Cluster::broken_rule() const {
  std::size_t bound = 0;
  for (const auto& [id, node] : nodes_) {
    NodeResources used;
    for (const std::uint32_t pod : node.pods) {
      const auto found = pods_.find(pod);
      if (found == pods_.end() || found->second.node != id)
        return "node " + std::to_string(id) + " lists a pod that is not on it";
      used += found->second.request;
      ++bound;
    }
    if (!(used == node.used)) return "node " + std::to_string(id) + " has lost count of what its pods ask for";
    if (!allocatable(node).holds(used)) return "node " + std::to_string(id) + " holds more than it has";
    if (node.state != Node::State::kReady && !node.pods.empty())
      return "node " + std::to_string(id) + " is not ready and holds pods";
  }
  std::size_t pending = 0;
  for (const auto& [id, pod] : pods_) {
    if (pod.node != kNoNode)
      --bound;
    else if (!pod.leaving)
      ++pending;
  }
  if (bound != 0) return "a pod is on a node that does not list it";
  if (pending != pending_.size()) return "the pods that wait for a node are not those that have none";
  return {};
}

}  // namespace windtunnel
