#include "models/admission/codel.hpp"
#include "models/admission/target_and_interval.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

bool FollyCodel::drops(Time now, Duration waited, bool) {
  if (now > ends_ && !begins_) {
    begins_ = true;
    ends_ = now + interval_;
    overloaded_ = shortest_ > target_;
  }
  if (begins_) {
    begins_ = false;
    shortest_ = waited;
    return false;
  }
  if (waited < shortest_) shortest_ = waited;
  return overloaded_ && waited > 2 * target_;
}

namespace {

class Params final : public TargetAndInterval {
 public:
  std::unique_ptr<QueueDiscipline> make() const override {
    return std::make_unique<FollyCodel>(target(), interval(), Time{});
  }
};

}  // namespace

void add_controlled_delay(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>(
      "controlled_delay",
      "Facebook's controlled delay: while even the shortest wait is above a target, drops who waited for twice that");
}

}  // namespace windtunnel
