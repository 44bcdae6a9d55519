#include "sim/distribution/builtin.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

class WeibullTransform final : public Transform {
 public:
  WeibullTransform(double log_scale, double shape) : log_scale_(log_scale), power_(1 / shape) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    exponential_of(words, 1, out, n);
    log_of(out, out, n);
    for (std::size_t i = 0; i < n; ++i) out[i] = log_scale_ + power_ * out[i];
    exp_of(out, out, n);
  }

 private:
  double log_scale_, power_;
};

class Weibull final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Mean", kRequiredPositive);
    v.field("shape", shape_, "Below 1 the hazard falls with age, above 1 it rises",
            {.lo = 0.1, .hi = 50, .required = true});
  }
  double mean() const override { return mean_.value; }
  double scv() const override { return expm1_of(log_gamma(1 + 2 / shape_) - 2 * log_gamma(1 + 1 / shape_)); }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<WeibullTransform>(log_of(mean_.value) - log_gamma(1 + 1 / shape_), shape_);
  }

 private:
  Amount mean_{1};
  double shape_ = 1;
};

}  // namespace

void add_weibull(Registry<Distribution>& registry) {
  registry.add<Weibull>("weibull", "Power of an exponential: lifetimes with a falling or rising hazard");
}

}  // namespace windtunnel
