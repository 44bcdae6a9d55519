#include <array>
#include <string_view>

#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

enum class DelayTie { kRandom, kFirst, kFastest, kSlowest };
constexpr std::array<std::string_view, 4> kDelayTieNames = {"random", "first", "fastest", "slowest"};

// IPVS' sed: the lowest (requests + 1) / weight, where a weight is a speed.
class ShortestExpectedDelay final : public LoadBalancer {
 public:
  explicit ShortestExpectedDelay(DelayTie tie) : tie_(tie) {}

  std::uint32_t pick(const Backends& backends, Stream& words) override {
    std::uint32_t best = 0, tied = 1;
    for (std::uint32_t i = 1; i < backends.size(); ++i) {
      const double a = delay(backends, i, best), b = delay(backends, best, i);
      if (a == b) ++tied;
      if (a < b) tied = 1;
      if (a < b || (a == b && preferred(backends.backend[i].weight, backends.backend[best].weight))) best = i;
    }
    if (tie_ != DelayTie::kRandom) return best;
    std::uint32_t skip = scale_to(tied, high_half(words.next()));
    std::uint32_t position = best;  // the first of the tied
    while (skip > 0)
      if (++position; delay(backends, position, best) == delay(backends, best, position)) --skip;
    return position;
  }

 private:
  // Crosswise, so that nothing is rounded where weights are small whole numbers.
  static double delay(const Backends& backends, std::uint32_t of, std::uint32_t against) {
    return (backends.outstanding[of] + 1.0) * backends.backend[against].weight;
  }
  bool preferred(double weight, double best) const {
    return tie_ == DelayTie::kFastest ? weight > best : tie_ == DelayTie::kSlowest && weight < best;
  }
  DelayTie tie_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.choice("tie", tie_, kDelayTieNames,
             "Who wins among those with the same expected delay: any of them at random, the first in the list (as in "
             "IPVS), or the one with the highest or the lowest weight");
  }
  bool looks_closer() const override { return true; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override { return std::make_unique<ShortestExpectedDelay>(tie_); }

 private:
  DelayTie tie_ = DelayTie::kFirst;
};

}  // namespace

void add_shortest_expected_delay(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("shortest_expected_delay",
                        "IPVS' sed: the lowest (requests + 1) / weight, where weights are speeds");
}

}  // namespace windtunnel
