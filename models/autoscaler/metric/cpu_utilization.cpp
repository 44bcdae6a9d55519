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
  // The sum over the instances.
  std::optional<double> of_service(const ServiceReading& r) const override {
    if (r.now.cpu_request_cores <= 0 || r.seconds <= 0) return std::nullopt;
    return r.cpu_seconds / r.now.cpu_request_cores / r.seconds;
  }
  Weighted of_instance(const InstanceReading& r) const override {
    const double mean = r.service.cpu_request_cores;
    if (mean <= 0) return {};
    return {r.cpu_seconds / mean, r.seconds * (r.service.cpu_request_of(r.now) / mean)};
  }

 private:
  Share target_;
};

}  // namespace

void add_cpu_utilization(Registry<ScalingMetric>& metrics) {
  metrics.add<CpuUtilization>("cpu_utilization", "CPU used over CPU requested, mean over the ready instances");
}

}  // namespace windtunnel
