#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "models/replication/replication.hpp"
#include "sim/statistics/time_weighted.hpp"

namespace windtunnel {

// Nodes whose cores the instances on them share, as Linux' fair scheduler does it among cgroups: by weight, none more
// than its threads can use. Exists only where cluster.node_cpu says so.
struct Replication::NodeShares {
  struct Node {
    double cores = 0;
    std::vector<std::uint32_t> slots;
    bool is_short = false;  // its instances want more than it has
  };
  std::map<std::uint32_t, Node> nodes;  // by id, those that have held an instance
  std::vector<Node*> node_of;           // by slot; null: none
  std::vector<double> weight;           // by slot
  std::vector<std::uint32_t> sharing;   // scratch of share_node()
  bool settling = false;                // somebody is through with a node soon …
  bool again = false;                   // … and has to look once more
  TimeWeighted short_nodes;
  std::uint64_t short_before = 0;  // the integral when measuring began
  std::vector<double> withheld;    // core-ns, by service, from instances that are gone

  double short_ns(Time now) const { return static_cast<double>(short_nodes.integral(now) - short_before); }
};

}  // namespace windtunnel
