#include "sim/distribution/builtin.hpp"

namespace windtunnel {
namespace {

class ShiftedTransform final : public Transform {
 public:
  ShiftedTransform(double by, std::unique_ptr<const Transform> inner) : by_(by), inner_(std::move(inner)) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    inner_->apply(words, out, n);
    for (std::size_t i = 0; i < n; ++i) out[i] += by_;
  }

 private:
  double by_;
  std::unique_ptr<const Transform> inner_;
};

class Shifted final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("by", by_, "Added to every draw", {.lo = 0, .required = true});
    v.field("distribution", inner_, "What varies", kRequired);
  }
  double mean() const override { return by_.value + inner_->mean(); }
  double scv() const override {
    if (mean() == 0) return 0;
    const double scale = inner_->mean() / mean();
    return inner_->scv() * scale * scale;
  }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<ShiftedTransform>(by_.value, inner_->transform());
  }

 private:
  Amount by_;
  DistributionChoice inner_;
};

}  // namespace

void add_shifted(Registry<Distribution>& registry) {
  registry.add<Shifted>("shifted", "A fixed part plus a part that varies");
}

}  // namespace windtunnel
