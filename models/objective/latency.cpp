#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

class Latency final : public TimeQuantile {
 public:
  Latency() : TimeQuantile("latency", "latency") {}
};

}  // namespace

void add_latency(Registry<Objective>& objectives) {
  objectives.add<Latency>("latency", "Time from arrival to answer of completed requests");
}

}  // namespace windtunnel
