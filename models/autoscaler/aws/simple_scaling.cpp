#include "models/autoscaler/aws/policy.hpp"
#include "models/autoscaler/spell.hpp"

namespace windtunnel::aws {
namespace {

class Simple final : public Policy {
 public:
  explicit Simple(const SimpleScaling& terms) : terms_(terms), alarm_(terms.alarm.terms) {}

  Duration period() const override { return terms_.alarm.period; }
  void keep(MetricWindow& window) const override { terms_.alarm.metric.keep(window); }
  std::optional<Duration> out_cooldown() const override { return terms_.cooldown; }
  std::optional<Duration> in_cooldown() const override { return terms_.cooldown; }

  // Its metric has all ready instances in it: warm-up is a term of the other policies.
  Ask ask(const Capacity& capacity, const ServiceSignal& signal, MetricWindow& window) override {
    alarm_.add(terms_.alarm.metric.value(window, signal, {}));
    Ask out;
    const std::optional<double> metric = alarm_.newest();
    if (alarm_.state() != Alarm::State::kAlarm) return out;
    const std::int64_t base = capacity.desired();
    out.capacity = adjusted(base, terms_.type, terms_.adjustment, terms_.min_magnitude);
    if (out.capacity == base) return out;
    if (capacity.simple_blocked())
      out.held_by = kCooldown;
    else
      out.direction = out.capacity > base ? Ask::Direction::kOut : Ask::Direction::kIn;
    out.inputs = {{"threshold", alarm_.terms().threshold},
                  {"points_breaching", static_cast<double>(alarm_.breaching())},
                  {"base_capacity", static_cast<double>(base)},
                  {"raw_recommendation", static_cast<double>(out.capacity)}};
    if (metric) out.inputs["metric"] = *metric;
    out.why = terms_.alarm.metric.name() + (metric ? " " + spell_number(*metric) : std::string(" missing")) +
              ", threshold " + spell_number(alarm_.terms().threshold);
    return out;
  }

 private:
  SimpleScaling terms_;
  Alarm alarm_;
};

}  // namespace

std::unique_ptr<Policy> make_simple_scaling(const SimpleScaling& terms) { return std::make_unique<Simple>(terms); }

}  // namespace windtunnel::aws
