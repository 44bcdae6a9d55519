#include "sim/distribution/builtin.hpp"
#include "sim/distribution/gamma_quantile.hpp"

namespace windtunnel {
namespace {

class Erlang final : public Distribution {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Mean of the whole", kRequiredPositive);
    v.field("stages", stages_, "How many equal exponential stages follow each other",
            {.lo = 1, .hi = 10000, .required = true});
  }
  double mean() const override { return mean_.value; }
  double scv() const override { return 1 / static_cast<double>(stages_); }
  std::unique_ptr<const Transform> transform() const override {
    return gamma_transform(mean_.value, tables_.get(static_cast<double>(stages_)));
  }

 private:
  Amount mean_{1};
  std::int64_t stages_ = 1;
  GammaTableCache tables_;
};

}  // namespace

void add_erlang(Registry<Distribution>& registry) {
  registry.add<Erlang>("erlang", "Sum of equal exponential stages: steadier than exponential");
}

}  // namespace windtunnel
