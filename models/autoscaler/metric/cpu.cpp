#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class CpuCores final : public ExtensiveMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Cores in use", kRequiredPositive);
    describe_extent(v);
  }
  double target() const override { return target_.cores; }
  std::string words() const override { return extent("cores in use"); }
  std::string spell(double value) const override { return spell_number(value); }
  Over over() const override { return Over::kEither; }
  std::optional<double> of_service(const ServiceReading& r) const override {
    if (r.seconds <= 0) return std::nullopt;
    return r.cpu_seconds / r.seconds;
  }
  Weighted of_instance(const InstanceReading& r) const override { return {r.cpu_seconds, r.seconds}; }

 private:
  Cpu target_;
};

}  // namespace

void add_cpu(Registry<ScalingMetric>& metrics) { metrics.add<CpuCores>("cpu", "CPU used, in cores"); }

}  // namespace windtunnel
