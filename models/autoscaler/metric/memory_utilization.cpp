#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class MemoryUtilization final : public WindowedMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Share of the ready instances' memory requests that they use", kRequiredPositive);
    describe_window(v);
  }
  double target() const override { return target_.value; }
  std::string words() const override { return "memory utilization"; }
  std::string spell(double value) const override { return spell_share(value); }
  Over over() const override { return Over::kInstances; }
  // A process that uses no memory at all is one whose memory nobody knows.
  Weighted of_instance(const InstanceReading& r) const override {
    const double mean = r.service.memory_request_bytes;
    if (mean <= 0 || r.memory_bytes <= 0) return {};
    return {r.memory_bytes / mean, r.service.memory_request_of(r.now) / mean};
  }

 private:
  Share target_;
};

}  // namespace

void add_memory_utilization(Registry<ScalingMetric>& metrics) {
  metrics.add<MemoryUtilization>("memory_utilization",
                                 "Memory used over memory requested, mean over the ready instances");
}

}  // namespace windtunnel
