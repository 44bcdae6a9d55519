#include "models/workload/builtin.hpp"
#include "models/workload/profile.hpp"

namespace windtunnel {
namespace {

class OneRate final : public Profile {
 public:
  explicit OneRate(double rate) : rate_(rate) {}
  bool next(Segment& out) override {
    out = Segment::flat(kNever, rate_);
    return true;
  }

 private:
  double rate_;
};

class Poisson final : public Arrivals {
 public:
  Poisson() = default;
  explicit Poisson(double per_second) : rate_{per_second} {}
  void describe(FieldVisitor& v) override { v.field("rate", rate_, "Mean arrivals per second", kRequiredPositive); }
  std::optional<SteadyArrivals> steady() const override { return SteadyArrivals{rate_.per_second, 1, true}; }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    return follow(std::make_unique<OneRate>(rate_.per_second), Spacing::kPoisson, Time{}, context);
  }

 private:
  Rate rate_;
};

}  // namespace

void add_poisson(Registry<Arrivals>& registry) {
  registry.add<Poisson>("poisson",
                        "Independent arrivals at one mean rate, as of many clients who do not know each other");
}
ArrivalsChoice poisson_arrivals(double per_second) { return ArrivalsChoice::of("poisson", Poisson(per_second)); }

}  // namespace windtunnel
