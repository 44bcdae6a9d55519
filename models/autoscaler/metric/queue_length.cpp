#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class QueueLength final : public ExtensiveMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Requests that nothing serves yet, wherever they wait", kRequiredPositive);
    describe_extent(v);
  }
  double target() const override { return target_; }
  std::string words() const override { return extent("requests waiting"); }
  std::string spell(double value) const override { return spell_number(value); }
  Over over() const override { return Over::kService; }
  std::optional<double> of_service(const ServiceReading& r) const override {
    if (momentary()) return static_cast<double>(r.now.waiting);
    if (r.seconds <= 0) return std::nullopt;
    return r.waiting_seconds / r.seconds;
  }

 private:
  double target_ = 0;
};

}  // namespace

void add_queue_length(Registry<ScalingMetric>& metrics) {
  metrics.add<QueueLength>("queue_length", "Requests that nothing serves yet");
}

}  // namespace windtunnel
