#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace windtunnel {

// Ridge regression (A. E. Hoerl and R. W. Kennard 1970) on rows that come one by one. Of the rows only weighted means
// and co-moments are kept, updated as B. P. Welford (1962) does.
//
// The same bits from every compiler: plain doubles in loops of a fixed order, without a library whose order of
// summation depends on the machine's vector width or caches.
class LinearFit {
 public:
  struct Model {
    double intercept = 0;
    std::vector<double> slopes;
    double operator()(std::span<const double> features) const;
  };

  explicit LinearFit(std::size_t features);

  // The weights of all earlier rows are multiplied by `fading` first.
  void add(std::span<const double> features, double value, double fading = 1);
  double weight() const { return weight_; }

  // Least of sum w (value - model)^2 + penalty * sum over the slopes of (slope * sd of its feature)^2: the intercept is
  // free, and no feature's unit matters. A feature that was always the same has the slope 0. None: no rows, or features
  // that depend on each other while there is no penalty.
  std::optional<Model> fit(double penalty) const;

 private:
  double& moment(std::size_t i, std::size_t j) { return moments_[i * (features_ + 1) + j]; }
  double moment(std::size_t i, std::size_t j) const { return moments_[i * (features_ + 1) + j]; }

  std::size_t features_;
  double weight_ = 0;
  std::vector<double> means_;    // of the features and, last, of the value
  std::vector<double> moments_;  // their weighted co-moments about the means, lower triangle
  std::vector<double> before_;   // scratch of add()
};

}  // namespace windtunnel
