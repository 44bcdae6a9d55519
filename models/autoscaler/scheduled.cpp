#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/autoscaler/inner_policy.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/autoscaler/zoned_cron.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

struct Window {
  std::string name, start;
  Duration length{};
  std::int64_t min_replicas = 1;
  std::optional<std::int64_t> max_replicas;

  void describe(FieldVisitor& v) {
    v.field("name", name, "What it is called in decisions; empty: its start");
    v.field("start", start, "When it begins, as a cron expression: \"0 8 * * 1-5\" is eight on working days",
            kRequired);
    v.field("for", length, "How long it lasts", kRequiredPositive);
    v.field("min_replicas", min_replicas, "Replicas at least while it lasts", {.lo = 0, .required = true});
    v.field("max_replicas", max_replicas, "Replicas at most while it lasts; none: as outside of it", kNonNegative);
  }
  void check(Problems& p) const {
    Cron cron;
    if (const std::string wrong = Cron::parse(start, cron); !wrong.empty())
      p.error("/start", "\"" + start + "\" " + wrong);
    if (max_replicas && *max_replicas < min_replicas)
      p.error("/max_replicas",
              std::to_string(*max_replicas) + " is below min_replicas, " + std::to_string(min_replicas));
  }
};

struct Settings {
  std::int64_t min_replicas = 1;
  std::optional<std::int64_t> max_replicas;
  std::vector<Window> windows;
  std::string time_zone = "UTC";
  Duration sync_period = std::chrono::seconds{30};
  Choice<AutoscalerParams> policy;
};

// Bounds that go by the calendar. Inside them an inner policy decides, or there are as few as may be.
class Scheduled final : public Autoscaler {
 public:
  explicit Scheduled(const Settings& s) : s_(s) {
    for (const Window& window : s_.windows) starts_.push_back(zoned_cron(window.start, s_.time_zone));
    if (s_.policy) policy_.emplace(s_.policy->make());
  }

  Duration sync_period() const override { return policy_ ? policy_->sync_period() : s_.sync_period; }
  Duration observe_period() const override { return policy_ ? policy_->observe_period() : Duration::zero(); }
  Watched watched() const override {
    Watched wanted;
    if (policy_) policy_->watch(wanted);
    return wanted;
  }
  bool bears_gaps() const override { return !policy_ || policy_->bears_gaps(); }
  void run_begins(const ControlledRun& run) override {
    if (policy_) policy_->run_begins(run);
  }
  void run_ends() override {
    if (policy_) policy_->run_ends();
  }
  void observe(const ServiceSignal& signal) override { policy_->observe(signal); }
  bool wake(const ServiceSignal& signal) override { return policy_ && policy_->wake(signal); }
  std::vector<Figure> figures() const override { return policy_ ? policy_->figures() : std::vector<Figure>{}; }

  ScalingDecision decide(const ServiceSignal& signal) override {
    const Limits limits = this->limits(signal.utc);
    ScalingDecision inner;
    if (policy_) inner = policy_->decide(signal);
    const std::int64_t wanted = policy_ ? inner.replicas : limits.least;
    const std::int64_t replicas = std::max(std::min(wanted, limits.most.value_or(wanted)), limits.least);

    ScalingDecision decision;
    decision.replicas = replicas;
    decision.buffer = inner.buffer;
    decision.again = inner.again;
    decision.how = inner.how;
    if (!policy_) decision.how.recommendation = limits.least;
    if (policy_) decision.how.apply(named(wanted > replicas ? limits.of_most : limits.of_least), wanted, replicas);
    decision.why = why(replicas, limits, inner);
    if (replicas != signal.spec_replicas)
      decision.sentence = spell_change(signal.spec_replicas, replicas, decision.why);
    decision.inputs = {{"current_replicas", static_cast<double>(signal.spec_replicas)},
                       {"desired", static_cast<double>(replicas)},
                       {"min_replicas", static_cast<double>(limits.least)},
                       {"windows_open", static_cast<double>(limits.open)}};
    if (limits.most) decision.inputs["max_replicas"] = static_cast<double>(*limits.most);
    if (policy_) decision.inputs["policy_replicas"] = static_cast<double>(inner.replicas);
    for (const auto& [name, value] : inner.inputs) decision.inputs["policy." + name] = value;
    return decision;
  }

 private:
  struct Limits {
    std::int64_t least = 0;
    std::optional<std::int64_t> most;
    const Window *of_least = nullptr, *of_most = nullptr;  // null: the bounds outside of all windows
    std::size_t open = 0;
  };

  // Of windows that overlap the highest minimum counts and the lowest maximum, the minimum before the maximum.
  Limits limits(Time utc) const {
    Limits out;
    for (std::size_t i = 0; i < s_.windows.size(); ++i) {
      const Window& window = s_.windows[i];
      if (!is_open(starts_[i], window.length, utc)) continue;
      ++out.open;
      if (out.of_least == nullptr || window.min_replicas > out.least) {
        out.least = window.min_replicas;
        out.of_least = &window;
      }
      if (window.max_replicas && (!out.most || *window.max_replicas < *out.most)) {
        out.most = window.max_replicas;
        out.of_most = &window;
      }
    }
    if (out.of_least == nullptr) out.least = s_.min_replicas;
    if (!out.most) out.most = s_.max_replicas;
    return out;
  }

  static bool is_open(const Cron& start, Duration length, Time utc) {
    // Starts are whole seconds: one lies in (now - length, now].
    const auto seconds = [](Time t) { return std::chrono::floor<std::chrono::seconds>(t).count(); };
    const std::optional<UtcSeconds> begun = start.next(seconds(utc - length));
    return begun && *begun <= seconds(utc);
  }

  static std::string named(const Window* window) {
    if (window == nullptr) return "outside of its windows";
    return "in " + (window->name.empty() ? "\"" + window->start + "\"" : window->name);
  }

  std::string why(std::int64_t replicas, const Limits& limits, const ScalingDecision& inner) const {
    if (!policy_) return named(limits.of_least);
    if (replicas == limits.least && inner.replicas <= replicas)
      return "at least " + std::to_string(limits.least) + " " + named(limits.of_least);
    if (inner.replicas > replicas)
      return "at most " + std::to_string(replicas) + " " + named(limits.of_most) + "; " + s_.policy.type() + " wants " +
             std::to_string(inner.replicas);
    return inner.why.empty() ? "as " + s_.policy.type() + " wants" : inner.why;
  }

  Settings s_;
  std::vector<Cron> starts_;  // of the windows
  std::optional<InnerPolicy> policy_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("windows", s_.windows, "Times with bounds of their own", kRequired);
    v.field("time_zone", s_.time_zone, kZoneMeaning);
    v.field("min_replicas", s_.min_replicas, "Replicas at least outside of the windows", kNonNegative);
    v.field("max_replicas", s_.max_replicas, "Replicas at most where no window says otherwise; none: any number",
            kNonNegative);
    v.field("policy", s_.policy, "Who decides within the bounds; none: there are as few replicas as may be");
    v.field("sync_period", s_.sync_period, "Time between two looks at the clock; with a policy, that one's counts",
            {.lo = 0.1});
  }
  void check(Problems& p) override {
    if (s_.windows.empty()) p.error("/windows", "is empty; at least one window fits");
    if (s_.max_replicas && *s_.max_replicas < s_.min_replicas)
      p.error("/max_replicas",
              std::to_string(*s_.max_replicas) + " is below min_replicas, " + std::to_string(s_.min_replicas));
    if (const std::string wrong = wrong_zone(s_.time_zone); !wrong.empty())
      p.error("/time_zone", "\"" + s_.time_zone + "\" " + wrong);
    check_inner_policy(s_.policy, "/policy", p);
  }
  void load(const std::filesystem::path& folder, Problems& p) override {
    if (!s_.policy) return;
    ProblemsBelow of_policy(p, "/policy");
    s_.policy.mutable_params().load(folder, of_policy);
  }
  bool needs_cpu_request() const override { return s_.policy && s_.policy->needs_cpu_request(); }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Scheduled>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_scheduled(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("scheduled",
                          "Bounds on the replicas by the calendar, with another policy inside them if wanted");
}

}  // namespace windtunnel
