#include "models/autoscaler/metric/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

class LoopLagMetric final : public WindowedMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Mean time that a callback waits for the event loop", kRequiredPositive);
    describe_window(v);
  }
  double target() const override { return static_cast<double>(target_.count()) / 1e9; }
  std::string words() const override { return "event loop lag"; }
  std::string spell(double value) const override { return format_duration(three_digits(value)); }
  Over over() const override { return Over::kInstances; }
  void watch(Watched& w, bool) const override { w.loop_lag = true; }
  Weighted of_instance(const InstanceReading& r) const override {
    return {r.lag_seconds, static_cast<double>(r.lag_probes)};
  }

 private:
  Duration target_{};
};

}  // namespace

void add_loop_lag(Registry<ScalingMetric>& metrics) {
  metrics.add<LoopLagMetric>(
      "loop_lag",
      "How late event loops are, mean over the probes (lag_probes) that the ready instances' loops "
      "have got to");
}

}  // namespace windtunnel
