#include "models/startup/types.hpp"

namespace windtunnel {
namespace {

class Schedule final : public Phase {
 public:
  void describe(FieldVisitor& v) override {
    v.field("time", time_, "From the wish for an instance to its place on a machine");
  }
  PhaseEffect draw(Stream& stream) const override {
    const double delay = draw_time(*time_, stream);
    return {.delay_s = delay, .pending_s = delay};
  }
  double mean_delay_s() const override { return time_->mean(); }

 private:
  DistributionChoice time_ = constant(0);
};

}  // namespace

void add_schedule(Registry<Phase>& phases) { phases.add<Schedule>("schedule", "Finding a machine for the instance"); }

}  // namespace windtunnel
