#include <cmath>
#include <string>
#include <vector>

#include "models/workload/builtin.hpp"
#include "models/workload/profile.hpp"
#include "sim/random/math.hpp"

// A Markov-modulated Poisson process (Fischer and Meier-Hellstern 1993).
namespace windtunnel {
namespace {

struct State {
  Rate rate;
  Duration mean_duration{};
  std::vector<Share> next;
  void describe(FieldVisitor& v) {
    v.field("rate", rate, "Arrivals per second in this state", {.lo = 0, .required = true});
    v.field("mean_duration", mean_duration, "How long the state lasts in the mean (exponentially distributed)",
            {.lo = 1e-6, .required = true});
    v.field("next", next,
            "Shares with which each state, in the order of the list, comes next; empty: each other one equally often",
            {.lo = 0, .hi = 1});
  }
};

// The share of time in each state: visits, from the fixed point of the embedded chain, times their mean duration. The
// chain is made lazy (stays with probability 1/2), which changes no fixed point and keeps cyclic ones from swinging.
std::vector<double> shares_of_time(const std::vector<State>& states) {
  const std::size_t n = states.size();
  std::vector<double> visits(n, 1.0 / static_cast<double>(n)), after(n);
  constexpr int kEnough = 4096;
  for (int round = 0; round < kEnough; ++round) {
    double change = 0;
    for (std::size_t to = 0; to < n; ++to) {
      double into = 0;
      for (std::size_t from = 0; from < n; ++from) into += visits[from] * states[from].next[to].value;
      after[to] = (visits[to] + into) / 2;
      change += std::abs(after[to] - visits[to]);
    }
    visits.swap(after);
    if (change < 1e-15) break;
  }
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) sum += visits[i] *= to_seconds(states[i].mean_duration);
  for (double& share : visits) share /= sum;
  return visits;
}

std::size_t pick(double uniform, std::size_t n, auto share_of) {
  for (std::size_t i = 0; i + 1 < n; ++i) {
    uniform -= share_of(i);
    if (uniform < 0) return i;
  }
  return n - 1;
}

class Modulated final : public Profile {
 public:
  Modulated(std::vector<State> states, Stream stream) : states_(std::move(states)), stream_(stream) {
    const std::vector<double> shares = shares_of_time(states_);
    state_ = pick(stream_.uniform(), shares.size(), [&](std::size_t i) { return shares[i]; });
  }
  bool next(Segment& out) override {
    const State& state = states_[state_];
    const double duration = -to_seconds(state.mean_duration) * log_of(stream_.uniform());
    out = Segment::flat(from_seconds(duration), state.rate.per_second);
    state_ = pick(stream_.uniform(), states_.size(), [&](std::size_t i) { return state.next[i].value; });
    return true;
  }

 private:
  std::vector<State> states_;
  Stream stream_;
  std::size_t state_ = 0;
};

class Burst final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("states", states_,
            "What the source may be doing; it goes from state to state at random, and is in its long-run balance when "
            "the run begins",
            kRequired);
    v.choice("spacing", spacing_, kSpacingNames, kSpacingMeaning);
  }
  void check(Problems& p) override {
    if (states_.size() < 2) return p.error("/states", "has fewer than 2 states; use poisson for one rate");
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const auto& next = states_[i].next;
      const std::string at = "/states/" + std::to_string(i) + "/next";
      if (next.empty()) continue;
      if (next.size() != states_.size()) {
        p.error(at, "has " + std::to_string(next.size()) + " shares; one for each of the " +
                        std::to_string(states_.size()) + " states fits");
        continue;
      }
      double sum = 0;
      for (const Share& share : next) sum += share.value;
      if (std::abs(sum - 1) > 1e-9) p.error(at, "shares sum to " + std::to_string(sum) + "; they must sum to 1");
      if (next[i].value >= 1) p.error(at, "never leaves the state; a share below 1 for itself fits");
    }
  }
  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    std::vector<State> states = states_;
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!states[i].next.empty()) continue;
      states[i].next.assign(states.size(), Share{1.0 / static_cast<double>(states.size() - 1)});
      states[i].next[i].value = 0;
    }
    return follow(std::make_unique<Modulated>(std::move(states), context.streams.named(context.name + "/states")),
                  spacing_, Time{}, context);
  }

 private:
  std::vector<State> states_;
  Spacing spacing_ = Spacing::kPoisson;
};

}  // namespace

void add_burst(Registry<Arrivals>& registry) {
  registry.add<Burst>("burst", "Poisson arrivals whose rate jumps at random between states (MMPP)");
}

}  // namespace windtunnel
