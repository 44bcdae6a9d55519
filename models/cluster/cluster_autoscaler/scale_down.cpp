#include "models/cluster/cluster_autoscaler/scale_down.hpp"

#include <algorithm>

namespace windtunnel::cluster_autoscaler {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

// In the order of the groups' first nodes, at most so many.
std::vector<std::uint32_t> first_by_group(const std::vector<std::uint32_t>& nodes,
                                          const std::map<std::uint32_t, std::uint32_t>& group_of, std::int64_t most) {
  std::vector<std::uint32_t> groups, out;
  for (const std::uint32_t node : nodes)
    if (std::find(groups.begin(), groups.end(), group_of.at(node)) == groups.end()) groups.push_back(group_of.at(node));
  for (const std::uint32_t group : groups)
    for (const std::uint32_t node : nodes)
      if (group_of.at(node) == group && static_cast<std::int64_t>(out.size()) < most) out.push_back(node);
  return out;
}

}  // namespace

double utilization(const NodeResources& used, const NodeResources& allocatable) {
  return std::max(share(used.milli_cpu, allocatable.milli_cpu), share(used.memory, allocatable.memory));
}

bool underused(const NodeResources& used, const NodeResources& allocatable, double threshold) {
  return utilization(used, allocatable) <= threshold;
}

RemovalSimulator::RemovalSimulator(const Cluster& cluster, const std::set<std::uint32_t>& being_deleted) {
  for (const auto& [id, node] : cluster.nodes()) {
    if (node.state != Node::State::kReady) continue;
    Place& place = places_[id];
    place.free = cluster.free_on(node);
    place.open = !node.cordoned;
    for (const std::uint32_t pod : node.pods)
      if (!cluster.pod(pod).leaving) place.pods.push_back(cluster.pod(pod).request);
  }
  for (const std::uint32_t id : being_deleted)
    if (const auto found = places_.find(id); found != places_.end())
      placed_ = placed_ && move_pods(found->second.pods, id);
}

bool RemovalSimulator::move_pods(const std::vector<NodeResources>& pods, std::uint32_t from) {
  std::vector<std::pair<Place*, NodeResources>> moved;
  for (const NodeResources& request : pods) {
    const auto to = std::find_if(places_.begin(), places_.end(), [&](const auto& entry) {
      return entry.first != from && entry.second.open && entry.second.free.holds(request);
    });
    if (to == places_.end()) {
      for (auto& [place, asked] : moved) {
        place->free += asked;
        place->pods.pop_back();
      }
      return false;
    }
    to->second.free -= request;
    to->second.pods.push_back(request);
    moved.emplace_back(&to->second, request);
  }
  return true;
}

std::optional<std::int64_t> RemovalSimulator::remove(std::uint32_t node) {
  const auto found = places_.find(node);
  if (found == places_.end()) return 0;  // it is not ready and holds nothing
  const std::vector<NodeResources> pods = found->second.pods;
  if (!move_pods(pods, node)) return std::nullopt;
  found->second.open = false;
  return static_cast<std::int64_t>(pods.size());
}

void Unneeded::update(const std::vector<Found>& found, Time now) {
  std::map<std::uint32_t, Entry> updated;
  for (const Found& one : found) {
    const auto known = nodes_.find(one.node);
    updated[one.node] = {known == nodes_.end() ? now : known->second.since, one.pods};
  }
  nodes_ = std::move(updated);
}

Removable removable_at(const std::vector<RemovalCandidate>& candidates, std::map<std::uint32_t, GroupSize> groups,
                       const RemovalTimes& times, Time now) {
  Removable out;
  for (const bool empty : {true, false})
    for (const RemovalCandidate& candidate : candidates) {
      if (candidate.empty != empty) continue;
      if (candidate.unneeded_since + (candidate.ready ? times.unneeded : times.unready) >= now) continue;
      GroupSize& group = groups[candidate.group];
      if (group.nodes - group.deleting <= group.least) continue;
      --group.nodes;
      (empty ? out.empty : out.drain).push_back(candidate.node);
    }
  return out;
}

Removable crop(const Removable& removable, const std::map<std::uint32_t, std::uint32_t>& group_of,
               const Parallelism& most, std::int64_t empty_in_progress, std::int64_t drain_in_progress) {
  std::int64_t left = most.all - empty_in_progress - drain_in_progress;
  Removable out;
  out.empty = first_by_group(removable.empty, group_of, left);
  left -= static_cast<std::int64_t>(out.empty.size());
  out.drain = first_by_group(removable.drain, group_of, std::min(left, most.drain - drain_in_progress));
  return out;
}

}  // namespace windtunnel::cluster_autoscaler
