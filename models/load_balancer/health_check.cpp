#include "models/load_balancer/health_check.hpp"

namespace windtunnel {

void HealthChecks::describe(FieldVisitor& v) {
  v.field("interval", interval, "Between two checks of an instance by a balancer", kPositive);
  v.field("timeout", timeout, "No answer for so long is a failed check", kPositive);
  v.field("rise", rise, "Passed checks in a row that an instance needs to be used again", {.lo = 1, .hi = 1000});
  v.field("fall", fall, "Failed checks in a row after which it is left out", {.lo = 1, .hi = 1000});
}

bool CheckedHealth::checked(bool passed, const HealthChecks& checks) {
  if (passed == healthy_) {
    against_ = 0;
    return false;
  }
  if (++against_ < (healthy_ ? checks.fall : checks.rise)) return false;
  healthy_ = passed;
  against_ = 0;
  return true;
}

}  // namespace windtunnel
