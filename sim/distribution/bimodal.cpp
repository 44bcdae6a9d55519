#include "sim/distribution/builtin.hpp"

namespace windtunnel {
namespace {

class BimodalTransform final : public Transform {
 public:
  BimodalTransform(double low, double high, double share_high) : low_(low), high_(high), share_low_(1 - share_high) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    for (std::size_t i = 0; i < n; ++i) out[i] = Stream::to_unit(words[i]) < share_low_ ? low_ : high_;
  }

 private:
  double low_, high_, share_low_;
};

class Bimodal final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("low", low_, "The one value", {.lo = 0, .required = true});
    v.field("high", high_, "The other, larger value", {.lo = 0, .required = true});
    v.field("share_high", share_high_, "How many of the draws are high", {.lo = 0, .hi = 1, .required = true});
  }
  void check(Problems& p) override {
    if (low_.value > high_.value) p.error("/high", "must not be less than low");
  }
  double mean() const override { return low_.value + share_high_.value * (high_.value - low_.value); }
  double scv() const override {
    if (mean() == 0) return 0;
    const double gap = (high_.value - low_.value) / mean();
    return share_high_.value * (1 - share_high_.value) * gap * gap;
  }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<BimodalTransform>(low_.value, high_.value, share_high_.value);
  }

 private:
  Amount low_{0}, high_{1};
  Share share_high_{0.5};
};

}  // namespace

void add_bimodal(Registry<Distribution>& registry) {
  registry.add<Bimodal>("bimodal", "One of two values: cache hit or miss, fast or slow path");
}

}  // namespace windtunnel
