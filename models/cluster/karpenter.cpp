#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "models/cluster/cluster.hpp"
#include "models/cluster/karpenter/batcher.hpp"
#include "models/cluster/karpenter/budget.hpp"
#include "models/cluster/karpenter/consolidation.hpp"
#include "models/cluster/karpenter/provisioner.hpp"
#include "models/cluster/types.hpp"
#include "models/scenario/units.hpp"

// Karpenter, as of 1.14, with one NodePool: its node groups are the machine types the pool may launch. Left out: drift
// (nothing drifts here), capacity types, taints and requirements, disruption budgets of pods, do-not-disrupt, and the
// time limits on its own computing. A group's `max` bounds the nodes of that type; nodes up to its `min` are never
// taken out but by expiry; the real one has neither.
namespace windtunnel {
namespace {

using namespace karpenter;

// --- spec, as karpenter.sh/v1 writes it
// --------------------------------------------------------------------------------

enum class Policy { kWhenEmpty, kWhenEmptyOrUnderutilized, kBalanced };
constexpr std::array<std::string_view, 3> kPolicies = {"WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"};
constexpr std::array<std::string_view, 3> kReasons = {"Empty", "Underutilized", "Drifted"};  // by Reason

// "720h" or "Never"; none: not given, or Never.
std::string parse_nillable(const std::string& text, std::optional<Duration>& out) {
  out.reset();
  if (text == "Never") return {};
  Duration read{};
  if (const std::string wrong = parse_duration(text, read); !wrong.empty())
    return "\"" + text + "\" " + wrong + ", nor is it \"Never\"";
  out = read;
  return {};
}

struct BudgetSpec {
  std::string nodes = "10%";
  std::vector<std::string> reasons;
  std::string schedule;
  std::optional<Duration> duration;

  void describe(FieldVisitor& v) {
    v.field("nodes", nodes, "Nodes that may be out at a time: a number such as \"3\" or a percentage such as \"10%\"");
    v.field("reasons", reasons, "For which reasons: Empty, Underutilized, Drifted; empty: all");
    v.field(
        "schedule", schedule,
        "Cron expression of the moments at which it begins to hold, in UTC (the scenario's starts_at); empty: always");
    v.field("duration", duration, "How long it holds from each of these moments", kPositive);
  }
  void check(Problems& p) const {
    Budget budget;
    if (const std::string wrong = parse_nodes(nodes, budget); !wrong.empty()) p.error("/nodes", wrong);
    for (std::size_t i = 0; i < reasons.size(); ++i)
      if (std::find(kReasons.begin(), kReasons.end(), reasons[i]) == kReasons.end())
        p.error("/reasons/" + std::to_string(i),
                "\"" + reasons[i] + "\" is no reason; there are Empty, Underutilized and Drifted");
    Cron read;
    if (const std::string wrong = schedule.empty() ? "" : Cron::parse(schedule, read); !wrong.empty())
      p.error("/schedule", "\"" + schedule + "\" " + wrong);
    if (schedule.empty() == duration.has_value()) p.error("", "schedule and duration go together");
  }
  Budget budget() const {
    Budget out;
    parse_nodes(nodes, out);
    for (const std::string& reason : reasons)
      out.reasons.push_back(
          static_cast<Reason>(std::find(kReasons.begin(), kReasons.end(), reason) - kReasons.begin()));
    if (!schedule.empty()) {
      out.schedule.emplace();
      Cron::parse(schedule, *out.schedule);
      out.duration = *duration;
    }
    return out;
  }
};

struct DisruptionSpec {
  Policy policy = Policy::kWhenEmptyOrUnderutilized;
  std::string consolidate_after = "0s";
  std::vector<BudgetSpec> budgets = {BudgetSpec{}};

  void describe(FieldVisitor& v) {
    v.choice(
        "consolidationPolicy", policy, kPolicies,
        "Which nodes may be taken out: empty ones, also those whose pods fit elsewhere or on a cheaper node, or of the "
        "latter only where the saving is worth the disruption");
    v.field("consolidateAfter", consolidate_after,
            "How long no pod must have come to or gone from a node; \"Never\": no node is taken out");
    v.field("budgets", budgets, "How many nodes may be out at a time; the strictest that holds decides");
  }
  void check(Problems& p) const {
    std::optional<Duration> unused;
    if (const std::string wrong = parse_nillable(consolidate_after, unused); !wrong.empty())
      p.error("/consolidateAfter", wrong);
  }
};

constexpr std::string_view kNoLabels = "nodes and pods have no labels here; the pool's types are the node groups";

struct NodeSpec {
  std::string expire_after = "720h";
  std::optional<Duration> termination_grace_period;

  void describe(FieldVisitor& v) {
    v.field("expireAfter", expire_after, "A node is replaced at this age, whatever the budgets say; or \"Never\"");
    v.field("terminationGracePeriod", termination_grace_period,
            "How long the pods of a node that goes may finish at most; none: as long as their service allows",
            kNonNegative);
    for (const std::string_view name : {"nodeClassRef", "requirements", "taints", "startupTaints"})
      v.not_modelled(name, kNoLabels);
  }
  void check(Problems& p) const {
    std::optional<Duration> unused;
    if (const std::string wrong = parse_nillable(expire_after, unused); !wrong.empty()) p.error("/expireAfter", wrong);
  }
};

struct TemplateSpec {
  NodeSpec spec;
  void describe(FieldVisitor& v) {
    v.field("spec", spec, "Of each node");
    v.not_modelled("metadata", kNoLabels);
  }
};

struct LimitsSpec {
  std::optional<Cpu> cpu;
  std::optional<Bytes> memory;
  void describe(FieldVisitor& v) {
    v.field("cpu", cpu, "Cores of all its nodes together, at most", kPositive);
    v.field("memory", memory, "Memory of all its nodes together, at most", kPositive);
  }
};

struct PoolSpec {
  TemplateSpec node_template;
  DisruptionSpec disruption;
  LimitsSpec limits;

  void describe(FieldVisitor& v) {
    v.field("template", node_template, "What nodes are like");
    v.field("disruption", disruption, "When nodes are taken out");
    v.field("limits", limits, "What the pool may have in all");
    v.not_modelled("weight", "there is one pool");
    v.not_modelled("replicas", "pools of a fixed size are node groups without an autoscaler");
  }
};

struct Settings {
  PoolSpec spec;
  Duration batch_idle = std::chrono::seconds{1};
  Duration batch_longest = std::chrono::seconds{10};
  Duration disruption_period = std::chrono::seconds{10};
  Duration validation_delay = std::chrono::seconds{15};
  Duration registration_timeout = std::chrono::minutes{15};
};

// --- the controllers
// ---------------------------------------------------------------------------------------------------

// A pod that is still pending is looked at again after this.
constexpr Duration kRequeue = std::chrono::seconds{10};
// A node that pods are meant for is not taken out for so long after it is ready: twice the longest batch.
constexpr Duration kNomination = std::chrono::seconds{20};
// The policy Balanced approves what saves a share of the price at least 1/k of the share of disruption.
constexpr double kBalance = 2;

std::string counted(std::size_t n, const std::string& of) { return std::to_string(n) + " " + of + (n == 1 ? "" : "s"); }

class Karpenter final : public NodeAutoscaler {
 public:
  Karpenter(const Settings& settings, NodeControl& control, std::vector<std::uint32_t> groups)
      : s_(settings), control_(control), groups_(std::move(groups)), batcher_(s_.batch_idle, s_.batch_longest) {
    parse_nillable(s_.spec.disruption.consolidate_after, consolidate_after_);
    parse_nillable(s_.spec.node_template.spec.expire_after, expire_after_);
    for (const BudgetSpec& budget : s_.spec.disruption.budgets) budgets_.push_back(budget.budget());
  }

  void begin() override {
    for (const auto& [id, node] : cluster().nodes())
      if (mine(node)) expire_in_time(id);
    wait_for_disruption();
  }

  void pod_pending(std::uint32_t pod) override { trigger(pod); }

  void node_ready(std::uint32_t node) override {
    if (launched_.contains(node)) nominated_until_[node] = control_.now() + kNomination;
    for (Move& move : moves_) move.awaited.erase(node);
    finish_moves();
  }

  void node_gone(std::uint32_t node, bool) override {
    launched_.erase(node);
    nominated_until_.erase(node);
    for (auto move = moves_.begin(); move != moves_.end();) {
      std::erase(move->nodes, node);
      // Without its replacement the move is called off.
      if (move->awaited.contains(node)) {
        for (const std::uint32_t id : move->nodes) control_.cordon(id, false);
        move->nodes.clear();
      }
      move = move->nodes.empty() ? moves_.erase(move) : move + 1;
    }
  }

 private:
  const Cluster& cluster() const { return control_.cluster(); }
  bool mine(const Node& node) const { return std::find(groups_.begin(), groups_.end(), node.group) != groups_.end(); }

  // --- provisioning

  void trigger(std::uint32_t pod) {
    batcher_.trigger(pod, control_.now());
    wait_for_batch();
  }

  void wait_for_batch() {
    control_.at(*batcher_.closes(), [this] {
      if (const std::optional<Time> closes = batcher_.closes(); closes && *closes <= control_.now()) provision();
    });
  }

  // Machine types in the order of groups_.
  std::vector<MachineType> types() const {
    std::vector<MachineType> out;
    for (const std::uint32_t group : groups_) {
      const NodeGroup& of = cluster().groups()[group];
      MachineType& type = out.emplace_back();
      type.capacity = of.capacity;
      type.allocatable = of.allocatable;
      type.price = of.price;
      if (of.params->max) type.room = *of.params->max - cluster().size(group);
      if (!cluster().any_zone_up(group)) type.room = 0;
    }
    return out;
  }

  PoolLimits left() const {
    PoolLimits out;
    const LimitsSpec& limits = s_.spec.limits;
    const NodeResources most = NodeResources::of(limits.cpu.value_or(Cpu{0}), limits.memory.value_or(Bytes{0}), 0);
    NodeResources used;
    for (const auto& [id, node] : cluster().nodes())
      if (mine(node)) used += cluster().group_of(node).capacity;
    if (limits.cpu) out.milli_cpu = most.milli_cpu - used.milli_cpu;
    if (limits.memory) out.memory = most.memory - used.memory;
    return out;
  }

  PodToPlace to_place(std::uint32_t id) const {
    const Pod& pod = cluster().pod(id);
    return {id, pod.request, pod.order};
  }

  // Pods that need a place now or soon, nodes that take pods, and what could be launched.
  World world() const {
    World out;
    for (const std::uint32_t id : cluster().pending()) out.pods.push_back(to_place(id));
    for (const Move& move : moves_)
      for (const std::uint32_t id : move.nodes)
        for (const PodToPlace& pod : pods_on(*cluster().find_node(id))) out.pods.push_back(pod);
    for (const auto& [id, node] : cluster().nodes())
      if (!node.cordoned && node.state != Node::State::kLost)
        out.nodes.push_back({id, cluster().free_on(node), node.state == Node::State::kReady});
    out.types = types();
    out.left = left();
    return out;
  }

  std::vector<PodToPlace> pods_on(const Node& node) const {
    std::vector<PodToPlace> out;
    for (const std::uint32_t id : node.pods)
      if (!cluster().pod(id).leaving) out.push_back(to_place(id));
    return out;
  }

  void provision() {
    batcher_.close();
    const World here = world();
    const Plan plan = solve(here.pods, here.nodes, here.types, here.left);
    for (const Claim& claim : plan.claims) {
      NodeReason why{"for " + counted(claim.pods.size(), "pod"), {}};
      why.inputs = {{"pending_pods", static_cast<double>(here.pods.size())},
                    {"pods", static_cast<double>(claim.pods.size())},
                    {"options", static_cast<double>(claim.types.size())}};
      launch(claim.types.front(), std::move(why));
    }
    if (cluster().pending().empty() || requeued_) return;
    requeued_ = true;
    control_.at(control_.now() + kRequeue, [this] {
      requeued_ = false;
      for (const std::uint32_t pod : cluster().pending()) trigger(pod);
    });
  }

  std::uint32_t launch(std::size_t type, NodeReason why) {
    const std::uint32_t group = groups_[type];
    const NodeGroup& of = cluster().groups()[group];
    why.sentence = "a node of " + of.params->label() + " " + why.sentence;
    why.inputs["price_per_hour"] = of.price;
    const std::uint32_t id = control_.request(group, 1, std::move(why)).front();
    launched_.insert(id);
    expire_in_time(id);
    control_.at(control_.now() + s_.registration_timeout, [this, id] {
      const Node* node = cluster().find_node(id);
      if (node == nullptr || node->state != Node::State::kRequested) return;
      control_.remove(id, {"it has not registered in time", {}});
      for (const std::uint32_t pod : cluster().pending()) trigger(pod);
    });
    return id;
  }

  // --- expiry

  void expire_in_time(std::uint32_t id) {
    if (!expire_after_) return;
    control_.at(cluster().find_node(id)->requested + *expire_after_, [this, id] {
      if (cluster().find_node(id) != nullptr) take_out(id, {"it has expired", {}});
    });
  }

  void take_out(std::uint32_t id, NodeReason why) {
    if (cluster().find_node(id)->pods.empty()) return control_.remove(id, std::move(why));
    control_.drain(id, s_.spec.node_template.spec.termination_grace_period.value_or(kNever), std::move(why));
  }

  // --- disruption

  void wait_for_disruption() {
    control_.at(control_.now() + s_.disruption_period, [this] {
      if (!validating_) disrupt();
      wait_for_disruption();
    });
  }

  bool nominated(std::uint32_t id) const {
    const auto found = nominated_until_.find(id);
    return found != nominated_until_.end() && found->second > control_.now();
  }

  bool disruptable(const Node& node) const {
    return mine(node) && node.state == Node::State::kReady && !node.cordoned && !nominated(node.id) &&
           consolidate_after_ && control_.now() - node.last_pod_event >= *consolidate_after_;
  }

  Candidate candidate(const Node& node) const {
    const auto type = std::find(groups_.begin(), groups_.end(), node.group) - groups_.begin();
    return {node.id, static_cast<std::size_t>(type), cluster().group_of(node).price, pods_on(node)};
  }

  // Those that the reason is about, in the order in which they are tried.
  std::vector<Candidate> candidates(Reason reason) const {
    std::vector<Candidate> out;
    for (const auto& [id, node] : cluster().nodes())
      if (disruptable(node)) out.push_back(candidate(node));
    std::erase_if(out, [&](const Candidate& c) { return c.pods.empty() != (reason == Reason::kEmpty); });
    sort_candidates(out);
    return out;
  }

  // How many nodes may still go.
  struct Allowance {
    std::int64_t in_all = 0;                         // as budgets have it
    std::map<std::uint32_t, std::int64_t> of_group;  // as the groups' least sizes have it

    bool covers(std::uint32_t group) { return in_all > 0 && of_group[group] > 0; }
    void take(std::uint32_t group) {
      --in_all;
      --of_group[group];
    }
  };
  Allowance allowance(Reason reason) const {
    Allowance out;
    std::int64_t initialized = 0, disrupted = 0;
    for (const std::uint32_t group : groups_) out.of_group[group] = -cluster().groups()[group].params->min;
    for (const auto& [id, node] : cluster().nodes()) {
      if (!mine(node) || node.state == Node::State::kRequested) continue;
      ++initialized;
      if (node.cordoned)
        ++disrupted;
      else
        ++out.of_group[node.group];
    }
    out.in_all = allowed_disruptions(budgets_, reason, initialized, disrupted, control_.utc()).value_or(initialized);
    return out;
  }
  std::uint32_t group_of(const Candidate& c) const { return groups_[c.type]; }

  // As many of them as may go together.
  std::vector<Candidate> together(const std::vector<Candidate>& among, Allowance allowed, bool& held_back) const {
    std::vector<Candidate> out;
    for (const Candidate& one : among) {
      if (!allowed.covers(group_of(one))) {
        held_back = held_back || allowed.in_all <= 0;
        continue;
      }
      allowed.take(group_of(one));
      out.push_back(one);
    }
    return out;
  }

  // What a look would depend on besides the budgets: if nothing of it has changed, the last one's answer holds.
  std::pair<std::uint64_t, std::size_t> stamp() const {
    std::size_t ripe = 0;
    for (const auto& [id, node] : cluster().nodes()) ripe += disruptable(node) ? 1U : 0U;
    return {cluster().version(), ripe};
  }

  void disrupt() {
    const auto here = stamp();
    if (here == consolidated_) return;
    bool held_back = false;
    const std::vector<Candidate> empty = together(candidates(Reason::kEmpty), allowance(Reason::kEmpty), held_back);
    if (!empty.empty()) {
      Command command;
      for (const Candidate& one : empty) {
        command.nodes.push_back(one.node);
        command.savings += one.price;
      }
      return validate_later(std::move(command), Reason::kEmpty);
    }
    if (s_.spec.disruption.policy != Policy::kWhenEmpty)
      if (std::optional<Command> found = consolidation(held_back))
        return validate_later(std::move(*found), Reason::kUnderutilized);
    if (!held_back) consolidated_ = here;
  }

  // Of several nodes, else of one.
  std::optional<Command> consolidation(bool& held_back) const {
    const std::vector<Candidate> used = candidates(Reason::kUnderutilized);
    const World all = world();
    Allowance allowed = allowance(Reason::kUnderutilized);
    const std::vector<Candidate> several = together(used, allowed, held_back);
    std::optional<Command> found =
        longest_prefix(several, [&](std::span<const Candidate> prefix) { return move_of(prefix, all); });
    for (std::size_t i = 0; !found && i < used.size(); ++i)
      if (allowed.covers(group_of(used[i]))) found = move_of(std::span(used).subspan(i, 1), all);
    return found;
  }

  std::optional<Command> move_of(std::span<const Candidate> of, const World& all) const {
    std::optional<Command> found = compute(of, all);
    if (!found) return std::nullopt;
    if (of.size() > 1 && !found->replacements.empty()) {
      found->replacements = without_same_type(found->replacements, of, all.types);
      if (found->replacements.empty()) return std::nullopt;
    }
    if (s_.spec.disruption.policy == Policy::kBalanced && !score(*found, of).approved) return std::nullopt;
    return found;
  }

  Score score(const Command& command, std::span<const Candidate> of) const {
    PoolTotals pool;
    for (const auto& [id, node] : cluster().nodes()) {
      if (!mine(node) || node.state != Node::State::kReady) continue;
      pool.price += cluster().group_of(node).price;
      pool.disruption += rescheduling_cost(candidate(node));
    }
    double disruption = 0;
    for (const Candidate& one : of) disruption += rescheduling_cost(one);
    return score_move(command.savings, disruption, pool, kBalance);
  }

  void validate_later(Command command, Reason reason) {
    validating_ = true;
    control_.at(control_.now() + s_.validation_delay, [this, command = std::move(command), reason] {
      validating_ = false;
      if (still_holds(command, reason)) carry_out(command, reason);
    });
  }

  bool still_holds(const Command& command, Reason reason) const {
    std::vector<Candidate> chosen = candidates(reason);
    std::erase_if(chosen, [&](const Candidate& c) {
      return std::find(command.nodes.begin(), command.nodes.end(), c.node) == command.nodes.end();
    });
    bool held_back = false;
    if (together(chosen, allowance(reason), held_back).size() != command.nodes.size()) return false;
    if (reason == Reason::kEmpty) return true;
    const std::optional<Command> again = compute(chosen, world());
    if (!again || again->replacements.empty() != command.replacements.empty()) return false;
    return std::all_of(command.replacements.begin(), command.replacements.end(), [&](std::size_t type) {
      return std::find(again->replacements.begin(), again->replacements.end(), type) != again->replacements.end();
    });
  }

  void carry_out(const Command& command, Reason reason) {
    Move move{command.nodes, {}, {}};
    std::size_t pods = 0;
    for (const std::uint32_t id : command.nodes) {
      pods += pods_on(*cluster().find_node(id)).size();
      control_.cordon(id, true);
    }
    if (reason == Reason::kEmpty)
      move.why.sentence = "consolidated: no pod on it";
    else if (command.replacements.empty())
      move.why.sentence = "consolidated: the " + counted(pods, "pod") + " of " + counted(command.nodes.size(), "node") +
                          (pods == 1 ? " fits" : " fit") + " elsewhere";
    else
      move.why.sentence = "consolidated: the " + counted(pods, "pod") + " of " + counted(command.nodes.size(), "node") +
                          (pods == 1 ? " fits" : " fit") + " on a cheaper one";
    move.why.inputs = {{"nodes", static_cast<double>(command.nodes.size())},
                       {"pods", static_cast<double>(pods)},
                       {"savings_per_hour", command.savings}};
    if (!command.replacements.empty()) {
      NodeReason why{"in place of " + counted(command.nodes.size(), "node"), move.why.inputs};
      move.awaited.insert(launch(command.replacements.front(), std::move(why)));
    }
    moves_.push_back(std::move(move));
    finish_moves();
  }

  // Nodes go once what replaces them is ready.
  void finish_moves() {
    std::vector<Move> done;
    for (auto move = moves_.begin(); move != moves_.end();) {
      if (move->awaited.empty()) {
        done.push_back(std::move(*move));
        move = moves_.erase(move);
      } else {
        ++move;
      }
    }
    for (const Move& move : done)
      for (const std::uint32_t id : move.nodes) take_out(id, move.why);
  }

  // Nodes that are to go, and the replacements that have to be there before.
  struct Move {
    std::vector<std::uint32_t> nodes;
    std::set<std::uint32_t> awaited;
    NodeReason why;
  };

  const Settings s_;
  NodeControl& control_;
  const std::vector<std::uint32_t> groups_;
  std::optional<Duration> consolidate_after_, expire_after_;
  std::vector<Budget> budgets_;
  Batcher batcher_;
  bool requeued_ = false, validating_ = false;
  std::set<std::uint32_t> launched_;  // by it, and still there
  std::map<std::uint32_t, Time> nominated_until_;
  std::vector<Move> moves_;
  std::optional<std::pair<std::uint64_t, std::size_t>> consolidated_;  // stamp() of the last look that found nothing
};

class Params final : public NodeAutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("spec", s_.spec, "The NodePool's spec, as karpenter.sh/v1 writes it");
    v.field("batch_idle_duration", s_.batch_idle, "Nodes are launched after so long without a new pending pod",
            kPositive);
    v.field("batch_max_duration", s_.batch_longest, "At the latest so long after the first pending pod", kPositive);
    v.field("disruption_period", s_.disruption_period, "From one look for nodes to take out to the next", kPositive);
    v.field("validation_delay", s_.validation_delay, "From a plan to take nodes out to its second look and execution",
            kNonNegative);
    v.field("registration_timeout", s_.registration_timeout, "A launched node that has not come by then is given up",
            kPositive);
  }
  bool scales_groups() const override { return false; }
  bool needs_prices() const override { return true; }
  std::unique_ptr<NodeAutoscaler> make(NodeControl& control, std::string,
                                       std::vector<std::uint32_t> groups) const override {
    return std::make_unique<Karpenter>(s_, control, std::move(groups));
  }

 private:
  Settings s_;
};

}  // namespace

void add_karpenter(Registry<NodeAutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("karpenter", "Karpenter: launches the cheapest nodes pods need, and consolidates them");
}

}  // namespace windtunnel
