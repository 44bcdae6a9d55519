#include "models/autoscaler/metric/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

class LatencyMetric final : public WindowedMetric {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Time from arrival to answer that the quantile should be at", kRequiredPositive);
    v.field("quantile", quantile_, "Share of the completed requests that take at most that long");
    describe_window(v);
  }
  void set(const MetricTerms& terms) override {
    WindowedMetric::set(terms);
    quantile_.value = terms.quantile.value_or(quantile_.value);
  }
  double target() const override { return static_cast<double>(target_.count()) / 1e9; }
  std::string words() const override { return "p" + format_number(three_digits(quantile_.value * 100)) + " latency"; }
  std::string spell(double value) const override { return format_duration(three_digits(value)); }
  Over over() const override { return Over::kService; }
  void watch(Watched& w, bool) const override { w.latency = true; }
  std::optional<double> of_service(const ServiceReading& r) const override {
    if (r.latency == nullptr || r.latency->count() == 0) return std::nullopt;
    return r.latency->quantile(quantile_.value) / 1e9;
  }

 private:
  Duration target_{};
  Share quantile_{0.99};
};

}  // namespace

void add_latency_metric(Registry<ScalingMetric>& metrics) {
  metrics.add<LatencyMetric>("latency", "A quantile of the completed requests' time from arrival to answer");
}

}  // namespace windtunnel
