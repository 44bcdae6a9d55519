#include "models/admission/codel.hpp"
#include "models/admission/target_and_interval.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

Duration AdaptiveLifo::joined(Time now, bool first) {
  if (first) empty_ = now;
  return newest_first(now) ? target_ : interval_;
}

namespace {

class Params final : public TargetAndInterval {
 public:
  std::unique_ptr<QueueDiscipline> make() const override {
    return std::make_unique<AdaptiveLifo>(target(), interval());
  }
};

}  // namespace

void add_adaptive_lifo(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>(
      "adaptive_lifo",
      "First come first served until a queue stands for a while; then the newest first, and the old ones are dropped");
}

}  // namespace windtunnel
