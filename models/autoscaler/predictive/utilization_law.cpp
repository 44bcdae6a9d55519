#include <cmath>

#include "models/autoscaler/predictive/sizing.hpp"

namespace windtunnel::predictive {
namespace {

class UtilizationLaw final : public Sizing {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "Share of the time that a server is to be busy", {.lo = 0, .hi = 1, .above_lo = true});
  }
  double servers(double load) const override { return load / target_.value; }
  std::string words() const override {
    return "at " + std::to_string(std::llround(target_.value * 100)) + " % utilization";
  }

 private:
  Share target_{0.6};
};

}  // namespace

void add_utilization_law(Registry<Sizing>& rules) {
  rules.add<UtilizationLaw>("utilization_law", "The load over the utilization that servers are to have");
}

}  // namespace windtunnel::predictive
