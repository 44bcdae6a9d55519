#include <algorithm>
#include <vector>

#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

class Random final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream& words) override {
    return words.below(static_cast<std::uint32_t>(backends.size()));
  }
};

// Equal weights are no weights: the same words choose the same backends as above.
class WeightedRandom final : public LoadBalancer {
 public:
  std::uint32_t pick(const Backends& backends, Stream& words) override {
    if (up_to_.size() != backends.size()) return words.below(static_cast<std::uint32_t>(backends.size()));
    const double at = words.uniform() * up_to_.back();
    const auto found = std::upper_bound(up_to_.begin(), up_to_.end() - 1, at);
    return static_cast<std::uint32_t>(found - up_to_.begin());
  }
  void backends_changed(const Backends& backends) override {
    up_to_.clear();
    const auto alike = [&](const Backend& b) { return b.weight == backends.backend.front().weight; };
    if (std::all_of(backends.backend.begin(), backends.backend.end(), alike)) return;
    double sum = 0;
    for (const Backend& b : backends.backend) up_to_.push_back(sum += b.weight);
  }

 private:
  std::vector<double> up_to_;  // sums of weights, by position; empty: they are alike
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor&) override {}
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<Random>(); }
  std::unique_ptr<LoadBalancer> make_for_proxy() const override { return std::make_unique<WeightedRandom>(); }
};

}  // namespace

void add_random(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("random",
                        "Any ready instance, each with the same probability; with weights in proportion to them, as "
                        "NGINX' and HAProxy's random");
}

}  // namespace windtunnel
