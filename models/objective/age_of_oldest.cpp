#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

class AgeOfOldest final : public Objective {
 public:
  void describe(FieldVisitor& v) override {
    describe_name(*this, v);
    v.field("service", service, "The queue whose figure it is", kRequired);
    v.field("below", below_, "The promise: no message has ever been in the queue for this long", kRequiredPositive);
  }
  std::string metric() const override { return service + ".oldest.max"; }
  std::string promise() const override { return "oldest message of " + service + " below " + text_of(below_); }
  std::string unit() const override { return "s"; }
  double limit() const override { return to_seconds(below_); }
  bool above() const override { return false; }

 private:
  Duration below_{0};
};

}  // namespace

void add_age_of_oldest(Registry<Objective>& objectives) {
  objectives.add<AgeOfOldest>("age_of_oldest", "Time for which a queue's oldest message has been there, at any moment");
}

}  // namespace windtunnel
