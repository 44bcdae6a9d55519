#include <algorithm>
#include <string>
#include <vector>

#include "models/signal/types.hpp"

namespace windtunnel {
namespace {

struct Level {
  Duration at{};
  double value = 0;
  void describe(FieldVisitor& v) {
    v.field("at", at, "When the value begins, from the end of the warm-up", {.lo = 0, .required = true});
    v.field("value", value, "Its value until the next step", kRequired);
  }
};

class StepsSignal final : public Signal {
 public:
  void describe(FieldVisitor& v) override {
    v.field("steps", steps_, "Values and when each begins; the last one holds", kRequired);
  }
  void check(Problems& p) override {
    if (steps_.empty()) return p.error("/steps", "is empty; at least one step fits");
    if (steps_[0].at != Duration{}) p.error("/steps/0/at", "is not 0s; the first step begins at 0s");
    for (std::size_t i = 1; i < steps_.size(); ++i)
      if (steps_[i].at <= steps_[i - 1].at)
        p.error("/steps/" + std::to_string(i) + "/at", "is not after the step before it; steps come in time order");
  }
  double at(Time since_warmup) const override {
    const auto later = std::upper_bound(steps_.begin() + 1, steps_.end(), since_warmup,
                                        [](Time t, const Level& level) { return t < level.at; });
    return std::prev(later)->value;
  }

 private:
  std::vector<Level> steps_;
};

}  // namespace

void add_steps_signal(Registry<Signal>& signals) {
  signals.add<StepsSignal>("steps", "A value that jumps at given times");
}

}  // namespace windtunnel
