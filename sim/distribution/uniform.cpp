#include "sim/distribution/builtin.hpp"

namespace windtunnel {
namespace {

class UniformTransform final : public Transform {
 public:
  UniformTransform(double low, double high) : low_(low), width_(high - low) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    for (std::size_t i = 0; i < n; ++i) out[i] = low_ + width_ * Stream::to_unit(words[i]);
  }

 private:
  double low_, width_;
};

class Uniform final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("low", low_, "Least value", {.lo = 0, .required = true});
    v.field("high", high_, "Largest value", {.lo = 0, .required = true});
  }
  void check(Problems& p) override {
    if (low_.value > high_.value) p.error("/high", "must not be less than low");
  }
  double mean() const override { return (low_.value + high_.value) / 2; }
  double scv() const override {
    if (mean() == 0) return 0;
    const double spread = (high_.value - low_.value) / mean();
    return spread * spread / 12;
  }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<UniformTransform>(low_.value, high_.value);
  }

 private:
  Amount low_{0}, high_{1};
};

}  // namespace

void add_uniform(Registry<Distribution>& registry) {
  registry.add<Uniform>("uniform", "Every value between two bounds equally likely");
}

}  // namespace windtunnel
