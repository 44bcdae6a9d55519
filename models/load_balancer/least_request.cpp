#include <algorithm>
#include <optional>

#include "models/load_balancer/least_of_all.hpp"
#include "models/load_balancer/types.hpp"
#include "models/load_balancer/weighted_schedule.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

// How far `position` lies behind `after` when one walks round the ring of n positions.
constexpr std::uint32_t steps_after(std::uint32_t after, std::uint32_t position, std::uint32_t n) {
  return position > after ? position - after : position + n - after;
}

// Envoy's least_request without weights: `choices` independent draws with replacement; a later draw wins only with
// strictly fewer requests. Since the order of draws is random, keeping the first is a random choice among the tied.
class Choices final : public LoadBalancer {
 public:
  Choices(std::uint32_t choices, Tie tie) : choices_(choices), tie_(tie) {}

  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const auto n = static_cast<std::uint32_t>(backends.size());
    std::uint64_t word = words.next();
    std::uint32_t best = scale_to(n, high_half(word));
    for (std::uint32_t draw = 1; draw < choices_; ++draw) {
      if (draw % 2 == 0) word = words.next();
      const std::uint32_t candidate = scale_to(n, draw % 2 == 0 ? high_half(word) : low_half(word));
      if (better(backends, candidate, best, n)) best = candidate;
    }
    last_ = best;
    return best;
  }

 private:
  bool better(const Backends& backends, std::uint32_t candidate, std::uint32_t best, std::uint32_t n) const {
    const std::uint32_t a = backends.outstanding[candidate], b = backends.outstanding[best];
    if (a != b || tie_ == Tie::kRandom) return a < b;
    if (tie_ == Tie::kFirst) return candidate < best;
    const std::uint32_t last = std::min(last_, n - 1);
    return steps_after(last, candidate, n) < steps_after(last, best, n);
  }

  std::uint32_t choices_;
  Tie tie_;
  std::uint32_t last_ = ~0U;  // becomes the last position: the first turn is position 0's
};

// Envoy's weighted form: weight / (requests + 1)^bias by its schedule, where weights differ, a backend is new or a bias
// has been asked for; else `inner` among the counts.
class Weighted final : public LoadBalancer {
 public:
  Weighted(std::unique_ptr<LoadBalancer> inner, std::optional<double> bias, std::optional<SlowStart> slow_start,
           bool random_start)
      : inner_(std::move(inner)), bias_(bias.value_or(1)), schedule_(slow_start, bias.has_value(), random_start) {}

  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const auto weight = [&](std::uint32_t position) {
      const double held = backends.outstanding[position] + 1.0;
      const double full = backends.backend[position].weight;
      return bias_ == 1 ? full / held : full * exp_of(-bias_ * log_of(held));
    };
    if (schedule_.in_force(backends, words.next(), weight)) return schedule_.pick(backends, weight);
    return inner_->pick(backends, words);
  }
  void backends_changed(const Backends& backends) override {
    schedule_.backends_changed();
    inner_->backends_changed(backends);
  }
  bool follows_counts() const override { return inner_->follows_counts(); }
  void outstanding_changed(std::uint32_t position, std::uint32_t from, std::uint32_t to) override {
    inner_->outstanding_changed(position, from, to);
  }

 private:
  std::unique_ptr<LoadBalancer> inner_;
  double bias_;
  WeightedSchedule schedule_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("choices", choices_, "Instances drawn at random, with replacement; the one with the fewest requests wins",
            {.lo = 2, .hi = 1000});
    v.field("full_scan", full_scan_, "Looks at all ready instances instead of some drawn at random");
    v.choice("tie", tie_, kTieNames, kTieMeaning);
    v.field("active_request_bias", active_request_bias_,
            "With weights: an instance comes up in proportion to weight / (requests + 1)^active_request_bias, and "
            "neither choices nor ties play a part. Given, it holds where all weights are the same, too; else it is 1",
            {.lo = 0, .hi = 100});
    v.field("slow_start", slow_start_, "New instances get less than their share at first, as in Envoy");
    v.field(
        "random_start", random_start_,
        "With weights: the schedule starts at a random place whenever the set of instances changes, so that several "
        "balancers are out of step");
  }
  bool looks_closer() const override { return active_request_bias_ || slow_start_; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override {
    if (full_scan_) return std::make_unique<LeastOfAll>(tie_);
    return std::make_unique<Choices>(static_cast<std::uint32_t>(choices_), tie_);
  }
  std::unique_ptr<LoadBalancer> make_for_proxy() const override {
    return std::make_unique<Weighted>(make(), active_request_bias_, slow_start_, random_start_);
  }

 private:
  std::int64_t choices_ = 2;
  bool full_scan_ = false;
  Tie tie_ = Tie::kRandom;
  std::optional<double> active_request_bias_;
  std::optional<SlowStart> slow_start_;
  bool random_start_ = true;
};

}  // namespace

void add_least_request(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>(
      "least_request", "Envoy's least request: the fewest queued and running requests among some random draws, or all");
}

}  // namespace windtunnel
