#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/cluster/cluster.hpp"
#include "models/cluster/node_autoscaler.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

// The machines of a run that has any: what is placed where, what waits, nodes that come and go, and the books on them.
// Instances are pods, by the slot they occupy. Exists only where the scenario has cluster.nodes.
class Replication::Nodes final : public NodeControl {
 public:
  explicit Nodes(Replication& run);
  void begin();  // when the services stand

  // --- called where instances come and go
  // True: the new instance has got a node. False: it is pending, and start_when_placed() is called next.
  bool admit(Service& service, std::uint32_t slot);
  void start_when_placed(std::uint32_t slot, const PhaseEffect& startup);
  bool resize(std::uint32_t slot, const InstanceSize& size);  // false: its node has no room for that
  void leaving(std::uint32_t slot);                           // it drains
  void left(std::uint32_t slot);                              // it is gone
  bool placed(std::uint32_t slot) const;
  void zone_changed(std::uint32_t zone, bool up);

  // --- books
  void begin_measuring();
  void gather();  // adds what has happened since the last call to the totals
  void series_point(double bin_ns);
  void check() const;                                      // throws InvariantError
  double pending_ns(const Service& service) const;         // instances x ns without a node in the measured time
  double pending_in_bin_ns(const Service& service) const;  // the same since the last gather() but one
  double cost() const;
  void write(Record& record);
  void write_service(Record& record, const Service& service);

  // --- NodeControl
  const Cluster& cluster() const override { return cluster_; }
  Time now() const override { return run_.sim_.now(); }
  UtcSeconds utc() const override;
  void at(Time when, std::function<void()> action) override { run_.sim_.at(when, std::move(action)); }
  Stream stream(std::string_view name) const override { return run_.streams_.named(name); }
  std::vector<std::uint32_t> request(std::uint32_t group, std::int64_t count, NodeReason why) override;
  void cordon(std::uint32_t node, bool on) override;
  void drain(std::uint32_t node, Duration grace, NodeReason why) override;
  void remove(std::uint32_t node, NodeReason why) override;

 private:
  struct Group {
    std::unique_ptr<Sampler> provision;
    std::unique_ptr<Stream> failures;
    NodeAutoscaler* autoscaler = nullptr;
    TimeWeighted ready, billed;
    double ready_total = 0, billed_total = 0;  // node x ns in the measured time
    double billed_bin = 0;
  };
  struct Pods {  // of a service
    TimeWeighted pending;
    double pending_total = 0;
    double pending_bin = 0;
    Histogram pending_time;  // ns, until placed or given up
  };
  struct Draining {
    NodeReason why;
    Time since{};
  };

  double cores_of(std::uint32_t node) const;    // for its pods
  std::string name_of(const Node& node) const;  // "node 7 (m5.xlarge, zone a)"
  void launch(std::uint32_t node);
  void join(std::uint32_t node);
  std::int64_t ready() const;  // nodes
  void no_longer_ready(const Node& node);
  void give_back(std::uint32_t node, bool lost);
  void start(std::uint32_t slot);
  void place_pending();
  void place_pending_soon();
  void evict(std::uint32_t slot, Duration grace);
  void settle_zone(std::uint32_t zone);
  void waited(const Pod& pod);
  void count_requests();  // up to now, before anything changes what pods ask for or nodes have
  void record(const std::string& kind, NodeReason why);

  Replication& run_;
  Cluster cluster_;
  std::vector<Group> groups_;
  std::vector<std::unique_ptr<NodeAutoscaler>> autoscalers_;
  std::vector<Pods> pods_;                         // by service
  std::map<std::uint32_t, PhaseEffect> starts_;    // of pending instances, by slot
  std::map<std::uint32_t, Draining> draining_;     // nodes that go when their last pod has gone
  std::map<std::uint32_t, std::uint64_t> coming_;  // launched and on their way: the number of the launch
  std::uint64_t launches_ = 0;
  bool placing_ = false;  // place_pending() is to come at this instant

  TimeWeighted requested_;  // nodes on their way
  TimeWeighted pending_;    // pods
  std::uint64_t added_ = 0, removed_ = 0;
  std::int64_t ready_most_ = 0, ready_least_ = 0;
  // Core-seconds and byte-seconds asked for by pods, and there to be asked for, of ready nodes.
  struct Asked {
    double cpu = 0, cpu_of = 0, memory = 0, memory_of = 0;
  };
  Asked asked_, asked_total_;
  Time asked_until_{};
  struct Bin {
    double ready = 0, requested = 0, pending = 0;  // count x ns
    Asked asked;
  };
  Bin bin_, total_;
  Series series_;
};

}  // namespace windtunnel
