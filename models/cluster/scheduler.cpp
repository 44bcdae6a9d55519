#include "models/cluster/scheduler.hpp"

#include <algorithm>
#include <cmath>

#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

constexpr std::int64_t kMostScore = 100;
constexpr std::int64_t kSpreadWeight = 2;
constexpr std::int64_t kZoneSkew = 5, kNodeSkew = 3;

std::int64_t free_percent(std::int64_t capacity, std::int64_t requested) {
  if (capacity == 0 || requested > capacity) return 0;
  return (capacity - requested) * kMostScore / capacity;
}

}  // namespace

std::int64_t least_allocated_score(const NodeResources& allocatable, const NodeResources& requested) {
  return (free_percent(allocatable.milli_cpu, requested.milli_cpu) +
          free_percent(allocatable.memory, requested.memory)) /
         2;
}

std::vector<std::int64_t> topology_spread_scores(std::span<const SpreadConstraint> constraints, std::size_t nodes) {
  std::vector<std::int64_t> scores;
  for (std::size_t i = 0; i < nodes; ++i) {
    double score = 0;
    for (const SpreadConstraint& constraint : constraints)
      score += static_cast<double>(constraint.pods[i]) * log_of(static_cast<double>(constraint.domains + 2)) +
               static_cast<double>(constraint.max_skew - 1);
    scores.push_back(std::llround(score));
  }
  if (scores.empty()) return scores;
  const std::int64_t least = *std::min_element(scores.begin(), scores.end());
  const std::int64_t most = *std::max_element(scores.begin(), scores.end());
  for (std::int64_t& score : scores) score = most == 0 ? kMostScore : kMostScore * (most + least - score) / most;
  return scores;
}

std::uint32_t choose_node(const Cluster& cluster, const Pod& pod) {
  std::vector<const Node*> feasible;
  for (const auto& [id, node] : cluster.nodes())
    if (node.state == Node::State::kReady && !node.cordoned && cluster.free_on(node).holds(pod.request))
      feasible.push_back(&node);
  if (feasible.empty()) return kNoNode;
  if (feasible.size() == 1) return feasible.front()->id;

  const auto alike = [&](const Node& node) {
    return std::count_if(node.pods.begin(), node.pods.end(), [&](std::uint32_t id) {
      const Pod& other = cluster.pod(id);
      return other.service == pod.service && !other.leaving;
    });
  };
  std::vector<SpreadConstraint> constraints;
  if (cluster.has_zones()) {
    std::vector<std::int64_t> in_zone(cluster.zones(), 0);
    for (const auto& [id, node] : cluster.nodes()) in_zone[node.zone] += alike(node);
    SpreadConstraint& zones = constraints.emplace_back(SpreadConstraint{kZoneSkew, 0, {}});
    std::vector<bool> seen(cluster.zones(), false);
    for (const Node* node : feasible) {
      zones.pods.push_back(in_zone[node->zone]);
      zones.domains += seen[node->zone] ? 0U : 1U;
      seen[node->zone] = true;
    }
  }
  SpreadConstraint& nodes = constraints.emplace_back(SpreadConstraint{kNodeSkew, feasible.size(), {}});
  for (const Node* node : feasible) nodes.pods.push_back(alike(*node));
  const std::vector<std::int64_t> spread = topology_spread_scores(constraints, feasible.size());

  std::size_t best = 0;
  std::int64_t best_score = -1;
  for (std::size_t i = 0; i < feasible.size(); ++i) {
    const Node& node = *feasible[i];
    const std::int64_t score =
        least_allocated_score(cluster.allocatable(node), node.used + pod.request) + kSpreadWeight * spread[i];
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return feasible[best]->id;
}

}  // namespace windtunnel
