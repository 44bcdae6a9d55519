#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class ErrorRatio final : public WindowedMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Share of the requests that fail, among those that end", kRequiredPositive);
    describe_window(v);
  }
  double target() const override { return target_.value; }
  std::string words() const override { return "error ratio"; }
  std::string spell(double value) const override { return spell_share(value); }
  Over over() const override { return Over::kService; }
  void watch(Watched& w, bool) const override { w.requests = true; }
  std::optional<double> of_service(const ServiceReading& r) const override {
    const std::uint64_t ended = r.completed + r.failed;
    if (ended == 0) return std::nullopt;
    return static_cast<double>(r.failed) / static_cast<double>(ended);
  }

 private:
  Share target_;
};

}  // namespace

void add_error_ratio(Registry<ScalingMetric>& metrics) {
  metrics.add<ErrorRatio>("error_ratio", "Requests lost, for whatever cause, over requests ended");
}

}  // namespace windtunnel
