#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class CpuUtilization final : public WindowedMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Share of the ready instances' CPU requests that they use", kRequiredPositive);
    describe_window(v);
  }
  double target() const override { return target_.value; }
  std::string words() const override { return "cpu utilization"; }
  std::string spell(double value) const override { return spell_share(value); }
  bool needs_cpu_request() const override { return true; }
  Over over() const override { return Over::kInstances; }
  Weighted of_instance(const InstanceReading& r) const override {
    if (r.service.cpu_request_cores <= 0) return {};
    return {r.cpu_seconds / r.service.cpu_request_cores, r.seconds};
  }

 private:
  Share target_;
};

}  // namespace

void add_cpu_utilization(Registry<ScalingMetric>& metrics) {
  metrics.add<CpuUtilization>("cpu_utilization", "CPU used over CPU requested, mean over the ready instances");
}

}  // namespace windtunnel
