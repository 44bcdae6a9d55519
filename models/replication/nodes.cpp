// Nodes: which instance is where, which ones wait, machines that come and go. Slow-path, and only where there are any.

#include "models/replication/nodes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "models/cluster/scheduler.hpp"
#include "models/replication/node_cpu.hpp"
#include "models/run.hpp"

namespace windtunnel {
namespace {

constexpr const char* kCluster = "cluster";  // what decisions and series of nodes are filed under
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double ratio(double a, double b) { return b == 0 ? kNaN : a / b; }

NodeResources asked_by(const InstanceSize& size) {
  return NodeResources::of(Cpu{size.cpu_request}, Bytes{size.memory_request}, 1);
}

std::string counted(std::size_t n, const std::string& of) { return std::to_string(n) + " " + of + (n == 1 ? "" : "s"); }

}  // namespace

Replication::Nodes::Nodes(Replication& run)
    : run_(run), cluster_(run.scenario_.cluster, run.scenario_.cost.per_node_hour) {
  const ClusterParams& params = run_.scenario_.cluster;
  groups_.resize(params.nodes.size());
  pods_.resize(run_.scenario_.services.size());
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    const NodeGroupParams& group = params.nodes[g];
    const std::string stream = "cluster/" + group.label();
    groups_[g].provision = std::make_unique<Sampler>(run_.streams_.named(stream + "/provision"), *group.provision);
    groups_[g].failures = std::make_unique<Stream>(run_.streams_.named(stream + "/failures"));
    for (std::int64_t i = 0; i < group.count; ++i) {
      cluster_.set_ready(cluster_.add_node(g, cluster_.next_zone(g), Time{0}), Time{0});
      groups_[g].ready.add(Time{0}, 1);
      groups_[g].billed.add(Time{0}, 1);
    }
  }
  // The cluster's autoscaler has the groups that do not have one of their own.
  std::vector<std::uint32_t> of_cluster;
  for (std::uint32_t g = 0; g < groups_.size(); ++g) {
    if (!params.nodes[g].autoscaler) {
      of_cluster.push_back(g);
      continue;
    }
    autoscalers_.push_back(params.nodes[g].autoscaler->make(*this, "cluster/" + params.nodes[g].label(), {g}));
    groups_[g].autoscaler = autoscalers_.back().get();
  }
  if (params.autoscaler && !of_cluster.empty()) {
    autoscalers_.push_back(params.autoscaler->make(*this, kCluster, of_cluster));
    for (const std::uint32_t g : of_cluster) groups_[g].autoscaler = autoscalers_.back().get();
  }
}

void Replication::Nodes::begin() {
  for (const auto& autoscaler : autoscalers_) autoscaler->begin();
}

UtcSeconds Replication::Nodes::utc() const {
  const Time measured = now() - run_.scenario_.warmup;
  return std::chrono::floor<std::chrono::seconds>(run_.scenario_.starts_at_utc() + measured).count();
}

std::string Replication::Nodes::name_of(const Node& node) const {
  std::string text = "node " + std::to_string(node.id) + " (" + cluster_.group_of(node).params->label();
  const std::vector<std::string>& zones = run_.scenario_.cluster.zones;
  if (!zones.empty()) text += ", zone " + zones[node.zone];
  return text + ")";
}

void Replication::Nodes::record(const std::string& kind, NodeReason why) {
  if (run_.observer_ != nullptr) run_.observer_->decision(now(), kCluster, kind, why.sentence);
  if (!run_.narrated_) return;
  run_.decisions_.push_back(
      {to_seconds(now() - run_.scenario_.warmup), kCluster, kind, std::move(why.sentence), std::move(why.inputs)});
}

// --- pods
// -----------------------------------------------------------------------------------------------------------------

double Replication::Nodes::cores_of(std::uint32_t node) const {
  return static_cast<double>(cluster_.allocatable(*cluster_.find_node(node)).milli_cpu) / 1000;
}

bool Replication::Nodes::placed(std::uint32_t slot) const {
  const auto found = cluster_.pods().find(slot);
  return found != cluster_.pods().end() && found->second.node != kNoNode;
}

bool Replication::Nodes::admit(Service& service, std::uint32_t slot) {
  count_requests();
  cluster_.add_pod(slot, service.index, asked_by(run_.lives_[slot].pod.size), now());
  const std::uint32_t node = choose_node(cluster_, cluster_.pod(slot));
  if (node == kNoNode) {
    pods_[service.index].pending.add(now(), 1);
    pending_.add(now(), 1);
    return false;
  }
  cluster_.bind(slot, node, now());
  run_.lives_[slot].zone = cluster_.find_node(node)->zone;
  if (run_.node_cpu_) run_.join_node(slot, node, cores_of(node));
  waited(cluster_.pod(slot));
  return true;
}

bool Replication::Nodes::resize(std::uint32_t slot, const InstanceSize& size) {
  const NodeResources asked = asked_by(size);
  if (!cluster_.fits_in_place(slot, asked)) return false;
  count_requests();
  cluster_.resize(slot, asked);
  place_pending_soon();
  return true;
}

void Replication::Nodes::start_when_placed(std::uint32_t slot, const PhaseEffect& startup) {
  starts_[slot] = startup;
  for (const auto& autoscaler : autoscalers_) autoscaler->pod_pending(slot);
}

void Replication::Nodes::waited(const Pod& pod) {
  pods_[pod.service].pending_time.record((now() - pod.created).count());
}

void Replication::Nodes::leaving(std::uint32_t slot) {
  const auto found = cluster_.pods().find(slot);
  if (found == cluster_.pods().end() || found->second.leaving) return;
  const bool was_pending = found->second.node == kNoNode;
  cluster_.set_leaving(slot);
  if (!was_pending) return;
  waited(found->second);
  pods_[found->second.service].pending.add(now(), -1);
  pending_.add(now(), -1);
  starts_.erase(slot);
}

void Replication::Nodes::left(std::uint32_t slot) {
  leaving(slot);
  count_requests();
  if (run_.node_cpu_) run_.leave_node(slot);
  const std::uint32_t node = cluster_.pod(slot).node;
  cluster_.erase_pod(slot, now());
  if (node == kNoNode) return;
  place_pending_soon();
  if (!cluster_.find_node(node)->pods.empty() || !draining_.contains(node)) return;
  // Whoever ends instances may not be through with its list of them.
  at(now(), [this, node] {
    const auto drained = draining_.find(node);
    if (drained == draining_.end() || !cluster_.find_node(node)->pods.empty()) return;
    NodeReason why = std::move(drained->second.why);
    why.inputs["drained_s"] = to_seconds(now() - drained->second.since);
    remove(node, std::move(why));
  });
}

void Replication::Nodes::place_pending_soon() {
  if (placing_ || cluster_.pending().empty()) return;
  placing_ = true;
  at(now(), [this] {
    placing_ = false;
    place_pending();
  });
}

void Replication::Nodes::place_pending() {
  const std::vector<std::uint32_t> waiting = cluster_.pending();
  for (const std::uint32_t slot : waiting) {
    const Pod& pod = cluster_.pod(slot);
    const std::uint32_t node = choose_node(cluster_, pod);
    if (node == kNoNode) continue;
    count_requests();
    cluster_.bind(slot, node, now());
    run_.lives_[slot].zone = cluster_.find_node(node)->zone;
    if (run_.node_cpu_) run_.join_node(slot, node, cores_of(node));
    waited(pod);
    pods_[pod.service].pending.add(now(), -1);
    pending_.add(now(), -1);
    start(slot);
  }
}

void Replication::Nodes::start(std::uint32_t slot) {
  const auto found = starts_.find(slot);
  const PhaseEffect startup = found->second;
  starts_.erase(found);
  Service& service = *run_.services_[run_.instances_[slot].service];
  run_.announce(service, slot);
  run_.start_up(service, slot, startup);
}

// --- nodes that come
// ------------------------------------------------------------------------------------------------------

std::vector<std::uint32_t> Replication::Nodes::request(std::uint32_t group, std::int64_t count, NodeReason why) {
  record("nodes_requested", std::move(why));
  std::vector<std::uint32_t> out;
  for (std::int64_t i = 0; i < count; ++i) {
    out.push_back(cluster_.add_node(group, cluster_.next_zone(group), now()));
    requested_.add(now(), 1);
    launch(out.back());
  }
  return out;
}

// What it takes is drawn also for a node that never comes, so that the ones after it come as they would otherwise.
void Replication::Nodes::launch(std::uint32_t id) {
  const Node& node = *cluster_.find_node(id);
  if (!cluster_.zone_up(node.zone)) return;  // zone_changed() comes back to it
  Group& group = groups_[node.group];
  group.billed.add(now(), 1);
  const Duration takes{group.provision->next_ns()};
  const bool fails = group.failures->uniform() < cluster_.group_of(node).params->provision_failures.value;
  if (fails || takes > kNever - now()) return;
  const std::uint64_t number = ++launches_;
  coming_[id] = number;
  at(now() + takes, [this, id, number] {
    const auto found = coming_.find(id);
    if (found != coming_.end() && found->second == number) join(id);
  });
}

void Replication::Nodes::join(std::uint32_t id) {
  coming_.erase(id);
  count_requests();
  cluster_.set_ready(id, now());
  const Node& node = *cluster_.find_node(id);
  Group& group = groups_[node.group];
  requested_.add(now(), -1);
  group.ready.add(now(), 1);
  ready_most_ = std::max(ready_most_, ready());
  ++added_;
  NodeReason why{name_of(node) + " joined", {}};
  why.inputs = {{"took_s", to_seconds(now() - node.requested)}, {"nodes_ready", static_cast<double>(ready())}};
  record("node_added", std::move(why));
  // Pods first: an autoscaler that looks at once must not take the node for idle.
  place_pending();
  if (group.autoscaler != nullptr) group.autoscaler->node_ready(id);
}

std::int64_t Replication::Nodes::ready() const {
  std::int64_t n = 0;
  for (const Group& group : groups_) n += group.ready.value();
  return n;
}

// --- nodes that go
// --------------------------------------------------------------------------------------------------------

void Replication::Nodes::cordon(std::uint32_t node, bool on) {
  cluster_.set_cordoned(node, on);
  if (!on) place_pending_soon();
}

void Replication::Nodes::drain(std::uint32_t id, Duration grace, NodeReason why) {
  cluster_.set_cordoned(id, true);
  if (draining_.contains(id)) return;
  const Node& node = *cluster_.find_node(id);
  NodeReason now_draining = why;
  now_draining.sentence = name_of(node) + " drains: " + why.sentence;
  record("node_draining", std::move(now_draining));
  draining_[id] = {std::move(why), now()};
  const std::vector<std::uint32_t> pods = node.pods;
  for (const std::uint32_t slot : pods) evict(slot, grace);
}

void Replication::Nodes::evict(std::uint32_t slot, Duration grace) {
  Instance& instance = run_.instances_[slot];
  if (instance.state == Instance::State::kDraining) return;
  Service& service = *run_.services_[instance.service];
  const bool on_demand = service.admission == Service::Admission::kOnDemand;
  if (on_demand) run_.forget_idle(service, slot);
  const std::uint32_t life = run_.lives_[slot].life;
  run_.drain(service, slot);
  if (run_.lives_[slot].life == life && grace < service.params->drain_timeout)
    at(now() + grace, [this, &service, slot, life] {
      if (run_.lives_[slot].life != life) return;
      run_.lose_all(service, slot, Outcome::kFailedInstanceLost);
      run_.remove_instance(service, slot);
    });
  if (on_demand) return run_.start_for_pending(service);
  run_.set_replicas(service, service.spec_replicas);
}

void Replication::Nodes::remove(std::uint32_t id, NodeReason why) {
  const Node& node = *cluster_.find_node(id);
  const bool came = node.state == Node::State::kReady;
  why.inputs["age_s"] = to_seconds(now() - node.requested);
  why.sentence = name_of(node) + (came ? " given back: " : " given up: ") + why.sentence;
  give_back(id, false);
  record("node_removed", std::move(why));
}

void Replication::Nodes::no_longer_ready(const Node& node) {
  count_requests();
  groups_[node.group].ready.add(now(), -1);
  ready_least_ = std::min(ready_least_, ready());
}

void Replication::Nodes::give_back(std::uint32_t id, bool lost) {
  const Node node = *cluster_.find_node(id);
  Group& group = groups_[node.group];
  if (node.state == Node::State::kReady) no_longer_ready(node);
  if (node.state == Node::State::kRequested) requested_.add(now(), -1);
  if (node.state != Node::State::kLost && cluster_.zone_up(node.zone)) group.billed.add(now(), -1);
  if (!lost) ++removed_;
  draining_.erase(id);
  coming_.erase(id);
  cluster_.erase_node(id);
  if (group.autoscaler != nullptr) group.autoscaler->node_gone(id, lost);
}

// --- zones
// ----------------------------------------------------------------------------------------------------------------

// The instances in the zone are ended by whoever takes it down, right after this.
void Replication::Nodes::zone_changed(std::uint32_t zone, bool up) {
  if (up == cluster_.zone_up(zone)) return;
  std::vector<std::uint32_t> here;
  for (const auto& [id, node] : cluster_.nodes())
    if (node.zone == zone) here.push_back(id);
  if (up) {
    cluster_.set_zone_up(zone, true);
    for (const std::uint32_t id : here) {
      if (cluster_.find_node(id)->state == Node::State::kLost) {
        cluster_.set_requested(id, now());
        requested_.add(now(), 1);
      }
      launch(id);
    }
    return;
  }
  std::size_t ready = 0;
  for (const std::uint32_t id : here) {
    const Node& node = *cluster_.find_node(id);
    cluster_.set_cordoned(id, true);
    ready += node.state == Node::State::kReady ? 1U : 0U;
    groups_[node.group].billed.add(now(), -1);  // all of them were launched
    coming_.erase(id);
  }
  cluster_.set_zone_up(zone, false);
  if (here.empty()) return;
  NodeReason why{"zone " + run_.scenario_.cluster.zones[zone] + " went down with " + counted(ready, "node"), {}};
  why.inputs = {{"nodes_ready", static_cast<double>(ready)},
                {"nodes_on_their_way", static_cast<double>(here.size() - ready)}};
  record("nodes_lost", std::move(why));
  at(now(), [this, zone] { settle_zone(zone); });
}

// What the cloud makes of nodes whose zone is down, now that no pod is on them: a group that has another zone gets
// others there; one that has none gets its own back when the zone is up. A node that was launched by itself is simply
// gone.
void Replication::Nodes::settle_zone(std::uint32_t zone) {
  std::vector<std::uint32_t> here;
  for (const auto& [id, node] : cluster_.nodes())
    if (node.zone == zone) here.push_back(id);
  for (const std::uint32_t id : here) {
    const Node node = *cluster_.find_node(id);
    const bool of_group = cluster_.group_of(node).scaled_by_cloud && !draining_.contains(id);
    const bool elsewhere = of_group && cluster_.any_zone_up(node.group);
    if (node.state == Node::State::kReady) {
      no_longer_ready(node);
      cluster_.set_lost(id);
    }
    cluster_.set_cordoned(id, false);
    if (of_group && !elsewhere) continue;
    give_back(id, true);
    if (elsewhere)
      request(node.group, 1, {"a node of " + cluster_.group_of(node).params->label() + " in place of one lost", {}});
  }
}

// --- books
// ----------------------------------------------------------------------------------------------------------------

void Replication::Nodes::count_requests() {
  const double seconds = to_seconds(now() - asked_until_);
  asked_until_ = now();
  if (seconds <= 0) return;
  for (const auto& [id, node] : cluster_.nodes()) {
    if (node.state != Node::State::kReady) continue;
    const NodeResources& whole = cluster_.allocatable(node);
    asked_.cpu += static_cast<double>(node.used.milli_cpu) / 1000 * seconds;
    asked_.cpu_of += static_cast<double>(whole.milli_cpu) / 1000 * seconds;
    asked_.memory += static_cast<double>(node.used.memory) * seconds;
    asked_.memory_of += static_cast<double>(whole.memory) * seconds;
  }
}

void Replication::Nodes::gather() {
  count_requests();
  bin_ = {};
  for (Group& group : groups_) {
    const auto ready = static_cast<double>(group.ready.take_integral(now()));
    group.ready_total += ready;
    group.billed_bin = static_cast<double>(group.billed.take_integral(now()));
    group.billed_total += group.billed_bin;
    bin_.ready += ready;
  }
  for (Pods& pods : pods_) {
    pods.pending_bin = static_cast<double>(pods.pending.take_integral(now()));
    pods.pending_total += pods.pending_bin;
    bin_.pending += pods.pending_bin;
  }
  bin_.requested = static_cast<double>(requested_.take_integral(now()));
  bin_.asked = std::exchange(asked_, {});
  total_.ready += bin_.ready;
  total_.requested += bin_.requested;
  total_.pending += bin_.pending;
  total_.asked.cpu += bin_.asked.cpu;
  total_.asked.cpu_of += bin_.asked.cpu_of;
  total_.asked.memory += bin_.asked.memory;
  total_.asked.memory_of += bin_.asked.memory_of;
}

void Replication::Nodes::begin_measuring() {
  gather();
  total_ = {};
  added_ = removed_ = 0;
  for (Group& group : groups_) group.ready_total = group.billed_total = 0;
  ready_least_ = ready_most_ = ready();
  for (Pods& pods : pods_) {
    pods.pending_total = 0;
    pods.pending_time.clear();
  }
  series_ = {};
  series_.service = kCluster;
  series_.resolution_s = to_seconds(run_.scenario_.metrics.resolution);
  if (run_.narrated_)
    series_.columns = {{"nodes_ready", "count", {}},      {"nodes_requested", "count", {}},
                       {"pods_pending", "count", {}},     {"cpu_requested", "share", {}},
                       {"memory_requested", "share", {}}, {"cost_per_hour", run_.scenario_.cost.currency + "/h", {}}};
}

void Replication::Nodes::series_point(double bin_ns) {
  if (!run_.narrated_ || bin_ns <= 0) return;
  double price = 0;
  for (const Group& group : groups_) {
    const auto index = static_cast<std::size_t>(&group - groups_.data());
    price += group.billed_bin / bin_ns * cluster_.groups()[index].price;
  }
  const double row[] = {bin_.ready / bin_ns,
                        bin_.requested / bin_ns,
                        bin_.pending / bin_ns,
                        ratio(bin_.asked.cpu, bin_.asked.cpu_of),
                        ratio(bin_.asked.memory, bin_.asked.memory_of),
                        price};
  series_.times_s.push_back(to_seconds(now() - Time{run_.measure_from_}));
  for (std::size_t i = 0; i < series_.columns.size(); ++i) series_.columns[i].values.push_back(row[i]);
}

void Replication::Nodes::check() const {
  if (const std::string broken = cluster_.broken_rule(); !broken.empty())
    throw InvariantError("at " + std::to_string(to_seconds(now())) + " s " + broken);
  std::size_t instances = 0;
  for (const auto& service : run_.services_) {
    instances += service->slot_at.size();
    for (const std::uint32_t slot : service->slot_at) {
      const auto pod = cluster_.pods().find(slot);
      if (pod == cluster_.pods().end() || pod->second.service != service->index)
        throw InvariantError("an instance of service " + service->name + " is unknown to the cluster at " +
                             std::to_string(to_seconds(now())) + " s");
      if (pod->second.node == kNoNode && run_.instances_[slot].state == Instance::State::kReady)
        throw InvariantError("an instance of service " + service->name + " works without a node at " +
                             std::to_string(to_seconds(now())) + " s");
    }
  }
  if (instances != cluster_.pods().size())
    throw InvariantError("the cluster holds " + std::to_string(cluster_.pods().size()) + " pods for " +
                         std::to_string(instances) + " instances at " + std::to_string(to_seconds(now())) + " s");
}

double Replication::Nodes::pending_ns(const Service& service) const { return pods_[service.index].pending_total; }
double Replication::Nodes::pending_in_bin_ns(const Service& service) const { return pods_[service.index].pending_bin; }

double Replication::Nodes::cost() const {
  double sum = 0;
  for (std::size_t g = 0; g < groups_.size(); ++g)
    sum += ns_to_seconds(groups_[g].billed_total) / 3600 * cluster_.groups()[g].price;
  return sum;
}

void Replication::Nodes::write(Record& record) {
  const double ns = to_seconds(run_.scenario_.horizon) * 1e9;
  const auto put = [&](const std::string& name, const std::string& unit, double value) {
    record.values.push_back({std::string(kCluster) + "." + name, unit, value});
  };
  double billed = 0;
  for (const Group& group : groups_) billed += group.billed_total;
  put("nodes.mean", "count", total_.ready / ns);
  put("nodes.min", "count", static_cast<double>(ready_least_));
  put("nodes.max", "count", static_cast<double>(ready_most_));
  put("nodes.requested_mean", "count", total_.requested / ns);
  put("nodes.added", "count", static_cast<double>(added_));
  put("nodes.removed", "count", static_cast<double>(removed_));
  put("node_hours", "h", ns_to_seconds(billed) / 3600);
  if (groups_.size() > 1)
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const std::string group = cluster_.groups()[g].params->label();
      put(group + ".nodes.mean", "count", groups_[g].ready_total / ns);
      put(group + ".node_hours", "h", ns_to_seconds(groups_[g].billed_total) / 3600);
    }
  put("pods_pending.mean", "count", total_.pending / ns);
  put("cpu_requested", "share", ratio(total_.asked.cpu, total_.asked.cpu_of));
  put("memory_requested", "share", ratio(total_.asked.memory, total_.asked.memory_of));
  if (run_.node_cpu_) {
    double used = 0;
    for (const auto& service : run_.services_) used += service->total.cpu;
    put("cpu_used", "share", ratio(ns_to_seconds(used), total_.asked.cpu_of));
    put("cpu_short", "share", ratio(run_.node_cpu_->short_ns(now()), total_.ready));
  }
  if (run_.narrated_) record.series.push_back(std::move(series_));
}

void Replication::Nodes::write_service(Record& record, const Service& service) {
  Pods& pods = pods_[service.index];
  // Those that still wait have waited so long at least: without them the worst would be missing.
  for (const std::uint32_t slot : cluster_.pending())
    if (cluster_.pod(slot).service == service.index) waited(cluster_.pod(slot));
  record.values.push_back({service.name + ".replicas.pending_mean", "count",
                           pods.pending_total / (to_seconds(run_.scenario_.horizon) * 1e9)});
  write_times(record, service.name + ".pending_time", pods.pending_time);
}

}  // namespace windtunnel
