#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

// Mitzenmacher, "The power of two choices in randomized load balancing" (1996), with two distinct candidates as Finagle
// and NGINX's "random two" draw them. With two instances it always finds the emptier one; Envoy's draw with replacement
// (least_request) finds it in three picks of four.
class PowerOfTwoChoices final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const std::uint64_t word = words.next();
    const auto n = static_cast<std::uint32_t>(backends.size());
    if (n == 1) return 0;
    const std::uint32_t first = scale_to(n, high_half(word));
    std::uint32_t second = scale_to(n - 1, low_half(word));
    second += second >= first ? 1U : 0U;
    return backends.outstanding[second] < backends.outstanding[first] ? second : first;
  }
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<PowerOfTwoChoices>(); }
};

}  // namespace

void add_power_of_two_choices(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("power_of_two_choices",
                        "Of two different instances drawn at random the one with fewer requests; the first on a tie");
}

}  // namespace windtunnel
