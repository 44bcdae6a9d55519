#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "models/autoscaler/gce/recommendation.hpp"
#include "models/autoscaler/gce/spec.hpp"
#include "models/autoscaler/metric/metric_window.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/autoscaler/zoned_cron.hpp"

namespace windtunnel {
namespace {

struct Settings {
  gce::AutoscalingPolicy policy;
  std::optional<Rate> max_rate_per_instance;
  Duration stabilization_period = std::chrono::minutes{10};
  Duration metric_window = std::chrono::minutes{1};
  Duration sync_period = std::chrono::minutes{1};
};

class GceMig final : public Autoscaler {
 public:
  explicit GceMig(const Settings& s)
      : s_(s),
        cpu_(*metric_named("cpu_utilization", {.window = s.metric_window})),
        rate_(*metric_named("request_rate", {.window = s.metric_window})),
        history_(s.stabilization_period, s.policy.scale_in_control) {
    if (s_.policy.effective_cpu()) window_.keep(*cpu_);
    if (s_.policy.load_balancing) window_.keep(*rate_);
    for (const gce::CustomMetric& metric : s_.policy.custom) custom_.push_back(metric.choice(s.metric_window));
    for (const MetricChoice& metric : custom_) window_.keep(*metric);
    for (const auto& [name, schedule] : s_.policy.schedules)
      if (!schedule.disabled)
        schedules_.push_back(
            {name, zoned_cron(schedule.schedule, schedule.time_zone), schedule.duration_seconds, schedule.replicas});
  }

  Duration sync_period() const override { return s_.sync_period; }
  Duration observe_period() const override { return window_.observe_period(s_.sync_period); }
  Watched watched() const override { return window_.watched(); }
  void observe(const ServiceSignal& signal) override { window_.observe(signal); }

  ScalingDecision decide(const ServiceSignal& signal) override {
    const std::int64_t current = signal.spec_replicas;
    ScalingDecision out;
    out.inputs = {{"current_size", static_cast<double>(current)}};
    const Wish wish = highest(signal, out.inputs);
    const std::int64_t wanted = std::clamp(wish.size, s_.policy.min_replicas, s_.policy.max_replicas);
    const gce::History::Size size = history_.settle(signal.now, current, wanted);
    out.replicas = size.controlled;
    if (s_.policy.mode == gce::Mode::kOff) out.replicas = current;
    if (s_.policy.mode == gce::Mode::kOnlyScaleOut) out.replicas = std::max(out.replicas, current);
    out.inputs["raw_recommendation"] = static_cast<double>(wish.size);
    out.inputs["within_limits"] = static_cast<double>(wanted);
    out.inputs["stabilized"] = static_cast<double>(size.stabilized);
    out.inputs["after_scale_in_control"] = static_cast<double>(size.controlled);
    out.inputs["desired"] = static_cast<double>(out.replicas);
    out.how.recommendation = wish.size;
    out.how.apply(wish.size > wanted ? "maxNumReplicas" : "minNumReplicas", wish.size, wanted);
    out.how.apply("stabilization_period", wanted, size.stabilized);
    out.how.apply("scaleInControl", size.stabilized, size.controlled);
    out.how.apply("mode", size.controlled, out.replicas);
    out.why = wish.why;
    if (wish.size > s_.policy.max_replicas) out.why += "; limited by maxNumReplicas";
    if (wish.size < s_.policy.min_replicas) out.why += "; limited by minNumReplicas";
    if (size.stabilized != wanted)
      out.why += "; " + std::to_string(wanted) + " stabilized to " + std::to_string(size.stabilized);
    if (size.controlled != size.stabilized) out.why += "; limited by scaleInControl";
    if (out.replicas != size.controlled) out.why += "; held by mode";
    if (out.replicas != current) out.sentence = spell_change(current, out.replicas, out.why);
    return out;
  }

 private:
  struct Wish {
    std::int64_t size = 0;
    std::string why = "no signal asks for more";
  };
  struct Scheduled {
    std::string name;
    Cron cron;
    std::int64_t duration_s = 0, replicas = 0;
  };

  // The highest of what the signals ask for; while none says anything, what there is.
  Wish highest(const ServiceSignal& signal, std::map<std::string, double>& inputs) {
    Wish best;
    bool heard = false;
    const auto take = [&](std::int64_t size, std::string why) {
      if (!heard || size > best.size) best = {size, std::move(why)};
      heard = true;
    };
    if (const auto cpu = s_.policy.effective_cpu()) by_cpu(signal, *cpu, inputs, take);
    if (s_.policy.load_balancing)
      if (const auto rate = window_.total(*rate_, signal)) {
        const double share = *rate / s_.max_rate_per_instance->per_second;
        inputs["request_rate"] = *rate;
        take(rounded_up(share / s_.policy.load_balancing->target), spell_number(*rate) + " requests/s, " +
                                                                       spell_share(s_.policy.load_balancing->target) +
                                                                       " of each VM's rate wanted");
      }
    for (std::size_t i = 0; i < custom_.size(); ++i)
      if (const auto total = window_.total(*custom_[i], signal)) {
        inputs["custom_" + std::to_string(i)] = *total;
        take(rounded_up(s_.policy.custom[i].instances(*total)),
             s_.policy.custom[i].metric + " " + spell_number(*total) + " in all");
      }
    if (!heard && s_.policy.schedules.empty()) best = {signal.spec_replicas, "no signal says anything"};
    const std::int64_t utc = signal.utc.count() / 1'000'000'000;
    for (const Scheduled& schedule : schedules_) {
      // The first begin after the time at which one would have ended by now.
      const std::optional<UtcSeconds> begin = schedule.cron.next(utc - schedule.duration_s);
      if (begin && *begin <= utc && schedule.replicas > best.size)
        best = {schedule.replicas, "schedule \"" + schedule.name + "\""};
    }
    return best;
  }

  template <class Take>
  void by_cpu(const ServiceSignal& signal, const gce::CpuUtilization& cpu, std::map<std::string, double>& inputs,
              Take take) {
    window_.each(*cpu_, signal, each_);
    if (each_.empty()) return;
    double all = 0, initialized = 0;
    std::int64_t past = 0;
    auto of = signal.instances.begin();
    for (const MetricWindow::OfInstance& instance : each_) {
      while (of->id != instance.id) ++of;
      all += instance.value;
      if (!is_initialized(*of, signal.now)) continue;
      initialized += instance.value;
      ++past;
    }
    const double mean = all / static_cast<double>(each_.size());
    inputs["cpu_utilization"] = mean;
    inputs["initialized"] = static_cast<double>(past);
    inputs["serving"] = static_cast<double>(each_.size());
    take(gce::recommended_by_cpu(signal.spec_replicas, initialized, all, cpu.target),
         "cpu " + spell_share(mean) + " of " + std::to_string(each_.size()) + " VMs, " + std::to_string(past) +
             " of them initialized, target " + spell_share(cpu.target));
  }

  bool is_initialized(const InstanceSignal& instance, Time now) const {
    if (instance.created == Time{}) return true;  // there before the run
    const Time start = instance.running_since == kNever ? instance.created : instance.running_since;
    return now - start >= std::chrono::seconds{s_.policy.initialization_seconds};
  }

  static std::int64_t rounded_up(double instances) {
    return static_cast<std::int64_t>(std::ceil(std::min(instances * (1 - 1e-12), 1e9)));
  }

  Settings s_;
  MetricChoice cpu_, rate_;
  std::vector<MetricChoice> custom_;
  std::vector<Scheduled> schedules_;
  MetricWindow window_;
  gce::History history_;
  std::vector<MetricWindow::OfInstance> each_;  // scratch
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("autoscalingPolicy", s_.policy, "The autoscaler's autoscalingPolicy, as the Compute Engine API has it",
            kRequired);
    v.field("max_rate_per_instance", s_.max_rate_per_instance,
            "The backend service's maxRatePerInstance, for loadBalancingUtilization", kPositive);
    v.field("stabilization_period", s_.stabilization_period,
            "The group shrinks no further than to the highest recommendation of this time", kNonNegative);
    v.field("metric_window", s_.metric_window, "What a figure covers", kPositive);
    v.field("sync_period", s_.sync_period, "Time between two evaluations; Google says \"continuously\"", {.lo = 1});
  }
  void check(Problems& p) override {
    if (s_.policy.load_balancing && !s_.max_rate_per_instance)
      p.error("/max_rate_per_instance", "is needed for loadBalancingUtilization");
  }
  bool needs_cpu_request() const override { return s_.policy.effective_cpu().has_value(); }
  std::optional<std::int64_t> most_replicas() const override { return s_.policy.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<GceMig>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_gce_mig(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("gce_mig", "Google Compute Engine autoscaler of a managed instance group");
}

}  // namespace windtunnel
