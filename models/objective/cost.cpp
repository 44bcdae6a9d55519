#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

class CostObjective final : public Objective {
 public:
  void describe(FieldVisitor& v) override {
    describe_name(*this, v);
    v.field("below", below_, "The promise: less than this, in the scenario's currency", kRequiredPositive);
  }
  std::string metric() const override { return "cost.total"; }
  std::string promise() const override { return "total cost below " + text_of(below_); }
  std::string unit() const override { return ""; }  // the currency, which the metric knows
  double limit() const override { return below_; }
  bool above() const override { return false; }

 private:
  double below_ = 0;
};

}  // namespace

void add_cost(Registry<Objective>& objectives) {
  objectives.add<CostObjective>("cost", "What the deployment costs in the measured time");
}

}  // namespace windtunnel
