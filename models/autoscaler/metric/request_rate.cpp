#include "models/autoscaler/metric/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

class RequestRate final : public ExtensiveMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Requests that arrive per time", kRequiredPositive);
    describe_extent(v);
  }
  double target() const override { return target_.per_second; }
  std::string words() const override { return extent("requests"); }
  std::string spell(double value) const override { return format_rate(three_digits(value)); }
  Over over() const override { return Over::kEither; }
  void watch(Watched& w, bool instances) const override { w.requests |= instances; }
  std::optional<double> of_service(const ServiceReading& r) const override {
    if (r.seconds <= 0) return std::nullopt;
    return static_cast<double>(r.arrived) / r.seconds;
  }
  Weighted of_instance(const InstanceReading& r) const override { return {static_cast<double>(r.arrived), r.seconds}; }

 private:
  Rate target_;
};

}  // namespace

void add_request_rate(Registry<ScalingMetric>& metrics) {
  metrics.add<RequestRate>("request_rate", "Requests that arrive per second");
}

}  // namespace windtunnel
