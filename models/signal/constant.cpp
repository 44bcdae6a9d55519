#include "models/signal/types.hpp"

namespace windtunnel {
namespace {

class ConstantSignal final : public Signal {
 public:
  void describe(FieldVisitor& v) override { v.field("value", value_, "Its value at all times", kRequired); }
  double at(Time) const override { return value_; }

 private:
  double value_ = 0;
};

}  // namespace

void add_constant_signal(Registry<Signal>& signals) { signals.add<ConstantSignal>("constant", "One value"); }

}  // namespace windtunnel
