#include <algorithm>
#include <utility>

#include "models/autoscaler/metric/types.hpp"

namespace windtunnel {
namespace {

class SignalMetric final : public ExtensiveMetric {
 public:
  SignalMetric() = default;
  explicit SignalMetric(std::string name) : name_(std::move(name)) {}
  void describe(FieldVisitor& v) override {
    v.field("name", name_, "Which of the scenario's signals", kRequired);
    v.field("target", target_, "The level to keep", kRequiredPositive);
    describe_extent(v);
  }
  void check(Problems& p) override {
    if (name_.empty()) p.error("/name", "needs the name of one of the scenario's signals");
  }
  double target() const override { return target_; }
  std::string words() const override { return extent(name_); }
  std::string spell(double value) const override { return spell_number(value); }
  std::string_view signal() const override { return name_; }
  Over over() const override { return Over::kService; }
  void watch(Watched& w, bool) const override {
    if (std::find(w.signals.begin(), w.signals.end(), name_) == w.signals.end()) w.signals.push_back(name_);
  }
  std::optional<double> of_service(const ServiceReading& r) const override { return r.signal; }

 private:
  std::string name_;
  double target_ = 0;
};

}  // namespace

void add_signal(Registry<ScalingMetric>& metrics) {
  metrics.add<SignalMetric>("signal", "A number from outside the service: one of the scenario's signals");
}

MetricChoice signal_metric(std::string name, const MetricTerms& terms) {
  SignalMetric metric(std::move(name));
  metric.set(terms);
  return MetricChoice::of("signal", std::move(metric));
}

}  // namespace windtunnel
