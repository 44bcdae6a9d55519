#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

class Random final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream& words) override {
    return words.below(static_cast<std::uint32_t>(backends.size()));
  }
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<Random>(); }
};

}  // namespace

void add_random(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("random", "Any ready instance, each with the same probability");
}

}  // namespace windtunnel
