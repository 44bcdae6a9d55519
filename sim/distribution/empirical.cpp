#include <algorithm>
#include <string>

#include "sim/distribution/builtin.hpp"

namespace windtunnel {
namespace {

struct Point {
  Share share;
  Amount value;
  void describe(FieldVisitor& v) {
    v.field("share", share, "Share of the draws at or below the value", {.lo = 0, .hi = 1, .required = true});
    v.field("value", value, "The value", {.lo = 0, .required = true});
  }
};

class SamplesTransform final : public Transform {
 public:
  explicit SamplesTransform(const std::vector<Amount>& values) {
    for (const Amount& a : values) sorted_.push_back(a.value);
    std::sort(sorted_.begin(), sorted_.end());
  }
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    const auto size = static_cast<double>(sorted_.size());
    for (std::size_t i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(Stream::to_unit(words[i]) * size);
      out[i] = sorted_[std::min(at, sorted_.size() - 1)];
    }
  }

 private:
  std::vector<double> sorted_;
};

class PointsTransform final : public Transform {
 public:
  explicit PointsTransform(const std::vector<Point>& points) : points_(points) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    for (std::size_t i = 0; i < n; ++i) {
      const double u = Stream::to_unit(words[i]);
      std::size_t right = 1;
      while (right + 1 < points_.size() && points_[right].share.value <= u) ++right;
      const Point& a = points_[right - 1];
      const Point& b = points_[right];
      out[i] = a.value.value + (u - a.share.value) / (b.share.value - a.share.value) * (b.value.value - a.value.value);
    }
  }

 private:
  std::vector<Point> points_;
};

class Empirical final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("values", values_, "Measured values, each as likely as any other", kNonNegative);
    v.field("quantiles", points_, "Points of the distribution function from 0 % to 100 %, straight lines between them");
  }
  void check(Problems& p) override {
    if (values_.empty() == points_.empty()) return p.error("", "needs either values or quantiles");
    if (points_.empty()) return;
    if (points_.size() < 2 || points_.front().share.value != 0 || points_.back().share.value != 1)
      p.error("/quantiles", "must begin with the least value, at 0 %, and end with the largest, at 100 %");
    for (std::size_t i = 1; i < points_.size(); ++i) {
      if (points_[i].share.value <= points_[i - 1].share.value)
        p.error("/quantiles/" + std::to_string(i) + "/share", "must be larger than the share before it");
      if (points_[i].value.value < points_[i - 1].value.value)
        p.error("/quantiles/" + std::to_string(i) + "/value", "must not be less than the value before it");
    }
  }
  double mean() const override {
    double sum = 0;
    for (const Amount& a : values_) sum += a.value / static_cast<double>(values_.size());
    for (std::size_t i = 1; i < points_.size(); ++i)
      sum += weight(i) * (points_[i - 1].value.value + points_[i].value.value) / 2;
    return sum;
  }
  double scv() const override {
    const double m = mean();
    if (m == 0) return 0;
    double variance = 0;
    for (const Amount& x : values_) variance += (x.value - m) * (x.value - m) / static_cast<double>(values_.size());
    for (std::size_t i = 1; i < points_.size(); ++i) {  // of a uniform law, about m
      const double a = points_[i - 1].value.value - m;
      const double b = points_[i].value.value - m;
      variance += weight(i) * (a * a + a * b + b * b) / 3;
    }
    return variance / (m * m);
  }
  std::unique_ptr<const Transform> transform() const override {
    if (points_.empty()) return std::make_unique<SamplesTransform>(values_);
    return std::make_unique<PointsTransform>(points_);
  }

 private:
  double weight(std::size_t i) const { return points_[i].share.value - points_[i - 1].share.value; }

  std::vector<Amount> values_;
  std::vector<Point> points_;
};

}  // namespace

void add_empirical(Registry<Distribution>& registry) {
  registry.add<Empirical>("empirical", "What was measured: a list of values, or of quantiles");
}

}  // namespace windtunnel
