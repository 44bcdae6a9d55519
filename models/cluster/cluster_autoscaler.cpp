#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <regex>
#include <set>
#include <tuple>
#include <utility>

#include "models/cluster/cluster.hpp"
#include "models/cluster/cluster_autoscaler/backoff.hpp"
#include "models/cluster/cluster_autoscaler/estimator.hpp"
#include "models/cluster/cluster_autoscaler/expander.hpp"
#include "models/cluster/cluster_autoscaler/scale_down.hpp"
#include "models/cluster/types.hpp"

// The Kubernetes Cluster Autoscaler, as of 1.36. Left out, as nothing here could tell the difference: GPUs, priorities
// and expendable pods, disruption budgets, annotations, daemon sets (they are part of system_reserved), time limits on
// its own computing, and failing drains with their delay.
namespace windtunnel {
namespace {

using namespace cluster_autoscaler;

struct Settings {
  Duration scan_interval = std::chrono::seconds{10};
  bool frequent_loops = true;
  Duration processing_time = std::chrono::milliseconds{1};
  Duration new_pod_scale_up_delay{0};
  std::vector<std::string> expander = {"least-waste"};
  std::map<std::string, std::vector<std::string>> priorities;
  std::int64_t max_nodes_per_scaleup = 1000;
  std::optional<std::int64_t> max_nodes_total;
  bool balance_similar_node_groups = false;
  Duration max_node_provision_time = std::chrono::minutes{15};
  Duration initial_backoff = std::chrono::minutes{5};
  Duration max_backoff = std::chrono::minutes{30};
  Duration backoff_reset = std::chrono::hours{3};
  Share max_total_unready{0.45};
  std::int64_t ok_total_unready_count = 3;
  bool scale_down_enabled = true;
  Share utilization_threshold{0.5};
  RemovalTimes times;
  Duration delay_after_add = std::chrono::minutes{10};
  Duration delay_after_delete{0};
  Parallelism parallelism;
  Duration max_graceful_termination = std::chrono::seconds{600};
  Duration node_delete_delay_after_taint = std::chrono::seconds{5};
  Duration unremovable_node_recheck_timeout = std::chrono::minutes{5};
};

// Pods younger than this alone do not start a scale-up: there may be more of them in a moment.
constexpr Duration kYoung = std::chrono::seconds{2};
// How much the memory of two machine types may differ that balance-similar-node-groups takes for one.
constexpr double kSimilarMemory = 0.015;

std::optional<std::int64_t> whole_number(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string counted(std::int64_t n, const std::string& of) {
  return std::to_string(n) + " " + of + (n == 1 ? "" : "s");
}
std::string minutes_of(Duration d) {
  const auto seconds = d / std::chrono::seconds{1};
  return seconds % 60 == 0 ? std::to_string(seconds / 60) + "m" : std::to_string(seconds) + "s";
}

class ClusterAutoscaler final : public NodeAutoscaler {
 public:
  ClusterAutoscaler(const Settings& settings, NodeControl& control, const std::string& name,
                    std::vector<std::uint32_t> groups)
      : s_(settings),
        control_(control),
        groups_(std::move(groups)),
        words_(control.stream(name + "/expander")),
        backoff_(s_.initial_backoff, s_.max_backoff, s_.backoff_reset) {
    for (const std::string& flag : s_.expander) chain_.push_back(*expander_named(flag));
    for (const auto& [level, patterns] : s_.priorities) priorities_[*whole_number(level)] = patterns;
  }

  void begin() override { wait(s_.scan_interval); }

  void pod_pending(std::uint32_t) override {
    if (s_.frequent_loops) wait(Duration{0});
  }

  void node_gone(std::uint32_t node, bool) override { deleting_.erase(node); }

 private:
  const Cluster& cluster() const { return control_.cluster(); }
  bool mine(const Node& node) const { return std::find(groups_.begin(), groups_.end(), node.group) != groups_.end(); }
  const std::string& name_of(std::uint32_t group) const { return cluster().groups()[group].params->label(); }

  // The next loop, unless one comes earlier.
  void wait(Duration length) {
    const Time when = control_.now() + length;
    if (next_ && *next_ <= when) return;
    next_ = when;
    control_.at(when, [this, when] {
      if (next_ != when) return;
      next_.reset();
      loop();
    });
  }

  void loop() {
    const Time before = last_scale_up_, deleted_before = last_delete_;
    run_once(control_.now());
    const bool productive = last_scale_up_ != before || last_delete_ != deleted_before;
    wait(s_.frequent_loops && productive ? s_.processing_time : s_.scan_interval);
  }

  void run_once(Time now) {
    give_up_on_late_nodes(now);
    if (!healthy()) return unneeded_.clear();
    const std::vector<std::uint32_t> pods = pods_to_help(now);
    bool too_young = false;
    if (!pods.empty()) {
      const Time oldest = cluster().pod(pods.front()).created;
      too_young = oldest + kYoung > now;
      if (!too_young && scale_up(pods, now)) {
        last_scale_up_ = now;
        return;
      }
    }
    if (s_.scale_down_enabled) scale_down(now, too_young);
  }

  // --- nodes that do not come

  void give_up_on_late_nodes(Time now) {
    std::vector<std::uint32_t> late;
    for (const auto& [id, node] : cluster().nodes())
      if (mine(node) && node.state == Node::State::kRequested && node.requested + s_.max_node_provision_time < now)
        late.push_back(id);
    backoff_.forget_old(now);
    for (auto request = expected_.begin(); request != expected_.end();) {
      const auto [group, due] = *request;
      const bool all_there = on_the_way(group) == 0;
      if (!all_there && due >= now) {
        ++request;
        continue;
      }
      if (!all_there) backoff_.fail(group, now);
      request = expected_.erase(request);
    }
    for (const std::uint32_t id : late) {
      const Node& node = *cluster().find_node(id);
      NodeReason why{"not there after " + minutes_of(s_.max_node_provision_time), {}};
      why.inputs["waited_s"] = to_seconds(now - node.requested);
      control_.remove(id, std::move(why));
    }
  }

  std::int64_t on_the_way(std::uint32_t group) const {
    std::int64_t n = 0;
    for (const auto& [id, node] : cluster().nodes())
      n += node.group == group && node.state == Node::State::kRequested ? 1 : 0;
    return n;
  }

  bool too_many_unready(std::int64_t unready, std::int64_t all) const {
    return unready > s_.ok_total_unready_count &&
           static_cast<double>(unready) > s_.max_total_unready.value * static_cast<double>(all);
  }

  bool healthy() const {
    std::int64_t lost = 0, registered = 0;
    for (const auto& [id, node] : cluster().nodes()) {
      if (!mine(node) || node.state == Node::State::kRequested) continue;
      ++registered;
      lost += node.state == Node::State::kLost ? 1 : 0;
    }
    return !too_many_unready(lost, registered);
  }

  // --- up

  // Pending pods but those that fit on a node that is there or on its way, in the order of their creation.
  std::vector<std::uint32_t> pods_to_help(Time now) const {
    std::vector<NodeResources> free;
    for (const auto& [id, node] : cluster().nodes())
      if (!node.cordoned && node.state != Node::State::kLost) free.push_back(cluster().free_on(node));
    std::vector<std::uint32_t> out;
    for (const std::uint32_t id : cluster().pending()) {
      const Pod& pod = cluster().pod(id);
      const auto place =
          std::find_if(free.begin(), free.end(), [&](const NodeResources& room) { return room.holds(pod.request); });
      if (place != free.end())
        *place -= pod.request;
      else if (pod.created + s_.new_pod_scale_up_delay <= now)
        out.push_back(id);
    }
    return out;
  }

  bool may_grow(std::uint32_t group, Time now) const {
    const std::optional<std::int64_t>& max = cluster().groups()[group].params->max;
    if ((max && cluster().size(group) >= *max) || backoff_.active(group, now)) return false;
    std::int64_t lost = 0, registered = 0;
    for (const auto& [id, node] : cluster().nodes()) {
      if (node.group != group || node.state == Node::State::kRequested) continue;
      ++registered;
      lost += node.state == Node::State::kLost ? 1 : 0;
    }
    return !too_many_unready(lost, registered);
  }

  std::int64_t room_for_nodes() const {
    std::int64_t most = s_.max_nodes_per_scaleup;
    if (s_.max_nodes_total)
      most = std::min(most, *s_.max_nodes_total - static_cast<std::int64_t>(cluster().nodes().size()));
    return most;
  }

  std::int64_t room_in(std::uint32_t group) const {
    const std::optional<std::int64_t>& max = cluster().groups()[group].params->max;
    return max ? *max - cluster().size(group) : std::numeric_limits<std::int64_t>::max();
  }

  bool scale_up(const std::vector<std::uint32_t>& pods, Time now) {
    // By service; one with a vertical autoscaler has pods of several sizes.
    std::map<std::tuple<std::uint32_t, std::int64_t, std::int64_t>, PodGroup> alike;
    for (const std::uint32_t id : pods) {
      const Pod& pod = cluster().pod(id);
      PodGroup& group = alike[{pod.service, pod.request.milli_cpu, pod.request.memory}];
      group.request = pod.request;
      group.pods.push_back(id);
    }
    std::vector<PodGroup> pod_groups;
    pod_groups.reserve(alike.size());
    for (auto& [what, group] : alike) pod_groups.push_back(std::move(group));

    std::vector<Option> options;
    for (const std::uint32_t group : groups_) {
      if (!may_grow(group, now)) continue;
      const NodeGroup& of = cluster().groups()[group];
      // Similar groups share what one of them is asked for.
      std::int64_t room = 0;
      for (const std::uint32_t other : similar(group, now)) room += std::min(room_for_nodes(), room_in(other));
      const Estimate found = estimate(pod_groups, of.allocatable, std::min(room_for_nodes(), room));
      if (found.nodes == 0) continue;
      NodeResources requested;
      for (const std::uint32_t id : found.pods) requested += cluster().pod(id).request;
      options.push_back({group, of.params->label(), found.nodes, static_cast<std::int64_t>(found.pods.size()),
                         requested, of.capacity, of.price});
    }
    if (options.empty()) return false;

    const Option& best = options[choose(chain_, options, priorities_, words_)];
    for (const auto& [group, count] : spread(best, now)) request(group, count, best, pods.size(), options.size(), now);
    return true;
  }

  // The group itself, and where groups are balanced those of like machines that may grow.
  std::vector<std::uint32_t> similar(std::uint32_t group, Time now) const {
    if (!s_.balance_similar_node_groups) return {group};
    const NodeResources& own = cluster().groups()[group].capacity;
    std::vector<std::uint32_t> out;
    for (const std::uint32_t other : groups_) {
      const NodeResources& its = cluster().groups()[other].capacity;
      const double larger = static_cast<double>(std::max(own.memory, its.memory));
      const double difference = std::fabs(static_cast<double>(own.memory - its.memory));
      if (its.milli_cpu == own.milli_cpu && its.pods == own.pods && difference <= kSimilarMemory * larger &&
          (other == group || may_grow(other, now)))
        out.push_back(other);
    }
    return out;
  }

  // How many nodes each group gets: one by one to the smallest.
  std::map<std::uint32_t, std::int64_t> spread(const Option& option, Time now) const {
    std::map<std::uint32_t, std::int64_t> out;
    const std::vector<std::uint32_t> among = similar(option.group, now);
    for (std::int64_t i = 0; i < option.nodes; ++i) {
      std::optional<std::uint32_t> smallest;
      const auto size = [&](std::uint32_t g) {
        const auto added = out.find(g);
        return cluster().size(g) + (added == out.end() ? 0 : added->second);
      };
      for (const std::uint32_t group : among) {
        const std::optional<std::int64_t>& max = cluster().groups()[group].params->max;
        if (max && size(group) >= *max) continue;
        if (!smallest || size(group) < size(*smallest)) smallest = group;
      }
      if (smallest) ++out[*smallest];
    }
    return out;
  }

  void request(std::uint32_t group, std::int64_t count, const Option& best, std::size_t pending, std::size_t options,
               Time now) {
    const std::int64_t size = cluster().size(group);
    NodeReason why;
    why.sentence = name_of(group) + ": " + std::to_string(size) + " -> " + counted(size + count, "node") + ": " +
                   std::to_string(best.pods) + " of " + counted(static_cast<std::int64_t>(pending), "pending pod") +
                   " would fit";
    if (options > 1) why.sentence += ", by " + s_.expander.front() + " of " + std::to_string(options) + " node groups";
    why.inputs = {{"nodes_before", static_cast<double>(size)},
                  {"nodes_after", static_cast<double>(size + count)},
                  {"pending_pods", static_cast<double>(pending)},
                  {"helped_pods", static_cast<double>(best.pods)},
                  {"estimated_nodes", static_cast<double>(best.nodes)},
                  {"options", static_cast<double>(options)},
                  {"waste", waste(best)}};
    control_.request(group, count, std::move(why));
    expected_[group] = now + s_.max_node_provision_time;
  }

  // --- down

  void scale_down(Time now, bool only_look) {
    std::set<std::uint32_t> to_drain;  // whose pods are still on them
    std::int64_t empty_in_progress = 0, drain_in_progress = 0;
    for (const auto& [id, drains] : deleting_) {
      ++(drains ? drain_in_progress : empty_in_progress);
      if (drains) to_drain.insert(id);
    }
    RemovalSimulator simulator(cluster(), to_drain);
    if (!simulator.placed()) return unneeded_.clear();
    find_unneeded(simulator, now);

    const bool cooling = last_scale_up_ + s_.delay_after_add > now || last_delete_ + s_.delay_after_delete > now;
    if (only_look || cooling) return;

    std::vector<RemovalCandidate> candidates;
    std::map<std::uint32_t, GroupSize> sizes;
    std::map<std::uint32_t, std::uint32_t> group_of;
    for (const std::uint32_t group : groups_) sizes[group] = {cluster().size(group), 0, min_of(group)};
    for (const auto& [id, drains] : deleting_) ++sizes[cluster().find_node(id)->group].deleting;
    for (const auto& [id, entry] : unneeded_.nodes()) {
      const Node& node = *cluster().find_node(id);
      candidates.push_back({id, node.group, entry.since, entry.pods == 0, node.state == Node::State::kReady});
      group_of[id] = node.group;
    }
    const Removable now_removable = crop(removable_at(candidates, sizes, s_.times, now), group_of, s_.parallelism,
                                         empty_in_progress, drain_in_progress);
    for (const std::uint32_t id : now_removable.empty) begin_deletion(id, false, now);
    for (const std::uint32_t id : now_removable.drain) begin_deletion(id, true, now);
  }

  std::int64_t min_of(std::uint32_t group) const { return cluster().groups()[group].params->min; }

  void find_unneeded(RemovalSimulator& simulator, Time now) {
    std::erase_if(unremovable_, [&](const auto& entry) {
      return entry.second <= now || cluster().find_node(entry.first) == nullptr;
    });
    std::vector<std::uint32_t> eligible;
    for (const auto& [id, node] : cluster().nodes()) {
      if (!mine(node) || node.state == Node::State::kRequested || deleting_.contains(id)) continue;
      if (unremovable_.contains(id)) continue;
      if (underused(node.used, cluster().allocatable(node), s_.utilization_threshold.value)) eligible.push_back(id);
    }
    // Empty ones first, then those that were unneeded before: so the same ones stay candidates from look to look.
    const auto rank = [&](std::uint32_t id) {
      return std::pair(!cluster().find_node(id)->pods.empty(), !unneeded_.nodes().contains(id));
    };
    std::stable_sort(eligible.begin(), eligible.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
    std::vector<Unneeded::Found> found;
    for (const std::uint32_t id : eligible) {
      const std::optional<std::int64_t> moved = simulator.remove(id);
      if (moved)
        found.push_back({id, *moved});
      else
        unremovable_[id] = now + s_.unremovable_node_recheck_timeout;
    }
    unneeded_.update(found, now);
  }

  void begin_deletion(std::uint32_t id, bool drains, Time now) {
    const Node& node = *cluster().find_node(id);
    const Unneeded::Entry entry = unneeded_.nodes().at(id);
    const double used = utilization(node.used, cluster().allocatable(node));
    const std::string since = minutes_of((now - entry.since) / std::chrono::seconds{1} * std::chrono::seconds{1});
    NodeReason why;
    if (node.state == Node::State::kLost)
      why.sentence = "its zone is down for " + since;
    else if (!drains)
      why.sentence = "unneeded for " + since + ", no pod on it";
    else
      why.sentence = "unneeded for " + since + ", " + std::to_string(std::llround(used * 100)) + " % used, its " +
                     counted(entry.pods, "pod") + (entry.pods == 1 ? " fits" : " fit") + " elsewhere";
    why.inputs = {{"utilization", used},
                  {"threshold", s_.utilization_threshold.value},
                  {"unneeded_s", to_seconds(now - entry.since)},
                  {"pods", static_cast<double>(entry.pods)}};
    deleting_[id] = drains;
    last_delete_ = now;
    control_.cordon(id, true);
    control_.at(now + s_.node_delete_delay_after_taint, [this, id, why = std::move(why)]() mutable {
      const Node* still = cluster().find_node(id);
      if (still == nullptr) return;
      if (still->pods.empty())
        control_.remove(id, std::move(why));
      else
        control_.drain(id, s_.max_graceful_termination, std::move(why));
    });
  }

  const Settings s_;
  NodeControl& control_;
  const std::vector<std::uint32_t> groups_;
  Stream words_;
  std::vector<Expander> chain_;
  Priorities priorities_;
  Backoff backoff_;
  std::optional<Time> next_;
  Time last_scale_up_ = -std::chrono::hours{1}, last_delete_ = -std::chrono::hours{1};
  std::map<std::uint32_t, Time> expected_;  // when the nodes asked for last must be there, by group
  Unneeded unneeded_;
  std::map<std::uint32_t, Time> unremovable_;  // not to be looked at again before
  std::map<std::uint32_t, bool> deleting_;     // true: drained
};

class Params final : public NodeAutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("scan_interval", s_.scan_interval, "From one look at the cluster to the next", kPositive);
    v.field("frequent_loops", s_.frequent_loops,
            "Also look when a pod finds no node, and again at once after a look that changed something");
    // Without it a look that changed something would be followed by others at the same instant.
    v.field("processing_time", s_.processing_time, "How long a look takes before the next may follow at once",
            kPositive);
    v.field("new_pod_scale_up_delay", s_.new_pod_scale_up_delay, "Pods younger than this are not looked at",
            kNonNegative);
    v.field(
        "expander", s_.expander,
        "How one of several node groups is chosen: random, most-pods, least-nodes, least-waste, price or priority; a "
        "list narrows the choice one by one, and chance decides among equals",
        {.one_or_several = true});
    v.field("priorities", s_.priorities,
            "For the priority expander: regular expressions on the names of groups, by priority (a whole number)");
    v.field("max_nodes_per_scaleup", s_.max_nodes_per_scaleup, "Nodes asked for at once, at most", {.lo = 1});
    v.field("max_nodes_total", s_.max_nodes_total, "Nodes in the cluster, at most; none: any number", {.lo = 1});
    v.field("balance_similar_node_groups", s_.balance_similar_node_groups,
            "Whether groups of like machines (one per zone) are kept at the same size when growing");
    v.field("max_node_provision_time", s_.max_node_provision_time,
            "A node that has not come by then is written off and its group left alone for a while", kPositive);
    v.field("initial_node_group_backoff_duration", s_.initial_backoff, "For how long, the first time", kPositive);
    v.field("max_node_group_backoff_duration", s_.max_backoff, "For how long at most; it doubles each time", kPositive);
    v.field("node_group_backoff_reset_timeout", s_.backoff_reset, "After so long without a failure it is forgotten",
            kPositive);
    v.field("max_total_unready_percentage", s_.max_total_unready,
            "With a larger share of unready nodes (lost with their zone) nothing is done", {.lo = 0, .hi = 1});
    v.field("ok_total_unready_count", s_.ok_total_unready_count, "Unready nodes that never matter", kNonNegative);
    v.field("scale_down_enabled", s_.scale_down_enabled, "Whether nodes are ever taken away");
    v.field("scale_down_utilization_threshold", s_.utilization_threshold,
            "Nodes are candidates up to this share of CPU or memory, whichever is more, asked for by their pods",
            {.lo = 0, .hi = 1});
    v.field("scale_down_unneeded_time", s_.times.unneeded, "A node goes after it was unneeded for longer than this",
            kNonNegative);
    v.field("scale_down_unready_time", s_.times.unready, "The same for a node that is unready", kNonNegative);
    v.field("scale_down_delay_after_add", s_.delay_after_add, "No node goes for so long after nodes were asked for",
            kNonNegative);
    v.field("scale_down_delay_after_delete", s_.delay_after_delete, "No node goes for so long after another went",
            kNonNegative);
    v.field("max_scale_down_parallelism", s_.parallelism.all, "Nodes that go at a time, at most", {.lo = 1});
    v.field("max_drain_parallelism", s_.parallelism.drain, "Nodes with pods among them, at most", {.lo = 1});
    v.field("max_graceful_termination", s_.max_graceful_termination,
            "How long pods on a node that goes may finish at most, whatever their service allows", kNonNegative);
    v.field("node_delete_delay_after_taint", s_.node_delete_delay_after_taint,
            "From the moment at which a node takes no more pods to its end, or to that of its pods", kNonNegative);
    v.field("unremovable_node_recheck_timeout", s_.unremovable_node_recheck_timeout,
            "A node whose pods fit nowhere else is not tried again before", kNonNegative);
  }

  void check(Problems& p) override {
    if (s_.expander.empty()) p.error("/expander", "needs at least one of " + expander_names());
    bool by_priority = false;
    for (std::size_t i = 0; i < s_.expander.size(); ++i) {
      if (!expander_named(s_.expander[i]))
        p.error("/expander/" + std::to_string(i),
                "\"" + s_.expander[i] + "\" is no expander; there are " + expander_names());
      by_priority = by_priority || s_.expander[i] == "priority";
    }
    if (by_priority && s_.priorities.empty()) p.error("/priorities", "the priority expander needs them");
    if (!by_priority && !s_.priorities.empty()) p.warning("/priorities", "only the priority expander looks at them");
    for (const auto& [level, patterns] : s_.priorities) {
      if (const auto number = whole_number(level); !number || *number < 1)
        p.error("/priorities/" + level, "a priority is a whole number from 1");
      for (std::size_t i = 0; i < patterns.size(); ++i) try {
          const std::regex pattern(patterns[i]);
        } catch (const std::regex_error&) {
          p.error("/priorities/" + level + "/" + std::to_string(i), "\"" + patterns[i] + "\" is no regular expression");
        }
    }
  }

  bool scales_groups() const override { return true; }
  bool needs_prices() const override {
    return std::find(s_.expander.begin(), s_.expander.end(), "price") != s_.expander.end();
  }
  std::unique_ptr<NodeAutoscaler> make(NodeControl& control, std::string name,
                                       std::vector<std::uint32_t> groups) const override {
    return std::make_unique<ClusterAutoscaler>(s_, control, name, std::move(groups));
  }

 private:
  Settings s_;
};

}  // namespace

void add_cluster_autoscaler(Registry<NodeAutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("cluster_autoscaler",
                          "Kubernetes Cluster Autoscaler: node groups grow for pods that find no node, and shrink");
}

}  // namespace windtunnel
