#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/cluster/node_resources.hpp"
#include "sim/random/stream.hpp"

// Which of several node groups the Cluster Autoscaler (1.36) enlarges.
namespace windtunnel::cluster_autoscaler {

// What it could do: so many more nodes of a group, which would hold so many of the pending pods.
struct Option {
  std::uint32_t group = 0;
  std::string name;  // of the group
  std::int64_t nodes = 0;
  std::int64_t pods = 0;
  NodeResources requested;  // by those pods, in all
  NodeResources capacity;   // of one node; the real one too looks at capacity here, not at what is allocatable
  double price = 0;         // of one node for an hour
};

enum class Expander {
  kRandom,
  kMostPods,
  kLeastNodes,
  kLeastWaste,  // share of CPU plus share of memory that would be left
  // Price of the nodes over that of the pods, priced as in Google Cloud (0.033174 per core and hour, 0.004446 per GiB
  // and hour, cloudprovider/gce/gce_price_info.go). The real one also prefers machine sizes that suit the cluster's.
  kPrice,
  kPriority,
};
std::optional<Expander> expander_named(std::string_view flag);  // as --expander spells it
std::string expander_names();                                   // all of them, for messages

// The ConfigMap of the priority expander: regular expressions on group names, by priority, of which the highest wins
// that matches anything. Names that do not match have none; if no name matches, all options stay.
using Priorities = std::map<std::int64_t, std::vector<std::string>>;

double waste(const Option& option);
double price_ratio(const Option& option);

// Those of `options` (indices) that a single expander leaves.
std::vector<std::size_t> best_of(Expander by, const std::vector<Option>& options, const Priorities& priorities);
// One after the other filters what the one before has left; among what remains `word` draws. Requires options.
std::size_t choose(const std::vector<Expander>& chain, const std::vector<Option>& options, const Priorities& priorities,
                   Stream& words);

}  // namespace windtunnel::cluster_autoscaler
