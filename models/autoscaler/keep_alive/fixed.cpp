#include <chrono>

#include "models/autoscaler/keep_alive/keep_alive.hpp"

namespace windtunnel {
namespace {

class Fixed final : public KeepAlive {
 public:
  explicit Fixed(Duration time) : time_(time) {}
  KeepAliveTerms after_execution() override { return {.load_after = Duration{}, .keep = time_}; }

 private:
  Duration time_;
};

class Params final : public KeepAliveParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("time", time_, "How long an instance without a request is kept", kNonNegative);
  }
  std::unique_ptr<KeepAlive> make() const override { return std::make_unique<Fixed>(time_); }

 private:
  Duration time_ = std::chrono::minutes{10};
};

}  // namespace

void add_fixed_keep_alive(Registry<KeepAliveParams>& policies) {
  policies.add<Params>("fixed", "Always the same time");
}

}  // namespace windtunnel
