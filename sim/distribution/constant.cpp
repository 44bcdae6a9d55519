#include <algorithm>

#include "sim/distribution/builtin.hpp"

namespace windtunnel {
namespace {

class ConstantTransform final : public Transform {
 public:
  explicit ConstantTransform(double value) : value_(value) {}
  void apply(const std::uint64_t*, double* out, std::size_t n) const override { std::fill_n(out, n, value_); }

 private:
  double value_;
};

class Constant final : public Distribution {
 public:
  Constant() = default;
  explicit Constant(double value) : value_{value} {}

  void describe(FieldVisitor& v) override { v.field("value", value_, "Always this", {.lo = 0, .required = true}); }
  double mean() const override { return value_.value; }
  double scv() const override { return 0; }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<ConstantTransform>(value_.value);
  }

 private:
  Amount value_;
};

}  // namespace

void add_constant(Registry<Distribution>& registry) { registry.add<Constant>("constant", "The same value every time"); }

DistributionChoice constant(double value) { return DistributionChoice::of("constant", Constant(value)); }

}  // namespace windtunnel
