#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "models/cluster/karpenter/provisioner.hpp"

// How Karpenter (1.14) finds nodes it can do without, or with a cheaper one. Capacity types (spot) do not exist here,
// nor do costs and priorities of pods: moving one costs 1.
namespace windtunnel::karpenter {

struct Candidate {
  std::uint32_t node = 0;
  std::size_t type = 0;  // index into World::types
  double price = 0;      // per hour
  std::vector<PodToPlace> pods;
};

// Everything else there is.
struct World {
  std::vector<PodToPlace> pods;     // pending, and on nodes that are being taken out
  std::vector<ExistingNode> nodes;  // that take pods; candidates among them are left out as they are tried
  std::vector<MachineType> types;
  PoolLimits left;
};

struct Command {
  std::vector<std::uint32_t> nodes;       // to be taken out
  std::vector<std::size_t> replacements;  // types of the one node that takes their place, cheapest first; empty: none
  double savings = 0;                     // per hour
};

double rescheduling_cost(const Candidate& candidate);  // 1 and 1 for each pod
// What saves most per disruption first; of equals the older node.
void sort_candidates(std::vector<Candidate>& candidates);

// Whether the candidates' pods would fit on what is there and at most one new node that is cheaper than they are
// together. Pods may not count on a node that is still on its way.
std::optional<Command> compute(std::span<const Candidate> candidates, const World& world);

// Types strictly cheaper than the cheapest of those types that are both among the replacements and among the nodes
// taken out; all of them if there is none such: two large nodes and a small one are not replaced by a small one, as
// deleting the large ones does the same.
std::vector<std::size_t> without_same_type(const std::vector<std::size_t>& replacements,
                                           std::span<const Candidate> candidates,
                                           const std::vector<MachineType>& types);

// Multi-node consolidation: searches for the longest prefix of two or more candidates that `try_prefix` accepts, by
// halving, among the first 101. It may be missed where a longer prefix works and a shorter one does not.
std::optional<Command> longest_prefix(
    std::span<const Candidate> candidates,
    const std::function<std::optional<Command>(std::span<const Candidate>)>& try_prefix);

// The policy Balanced: a move must save a share of the pool's price at least 1/k of the share of disruption it causes.
struct PoolTotals {
  double price = 0, disruption = 0;
};
struct Score {
  double score = 0, savings_share = 0, disruption_share = 0;
  bool approved = false;
};
Score score_move(double savings, double disruption, const PoolTotals& pool, double k);

}  // namespace windtunnel::karpenter
