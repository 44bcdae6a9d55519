#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/autoscaler/hpa/metrics_adapter.hpp"
#include "models/autoscaler/keda/scaled_job.hpp"
#include "models/autoscaler/keda/scalers.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

struct JobAnnotations {
  bool paused = false;
  void describe(FieldVisitor& v) {
    v.field("autoscaling.keda.sh/paused", paused, "Whether no jobs are created", {.quoted = true});
  }
};

struct Settings {
  keda::ScaledJobSpec spec;
  JobAnnotations annotations;
  keda::SourcesSpec metrics;
  AutoscalerParams::Jobs jobs;

  double target(const keda::TriggerSpec& trigger) const {
    return trigger.has_target() ? trigger.target() : metrics.meaning(trigger).target.value_or(0);
  }
};

// KEDA 2.20's operator with a ScaledJob: at each poll it creates jobs, and never ends one. What the service holds are
// the jobs that have not finished.
class KedaScaledJob final : public Autoscaler {
 public:
  explicit KedaScaledJob(const Settings& s) : s_(s), scalers_(s_.spec.triggers, s_.metrics) {}

  Duration sync_period() const override { return std::chrono::seconds{s_.spec.polling_interval}; }
  Duration observe_period() const override { return scalers_.idle() ? Duration{0} : scalers_.observe_period(); }
  Watched watched() const override { return scalers_.watched(); }
  bool bears_gaps() const override { return true; }
  void observe(const ServiceSignal& signal) override { scalers_.observe(signal); }

  ScalingDecision decide(const ServiceSignal& signal) override {
    ScalingDecision out;
    const std::int64_t running = signal.spec_replicas;
    out.replicas = running;
    std::vector<keda::JobTrigger> triggers;
    std::string seen;
    for (std::size_t i = 0; i < s_.spec.triggers.size(); ++i) {
      const keda::TriggerSpec& trigger = s_.spec.triggers[i];
      const keda::Scalers::Answer answer = scalers_.ask(i, signal);
      const std::string at = "trigger_" + std::to_string(i) + "_";
      out.inputs[at + (answer.value ? "value" : "failed")] = answer.value.value_or(1);
      out.inputs[at + "active"] = answer.active ? 1 : 0;
      seen += seen.empty() ? "" : ", ";
      if (!answer.value) {
        seen += trigger.key() + " cannot be asked";
        continue;
      }
      const double length = static_cast<double>(keda::to_milli(*answer.value)) / 1000, target = s_.target(trigger);
      const double most = target > 0 ? std::min(length / target, static_cast<double>(s_.spec.max_replicas)) : 0;
      triggers.push_back({length, most, answer.active});
      seen += trigger.key() + " " + spell_number(length) + ", target " + spell_number(target) + " per job";
    }
    const keda::JobDemand demand =
        keda::demand_of(triggers, s_.spec.scaling.calculation, s_.spec.min_replicas, s_.spec.max_replicas);
    const std::int64_t pending = this->pending(signal);
    const keda::JobScale scale = keda::scaling_decision(s_.spec, demand, running, pending);
    const std::int64_t jobs = demand.active && !s_.annotations.paused ? scale.jobs() : 0;
    out.replicas += jobs;
    out.how.recommendation = out.replicas;
    out.inputs["running_jobs"] = static_cast<double>(running);
    out.inputs["pending_jobs"] = static_cast<double>(pending);
    out.inputs["scale_to"] = static_cast<double>(demand.scale_to);
    out.inputs["max_scale"] = static_cast<double>(demand.max_scale);
    out.inputs["effective_max_scale"] = static_cast<double>(scale.max_scale);
    out.inputs["desired"] = static_cast<double>(out.replicas);
    out.why = seen + "; " + std::to_string(running) + (running == 1 ? " job runs" : " jobs run");
    if (pending > 0) out.why += ", " + std::to_string(pending) + " of them pending";
    if (s_.annotations.paused) out.why += "; paused by annotation";
    if (jobs > 0) out.sentence = std::to_string(jobs) + (jobs == 1 ? " job: " : " jobs: ") + out.why;
    return out;
  }

 private:
  std::int64_t pending(const ServiceSignal& signal) const {
    std::int64_t with_pod = 0;
    for (const InstanceSignal& instance : signal.instances)
      if (instance.state != InstanceSignal::State::kDraining && fulfils(instance)) ++with_pod;
    return std::max<std::int64_t>(0, signal.spec_replicas - with_pod);
  }

  bool fulfils(const InstanceSignal& instance) const {
    const bool ready = instance.state == InstanceSignal::State::kReady,
               runs = ready || instance.running_since != kNever;
    if (s_.spec.scaling.pending_conditions.empty()) return runs;
    return std::all_of(s_.spec.scaling.pending_conditions.begin(), s_.spec.scaling.pending_conditions.end(),
                       [&](const std::string& condition) {
                         if (condition == "PodScheduled") return runs || instance.placed != kNever;
                         return condition == "Initialized" ? runs : ready;
                       });
  }

  Settings s_;
  keda::Scalers scalers_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("spec", s_.spec, "The ScaledJob's spec, as keda.sh/v1alpha1 writes it", kRequired);
    v.field("annotations", s_.annotations, "Its metadata.annotations");
    v.field("metrics", s_.metrics, "What the triggers measure");
    v.field("messages", s_.jobs.messages, "Messages that a job takes before it ends", {.lo = 1, .hi = 1e9});
    v.field("gives_up_after", s_.jobs.gives_up_after,
            "Time after which a job ends that has got no message, or no further one; none: it waits for one",
            kPositive);
  }
  void check(Problems& p) override {
    for (const auto& [key, meaning] : s_.metrics.triggers) {
      const auto& triggers = s_.spec.triggers;
      if (std::none_of(triggers.begin(), triggers.end(), [&, &name = key](const auto& t) { return t.key() == name; }))
        p.warning("/metrics/triggers", "\"" + key + "\" is the name or type of no trigger of the spec");
    }
    for (std::size_t i = 0; i < s_.spec.triggers.size(); ++i) {
      const keda::TriggerSpec& trigger = s_.spec.triggers[i];
      if ((trigger.pushes() || trigger.type == "external") && !s_.metrics.meaning(trigger).target)
        p.error("/spec/triggers/" + std::to_string(i),
                "needs metrics.triggers." + trigger.key() + ".target: a scaler of one's own names its target itself");
    }
  }
  bool check_signals(std::span<const std::string> there_are, Problems& p) const override {
    for (std::size_t i = 0; i < s_.spec.triggers.size(); ++i) {
      const keda::TriggerSpec& trigger = s_.spec.triggers[i];
      if (trigger.is_resource() || trigger.is_cron()) continue;
      const MetricChoice meant = s_.metrics.metric(s_.metrics.meaning(trigger));
      const std::string wrong = hpa::unknown(trigger.key(), *meant, there_are, "metrics.triggers");
      if (!wrong.empty())
        p.error("/spec/triggers/" + std::to_string(i) + (trigger.name.empty() ? "/type" : "/name"), wrong);
    }
    return true;
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.spec.max_replicas; }
  std::optional<Jobs> jobs() const override { return s_.jobs; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<KedaScaledJob>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_keda_scaled_job(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("keda_scaled_job",
                          "KEDA ScaledJob: jobs for the messages of a queue, each of which takes some and ends");
}

}  // namespace windtunnel
