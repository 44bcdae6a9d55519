#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

class Replicas final : public Objective {
 public:
  void describe(FieldVisitor& v) override {
    describe_name_and_service(*this, v);
    v.field("below", below_, "The promise: never as many instances as this", {.lo = 1, .required = true});
  }
  std::string metric() const override { return service + ".replicas.max"; }
  std::string promise() const override { return "most replicas of " + service + " below " + std::to_string(below_); }
  std::string unit() const override { return "count"; }
  double limit() const override { return static_cast<double>(below_); }
  bool above() const override { return false; }

 private:
  std::int64_t below_ = 1;
};

}  // namespace

void add_replicas(Registry<Objective>& objectives) {
  objectives.add<Replicas>("replicas", "The largest number of instances at any moment");
}

}  // namespace windtunnel
