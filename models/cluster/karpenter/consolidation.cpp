#include "models/cluster/karpenter/consolidation.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace windtunnel::karpenter {
namespace {

constexpr std::size_t kMostAtOnce = 100;

}  // namespace

double rescheduling_cost(const Candidate& candidate) { return 1 + static_cast<double>(candidate.pods.size()); }

void sort_candidates(std::vector<Candidate>& candidates) {
  std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
    const double of_a = a.price / rescheduling_cost(a), of_b = b.price / rescheduling_cost(b);
    return of_a != of_b ? of_a > of_b : a.node < b.node;
  });
}

std::optional<Command> compute(std::span<const Candidate> candidates, const World& world) {
  Command command;
  std::vector<PodToPlace> pods = world.pods;
  std::set<std::uint32_t> moved, taken_out;
  for (const Candidate& candidate : candidates) {
    command.nodes.push_back(candidate.node);
    command.savings += candidate.price;
    taken_out.insert(candidate.node);
    for (const PodToPlace& pod : candidate.pods) {
      pods.push_back(pod);
      moved.insert(pod.id);
    }
  }
  std::vector<ExistingNode> nodes;
  for (const ExistingNode& node : world.nodes)
    if (!taken_out.contains(node.id)) nodes.push_back(node);

  const Plan plan = solve(std::move(pods), std::move(nodes), world.types, world.left);
  for (const std::uint32_t pod : plan.unplaced)
    if (moved.contains(pod)) return std::nullopt;
  for (const Plan::Placed& placed : plan.on_existing)
    if (!placed.initialized && moved.contains(placed.pod)) return std::nullopt;
  if (plan.claims.empty()) return command;
  if (plan.claims.size() > 1) return std::nullopt;
  for (const std::size_t type : plan.claims.front().types)
    if (world.types[type].price < command.savings) command.replacements.push_back(type);
  if (command.replacements.empty()) return std::nullopt;
  command.savings -= world.types[command.replacements.front()].price;
  return command;
}

std::vector<std::size_t> without_same_type(const std::vector<std::size_t>& replacements,
                                           std::span<const Candidate> candidates,
                                           const std::vector<MachineType>& types) {
  double most = std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates)
    if (std::find(replacements.begin(), replacements.end(), candidate.type) != replacements.end())
      most = std::min(most, candidate.price);
  std::vector<std::size_t> out;
  for (const std::size_t type : replacements)
    if (types[type].price < most) out.push_back(type);
  return out;
}

std::optional<Command> longest_prefix(
    std::span<const Candidate> candidates,
    const std::function<std::optional<Command>(std::span<const Candidate>)>& try_prefix) {
  if (candidates.size() < 2) return std::nullopt;
  std::size_t low = 1, high = std::min(candidates.size() - 1, kMostAtOnce);
  std::optional<Command> best;
  while (low <= high) {
    const std::size_t middle = (low + high) / 2;
    if (std::optional<Command> found = try_prefix(candidates.first(middle + 1))) {
      best = std::move(found);
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return best;
}

Score score_move(double savings, double disruption, const PoolTotals& pool, double k) {
  Score out;
  if (pool.price <= 0) return out;
  out.savings_share = savings / pool.price;
  if (savings <= 0) return out;
  out.disruption_share = pool.disruption > 0 ? disruption / pool.disruption : 0;
  out.score =
      out.disruption_share > 0 ? out.savings_share / out.disruption_share : std::numeric_limits<double>::infinity();
  out.approved = out.score >= 1 / k;
  return out;
}

}  // namespace windtunnel::karpenter
