#include <algorithm>
#include <array>
#include <string_view>

#include "models/load_balancer/types.hpp"

namespace windtunnel {
namespace {

enum class Tie { kRandom, kFirst, kRoundRobin };
constexpr std::array<std::string_view, 3> kTieNames = {"random", "first", "round_robin"};

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

// Looks at all of them. Three plain loops over the counts, which compilers turn into vector code, instead of one with a
// branch for each instance; one word decides among the tied, where Envoy draws one for each of them.
class FullScan final : public LoadBalancer {
 public:
  explicit FullScan(Tie tie) : tie_(tie) {}

  std::uint32_t pick(const Backends& backends, Stream& words) override {
    const std::uint32_t* counts = backends.outstanding.data();
    const auto n = static_cast<std::uint32_t>(backends.size());
    std::uint32_t least = counts[0];
    for (std::uint32_t i = 1; i < n; ++i) least = std::min(least, counts[i]);
    if (tie_ == Tie::kFirst) return find(counts, 0, least);
    if (tie_ == Tie::kRoundRobin) {
      std::uint32_t start = last_ >= n - 1 ? 0 : last_ + 1;
      while (start < n && counts[start] != least) ++start;
      last_ = start < n ? start : find(counts, 0, least);
      return last_;
    }
    std::uint32_t tied = 0;
    for (std::uint32_t i = 0; i < n; ++i) tied += counts[i] == least ? 1U : 0U;
    std::uint32_t skip = scale_to(tied, high_half(words.next()));
    std::uint32_t position = find(counts, 0, least);
    while (skip-- > 0) position = find(counts, position + 1, least);
    return position;
  }

 private:
  static std::uint32_t find(const std::uint32_t* counts, std::uint32_t from, std::uint32_t value) {
    while (counts[from] != value) ++from;
    return from;
  }

  Tie tie_;
  std::uint32_t last_ = ~0U;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("choices", choices_, "Instances drawn at random, with replacement; the one with the fewest requests wins",
            {.lo = 2, .hi = 1000});
    v.field("full_scan", full_scan_, "Looks at all ready instances instead of some drawn at random");
    v.choice("tie", tie_, kTieNames,
             "Who wins among those with the fewest requests: any of them at random, the first in the list, or the next "
             "in turn after the last winner");
  }
  std::unique_ptr<LoadBalancer> make() const override {
    if (full_scan_) return std::make_unique<FullScan>(tie_);
    return std::make_unique<Choices>(static_cast<std::uint32_t>(choices_), tie_);
  }

 private:
  std::int64_t choices_ = 2;
  bool full_scan_ = false;
  Tie tie_ = Tie::kRandom;
};

}  // namespace

void add_least_request(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>(
      "least_request", "Envoy's least request: the fewest queued and running requests among some random draws, or all");
}

}  // namespace windtunnel
