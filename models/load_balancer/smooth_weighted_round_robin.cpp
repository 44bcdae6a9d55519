#include "models/load_balancer/smooth_turns.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

// NGINX' round robin. Without failure_limit the effective weight is always the weight.
class SmoothWeightedRoundRobin final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream&) override {
    return turns_.pick(backends, [](std::uint32_t) { return true; });
  }

  void counts_failures(std::int64_t max_fails) override { max_fails_ = max_fails; }
  void ended(const Answer& answer) override {
    if (answer.failed && max_fails_ > 0) turns_.failed(answer.number, max_fails_);
  }

 private:
  SmoothTurns turns_;
  std::int64_t max_fails_ = 0;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  bool looks_closer() const override { return true; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<SmoothWeightedRoundRobin>(); }
};

}  // namespace

void add_smooth_weighted_round_robin(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("smooth_weighted_round_robin",
                        "NGINX' round robin: by weight, the turns of one instance as far apart as they can be");
}

}  // namespace windtunnel
