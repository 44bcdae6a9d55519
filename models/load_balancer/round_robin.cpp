#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

class RoundRobin final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream&) override {
    if (next_ >= backends.size()) next_ = 0;
    return next_++;
  }

 private:
  std::uint32_t next_ = 0;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<RoundRobin>(); }
};

}  // namespace

void add_round_robin(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("round_robin", "Each ready instance in turn");
}

}  // namespace windtunnel
