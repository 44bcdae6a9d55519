#include "sim/distribution/builtin.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

class ExponentialTransform final : public Transform {
 public:
  explicit ExponentialTransform(double mean) : mean_(mean) {}
  void apply(const std::uint64_t* words, double* out, std::size_t n) const override {
    exponential_of(words, mean_, out, n);
  }

 private:
  double mean_;
};

class Exponential final : public Distribution {
 public:
  Exponential() = default;
  explicit Exponential(double mean) : mean_{mean} {}

  void describe(FieldVisitor& v) override { v.field("mean", mean_, "Mean", kRequiredPositive); }
  double mean() const override { return mean_.value; }
  double scv() const override { return 1; }
  std::unique_ptr<const Transform> transform() const override {
    return std::make_unique<ExponentialTransform>(mean_.value);
  }

 private:
  Amount mean_{1};
};

}  // namespace

void add_exponential(Registry<Distribution>& registry) {
  registry.add<Exponential>("exponential", "Memoryless: cv 1, density falling from 0");
}

DistributionChoice exponential(double mean) { return DistributionChoice::of("exponential", Exponential(mean)); }

}  // namespace windtunnel
