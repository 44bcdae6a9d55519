#include "models/startup/types.hpp"

namespace windtunnel {
namespace {

class Boot final : public Phase {
 public:
  void describe(FieldVisitor& v) override {
    v.field("time", time_, "From the start of the process to the first request it can take", kRequired);
  }
  PhaseEffect draw(Stream& stream) const override { return {.delay_s = draw_time(*time_, stream)}; }
  double mean_delay_s() const override { return time_->mean(); }

 private:
  DistributionChoice time_;
};

}  // namespace

void add_boot(Registry<Phase>& phases) { phases.add<Boot>("boot", "The process starting up"); }

}  // namespace windtunnel
