#include "models/workload/builtin.hpp"
#include "models/workload/profile.hpp"

namespace windtunnel {
namespace {

class Slope final : public Profile {
 public:
  Slope(double from, double to, Duration over) : from_(from), to_(to), over_(over) {}
  bool next(Segment& out) override {
    out = sloping_ ? Segment::linear(over_, from_, to_) : Segment::flat(kNever, to_);
    sloping_ = false;
    return true;
  }

 private:
  double from_, to_;
  Duration over_;
  bool sloping_ = true;
};

class Ramp final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("from", from_, "Arrivals per second at the end of the warm-up, and during it", {.lo = 0, .required = true});
    v.field("to", to_, "Arrivals per second at the end of the ramp, and after it", {.lo = 0, .required = true});
    v.field("over", over_, "How long the ramp takes; the rate changes in a straight line", kRequiredPositive);
    v.choice("spacing", spacing_, kSpacingNames, kSpacingMeaning);
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    return follow(std::make_unique<Slope>(from_.per_second, to_.per_second, over_), spacing_, context.origin, context);
  }

 private:
  Rate from_, to_;
  Duration over_{};
  Spacing spacing_ = Spacing::kPoisson;
};

}  // namespace

void add_ramp(Registry<Arrivals>& registry) {
  registry.add<Ramp>("ramp", "A rate that changes in a straight line from one value to another, and stays there");
}

}  // namespace windtunnel
