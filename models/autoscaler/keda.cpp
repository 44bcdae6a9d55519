#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "models/autoscaler/hpa/arithmetic.hpp"
#include "models/autoscaler/hpa/loop.hpp"
#include "models/autoscaler/keda/executor.hpp"
#include "models/autoscaler/keda/fallback.hpp"
#include "models/autoscaler/keda/scaled_object.hpp"
#include "models/autoscaler/keda/scalers.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

struct MetricsSpec : keda::SourcesSpec {
  hpa::ResourcePipelineSpec resources;

  void describe(FieldVisitor& v) {
    SourcesSpec::describe(v);
    v.field("resources", resources, "How CPU and memory reach the horizontal pod autoscaler");
  }
};

struct Settings {
  keda::ScaledObjectSpec spec;
  keda::Annotations annotations;
  MetricsSpec metrics;
  hpa::Flags controller;

  hpa::Spec autoscaler() const {
    hpa::Spec out = spec.autoscaler(annotations);
    const bool composite = spec.advanced.modifiers.in_use();
    for (const keda::TriggerSpec& trigger : spec.triggers)
      if (!composite || trigger.is_resource()) out.metrics.push_back(trigger.metric(target(trigger)));
    if (composite) out.metrics.push_back(spec.advanced.modifiers.metric());
    return out;
  }

 private:
  double target(const keda::TriggerSpec& trigger) const {
    return trigger.has_target() ? trigger.target() : metrics.meaning(trigger).target.value_or(0);
  }
};

// KEDA 2.20: its operator's loop and the horizontal pod autoscaler that it generates, each at its own rhythm. Left out:
// the time that a query of a source takes.
class Keda final : public Autoscaler {
 public:
  explicit Keda(const Settings& s)
      : triggers_(s.spec.triggers),
        poll_period_(s.spec.poll_period()),
        sync_period_(s.controller.period()),
        cooldown_(s.spec.cooldown()),
        resource_period_(s.metrics.resources.period()),
        always_active_(s.spec.only_resources()),
        scalers_(triggers_, s.metrics),
        executor_(s.spec.executor(s.annotations)),
        loop_(s.autoscaler(), s.controller, s.metrics.resources),
        next_poll_(poll_period_),
        next_sync_(sync_period_) {
    fallback_ = s.spec.fallback_in_force();
    health_.assign(triggers_.size(), keda::Health(fallback_));
    if (s.spec.advanced.modifiers.in_use()) composite_.emplace(s.spec.advanced.modifiers, triggers_);
    cached_.resize(triggers_.size());
    for (const hpa::MetricSpec& metric : s.autoscaler().metrics) targets_.push_back(metric.metric().target);
  }

  // With the shorter of its two rhythms the service makes it begin; from then on it says itself when it is due.
  Duration sync_period() const override { return std::min(poll_period_, sync_period_); }
  Duration observe_period() const override {
    Duration period{0};
    if (!scalers_.idle()) period = scalers_.observe_period();
    if (loop_.watches_resources()) period = Duration{std::gcd(period.count(), resource_period_.count())};
    return period;
  }
  Watched watched() const override { return scalers_.watched(); }
  bool bears_gaps() const override { return true; }

  void observe(const ServiceSignal& signal) override {
    loop_.measure(signal);
    if (!scalers_.idle()) scalers_.observe(signal);
  }

  // A scaler that pushes does not wait for a poll.
  bool wake(const ServiceSignal&) override {
    pushed_ = std::any_of(triggers_.begin(), triggers_.end(), [](const auto& trigger) { return trigger.pushes(); });
    return pushed_;
  }

  // Where a poll has changed something, a look that is due at the same moment has to wait until it is carried out.
  ScalingDecision decide(const ServiceSignal& signal) override {
    ScalingDecision out;
    out.replicas = signal.spec_replicas;
    const bool pushed = std::exchange(pushed_, false);
    if (signal.now >= next_poll_ || pushed) {
      while (next_poll_ <= signal.now) next_poll_ += poll_period_;
      out = poll(signal, pushed);
    }
    if (signal.now >= next_sync_ && out.replicas == signal.spec_replicas) {
      while (next_sync_ <= signal.now) next_sync_ += sync_period_;
      if (!executor_.is_paused()) out = sync(signal);
    }
    if (again_at_ <= signal.now) {
      again_at_ = std::max(signal.now, std::min(next_poll_, next_sync_));
      out.again = again_at_ - signal.now;
    }
    return out;
  }

 private:
  ScalingDecision poll(const ServiceSignal& signal, bool pushed) {
    ScalingDecision out;
    bool active = pushed || always_active_, failed = false;
    std::string why;  // those that are active
    std::vector<std::optional<double>> values(triggers_.size());
    for (std::size_t i = 0; i < triggers_.size(); ++i) {
      if (triggers_[i].is_resource()) continue;
      const keda::Scalers::Answer answer = scalers_.ask(i, signal);
      if (triggers_[i].use_cached_metrics) cached_[i] = answer.value;
      values[i] = answer.value;
      const std::string at = "trigger_" + std::to_string(i) + "_";
      // With a formula it is the composite metric that is active.
      const bool wakes = (answer.active && !composite_) || (pushed && triggers_[i].pushes());
      out.inputs[at + (answer.value ? "value" : "failed")] = answer.value.value_or(1);
      out.inputs[at + "active"] = wakes ? 1 : 0;
      if (wakes) why += (why.empty() ? "" : ", ") + said_of(i, answer, pushed);
      active |= wakes;
      failed |= !answer.value;
    }
    if (composite_ && !failed) active |= wakes(values, out.inputs, why);
    const std::optional<Time> before = executor_.last_active();
    const keda::Outcome outcome = executor_.poll(signal.spec_replicas, active, failed, signal.now);
    out.replicas = outcome.replicas;
    // Where it leaves the replicas alone the autoscaler has the say.
    if (out.replicas != signal.spec_replicas) {
      out.how.recommendation = out.replicas;
      out.why = reason(outcome.step, why, before, signal.now);
      out.sentence = spell_change(signal.spec_replicas, out.replicas, out.why);
    }
    out.inputs["current_replicas"] = static_cast<double>(signal.spec_replicas);
    out.inputs["desired"] = static_cast<double>(out.replicas);
    out.inputs["active"] = active ? 1 : 0;
    out.inputs["failing"] = failed ? 1 : 0;
    out.inputs["cooldown_s"] = to_seconds(cooldown_);
    if (before) out.inputs["since_active_s"] = to_seconds(signal.now - *before);
    return out;
  }

  // Whether the composite metric makes it active.
  bool wakes(std::span<const std::optional<double>> values, std::map<std::string, double>& inputs,
             std::string& why) const {
    const keda::Formula::Result result = composite_->value(travelled(values));
    if (result.kind != keda::Formula::Result::Kind::kNumber) return false;
    inputs["composite_value"] = result.number;
    inputs["composite_activation"] = composite_->activation();
    if (!(result.number > composite_->activation()) || !std::isfinite(result.number)) return false;
    why += (why.empty() ? "" : ", ") + ("composite-metric " + spell_number(result.number)) + ", active above " +
           spell_number(composite_->activation()) + " (" + composite_->spelled(values) + ")";
    return true;
  }

  static std::vector<std::optional<double>> travelled(std::span<const std::optional<double>> values) {
    std::vector<std::optional<double>> out(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      if (values[i]) out[i] = static_cast<double>(keda::to_milli(*values[i])) / 1000;
    return out;
  }

  std::string said_of(std::size_t trigger, const keda::Scalers::Answer& answer, bool pushed) const {
    const keda::TriggerSpec& spec = triggers_[trigger];
    if (pushed && spec.pushes()) return spec.key() + ", a request waits";
    if (spec.is_cron()) return spec.key() + " is open";
    return spec.key() + " " + spell_number(*answer.value) + ", active above " + spell_number(spec.activation());
  }

  std::string reason(keda::Step step, const std::string& why, const std::optional<Time>& last_active, Time now) const {
    if (step == keda::Step::kActivated) return why.empty() ? "activation is forced" : why;
    if (step == keda::Step::kPausedAt) return "paused by annotation";
    if (step == keda::Step::kRaised) return "below minReplicaCount";
    if (!last_active) return "no trigger has been active";
    return "no trigger active for " + format_duration(now - *last_active) + ", cooldownPeriod " +
           format_duration(cooldown_);
  }

  ScalingDecision sync(const ServiceSignal& signal) {
    formula_saw_.clear();
    ready_ = std::count_if(signal.instances.begin(), signal.instances.end(),
                           [](const auto& i) { return i.state == InstanceSignal::State::kReady; });
    ScalingDecision out = loop_.decide(signal, [&](std::size_t place) { return read(place, signal); });
    for (std::size_t i = 0; i < health_.size(); ++i) {
      const std::string at = "metric_" + std::to_string(i) + "_";
      if (health_[i].failures() > 0) out.inputs[at + "failures"] = static_cast<double>(health_[i].failures());
      if (health_[i].falls_back()) out.inputs[at + "falls_back"] = 1;
    }
    if (composite_) {
      for (std::size_t i = 0; i < formula_saw_.size(); ++i)
        if (formula_saw_[i]) out.inputs["trigger_" + std::to_string(i) + "_value"] = *formula_saw_[i];
      if (!formula_saw_.empty() && !out.why.empty()) out.why += "; " + composite_->spelled(formula_saw_);
    }
    for (std::size_t i = 0; i < health_.size(); ++i)
      if (health_[i].falls_back()) out.why += "; " + triggers_[i].key() + " cannot be asked and falls back";
    if (!out.sentence.empty()) out.sentence = spell_change(signal.spec_replicas, out.replicas, out.why);
    if (signal.spec_replicas == 0) out.why.clear();  // at zero the triggers decide
    return out;
  }

  std::optional<std::int64_t> asked(std::size_t trigger, const ServiceSignal& signal) {
    std::optional<double> value;
    if (triggers_[trigger].use_cached_metrics && cached_[trigger])
      value = *cached_[trigger];
    else
      value = scalers_.ask(trigger, signal).value;
    return value ? std::optional(keda::to_milli(*value)) : std::nullopt;
  }

  // All that are no resources are one then. Where a trigger falls back, what it falls back to is the composite metric's
  // value; where one fails that does not (yet), so does the composite metric.
  std::optional<std::int64_t> composed(const hpa::Target& target, const ServiceSignal& signal) {
    std::vector<std::optional<double>> values(triggers_.size());
    std::optional<std::int64_t> fallback;
    bool failed = false;
    for (std::size_t i = 0; i < triggers_.size(); ++i) {
      if (triggers_[i].is_resource()) continue;
      const std::optional<std::int64_t> value = asked(i, signal);
      const std::optional<std::int64_t> answer = health_[i].answer(value, target, signal.spec_replicas, ready_);
      const bool nil = health_[i].falls_back() && fallback_->behavior == keda::FallbackBehavior::kScalingModifiers;
      if (value)
        values[i] = static_cast<double>(*value) / 1000;
      else if (!nil && answer && !fallback)
        fallback = answer;
      else if (!nil && !answer)
        failed = true;
    }
    if (fallback || failed) return fallback;
    const keda::Formula::Result result = composite_->value(values);
    formula_saw_ = std::move(values);
    switch (result.kind) {
      case keda::Formula::Result::Kind::kNumber:
        return keda::to_milli(result.number);
      case keda::Formula::Result::Kind::kNil:
        if (fallback_ && target.average_value) return hpa::multiply(*target.average_value, fallback_->replicas);
        return std::nullopt;
      case keda::Formula::Result::Kind::kFailed:
        break;
    }
    return std::nullopt;
  }

  hpa::Reading read(std::size_t place, const ServiceSignal& signal) {
    const std::optional<std::int64_t> milli =
        composite_ ? composed(targets_[place], signal)
                   : health_[place].answer(asked(place, signal), targets_[place], signal.spec_replicas, ready_);
    hpa::Reading reading;
    if (milli)
      reading.series = {*milli};
    else
      reading.error = composite_ ? "the formula cannot be worked out" : "the source cannot be asked";
    return reading;
  }

  std::vector<keda::TriggerSpec> triggers_;
  Duration poll_period_, sync_period_, cooldown_, resource_period_;
  bool always_active_;  // cpu and memory cannot say that there is nothing to do
  keda::Scalers scalers_;
  keda::Executor executor_;
  hpa::Loop loop_;
  Time next_poll_, next_sync_;
  Time again_at_{0};  // of the last ScalingDecision::again
  bool pushed_ = false;

  // By trigger.
  std::vector<keda::Health> health_;
  std::vector<std::optional<std::optional<double>>> cached_;  // none: not polled yet; none in it: the poll failed
  std::vector<hpa::Target> targets_;  // by metric of the autoscaler; without a formula they are the triggers
  std::int64_t ready_ = 0;

  std::optional<keda::Fallback> fallback_;
  std::optional<keda::CompositeMetric> composite_;  // none: the triggers' own metrics
  std::vector<std::optional<double>> formula_saw_;  // by trigger, at this look; empty: nothing
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("spec", s_.spec, "The ScaledObject's spec, as keda.sh/v1alpha1 writes it", kRequired);
    v.field("annotations", s_.annotations, "Its metadata.annotations");
    v.field("metrics", s_.metrics, "What the triggers measure, and how it reaches the autoscaler");
    v.field("controller", s_.controller, "The cluster's flags for horizontal pod autoscalers");
  }

  void check(Problems& p) override {
    for (const auto& [key, meaning] : s_.metrics.triggers) {
      const auto& triggers = s_.spec.triggers;
      const auto it = std::find_if(triggers.begin(), triggers.end(),
                                   [&, &key = key](const keda::TriggerSpec& trigger) { return trigger.key() == key; });
      const std::string at = "/metrics/triggers/" + key;
      if (it == triggers.end()) {
        p.warning("/metrics/triggers", "\"" + key + "\" is the name or type of no trigger of the spec");
        continue;
      }
      if (it->is_resource() || it->is_cron()) p.error(at, "is for triggers other than cpu, memory and cron");
      if (meaning.target && it->has_target()) p.error(at + "/target", "is in the trigger's metadata");
      if (meaning.partitions && it->type != "kafka") p.error(at + "/partitions", "is for kafka triggers");
    }
    for (std::size_t i = 0; i < s_.spec.triggers.size(); ++i) {
      const keda::TriggerSpec& trigger = s_.spec.triggers[i];
      if ((trigger.pushes() || trigger.type == "external") && !s_.spec.advanced.modifiers.in_use() &&
          !s_.metrics.meaning(trigger).target)
        p.error("/spec/triggers/" + std::to_string(i),
                "needs metrics.triggers." + trigger.key() + ".target: a scaler of one's own names its target itself");
    }
  }

  bool check_signals(std::span<const std::string> there_are, Problems& p) const override {
    for_each_metric([&](std::size_t i, const keda::TriggerSpec& trigger, const MetricChoice& meant) {
      const std::string wrong = hpa::unknown(trigger.key(), *meant, there_are, "metrics.triggers");
      if (!wrong.empty())
        p.error("/spec/triggers/" + std::to_string(i) + (trigger.name.empty() ? "/type" : "/name"), wrong);
    });
    return true;
  }

  bool needs_cpu_request() const override {
    bool needed = std::any_of(s_.spec.triggers.begin(), s_.spec.triggers.end(), [](const keda::TriggerSpec& trigger) {
      return trigger.type == "cpu" && trigger.metric_type == "Utilization";
    });
    for_each_metric([&](std::size_t, const keda::TriggerSpec&, const MetricChoice& meant) {
      needed |= meant->needs_cpu_request();
    });
    return needed;
  }

  std::optional<std::int64_t> most_replicas() const override { return s_.spec.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Keda>(s_); }

 private:
  template <class Visit>
  void for_each_metric(Visit visit) const {
    for (std::size_t i = 0; i < s_.spec.triggers.size(); ++i) {
      const keda::TriggerSpec& trigger = s_.spec.triggers[i];
      if (!trigger.is_resource() && !trigger.is_cron())
        visit(i, trigger, s_.metrics.metric(s_.metrics.meaning(trigger)));
    }
  }

  Settings s_;
};

}  // namespace

void add_keda(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("keda", "KEDA ScaledObject: event sources, cron hours, CPU and memory, down to zero");
}

}  // namespace windtunnel
