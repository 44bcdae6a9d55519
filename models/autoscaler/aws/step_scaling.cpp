#include <algorithm>

#include "models/autoscaler/aws/policy.hpp"
#include "models/autoscaler/spell.hpp"

namespace windtunnel::aws {
namespace {

class Stepper final : public Policy {
 public:
  explicit Stepper(const StepScaling& terms) : terms_(terms), alarm_(terms.alarm.terms) {}

  Duration period() const override { return terms_.alarm.period; }
  void keep(MetricWindow& window) const override { terms_.alarm.metric.keep(window); }
  std::optional<Duration> out_cooldown() const override { return terms_.cooldown; }
  std::optional<Duration> in_cooldown() const override { return terms_.cooldown; }

  Ask ask(const Capacity& capacity, const ServiceSignal& signal, MetricWindow& window) override {
    alarm_.add(terms_.alarm.metric.value(window, signal, terms_.warmup));
    Ask out;
    const std::optional<double> metric = alarm_.aggregate(terms_.aggregation);
    if (alarm_.state() != Alarm::State::kAlarm || !metric) return out;
    const double threshold = alarm_.terms().threshold;
    const StepAdjustment* step = step_for(terms_.steps, *metric - threshold);
    out.inputs = {
        {"metric", *metric}, {"threshold", threshold}, {"points_breaching", static_cast<double>(alarm_.breaching())}};
    if (step == nullptr) return out;
    // Upwards what is warming up does not count yet, downwards what is leaving still does.
    const std::int64_t out_base = capacity.out_base(terms_.warmup), in_base = capacity.in_base();
    const std::int64_t up = change(out_base, *step), down = change(in_base, *step);
    if (terms_.type == AdjustmentType::kExactCapacity ? up > capacity.desired() : up > out_base) {
      out.direction = Ask::Direction::kOut;
      out.capacity = std::max(capacity.desired(), up);
      note(out, out_base, up);
    } else if (down < in_base) {
      if (capacity.in_blocked(terms_.warmup))
        out.held_by = terms_.cooldown ? kCooldown : kWarmup;
      else
        out.direction = Ask::Direction::kIn;
      out.capacity = std::min(capacity.desired(), down);
      note(out, in_base, down);
    }
    return out;
  }

 private:
  std::int64_t change(std::int64_t base, const StepAdjustment& step) const {
    return adjusted(base, terms_.type, step.adjustment, terms_.min_magnitude);
  }
  void note(Ask& out, std::int64_t base, std::int64_t wanted) const {
    out.inputs["base_capacity"] = static_cast<double>(base);
    out.inputs["raw_recommendation"] = static_cast<double>(wanted);
    out.why = terms_.alarm.metric.name() + " " + spell_number(out.inputs.at("metric")) + ", threshold " +
              spell_number(alarm_.terms().threshold) + ": " + std::to_string(base) + " to " + std::to_string(wanted);
  }

  StepScaling terms_;
  Alarm alarm_;
};

}  // namespace

std::unique_ptr<Policy> make_step_scaling(const StepScaling& terms) { return std::make_unique<Stepper>(terms); }

}  // namespace windtunnel::aws
