#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "models/cluster/cluster.hpp"
#include "models/cluster/node_resources.hpp"
#include "sim/time.hpp"

// Which nodes the Cluster Autoscaler (1.36) could do without.
namespace windtunnel::cluster_autoscaler {

// Share of what is allocatable that pods ask for, of CPU or memory, whichever is more.
double utilization(const NodeResources& used, const NodeResources& allocatable);
// At most the threshold: the code's rule; the FAQ says less.
bool underused(const NodeResources& used, const NodeResources& allocatable, double threshold);

// Takes nodes out of a copy of the cluster's books, one after the other: their pods move to the first other node with
// room, where they stay for the questions that follow. Only ready nodes that are not cordoned take pods.
class RemovalSimulator {
 public:
  // Pods of the nodes that are being deleted (cordoned, not drained yet) are moved first; placed() says whether all
  // could.
  RemovalSimulator(const Cluster& cluster, const std::set<std::uint32_t>& being_deleted);
  bool placed() const { return placed_; }
  // If the node's pods fit elsewhere they move there, and the node takes no more: how many they were. Else nothing
  // changes.
  std::optional<std::int64_t> remove(std::uint32_t node);

 private:
  struct Place {
    NodeResources free;
    std::vector<NodeResources> pods;
    bool open = true;
  };
  bool move_pods(const std::vector<NodeResources>& pods, std::uint32_t from);

  std::map<std::uint32_t, Place> places_;
  bool placed_ = true;
};

// Nodes found to be unneeded, each since the first of the looks in a row that found it so.
class Unneeded {
 public:
  struct Entry {
    Time since{};
    std::int64_t pods = 0;  // to be moved
  };
  struct Found {
    std::uint32_t node = 0;
    std::int64_t pods = 0;
  };
  void update(const std::vector<Found>& found, Time now);
  void clear() { nodes_.clear(); }
  const std::map<std::uint32_t, Entry>& nodes() const { return nodes_; }

 private:
  std::map<std::uint32_t, Entry> nodes_;
};

// What decides whether an unneeded node may go now.
struct RemovalCandidate {
  std::uint32_t node = 0;
  std::uint32_t group = 0;
  Time unneeded_since{};
  bool empty = true;
  bool ready = true;
};
struct GroupSize {
  std::int64_t nodes = 0;     // its size, nodes that are being deleted included
  std::int64_t deleting = 0;  // of them
  std::int64_t least = 0;
};
struct RemovalTimes {
  Duration unneeded = std::chrono::minutes{10};
  Duration unready = std::chrono::minutes{20};
};
struct Removable {
  std::vector<std::uint32_t> empty, drain;
};
// Those unneeded for longer than their time, as far as their groups stay at their least size; empty ones come first.
Removable removable_at(const std::vector<RemovalCandidate>& candidates, std::map<std::uint32_t, GroupSize> groups,
                       const RemovalTimes& times, Time now);

struct Parallelism {
  std::int64_t all = 10;
  std::int64_t drain = 1;
};
// As many as may be deleted at a time, group by group.
Removable crop(const Removable& removable, const std::map<std::uint32_t, std::uint32_t>& group_of,
               const Parallelism& most, std::int64_t empty_in_progress, std::int64_t drain_in_progress);

}  // namespace windtunnel::cluster_autoscaler
