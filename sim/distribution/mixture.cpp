#include <algorithm>

#include "sim/distribution/builtin.hpp"
#include "sim/distribution/composition.hpp"

namespace windtunnel {
namespace {

struct Part {
  Share share;
  DistributionChoice distribution;
  void describe(FieldVisitor& v) {
    v.field("share", share, "How many of the draws", {.lo = 0, .hi = 1, .required = true});
    v.field("distribution", distribution, "Their law", kRequired);
  }
};

std::vector<double> shares_of(const std::vector<Part>& parts) {
  std::vector<double> shares;
  shares.reserve(parts.size());
  for (const Part& part : parts) shares.push_back(part.share.value);
  return shares;
}

class MixtureTransform final : public Transform {
 public:
  explicit MixtureTransform(const std::vector<Part>& parts) : composition_(shares_of(parts)) {
    for (const Part& part : parts) transforms_.push_back(part.distribution->transform());
  }
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    for (std::size_t at = 0; at < n; at += kChunk) apply_chunk(words + at, out + at, std::min(kChunk, n - at));
  }

 private:
  static constexpr std::size_t kChunk = 256;

  // Every part's law sees its words side by side, so that it stays as fast as on its own.
  void apply_chunk(const std::uint64_t* words, double* out, std::size_t n) const {
    std::array<Composition::Piece, kChunk> pieces;
    std::array<std::uint64_t, kChunk> own;
    std::array<std::size_t, kChunk> from;
    std::array<double, kChunk> drawn;
    for (std::size_t i = 0; i < n; ++i) pieces[i] = composition_.split(words[i]);
    for (std::size_t part = 0; part < transforms_.size(); ++part) {
      std::size_t count = 0;
      for (std::size_t i = 0; i < n; ++i) {
        own[count] = pieces[i].word;
        from[count] = i;
        count += pieces[i].part == part ? 1 : 0;
      }
      transforms_[part]->apply(own.data(), drawn.data(), count);
      for (std::size_t i = 0; i < count; ++i) out[from[i]] = drawn[i];
    }
  }

  Composition composition_;
  std::vector<std::unique_ptr<const Transform>> transforms_;
};

class Mixture final : public Distribution {
 public:
  void describe(FieldVisitor& v) override { v.field("parts", parts_, "What is mixed", kRequired); }
  void check(Problems& p) override {
    if (parts_.empty()) return p.error("/parts", "needs at least one part");
    check_shares_sum_to_one(p, "/parts", shares_of(parts_));
  }
  double mean() const override {
    double sum = 0;
    for (const Part& part : parts_) sum += part.share.value * part.distribution->mean();
    return sum;
  }
  double scv() const override {
    const double m = mean();
    if (m == 0) return 0;
    double variance = 0;
    for (const Part& part : parts_) {
      const double own = part.distribution->mean();
      variance += part.share.value * (part.distribution->scv() * own * own + (own - m) * (own - m));
    }
    return variance / (m * m);
  }
  std::unique_ptr<const Transform> transform() const override { return std::make_unique<MixtureTransform>(parts_); }

 private:
  std::vector<Part> parts_;
};

}  // namespace

void add_mixture(Registry<Distribution>& registry) {
  registry.add<Mixture>("mixture", "One of several laws, each for a share of the draws");
}

}  // namespace windtunnel
