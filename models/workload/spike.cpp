#include <array>

#include "models/workload/builtin.hpp"
#include "models/workload/profile.hpp"

namespace windtunnel {
namespace {

class Trapezium final : public Profile {
 public:
  explicit Trapezium(const std::array<Segment, 5>& segments) : segments_(segments) {}
  bool next(Segment& out) override {
    if (next_ == segments_.size()) return false;
    out = segments_[next_++];
    return true;
  }

 private:
  std::array<Segment, 5> segments_;
  std::size_t next_ = 0;
};

class Spike final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("base", base_, "Arrivals per second before and after", {.lo = 0, .required = true});
    v.field("peak", peak_, "Arrivals per second at the top; below base for a dip", {.lo = 0, .required = true});
    v.field("at", at_, "When the rise begins, from the end of the warm-up", {.lo = 0, .required = true});
    v.field("rise", rise_, "From base to peak, in a straight line; 0s: a jump", kNonNegative);
    v.field("hold", hold_, "How long the peak lasts", {.lo = 0, .required = true});
    v.field("fall", fall_, "From peak to base, in a straight line; 0s: a jump", kNonNegative);
    v.choice("spacing", spacing_, kSpacingNames, kSpacingMeaning);
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    const double base = base_.per_second, peak = peak_.per_second;
    // Also where it is empty, the first segment tells what holds during the warm-up: the base.
    return follow(std::make_unique<Trapezium>(std::array{Segment::flat(at_, base), Segment::linear(rise_, base, peak),
                                                         Segment::flat(hold_, peak), Segment::linear(fall_, peak, base),
                                                         Segment::flat(kNever, base)}),
                  spacing_, context.origin, context);
  }

 private:
  Rate base_, peak_;
  Duration at_{}, rise_{}, hold_{}, fall_{};
  Spacing spacing_ = Spacing::kPoisson;
};

}  // namespace

void add_spike(Registry<Arrivals>& registry) {
  registry.add<Spike>("spike", "A flash crowd: a steady rate that rises, holds and falls back once");
}

}  // namespace windtunnel
