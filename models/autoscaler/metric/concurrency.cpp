#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class Concurrency final : public ExtensiveMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Requests in the service at a time, waiting or served", kRequiredPositive);
    describe_extent(v);
  }
  double target() const override { return target_; }
  std::string words() const override { return extent("requests at a time"); }
  std::string spell(double value) const override { return spell_number(value); }
  Over over() const override { return Over::kEither; }
  void watch(Watched& w, bool instances) const override { w.requests |= instances; }
  std::optional<double> of_service(const ServiceReading& r) const override {
    if (momentary()) return static_cast<double>(r.now.outstanding);
    if (r.seconds <= 0) return std::nullopt;
    return r.outstanding_seconds / r.seconds;
  }
  Weighted of_instance(const InstanceReading& r) const override {
    if (momentary()) return {static_cast<double>(r.now.outstanding), 1};
    return {r.outstanding_seconds, r.seconds};
  }

 private:
  double target_ = 0;
};

}  // namespace

void add_concurrency(Registry<ScalingMetric>& metrics) {
  metrics.add<Concurrency>("concurrency", "Requests in the service, waiting or served");
}

}  // namespace windtunnel
