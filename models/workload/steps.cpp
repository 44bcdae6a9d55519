#include <string>
#include <vector>

#include "models/workload/builtin.hpp"
#include "models/workload/profile.hpp"

namespace windtunnel {
namespace {

struct Step {
  Duration at{};
  Rate rate;
  void describe(FieldVisitor& v) {
    v.field("at", at, "When the rate begins, from the end of the warm-up", {.lo = 0, .required = true});
    v.field("rate", rate, "Arrivals per second until the next step", {.lo = 0, .required = true});
  }
};

class Levels final : public Profile {
 public:
  explicit Levels(std::vector<Step> steps) : steps_(std::move(steps)) {}
  bool next(Segment& out) override {
    if (next_ == steps_.size()) return false;
    const Step& step = steps_[next_++];
    out = Segment::flat(next_ == steps_.size() ? kNever : steps_[next_].at - step.at, step.rate.per_second);
    return true;
  }

 private:
  std::vector<Step> steps_;
  std::size_t next_ = 0;
};

class Steps final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("steps", steps_, "Rates and when each begins; the last one holds", kRequired);
    v.choice("spacing", spacing_, kSpacingNames, kSpacingMeaning);
  }
  void check(Problems& p) override {
    if (steps_.empty()) return p.error("/steps", "is empty; at least one step fits");
    if (steps_[0].at != Duration{}) p.error("/steps/0/at", "is not 0s; the first step begins at 0s");
    for (std::size_t i = 1; i < steps_.size(); ++i)
      if (steps_[i].at <= steps_[i - 1].at)
        p.error("/steps/" + std::to_string(i) + "/at", "is not after the step before it; steps come in time order");
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    return follow(std::make_unique<Levels>(steps_), spacing_, context.origin, context);
  }

 private:
  std::vector<Step> steps_;
  Spacing spacing_ = Spacing::kPoisson;
};

}  // namespace

void add_steps(Registry<Arrivals>& registry) {
  registry.add<Steps>("steps", "A rate that jumps at given times, as in a load test's stages");
}

}  // namespace windtunnel
