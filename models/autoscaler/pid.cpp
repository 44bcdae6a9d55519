#include "models/autoscaler/pid/controller.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "models/autoscaler/metric_policy.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

enum class Form { kPositional, kVelocity };
constexpr std::array<std::string_view, 2> kForms = {"positional", "velocity"};

struct Settings {
  ReplicaLimits limits;
  MetricChoice metric;
  Form form = Form::kVelocity;
  pid::Gains gains;
  bool relative_error = true, per_replica = true;
  Duration sync_period = std::chrono::seconds{15};
};

class Pid final : public MetricPolicy {
 public:
  explicit Pid(const Settings& s)
      : MetricPolicy(s.limits, s.sync_period), s_(s), positional_(s.gains), velocity_(s.gains) {
    keep(*s_.metric);
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    if (!begun_) replicas_ = base_ = static_cast<double>(signal.spec_replicas);
    begun_ = true;
    const std::optional<double> value = this->value(*s_.metric, signal);
    if (!value) return decision(signal, std::llround(replicas_), "no value", {}, {});
    const double target = s_.metric->target();
    const double error = s_.relative_error ? *value / target - 1 : *value - target;
    const double dt = to_seconds(s_.sync_period);
    const double least = static_cast<double>(limits().min_replicas), most = static_cast<double>(limits().max_replicas);
    std::map<std::string, double> inputs = {{"value", *value}, {"target", target}, {"error", error}};
    double free = 0;
    if (s_.form == Form::kPositional) {
      const double scale = s_.per_replica ? std::max(base_, 1.0) : 1;
      free = base_ + scale * positional_.next(error, dt, (least - base_) / scale, (most - base_) / scale);
      inputs["integral"] = positional_.integral();
    } else {
      const double scale = s_.per_replica ? std::max(replicas_, 1.0) : 1;
      free = replicas_ + scale * velocity_.next(error, dt);
    }
    inputs["raw_recommendation"] = free;
    replicas_ = std::clamp(free, least, most);
    const std::int64_t wanted = std::llround(free);
    return decision(signal, wanted,
                    s_.metric->words() + " " + s_.metric->spell(*value) + ", target " + s_.metric->spell(target) +
                        ", error " + spell_number(error),
                    std::move(inputs), {wanted});
  }

 private:
  Settings s_;
  pid::Positional positional_;
  pid::Velocity velocity_;
  bool begun_ = false;
  double base_ = 0, replicas_ = 0;  // not rounded
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    s_.limits.describe(v);
    v.field("metric", s_.metric, "What is kept at its target", kRequired);
    v.choice("form", s_.form, kForms,
             "positional: replicas at the begin and what the error asks for; velocity: what is there and a change");
    v.field("kp", s_.gains.kp, "Gain on the error", {.lo = 0, .required = true});
    v.field("ki", s_.gains.ki, "Gain on the error's integral over seconds", kNonNegative);
    v.field("kd", s_.gains.kd, "Gain on the error's change per second", kNonNegative);
    v.field("relative_error", s_.relative_error,
            "The error is value / target - 1, so that gains fit any load; else it is value - target");
    v.field(
        "per_replica", s_.per_replica,
        "The output is a share of the replicas there are (of those at the begin, in positional form); else replicas");
    v.field("in_factor", s_.gains.in_factor, "Factor on all gains while the value is below its target", kNonNegative);
    v.field("dead_band", s_.gains.dead_band, "Errors smaller than this are taken for none", kNonNegative);
    v.field("filter_time", s_.gains.filter_time, "Seconds over which the error's change is smoothed", kNonNegative);
    v.choice("anti_windup", s_.gains.anti_windup, pid::kAntiWindup,
             "In positional form, while replicas are at a limit: none, freeze the integral, or back_calculation");
    v.field("integral_limit", s_.gains.integral_limit, "Most that the integral may ask for; 0: no limit", kNonNegative);
    v.field("tracking_time", s_.gains.tracking_time, "Seconds over which back_calculation undoes what was too much",
            kPositive);
    v.field("sync_period", s_.sync_period, "Time between two decisions", {.lo = 0.1});
  }
  void check(Problems& p) override {
    s_.limits.check(p);
    if (s_.gains.ki == 0 && s_.form == Form::kVelocity)
      p.warning("/ki", "is 0: the velocity form then does not know where the target is, only how the error changes");
  }
  bool needs_cpu_request() const override { return s_.metric->needs_cpu_request(); }
  std::optional<std::int64_t> most_replicas() const override { return s_.limits.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Pid>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_pid(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("pid", "A PID controller on any metric");
}

}  // namespace windtunnel
