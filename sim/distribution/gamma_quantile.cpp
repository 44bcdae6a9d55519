#include "sim/distribution/gamma_quantile.hpp"

#include <cassert>
#include <cmath>

#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

constexpr double kEpsilon = 1e-17;

// The regularised incomplete gamma functions P and Q = 1 - P of shape a at x (Abramowitz & Stegun 6.5.29 and 6.5.31),
// each from the expansion that converges there, and x times the density.
struct Incomplete {
  double p, q, x_density;
};
Incomplete incomplete_gamma(double a, double log_x, double log_gamma_a) {
  const double x = exp_of(log_x);
  const double x_density = exp_of(a * log_x - x - log_gamma_a);
  if (x < a + 1) {
    double term = 1 / a;
    double sum = term;
    double factor = a;
    while (term > sum * kEpsilon) {
      factor += 1;
      term *= x / factor;
      sum += term;
    }
    return {x_density * sum, 1 - x_density * sum, x_density};
  }
  // Lentz's evaluation of the continued fraction.
  double b = x + 1 - a;
  double c = 1e300;
  double d = 1 / b;
  double fraction = d;
  for (int i = 1; i < 100000; ++i) {
    const double k = i;
    const double numerator = -k * (k - a);
    b += 2;
    d = 1 / (numerator * d + b);
    c = b + numerator / c;
    fraction *= d * c;
    if (std::fabs(d * c - 1) < 1e-15) break;
  }
  return {1 - x_density * fraction, x_density * fraction, x_density};
}

// Walks from the median outwards; every node starts Newton's method from the one before.
class Walk {
 public:
  explicit Walk(double shape)
      : shape_(shape), log_gamma_(log_gamma(shape)), log_gamma_1_(log_gamma(shape + 1)), log_shape_(log_of(shape)) {}

  QuantileTable::Node operator()(double v, bool upper) {
    if (v == 0.5) start();
    const double log_x = solve(v, upper);
    return {log_x - log_shape_, (upper ? -1 : 1) / x_density_};  // scaled to mean 1
  }

 private:
  void start() {
    if (shape_ >= 1) {  // Wilson and Hilferty's median
      const double root = 1 - 1 / (9 * shape_);
      log_x_ = log_shape_ + 3 * log_of(root);
    } else {
      log_x_ = near_zero(0.5);
    }
  }
  // P = x^a / gamma(a + 1) as x goes to 0.
  double near_zero(double p) const { return (log_of(p) + log_gamma_1_) / shape_; }

  double solve(double v, bool upper) {
    const double log_v = log_of(v);
    if (!upper && near_zero(v) < -45) {  // the next term of the series is e^-45
      log_x_ = near_zero(v);
      x_density_ = shape_ * v;
      return log_x_;
    }
    const double log_p = upper ? log_of(1 - v) : log_v;
    for (int i = 0; i < 100; ++i) {
      // ln P is nearly linear in ln x below the mean, ln Q in x above it.
      const Incomplete at = incomplete_gamma(shape_, log_x_, log_gamma_);
      double step = 0;
      if (!upper || at.p < 0.5) {
        step = (log_p - log_of(at.p)) * at.p / at.x_density;
      } else {
        step = (log_of(at.q) - log_v) * at.q / at.x_density;
        step = step > -0.5 ? log_of(1 + step) : -1;
      }
      step = step > 4 ? 4 : step;
      log_x_ += step;
      if (std::fabs(step) < 1e-8) break;  // the error left is of the order of its square
    }
    x_density_ = exp_of(shape_ * log_x_ - exp_of(log_x_) - log_gamma_);
    return log_x_;
  }

  double shape_, log_gamma_, log_gamma_1_, log_shape_;
  double log_x_ = 0, x_density_ = 0;
};

class GammaTransform final : public Transform {
 public:
  GammaTransform(double mean, std::shared_ptr<const QuantileTable> table)
      : log_mean_(log_of(mean)), table_(std::move(table)) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    table_->apply(words, 1, log_mean_, out, n);
    exp_of(out, out, n);
  }

 private:
  double log_mean_;
  std::shared_ptr<const QuantileTable> table_;
};

}  // namespace

QuantileTable gamma_log_quantiles(double shape) {
  assert(shape >= 1e-4 && shape <= 1e4);
  Walk walk(shape);
  // Below the mean the logarithm is nearly ln(u) / shape, which the table must then resolve so much better.
  return QuantileTable([&walk](double v, bool upper) { return walk(v, upper); }, shape < 1 ? 5 : 4);
}

std::shared_ptr<const QuantileTable> GammaTableCache::get(double shape) const {
  const std::lock_guard lock(mutex_);
  if (!table_ || shape_ != shape) {
    table_ = std::make_shared<const QuantileTable>(gamma_log_quantiles(shape));
    shape_ = shape;
  }
  return table_;
}

std::unique_ptr<const Transform> gamma_transform(double mean, std::shared_ptr<const QuantileTable> table) {
  return std::make_unique<GammaTransform>(mean, std::move(table));
}

}  // namespace windtunnel
