#include <cmath>

#include "sim/distribution/builtin.hpp"
#include "sim/distribution/quantile_table.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

class LognormalTransform final : public Transform {
 public:
  LognormalTransform(double mu, double sigma) : mu_(mu), sigma_(sigma), normal_(QuantileTable::normal()) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    normal_.apply(words, sigma_, mu_, out, n);
    exp_of(out, out, n);
  }

 private:
  double mu_, sigma_;
  const QuantileTable& normal_;
};

class Lognormal final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Mean", kRequiredPositive);
    v.field("cv", cv_, "Standard deviation divided by the mean", {.lo = 0, .hi = 100});
  }
  double mean() const override { return mean_.value; }
  double scv() const override { return cv_ * cv_; }
  std::unique_ptr<const Transform> transform() const override {
    // The logarithm is normal with variance ln(1 + cv²) and mean ln(mean) less half of it.
    const double variance = log1p_of(cv_ * cv_);
    return std::make_unique<LognormalTransform>(log_of(mean_.value) - variance / 2, std::sqrt(variance));
  }

 private:
  Amount mean_{1};
  double cv_ = 1;
};

}  // namespace

void add_lognormal(Registry<Distribution>& registry) {
  registry.add<Lognormal>("lognormal", "Product of many factors: the usual shape of measured service times");
}

}  // namespace windtunnel
