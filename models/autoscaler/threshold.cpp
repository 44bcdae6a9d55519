#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "models/autoscaler/metric_policy.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

// One rule: so many replicas more (or less) once the metric has been beyond its target for so long.
struct Rule {
  MetricChoice metric;
  Duration hold{};
  std::int64_t change = 1;
  Duration cooldown = std::chrono::minutes{5};

  void describe(FieldVisitor& v) {
    v.field("metric", metric, "What is looked at; its target is the threshold", kRequired);
    v.field("for", hold, "How long it must have been beyond the threshold", kNonNegative);
    v.field("change", change, "Replicas added, or taken away", {.lo = 1, .hi = 1e6});
    v.field("cooldown", cooldown, "Least time since replicas changed the last time, by whatever rule", kNonNegative);
  }
};

struct Settings {
  ReplicaLimits limits;
  std::vector<Rule> out, in;
  bool anti_flapping = true;
  Duration sync_period = std::chrono::minutes{1};
};

// A rule over time.
class Watch {
 public:
  Watch(const Rule& rule, bool above) : rule_(rule), above_(above) {}

  // Whether it wants its change at `now`; none: the metric says nothing.
  bool look(std::optional<double> value, Time now) {
    value_ = value;
    if (!value || !(above_ ? *value > threshold() : *value < threshold())) {
      since_.reset();
      return false;
    }
    if (!since_) since_ = now;
    return now - *since_ >= rule_.hold;
  }
  // What the metric would be with `after` replicas instead of `before`, where it is spread over them.
  std::optional<double> projected(std::int64_t before, std::int64_t after) const {
    const ScalingMetric& metric = *rule_.metric;
    const bool spread = metric.per_instance() || metric.over() == ScalingMetric::Over::kInstances;
    if (!value_ || !spread) return value_;
    return *value_ * static_cast<double>(before) / static_cast<double>(after);
  }

  const Rule& rule() const { return rule_; }
  double threshold() const { return rule_.metric->target(); }
  std::optional<double> value() const { return value_; }
  std::string words() const {
    return rule_.metric->words() + " " + rule_.metric->spell(value_.value_or(0)) + (above_ ? " above " : " below ") +
           rule_.metric->spell(threshold());
  }

 private:
  Rule rule_;
  bool above_;
  std::optional<Time> since_;
  std::optional<double> value_;
};

class Threshold final : public MetricPolicy {
 public:
  explicit Threshold(const Settings& s) : MetricPolicy(s.limits, s.sync_period), s_(s) {
    for (const Rule& rule : s_.out) out_.emplace_back(rule, true);
    for (const Rule& rule : s_.in) in_.emplace_back(rule, false);
    for (const std::vector<Rule>* rules : {&s_.out, &s_.in})
      for (const Rule& rule : *rules) keep(*rule.metric);
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    const std::int64_t current = signal.spec_replicas;
    std::map<std::string, double> inputs;
    // The largest change of the rules that want out; in only if all want in, by the least change.
    const Watch* out = nullptr;
    const Watch* in = nullptr;
    bool all_in = true;
    for (std::size_t i = 0; i < out_.size(); ++i) {
      const bool wants = look(out_[i], signal, "out_" + std::to_string(i), inputs);
      if (wants && (out == nullptr || out_[i].rule().change > out->rule().change)) out = &out_[i];
    }
    for (std::size_t i = 0; i < in_.size(); ++i) {
      const bool wants = look(in_[i], signal, "in_" + std::to_string(i), inputs);
      all_in &= wants;
      if (wants && (in == nullptr || in_[i].rule().change < in->rule().change)) in = &in_[i];
    }
    if (out != nullptr) {
      const std::int64_t wanted = current + out->rule().change;
      return act(signal, *out, wanted, std::move(inputs), {wanted});
    }
    if (in == nullptr || !all_in)
      return decision(signal, current, "no rule asks for a change", std::move(inputs), {current});
    const std::int64_t raw = current - in->rule().change;
    std::int64_t wanted = std::max(raw, limits().min_replicas);
    inputs["raw_recommendation"] = static_cast<double>(raw);
    Derivation how{raw};
    how.apply("min_replicas", raw, wanted);
    const std::int64_t least = wanted;
    if (s_.anti_flapping)
      while (wanted < current && would_come_back(current, wanted)) ++wanted;
    inputs["without_flapping"] = static_cast<double>(wanted);
    how.apply("anti_flapping", least, wanted);
    return act(signal, *in, wanted, std::move(inputs), std::move(how));
  }

 private:
  bool look(Watch& watch, const ServiceSignal& signal, const std::string& name, std::map<std::string, double>& inputs) {
    const std::optional<double> value = this->value(*watch.rule().metric, signal);
    if (value) inputs[name + "_value"] = *value;
    inputs[name + "_threshold"] = watch.threshold();
    return watch.look(value, signal.now);
  }

  bool would_come_back(std::int64_t before, std::int64_t after) const {
    if (after == 0) return false;
    return std::any_of(out_.begin(), out_.end(), [&](const Watch& watch) {
      const std::optional<double> then = watch.projected(before, after);
      return then && *then > watch.threshold();
    });
  }

  ScalingDecision act(const ServiceSignal& signal, const Watch& by, std::int64_t wanted,
                      std::map<std::string, double> inputs, Derivation how) {
    const bool cooling = changed_ && signal.now - *changed_ < by.rule().cooldown;
    inputs["cooling"] = cooling ? 1 : 0;
    std::string why = by.words();
    if (cooling) {
      how.apply("cooldown", wanted, signal.spec_replicas);
      why += "; held by cooldown";
    }
    ScalingDecision out =
        decision(signal, cooling ? signal.spec_replicas : wanted, std::move(why), std::move(inputs), std::move(how));
    if (out.replicas != signal.spec_replicas) changed_ = signal.now;
    return out;
  }

  Settings s_;
  std::vector<Watch> out_, in_;
  std::optional<Time> changed_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    s_.limits.describe(v);
    v.field("out", s_.out, "Replicas are added if any of these rules says so: its metric above its target", kRequired);
    v.field("in", s_.in, "They are taken away if all of these say so: their metrics below their targets");
    v.field("anti_flapping", s_.anti_flapping,
            "Take away only as many as leave every metric of out below its target, load being spread over the rest");
    v.field("sync_period", s_.sync_period, "Time between two looks", {.lo = 0.1});
  }
  void check(Problems& p) override {
    s_.limits.check(p);
    if (s_.out.empty()) p.error("/out", "needs at least one rule");
    for (std::size_t i = 0; i < s_.in.size(); ++i) check_gap(s_.in[i], "/in/" + std::to_string(i), p);
  }
  bool needs_cpu_request() const override {
    const auto needs = [](const Rule& rule) { return rule.metric->needs_cpu_request(); };
    return std::any_of(s_.out.begin(), s_.out.end(), needs) || std::any_of(s_.in.begin(), s_.in.end(), needs);
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.limits.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Threshold>(s_); }

 private:
  // Below L some are taken away; with few replicas the rest are then above U, and they come back.
  void check_gap(const Rule& in, const std::string& at, Problems& p) const {
    if (s_.anti_flapping) return;
    for (const Rule& out : s_.out) {
      if (out.metric.type() != in.metric.type() || out.metric->signal() != in.metric->signal()) continue;
      const std::int64_t n = std::max<std::int64_t>(s_.limits.min_replicas, 1) + in.change;
      const double rest = static_cast<double>(n - in.change) / static_cast<double>(n);
      if (in.metric->target() > out.metric->target() * rest)
        p.warning(at, "of " + std::to_string(n) + " replicas just below " + in.metric->spell(in.metric->target()) +
                          ", " + std::to_string(n - in.change) + " are above " +
                          out.metric->spell(out.metric->target()) +
                          ": they would come and go; anti_flapping prevents that");
    }
  }

  Settings s_;
};

}  // namespace

void add_threshold(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("threshold",
                          "Rules: some replicas more above a threshold, some less below another (as Azure autoscale)");
}

}  // namespace windtunnel
