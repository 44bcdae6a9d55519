#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/distribution/builtin.hpp"
#include "sim/distribution/composition.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

struct Branch {
  Share share;
  Amount mean;
  void describe(FieldVisitor& v) {
    v.field("share", share, "How many of the draws", {.lo = 0, .hi = 1, .required = true});
    v.field("mean", mean, "Their mean", kRequiredPositive);
  }
};

std::vector<double> shares_of(const std::vector<Branch>& branches) {
  std::vector<double> shares;
  shares.reserve(branches.size());
  for (const Branch& b : branches) shares.push_back(b.share.value);
  return shares;
}

class HyperexponentialTransform final : public Transform {
 public:
  explicit HyperexponentialTransform(const std::vector<Branch>& branches) : composition_(shares_of(branches)) {
    for (const Branch& b : branches) means_.push_back(b.mean.value);
  }
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    constexpr std::size_t kChunk = 256;
    std::array<std::uint64_t, kChunk> spread;
    std::array<double, kChunk> mean;
    for (std::size_t at = 0; at < n; at += kChunk) {
      const std::size_t some = std::min(kChunk, n - at);
      for (std::size_t i = 0; i < some; ++i) {
        const Composition::Piece piece = composition_.split(words[at + i]);
        spread[i] = piece.word;
        mean[i] = means_[piece.part];
      }
      exponential_of(spread.data(), 1, out + at, some);
      for (std::size_t i = 0; i < some; ++i) out[at + i] *= mean[i];
    }
  }

 private:
  Composition composition_;
  std::vector<double> means_;
};

class Hyperexponential final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Mean of two branches that each contribute half of it; with cv", kPositive);
    v.field("cv", cv_, "Standard deviation divided by the mean, at least 1; with mean", {.lo = 1, .hi = 1000});
    v.field("branches", branches_, "The branches spelt out, instead of mean and cv");
  }
  void check(Problems& p) override {
    if (branches_.empty()) {
      if (!mean_ || !cv_) p.error("", "needs either mean and cv, or branches");
      return;
    }
    if (mean_ || cv_) p.error("", "takes either mean and cv, or branches, not both");
    check_shares_sum_to_one(p, "/branches", shares_of(branches_));
  }
  double mean() const override {
    double sum = 0;
    for (const Branch& b : branches()) sum += b.share.value * b.mean.value;
    return sum;
  }
  double scv() const override {
    // Of an exponential law the second moment is twice the squared mean.
    double second = 0;
    for (const Branch& b : branches()) second += 2 * b.share.value * b.mean.value * b.mean.value;
    const double m = mean();
    return second / (m * m) - 1;
  }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<HyperexponentialTransform>(branches());
  }

 private:
  // Balanced means (Whitt 1982): both branches contribute half of the mean, p = (1 + sqrt((c² - 1) / (c² + 1))) / 2.
  std::vector<Branch> branches() const {
    if (!branches_.empty()) return branches_;
    const double m = mean_.value_or(Amount{1}).value;
    const double c2 = cv_.value_or(1) * cv_.value_or(1);
    const double p = (1 + std::sqrt((c2 - 1) / (c2 + 1))) / 2;
    const double rare = 1 / (p * (c2 + 1) * 2);  // 1 - p, without cancellation: p (1 - p) = 1 / (2 (c² + 1))
    return {{{p}, {m / (2 * p)}}, {{rare}, {m / (2 * rare)}}};
  }

  std::optional<Amount> mean_;
  std::optional<double> cv_;
  std::vector<Branch> branches_;
};

}  // namespace

void add_hyperexponential(Registry<Distribution>& registry) {
  registry.add<Hyperexponential>("hyperexponential", "One of several exponentials: more variable than one");
}

}  // namespace windtunnel
