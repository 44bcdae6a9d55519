#include <algorithm>

#include "models/autoscaler/aws/policy.hpp"
#include "models/autoscaler/spell.hpp"

namespace windtunnel::aws {
namespace {

class Tracker final : public Policy {
 public:
  explicit Tracker(const TargetTracking& terms)
      : terms_(terms),
        high_({.comparison = Comparison::kAbove,
               .threshold = terms.target,
               .evaluation_periods = terms.high_datapoints,
               .datapoints_to_alarm = terms.high_datapoints}),
        low_({.comparison = Comparison::kBelow,
              .threshold = terms.target * terms.low_factor,
              .evaluation_periods = terms.low_datapoints,
              .datapoints_to_alarm = terms.low_datapoints}) {}

  Duration period() const override { return terms_.period; }
  void keep(MetricWindow& window) const override { terms_.metric.keep(window); }
  std::optional<Duration> out_cooldown() const override { return terms_.out_cooldown; }
  std::optional<Duration> in_cooldown() const override { return terms_.in_cooldown; }
  bool tracks() const override { return true; }

  Ask ask(const Capacity& capacity, const ServiceSignal& signal, MetricWindow& window) override {
    const std::optional<double> metric = terms_.metric.value(window, signal, terms_.warmup);
    high_.add(metric);
    low_.add(metric);
    Ask out;
    out.keeps = terms_.scales_in && low_.state() != Alarm::State::kAlarm;
    if (!metric) return out;
    out.inputs = {{"metric", *metric},
                  {"target", terms_.target},
                  {"points_above", static_cast<double>(high_.breaching())},
                  {"points_below", static_cast<double>(low_.breaching())}};
    if (high_.state() == Alarm::State::kAlarm && *metric > terms_.target) {
      const std::int64_t base = capacity.out_base(terms_.warmup);
      const std::int64_t wanted = tracked(base, *metric, terms_.target);
      out.direction = Ask::Direction::kOut;
      out.capacity = std::max(capacity.desired(), wanted);
      note(out, base, wanted);
    } else if (terms_.scales_in && low_.state() == Alarm::State::kAlarm) {
      const std::int64_t base = capacity.in_base();
      const std::int64_t wanted = tracked(base, *metric, terms_.target);
      if (capacity.in_blocked(terms_.warmup))
        out.held_by = terms_.in_cooldown ? kCooldown : kWarmup;
      else
        out.direction = Ask::Direction::kIn;
      out.capacity = std::min(capacity.desired(), wanted);
      note(out, base, wanted);
    }
    return out;
  }

 private:
  void note(Ask& out, std::int64_t base, std::int64_t wanted) const {
    out.inputs["base_capacity"] = static_cast<double>(base);
    out.inputs["raw_recommendation"] = static_cast<double>(wanted);
    out.why = terms_.metric.name() + " " + spell_number(out.inputs.at("metric")) + ", target " +
              spell_number(terms_.target) + ", over " + std::to_string(base) + " instances";
  }

  TargetTracking terms_;
  Alarm high_, low_;
};

}  // namespace

std::unique_ptr<Policy> make_target_tracking(const TargetTracking& terms) { return std::make_unique<Tracker>(terms); }

}  // namespace windtunnel::aws
