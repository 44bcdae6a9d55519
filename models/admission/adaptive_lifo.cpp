#include "models/admission/codel.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

Duration AdaptiveLifo::joined(Time now, bool first) {
  if (first) empty_ = now;
  return newest_first(now) ? target_ : interval_;
}

namespace {

class Params final : public QueueDisciplineParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", target_, "A wait that is acceptable for long", kPositive);
    v.field("interval", interval_, "How long waits may stay above it", kPositive);
  }
  void check(Problems& p) override {
    if (target_ >= interval_) p.error("/target", "is not below the interval");
  }
  std::unique_ptr<QueueDiscipline> make() const override { return std::make_unique<AdaptiveLifo>(target_, interval_); }

 private:
  Duration target_ = std::chrono::milliseconds{5};
  Duration interval_ = std::chrono::milliseconds{100};
};

}  // namespace

void add_adaptive_lifo(Registry<QueueDisciplineParams>& disciplines) {
  disciplines.add<Params>(
      "adaptive_lifo",
      "First come first served until a queue stands for a while; then the newest first, and the old ones are dropped");
}

}  // namespace windtunnel
