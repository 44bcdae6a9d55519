#include "models/cluster/karpenter/provisioner.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace windtunnel::karpenter {
namespace {

std::vector<std::size_t> by_price(const std::vector<MachineType>& types) {
  std::vector<std::size_t> out(types.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  std::stable_sort(out.begin(), out.end(),
                   [&](std::size_t a, std::size_t b) { return types[a].price < types[b].price; });
  return out;
}

bool within(const PoolLimits& left, const NodeResources& capacity) {
  return (!left.milli_cpu || capacity.milli_cpu <= *left.milli_cpu) &&
         (!left.memory || capacity.memory <= *left.memory);
}

std::vector<std::size_t> still_fitting(const std::vector<std::size_t>& options, const std::vector<MachineType>& types,
                                       const NodeResources& requested) {
  std::vector<std::size_t> out;
  for (const std::size_t type : options)
    if (types[type].allocatable.holds(requested)) out.push_back(type);
  return out;
}

void take_largest(PoolLimits& left, const Claim& claim, const std::vector<MachineType>& types) {
  NodeResources largest;
  for (const std::size_t type : claim.types) {
    largest.milli_cpu = std::max(largest.milli_cpu, types[type].capacity.milli_cpu);
    largest.memory = std::max(largest.memory, types[type].capacity.memory);
  }
  if (left.milli_cpu) *left.milli_cpu -= largest.milli_cpu;
  if (left.memory) *left.memory -= largest.memory;
}

}  // namespace

Plan solve(std::vector<PodToPlace> pods, std::vector<ExistingNode> nodes, const std::vector<MachineType>& types,
           PoolLimits left) {
  std::sort(pods.begin(), pods.end(), [](const PodToPlace& a, const PodToPlace& b) {
    return std::tuple(-a.request.milli_cpu, -a.request.memory, a.order) <
           std::tuple(-b.request.milli_cpu, -b.request.memory, b.order);
  });
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const ExistingNode& a, const ExistingNode& b) { return a.initialized && !b.initialized; });
  const std::vector<std::size_t> all = by_price(types);

  Plan plan;
  const auto on_existing = [&](const PodToPlace& pod) {
    for (ExistingNode& node : nodes) {
      if (!node.free.holds(pod.request)) continue;
      node.free -= pod.request;
      plan.on_existing.push_back({pod.id, node.id, node.initialized});
      return true;
    }
    return false;
  };
  const auto add = [&](Claim& claim, const PodToPlace& pod) {
    std::vector<std::size_t> options = still_fitting(claim.types, types, claim.requested + pod.request);
    if (options.empty()) return false;
    claim.types = std::move(options);
    claim.requested += pod.request;
    claim.pods.push_back(pod.id);
    return true;
  };
  const auto on_claim = [&](const PodToPlace& pod) {
    std::vector<Claim*> open;
    for (Claim& claim : plan.claims) open.push_back(&claim);
    std::stable_sort(open.begin(), open.end(), [](Claim* a, Claim* b) { return a->pods.size() < b->pods.size(); });
    return std::any_of(open.begin(), open.end(), [&](Claim* claim) { return add(*claim, pod); });
  };
  const auto on_new_claim = [&](const PodToPlace& pod) {
    Claim claim;
    for (const std::size_t type : all) {
      const auto taken = std::count_if(plan.claims.begin(), plan.claims.end(),
                                       [&](const Claim& other) { return other.types.front() == type; });
      if ((!types[type].room || *types[type].room > taken) && within(left, types[type].capacity))
        claim.types.push_back(type);
    }
    if (!add(claim, pod)) return false;
    take_largest(left, claim, types);
    plan.claims.push_back(std::move(claim));
    return true;
  };
  for (const PodToPlace& pod : pods)
    if (!on_existing(pod) && !on_claim(pod) && !on_new_claim(pod)) plan.unplaced.push_back(pod.id);
  return plan;
}

}  // namespace windtunnel::karpenter
