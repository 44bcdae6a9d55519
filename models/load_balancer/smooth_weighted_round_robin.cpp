#include "models/load_balancer/smooth_turns.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

// NGINX' round robin. Instances that fail leave the set here, so the effective weight is always the weight.
class SmoothWeightedRoundRobin final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream&) override {
    return turns_.pick(backends, [](std::uint32_t) { return true; });
  }

 private:
  SmoothTurns turns_;
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
