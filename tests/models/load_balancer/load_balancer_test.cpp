#include "models/load_balancer/load_balancer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "models/load_balancer/count_index.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using test::chosen;
using test::Fields;

// A fixed set of instances, and one balancer with a stream of its own.
class Bench {
 public:
  Bench(std::string_view type, std::vector<std::uint32_t> outstanding, const Fields& fields = {})
      : outstanding_(std::move(outstanding)) {
    const auto params = chosen<LoadBalancerParams>(type, fields);
    const bool closer = params->looks_closer() || params->knows_clients();
    balancer_ = closer ? params->make_for_proxy() : params->make();
    for (std::uint32_t i = 0; i < outstanding_.size(); ++i) {
      instances_.push_back(100 + i);
      if (!closer) continue;
      described_.emplace_back();
      described_.back().number = i;
      described_.back().name = "checkout-" + std::to_string(i);
    }
    balancer_->backends_changed({instances_, outstanding_, described_});
  }
  std::uint32_t pick() { return balancer_->pick({instances_, outstanding_, described_}, words_); }
  std::vector<std::uint32_t> picks(int n) {
    std::vector<std::uint32_t> out;
    for (int i = 0; i < n; ++i) out.push_back(pick());
    return out;
  }
  std::vector<double> shares(int n) {
    std::vector<double> out(outstanding_.size());
    for (int i = 0; i < n; ++i) out[pick()] += 1.0 / n;
    return out;
  }
  // How many words a pick takes, seen from where the stream stands afterwards.
  std::size_t words_per_pick() {
    Stream twin = words_;
    pick();
    Stream after = words_;
    const std::uint64_t next = after.next();
    std::size_t taken = 0;
    while (twin.next() != next) ++taken;
    return taken;
  }
  void resize(std::vector<std::uint32_t> outstanding) {
    outstanding_ = std::move(outstanding);
    instances_.resize(outstanding_.size());
    balancer_->backends_changed({instances_, outstanding_});
  }
  Stream words() const { return words_; }

 private:
  std::unique_ptr<LoadBalancer> balancer_;
  std::vector<std::uint32_t> instances_, outstanding_;
  std::vector<Backend> described_;
  Stream words_{1, "checkout/balancer", 0};
};

// Six standard errors of a share p over n draws.
double six_sigma(double p, int n) { return 6 * std::sqrt(p * (1 - p) / n); }

TEST(RoundRobin, GoesRoundInOrder) {
  Bench bench("round_robin", {5, 0, 0});
  EXPECT_EQ(bench.picks(7), (std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2, 0}));
}

TEST(RoundRobin, StaysInsideASetThatHasShrunk) {
  Bench bench("round_robin", {0, 0, 0, 0});
  bench.picks(3);
  bench.resize({0, 0});
  EXPECT_EQ(bench.picks(3), (std::vector<std::uint32_t>{0, 1, 0}));
}

TEST(RoundRobin, TakesNoWords) {
  Bench bench("round_robin", {0, 0});
  EXPECT_EQ(bench.words_per_pick(), 0U);
}

TEST(Random, PicksEveryInstanceEquallyOftenWhateverItHolds) {
  constexpr int kPicks = 200'000;
  for (const double share : Bench("random", {9, 0, 3, 1, 7}).shares(kPicks))
    EXPECT_NEAR(share, 0.2, six_sigma(0.2, kPicks));
}

TEST(PowerOfTwoChoices, NeverPicksTheMostLoadedOfDistinctLoads) {
  constexpr int kPicks = 200'000;
  // Of n instances with different loads the one with k busier ones is picked with probability k / C(n, 2).
  const std::vector<double> shares = Bench("power_of_two_choices", {4, 3, 2, 1}).shares(kPicks);
  EXPECT_EQ(shares[0], 0);
  for (int k = 1; k < 4; ++k) EXPECT_NEAR(shares[static_cast<std::size_t>(k)], k / 6.0, six_sigma(k / 6.0, kPicks));
}

TEST(PowerOfTwoChoices, IsUniformWhereAllAreEqual) {
  constexpr int kPicks = 200'000;
  for (const double share : Bench("power_of_two_choices", {2, 2, 2, 2, 2}).shares(kPicks))
    EXPECT_NEAR(share, 0.2, six_sigma(0.2, kPicks));
}

TEST(PowerOfTwoChoices, AlwaysFindsTheEmptierOfTwo) {
  Bench bench("power_of_two_choices", {1, 0});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(bench.pick(), 1U);
}

TEST(LeastRequest, FindsTheEmptierOfTwoInThreePicksOfFour) {
  // Envoy draws with replacement: 1 - (1 - 1/2)^2.
  constexpr int kPicks = 200'000;
  EXPECT_NEAR(Bench("least_request", {1, 0}).shares(kPicks)[1], 0.75, six_sigma(0.75, kPicks));
}

TEST(LeastRequest, WithMoreChoicesFindsTheLeastLoadedMoreOften) {
  // The least loaded of four is among five draws with probability 1 - (3/4)^5 (upstream's PNC test uses these loads).
  constexpr int kPicks = 200'000;
  const double expected = 1 - std::pow(0.75, 5);
  EXPECT_NEAR(Bench("least_request", {4, 3, 2, 1}, {{"choices", 5}}).shares(kPicks)[3], expected,
              six_sigma(expected, kPicks));
}

TEST(LeastRequest, IsUniformWhereAllAreEqual) {
  constexpr int kPicks = 200'000;
  for (const double share : Bench("least_request", {2, 2, 2, 2, 2}).shares(kPicks))
    EXPECT_NEAR(share, 0.2, six_sigma(0.2, kPicks));
}

TEST(LeastRequest, KeepsTheEarlierDrawOnATie) {
  Bench bench("least_request", {3, 3, 3, 3, 3, 3, 3});
  Stream twin = bench.words();
  for (int i = 0; i < 1000; ++i) {
    // The first draw is the upper half of the word, scaled to [0, 7).
    const auto first = static_cast<std::uint32_t>(((twin.next() >> 32) * 7) >> 32);
    EXPECT_EQ(bench.pick(), first);
  }
}

TEST(LeastRequest, TiesGoToTheFirstInTheListIfAskedTo) {
  // Position 0 wins unless both draws miss it.
  constexpr int kPicks = 200'000;
  const double expected = 1 - 0.75 * 0.75;
  EXPECT_NEAR(Bench("least_request", {1, 1, 1, 1}, {{"tie", "first"}}).shares(kPicks)[0], expected,
              six_sigma(expected, kPicks));
}

// Upstream: FullScanOneHostWithLeastRequests.
TEST(LeastRequestFullScan, PicksTheLeastLoaded) {
  Bench bench("least_request", {4, 3, 2, 1, 5}, {{"full_scan", true}});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(bench.pick(), 3U);
}

// Upstream: FullScanMultipleHostsWithLeastRequests, with its counts and tolerance.
TEST(LeastRequestFullScan, SharesTiesEvenly) {
  Bench bench("least_request", {3, 3, 1, 1, 1}, {{"full_scan", true}});
  std::vector<int> counts(5);
  for (int i = 0; i < 1'000'000; ++i) ++counts[bench.pick()];
  EXPECT_EQ(counts[0] + counts[1], 0);
  for (std::size_t i = 2; i < 5; ++i) EXPECT_NEAR(counts[i], 333'333, 5'000);
}

TEST(LeastRequestFullScan, TiesGoToTheFirstOrInTurnIfAskedTo) {
  Bench first("least_request", {3, 1, 1, 3, 1}, {{"full_scan", true}, {"tie", "first"}});
  EXPECT_EQ(first.picks(3), (std::vector<std::uint32_t>{1, 1, 1}));
  Bench turns("least_request", {3, 1, 1, 3, 1}, {{"full_scan", true}, {"tie", "round_robin"}});
  EXPECT_EQ(turns.picks(7), (std::vector<std::uint32_t>{1, 2, 4, 1, 2, 4, 1}));
}

TEST(LeastRequestFullScan, TurnsGoOnInsideASetThatHasShrunk) {
  Bench bench("least_request", {0, 0, 0, 0}, {{"full_scan", true}, {"tie", "round_robin"}});
  EXPECT_EQ(bench.picks(4), (std::vector<std::uint32_t>{0, 1, 2, 3}));
  bench.resize({0, 0});
  EXPECT_EQ(bench.picks(3), (std::vector<std::uint32_t>{0, 1, 0}));
}

TEST(LoadBalancers, TakeTheSameNumberOfWordsForEveryRequest) {
  struct Case {
    const char* type;
    Fields fields;
    std::size_t words;
  };
  const std::vector<Case> cases = {{"random", {}, 1},
                                   {"power_of_two_choices", {}, 1},
                                   {"least_request", {}, 1},
                                   {"least_request", {{"choices", 3}}, 2},
                                   {"least_request", {{"choices", 5}}, 3},
                                   {"least_request", {{"full_scan", true}}, 1},
                                   {"least_outstanding", {}, 1},
                                   {"least_connections", {}, 0},
                                   {"shortest_expected_delay", {{"tie", "random"}}, 1},
                                   {"join_idle_queue", {}, 1},
                                   {"peak_ewma", {}, 1},
                                   {"prequal", {}, 1},
                                   {"ring_hash", {}, 0},
                                   {"maglev", {}, 0},
                                   {"least_request", {{"full_scan", true}, {"tie", "first"}}, 0}};
  for (const Case& c : cases)
    for (const std::vector<std::uint32_t>& loads : {std::vector<std::uint32_t>{0}, {2, 2}, {7, 0, 3, 0}}) {
      Bench bench(c.type, loads, c.fields);
      for (int i = 0; i < 10; ++i) EXPECT_EQ(bench.words_per_pick(), c.words) << c.type << " among " << loads.size();
    }
}

TEST(LoadBalancers, FindTheOnlyInstance) {
  for (const ChoiceView::Entry& entry : LoadBalancerParams::registry().entries())
    EXPECT_EQ(Bench(entry.type, {8}).picks(3), (std::vector<std::uint32_t>{0, 0, 0})) << entry.type;
}

// Against a look at all of them, while counts go up and down by one, in few instances and many, few requests and many.
TEST(LeastOfAll, KeepsTrackOfTheLowestCount) {
  Stream words(1, "counts", 0);
  for (const std::uint32_t n : {1U, 5U, 64U, 200U})
    for (const std::uint32_t most : {3U, 2000U}) {
      std::vector<std::uint32_t> counts(n, most == 3 ? 0 : 1020), instances(n);
      CountIndex index;
      index.rebuild(counts);
      for (int step = 0; step < 20'000; ++step) {
        const std::uint32_t position = words.below(n), before = counts[position];
        if (words.below(2) == 0 && before > 0)
          --counts[position];
        else if (before < most)
          ++counts[position];
        index.moved(position, before, counts[position]);
        const std::uint32_t lowest = *std::min_element(counts.begin(), counts.end());
        std::vector<std::uint32_t> tied;
        for (std::uint32_t i = 0; i < n; ++i)
          if (counts[i] == lowest) tied.push_back(i);
        ASSERT_EQ(index.tied(counts), tied.size());
        const auto nth = words.below(static_cast<std::uint32_t>(tied.size()));
        ASSERT_EQ(index.nth(counts, nth), tied[nth]);
        const auto next = std::lower_bound(tied.begin(), tied.end(), position);
        ASSERT_EQ(index.from(counts, position), next == tied.end() ? tied.front() : *next);
      }
    }
}

}  // namespace
}  // namespace windtunnel
