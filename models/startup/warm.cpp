#include "models/startup/types.hpp"

namespace windtunnel {
namespace {

class Warm final : public Phase {
 public:
  void describe(FieldVisitor& v) override {
    v.field("requests", requests_, "How many first requests are slow", {.lo = 1, .required = true});
    v.field("slowdown", slowdown_, "How many times the CPU time each of them takes", {.lo = 1, .required = true});
  }
  PhaseEffect draw(Stream&) const override { return {.slow_requests = requests_, .slowdown = slowdown_}; }
  double mean_delay_s() const override { return 0; }

 private:
  std::int64_t requests_ = 1;
  double slowdown_ = 1;
};

}  // namespace

void add_warm(Registry<Phase>& phases) {
  phases.add<Warm>("warm", "First requests that take longer: caches, connections and compiled code are missing");
}

}  // namespace windtunnel
