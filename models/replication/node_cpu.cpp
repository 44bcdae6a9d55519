// Instances that share the cores of their node. Slow-path but in scenarios that ask for it.

#include "models/replication/node_cpu.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {
namespace {

// The kubelet's: cpu.shares are 1024 for a core that is requested, and two at least.
constexpr double kSharesPerCore = 1024;
constexpr double kLeastShares = 2;

}  // namespace

void Replication::meter(std::uint32_t slot) {
  Service& service = *services_[instances_[slot].service];
  if (service.quota) meter_quota(service, slot);
  if (node_cpu_) share_node(slot);
}

void Replication::join_node(std::uint32_t slot, std::uint32_t node, double cores) {
  NodeShares& shares = *node_cpu_;
  if (shares.node_of.size() <= slot) {
    shares.node_of.resize(instances_.size());
    shares.weight.resize(instances_.size());
  }
  NodeShares::Node& to = shares.nodes[node];
  to.cores = cores;
  to.slots.push_back(slot);
  shares.node_of[slot] = &to;
  const InstanceSize& size = lives_[slot].pod.size;
  const double request = size.cpu_request > 0 ? size.cpu_request : size.cpu_limit;  // as Kubernetes fills it in
  shares.weight[slot] = std::max(kLeastShares, request * kSharesPerCore);
  shared_[slot].metered = true;
}

void Replication::leave_node(std::uint32_t slot) {
  NodeShares& shares = *node_cpu_;
  if (slot >= shares.node_of.size() || shares.node_of[slot] == nullptr) return;
  NodeShares::Node& from = *std::exchange(shares.node_of[slot], nullptr);
  from.slots.erase(std::find(from.slots.begin(), from.slots.end(), slot));
  shares.withheld.resize(services_.size());
  shares.withheld[instances_[slot].service] += std::exchange(shared_[slot].withheld_ns, 0);
  if (!from.slots.empty()) {
    const std::uint32_t other = from.slots.front();
    shared_[other].advance(now_ns(), lives_[other].stretch, instances_[other].paused);
    shared_changed(other);
  } else if (std::exchange(from.is_short, false)) {
    shares.short_nodes.add(sim_.now(), -1);
  }
}

// The caller has brought `slot` up to now and will see to its next event; the others are seen to here.
void Replication::share_node(std::uint32_t slot) {
  NodeShares& shares = *node_cpu_;
  NodeShares::Node* node = slot < shares.node_of.size() ? shares.node_of[slot] : nullptr;
  if (node == nullptr) return;
  if (shares.settling) {
    shares.again = true;
    return;
  }
  shares.settling = true;
  do {
    shares.again = false;
    double wanted = 0;
    shares.sharing.clear();
    for (const std::uint32_t s : node->slots) {
      if (instances_[s].paused || shared_[s].frozen || shared_[s].jobs.empty()) {
        shared_[s].granted = 1;  // of nothing
        continue;
      }
      wanted += shared_[s].wanted();
      shares.sharing.push_back(s);
    }
    const bool is_short = wanted > node->cores;
    if (!is_short && !node->is_short) break;
    if (is_short != node->is_short) shares.short_nodes.add(sim_.now(), is_short ? 1 : -1);
    node->is_short = is_short;

    const auto grant = [&](std::uint32_t s, double share) {
      if (share == shared_[s].granted) return;
      if (s != slot) shared_[s].advance(now_ns(), lives_[s].stretch, instances_[s].paused);
      shared_[s].granted = share;
      if (s != slot) shared_changed(s);
    };
    // Whoever wants less than its part gets all it wants, and the others have the more.
    double cores = node->cores, weights = 0;
    for (const std::uint32_t s : shares.sharing) weights += shares.weight[s];
    for (bool found = true; found && is_short;) {
      found = false;
      for (std::size_t i = 0; i < shares.sharing.size(); ++i) {
        const std::uint32_t s = shares.sharing[i];
        if (s == kNone || shared_[s].wanted() * weights > cores * shares.weight[s]) continue;
        cores -= shared_[s].wanted();
        weights -= shares.weight[s];
        shares.sharing[i] = kNone;
        grant(s, 1);
        found = true;
      }
    }
    for (const std::uint32_t s : shares.sharing)
      if (s != kNone) grant(s, is_short ? cores * shares.weight[s] / weights / shared_[s].wanted() : 1);
  } while (shares.again);
  shares.settling = false;
}

void Replication::begin_measuring_node_cpu() {
  NodeShares& shares = *node_cpu_;
  shares.withheld.assign(services_.size(), 0);
  shares.short_before = shares.short_nodes.integral(sim_.now());
  for (SharedCores& cores : shared_) cores.withheld_ns = 0;  // all have been brought up to now
}

void Replication::write_node_cpu(Record& record, const Service& service) {
  double withheld = node_cpu_->withheld[service.index];
  for (const std::uint32_t slot : service.slot_at) withheld += shared_[slot].withheld_ns;
  const double wanted = withheld + service.total.cpu;
  record.values.push_back({service.name + ".node_cpu.withheld", "share",
                           wanted > 0 ? withheld / wanted : std::numeric_limits<double>::quiet_NaN()});
}

}  // namespace windtunnel
