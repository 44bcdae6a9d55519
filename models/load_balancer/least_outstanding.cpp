#include "models/load_balancer/least_of_all.hpp"
#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override { v.choice("tie", tie_, kTieNames, kTieMeaning); }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<LeastOfAll>(tie_); }

 private:
  Tie tie_ = Tie::kRandom;  // AWS does not say
};

}  // namespace

void add_least_outstanding(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("least_outstanding",
                        "An AWS Application Load Balancer's least_outstanding_requests: the fewest of all");
}

}  // namespace windtunnel
