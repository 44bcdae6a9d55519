#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/calendar/cron.hpp"
#include "sim/describe/field.hpp"
#include "sim/random/stream.hpp"
#include "sim/time.hpp"

namespace windtunnel {

class Cluster;

// What is put on record about nodes: why, for people, and what was seen.
struct NodeReason {
  std::string sentence;
  std::map<std::string, double> inputs;
};

// What a node autoscaler can see and do. Implemented by the running simulation; times are run times.
class NodeControl {
 public:
  virtual ~NodeControl() = default;
  virtual const Cluster& cluster() const = 0;
  virtual Time now() const = 0;
  virtual UtcSeconds utc() const = 0;  // by the scenario's calendar
  // Cannot be taken back: the action has to find out whether it is still wanted.
  virtual void at(Time when, std::function<void()> action) = 0;
  virtual Stream stream(std::string_view name) const = 0;

  // Asks for nodes of a group and puts the reason on record as "nodes_requested". Returns their ids; they are in the
  // cluster as requested from now on. A node whose zones are all down is not launched before one of them is up.
  virtual std::vector<std::uint32_t> request(std::uint32_t group, std::int64_t count, NodeReason why) = 0;
  // No new pod is placed on a cordoned node.
  virtual void cordon(std::uint32_t node, bool on) = 0;
  // Cordons the node, ends its pods as scaling down does, though after `grace` whatever they still hold is lost; their
  // services create others at once. The node is given back when the last of them is gone.
  virtual void drain(std::uint32_t node, Duration grace, NodeReason why) = 0;
  // Gives a node back that holds no pod, one that has not come included.
  virtual void remove(std::uint32_t node, NodeReason why) = 0;
};

// Decides how many nodes of which kind there are. One per autoscaler of the scenario and run.
class NodeAutoscaler {
 public:
  virtual ~NodeAutoscaler() = default;
  virtual void begin() = 0;                       // once, when nodes and first pods stand
  virtual void pod_pending(std::uint32_t) {}      // the scheduler has found no node for the pod
  virtual void node_ready(std::uint32_t) {}       // one of its groups' has joined
  virtual void node_gone(std::uint32_t, bool) {}  // one of its groups'; true: lost, not given back
};

// Parameters of one policy. One .cpp per policy in this folder; its machinery, without the cluster around it, in a
// folder of the same name.
class NodeAutoscalerParams {
 public:
  virtual ~NodeAutoscalerParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // True: nodes come from groups of the cloud, which keeps their size and replaces what is lost. False: the autoscaler
  // launches each node itself, and nobody replaces it.
  virtual bool scales_groups() const = 0;
  virtual bool needs_prices() const { return false; }
  // `name` tells it apart in stream names; `groups` are its node groups, at least one.
  virtual std::unique_ptr<NodeAutoscaler> make(NodeControl& control, std::string name,
                                               std::vector<std::uint32_t> groups) const = 0;
  static const Registry<NodeAutoscalerParams>& registry();
};

}  // namespace windtunnel
