#include "sim/distribution/builtin.hpp"
#include "sim/distribution/gamma_quantile.hpp"

namespace windtunnel {
namespace {

class Gamma final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Mean", kRequiredPositive);
    v.field("cv", cv_, "Standard deviation divided by the mean", {.lo = 0.01, .hi = 100});
  }
  double mean() const override { return mean_.value; }
  double scv() const override { return cv_ * cv_; }
  std::unique_ptr<const Transform> transform() const override {
    return gamma_transform(mean_.value, tables_.get(1 / (cv_ * cv_)));
  }

 private:
  Amount mean_{1};
  double cv_ = 1;
  GammaTableCache tables_;
};

}  // namespace

void add_gamma(Registry<Distribution>& registry) {
  registry.add<Gamma>("gamma", "From nearly constant (small cv) over exponential (cv 1) to bursty (large cv)");
}

}  // namespace windtunnel
