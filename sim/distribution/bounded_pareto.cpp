#include "sim/distribution/builtin.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

class BoundedParetoTransform final : public Transform {
 public:
  BoundedParetoTransform(double shape, double low, double high)
      : power_(-1 / shape), low_(low), high_(high), span_(-expm1_of(shape * log_of(low / high))) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    for (std::size_t i = 0; i < n; ++i) out[i] = 1 - span_ * Stream::to_unit(words[i]);
    log_of(out, out, n);
    for (std::size_t i = 0; i < n; ++i) out[i] = power_ * out[i];
    exp_of(out, out, n);
    for (std::size_t i = 0; i < n; ++i) {
      const double x = low_ * out[i];
      out[i] = x < high_ ? x : high_;
    }
  }

 private:
  double power_, low_, high_, span_;  // span: 1 - (low / high)^shape
};

class BoundedPareto final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("shape", shape_, "The tail falls like value^-shape; below 2 rare large values dominate the variance",
            {.lo = 0.05, .hi = 50, .required = true});
    v.field("low", low_, "Least value", kRequiredPositive);
    v.field("high", high_, "Largest value", kRequiredPositive);
  }
  void check(Problems& p) override {
    if (low_.value >= high_.value) p.error("/high", "must be larger than low");
  }
  double mean() const override { return low_.value * moment(1); }
  double scv() const override {
    const double m = moment(1);
    return moment(2) / (m * m) - 1;
  }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<BoundedParetoTransform>(shape_, low_.value, high_.value);
  }

 private:
  // E (x / low)^k = a / (1 - r^-a) times the integral of y^(k - a - 1) from 1 to r = high / low, which is
  // (r^(k - a) - 1) / (k - a), or ln r where k = a.
  double moment(double k) const {
    const double log_ratio = log_of(high_.value / low_.value);
    const double power = k - shape_;
    const double integral = power == 0 ? log_ratio : expm1_of(power * log_ratio) / power;
    return shape_ * integral / -expm1_of(-shape_ * log_ratio);
  }

  double shape_ = 1.5;
  Amount low_{1}, high_{1000};
};

}  // namespace

void add_bounded_pareto(Registry<Distribution>& registry) {
  registry.add<BoundedPareto>("bounded_pareto", "Heavy tail between a least and a largest value");
}

}  // namespace windtunnel
