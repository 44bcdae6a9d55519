#include <algorithm>

#include "models/signal/types.hpp"

namespace windtunnel {
namespace {

class RampSignal final : public Signal {
 public:
  void describe(FieldVisitor& v) override {
    v.field("from", from_, "Value at the end of the warm-up, and during it", kRequired);
    v.field("to", to_, "Value at the end of the ramp, and after it", kRequired);
    v.field("over", over_, "How long the ramp takes; the value changes in a straight line", kRequiredPositive);
  }
  double at(Time since_warmup) const override {
    const Time into = std::clamp(since_warmup, Time{}, Time{over_});
    return from_ + (to_ - from_) * (static_cast<double>(into.count()) / static_cast<double>(over_.count()));
  }

 private:
  double from_ = 0, to_ = 0;
  Duration over_{};
};

}  // namespace

void add_ramp_signal(Registry<Signal>& signals) {
  signals.add<RampSignal>("ramp", "A value that changes in a straight line from one to another, and stays there");
}

}  // namespace windtunnel
