#include "models/forecast/linear_fit.hpp"

#include <cassert>
#include <cmath>

namespace windtunnel {
namespace {

constexpr double kConstant = 1e-12;   // a standard deviation below this share of the mean is rounding
constexpr double kDependent = 1e-13;  // of a pivot that was 1

// Solves A x = b for a positive definite A of unit diagonal plus penalty, given by its lower triangle; x replaces b.
// False: A is not positive definite.
bool solve(std::vector<double>& a, std::vector<double>& b) {
  const std::size_t n = b.size();
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = a[j * n + j];
    for (std::size_t k = 0; k < j; ++k) pivot -= a[j * n + k] * a[j * n + k];
    if (!(pivot > kDependent)) return false;
    const double root = std::sqrt(pivot);
    a[j * n + j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = a[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / root;
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t k = i + 1; k < n; ++k) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  return true;
}

}  // namespace

double LinearFit::Model::operator()(std::span<const double> features) const {
  double sum = intercept;
  for (std::size_t i = 0; i < slopes.size(); ++i) sum += slopes[i] * features[i];
  return sum;
}

LinearFit::LinearFit(std::size_t features)
    : features_(features), means_(features + 1), moments_((features + 1) * (features + 1)), before_(features + 1) {}

void LinearFit::add(std::span<const double> features, double value, double fading) {
  assert(features.size() == features_);
  weight_ = weight_ * fading + 1;
  for (std::size_t i = 0; i <= features_; ++i) {
    const double x = i < features_ ? features[i] : value;
    before_[i] = x - means_[i];
    means_[i] += before_[i] / weight_;
  }
  // (x - mean before)(y - mean after) = (x - mean before)(y - mean before)(1 - 1/w), which keeps the matrix symmetric.
  const double share = 1 - 1 / weight_;
  for (std::size_t i = 0; i <= features_; ++i)
    for (std::size_t j = 0; j <= i; ++j) moment(i, j) = moment(i, j) * fading + before_[i] * before_[j] * share;
}

std::optional<LinearFit::Model> LinearFit::fit(double penalty) const {
  if (weight_ == 0) return std::nullopt;
  std::vector<std::size_t> varying;
  std::vector<double> deviation;
  for (std::size_t i = 0; i < features_; ++i) {
    const double sd = std::sqrt(moment(i, i) / weight_);
    if (!(sd > kConstant * std::abs(means_[i]))) continue;
    varying.push_back(i);
    deviation.push_back(sd);
  }
  // Features in units of their standard deviations, and everything over the weight: the diagonal is 1 + penalty /
  // weight.
  const std::size_t n = varying.size();
  std::vector<double> a(n * n), b(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      a[i * n + j] = moment(varying[i], varying[j]) / weight_ / (deviation[i] * deviation[j]);
    a[i * n + i] = 1 + penalty / weight_;
    b[i] = moment(features_, varying[i]) / weight_ / deviation[i];
  }
  if (!solve(a, b)) return std::nullopt;

  Model model{means_[features_], std::vector<double>(features_)};
  for (std::size_t i = 0; i < n; ++i) {
    model.slopes[varying[i]] = b[i] / deviation[i];
    model.intercept -= model.slopes[varying[i]] * means_[varying[i]];
  }
  return model;
}

}  // namespace windtunnel
