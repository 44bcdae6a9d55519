#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

class SuccessRatio final : public Objective {
 public:
  void describe(FieldVisitor& v) override {
    describe_name_and_service(*this, v);
    v.field("above", above_, "The promise: more than this share of the requests completes",
            {.lo = 0, .hi = 1, .required = true});
  }
  void check(Problems& p) override {
    if (above_.value >= 1) p.error("/above", "no share is above 1; 0.9999 is a promise that can be kept");
  }
  std::string metric() const override { return service + ".success_ratio"; }
  std::string promise() const override { return "success ratio of " + service + " above " + text_of(above_.value); }
  std::string unit() const override { return "share"; }
  double limit() const override { return above_.value; }
  bool above() const override { return true; }

 private:
  Share above_;
};

}  // namespace

void add_success_ratio(Registry<Objective>& objectives) {
  objectives.add<SuccessRatio>("success_ratio", "Share of the requests that complete");
}

}  // namespace windtunnel
