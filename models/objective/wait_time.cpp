#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

class WaitTime final : public TimeQuantile {
 public:
  WaitTime() : TimeQuantile("wait_time", "wait time") {}
};

}  // namespace

void add_wait_time(Registry<Objective>& objectives) {
  objectives.add<WaitTime>("wait_time", "Time from arrival to the first moment of service");
}

}  // namespace windtunnel
