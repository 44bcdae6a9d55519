// Policies against the unit tests of the programs they are taken from. Rows are named by the upstream file or commit
// and its test. What those tests ask that can't be asked here:
//   edf_scheduler_test.cc Empty, Expired, ExpiredPeekedIsNotPicked, ManyPeekahead: a balancer here always has a
//   backend,
//     never peeks, and makes its schedule anew when the set changes.
//   least_request_lb_test.cc Normal and PNC with given words: words are not injected; the shares that follow are held
//   in
//     load_balancer_test.cpp. WeightImbalanceWithInvalidActiveRequestBias: a negative bias is an error of the scenario.
//   ring_hash_lb_test.cc BasicWithMurmur2: other hash.
//     Basic with all hosts unhealthy: an instance that isn't ready is in no list.
//   maglev_lb_test.cc SingleHost: its one-slot table is a representation, not a behaviour.
//   thread_aware_lb_impl_test.cc HashKey: metadata. AllHostsOverloaded: the overload is mocked there.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "models/load_balancer/bounded_load.hpp"
#include "models/load_balancer/edf_schedule.hpp"
#include "models/load_balancer/hash_ring.hpp"
#include "models/load_balancer/ip_hash.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/load_balancer/maglev_table.hpp"
#include "models/load_balancer/peak_ewma.hpp"
#include "models/load_balancer/slow_start.hpp"
#include "models/load_balancer/smooth_turns.hpp"
#include "models/load_balancer/xxhash64.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;

std::vector<Backend> weighted(const std::vector<double>& weights) {
  std::vector<Backend> out;
  for (std::uint32_t i = 0; i < weights.size(); ++i) {
    Backend backend;
    backend.number = i;
    backend.weight = weights[i];
    backend.name = "127.0.0.1:" + std::to_string(90 + i);
    out.push_back(backend);
  }
  return out;
}

// Described backends with counts that the test sets.
class Described {
 public:
  Described(std::string_view type, const std::vector<double>& weights, const Fields& fields = {})
      : params_(chosen<LoadBalancerParams>(type, fields)),
        balancer_(params_->make_for_proxy()),
        backend(weighted(weights)),
        outstanding(weights.size()) {
    for (std::uint32_t i = 0; i < weights.size(); ++i) instances_.push_back(i);
  }
  void begin() { balancer_->backends_changed(seen()); }
  std::uint32_t pick() { return balancer_->pick(seen(), words_); }
  std::string picks(int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += static_cast<char>('0' + pick());
    return out;
  }
  Backends seen() const { return {instances_, outstanding, backend, now, client}; }

 private:
  Choice<LoadBalancerParams> params_;
  std::unique_ptr<LoadBalancer> balancer_;
  std::vector<std::uint32_t> instances_;
  Stream words_{1, "checkout/balancer", 0};

 public:
  std::vector<Backend> backend;
  std::vector<std::uint32_t> outstanding;
  Time now{};
  std::uint64_t client = 0;
};

std::map<char, int> counts(const std::string& picks) {
  std::map<char, int> out;
  for (const char c : picks) ++out[c];
  return out;
}

// --- Envoy's schedule: edf_scheduler_test.cc

TEST(EdfScheduler, UnweightedGoesRoundInOrder) {  // Unweighted
  EdfSchedule schedule;
  schedule.begin(std::vector<double>(128, 1.0), 0);
  for (std::uint32_t round = 0; round < 128; ++round)
    for (std::uint32_t i = 0; i < 128; ++i) EXPECT_EQ(schedule.pick([](std::uint32_t) { return 1.0; }), i);
}

TEST(EdfScheduler, WeightedGivesEachExactlyItsWeight) {  // Weighted
  std::vector<double> weights;
  for (int i = 1; i <= 128; ++i) weights.push_back(i);
  EdfSchedule schedule;
  schedule.begin(weights, 0);
  std::vector<int> picked(128);
  for (int k = 0; k < 128 * 129 / 2; ++k) ++picked[schedule.pick([&](std::uint32_t i) { return weights[i]; })];
  for (std::size_t i = 0; i < 128; ++i) EXPECT_EQ(picked[i], static_cast<int>(i) + 1);
}

// SchedulerWithSomePicksEqualToEmptyWithAddedEntries, with its weights and numbers of picks.
TEST(EdfScheduler, SkippedPicksAreThePicksThatWouldHaveBeenTaken) {
  std::vector<double> weights;
  for (int i = 0; i < 128; ++i) weights.push_back(0.01 + i * (100.49 / 128));
  const auto weight = [&](std::uint32_t i) { return weights[i]; };
  for (const std::uint64_t picks : {5ULL, 140ULL, 501ULL, 123456ULL, 894571ULL}) {
    EdfSchedule skipping, taking;
    skipping.begin(weights, picks);
    taking.begin(weights, 0);
    for (std::uint64_t k = 0; k < picks; ++k) taking.pick(weight);
    for (int k = 0; k < 1000; ++k) {
      ASSERT_NEAR(skipping.next_deadline(), taking.next_deadline(), 1e-5) << picks << " picks, then " << k;
      skipping.pick(weight);
      taking.pick(weight);
    }
  }
}

// SchedulerWithRandomPicksFirstPickDistribution: its weights and tolerance, with a tenth of its schedulers.
TEST(EdfScheduler, AfterARandomNumberOfPicksTheFirstIsByWeight) {
  constexpr int kSchedulers = 40'000;
  Stream words(1, "picks", 0);
  for (const std::vector<double>& weights :
       std::vector<std::vector<double>>{{25, 75}, {1, 99}, {50, 50}, {1, 20, 79}}) {
    std::vector<double> share(weights.size());
    EdfSchedule schedule;
    for (int k = 0; k < kSchedulers; ++k) {
      schedule.begin(weights, words.next() >> 32);
      share[schedule.pick([&](std::uint32_t i) { return weights[i]; })] += 100.0 / kSchedulers;
    }
    for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_NEAR(share[i], weights[i], 1.0);
  }
}

// --- Envoy's least request: least_request_lb_test.cc, WeightImbalance

TEST(LeastRequestConformance, WeighsRequestsInProgress) {
  Described bench("least_request", {1, 2}, {{"random_start", false}});
  bench.begin();
  EXPECT_EQ(bench.picks(6), "101101");
  bench.outstanding = {0, 1};
  EXPECT_EQ(bench.picks(5), "10101");
  bench.outstanding = {1, 0};
  EXPECT_EQ(bench.picks(10), "0111011110");
}

// WeightImbalance with active_request_bias given and equal weights: 300 picks, 200 ± 2.
TEST(LeastRequestConformance, ABiasThatIsGivenHoldsForEqualWeightsToo) {
  Described bench("least_request", {1, 1}, {{"active_request_bias", 1.0}});
  bench.outstanding = {1, 0};
  bench.begin();
  EXPECT_NEAR(counts(bench.picks(300))['1'], 200, 2);
}

// SlowStartNoWait: window 60 s, host 0 busy with one request and past it, host 1 ten seconds in. Upstream's order at
// the first step comes of how its scheduler breaks a tie of deadlines at t = 6; the 3 : 1 does not.
TEST(LeastRequestConformance, SlowStartWithoutWaiting) {
  Described bench(
      "least_request", {1, 1},
      {{"random_start", false}, {"active_request_bias", 1.0}, {"slow_start", Fields{{"window", Duration{60s}}}}});
  bench.outstanding = {1, 0};
  bench.now = Time{70s};
  bench.backend[1].ready_since = Time{60s};
  bench.begin();
  EXPECT_EQ(counts(bench.picks(4)), (std::map<char, int>{{'0', 3}, {'1', 1}}));
  bench.now = Time{100s};
  bench.begin();
  EXPECT_EQ(bench.picks(7), "1010101");
}

// SlowStartWithActiveHC: aggression and bias 0.9, window 10 s; then aggression and bias 1.
TEST(LeastRequestConformance, SlowStartWithAggression) {
  Described bench("least_request", {1, 1},
                  {{"random_start", false},
                   {"active_request_bias", 0.9},
                   {"slow_start", Fields{{"window", Duration{10s}}, {"aggression", 0.9}}}});
  bench.outstanding = {1, 0};
  bench.now = Time{20s};
  bench.backend[0].ready_since = Time{13s};
  bench.backend[1].ready_since = Time{12s};
  bench.begin();
  EXPECT_EQ(bench.picks(13), "1101101101101");

  Described linear("least_request", {1, 1},
                   {{"random_start", false}, {"slow_start", Fields{{"window", Duration{10s}}}}});
  linear.now = Time{20s};
  linear.backend[1].ready_since = Time{15s};
  linear.begin();
  EXPECT_EQ(linear.picks(6), "010010");
}

TEST(SlowStartConformance, GrowsFromItsLeastToTheWholeWeight) {
  SlowStart slow;
  EXPECT_DOUBLE_EQ(slow.factor(Time{10s}, Time{0s}), 10.0 / 60);
  EXPECT_DOUBLE_EQ(slow.factor(Time{3s}, Time{0s}), 0.1);
  EXPECT_DOUBLE_EQ(slow.factor(Time{60s}, Time{0s}), 1);
  EXPECT_DOUBLE_EQ(slow.factor(Time{0s}, Time{0s}), 0.1);
}

// --- Envoy's ring: ring_hash_lb_test.cc

struct RingRow {
  std::uint32_t port;
  std::uint64_t hash;
};

TEST(RingHashConformance, Basic) {
  HashRing ring;
  ring.build(weighted(std::vector<double>(6, 1.0)), 12, 8'388'608);
  const std::vector<RingRow> expected = {
      {94, 833437586790550860u},   {92, 928266305478181108u},   {90, 1033482794131418490u},
      {95, 3551244743356806947u},  {93, 3851675632748031481u},  {91, 5583722120771150861u},
      {91, 6311230543546372928u},  {93, 7700377290971790572u},  {95, 13144177310400110813u},
      {92, 13444792449719432967u}, {94, 15516499411664133160u}, {90, 16117243373044804889u}};
  ASSERT_EQ(ring.points().size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(ring.points()[i].hash, expected[i].hash);
    EXPECT_EQ(90 + ring.points()[i].position, expected[i].port);
  }
  const std::vector<RingRow> lookups = {{94, 0},
                                        {94, ~std::uint64_t{0}},
                                        {95, 3551244743356806947u},
                                        {93, 3551244743356806948u},
                                        {90, 16117243373044804880u}};
  for (const RingRow& row : lookups) EXPECT_EQ(90 + ring.position(row.hash), row.port) << row.hash;
}

// Sizes by the formula in ring_hash_lb.cc; {1, 1, 1, 1} among six points is the example in its comment.
TEST(RingHashConformance, HasPointsByWeight) {
  struct Case {
    std::vector<double> weights;
    std::uint64_t least, most;
    std::vector<int> points;
  };
  for (const Case& c : std::vector<Case>{{{1, 1, 1, 1}, 6, 6, {2, 1, 2, 1}},
                                         {{1, 2, 3}, 1024, 8'388'608, {171, 342, 513}},
                                         {{1, 1, 1}, 1024, 8'388'608, {342, 342, 342}},
                                         {{1, 1, 1, 1, 1, 1}, 12, 8'388'608, {2, 2, 2, 2, 2, 2}}}) {
    HashRing ring;
    ring.build(weighted(c.weights), c.least, c.most);
    std::vector<int> points(c.weights.size());
    for (const HashRing::Point& point : ring.points()) ++points[point.position];
    EXPECT_EQ(points, c.points);
  }
}

// --- Envoy's Maglev: maglev_lb_test.cc

TEST(MaglevConformance, Basic) {
  MaglevTable table;
  table.build(weighted(std::vector<double>(6, 1.0)), 7);
  EXPECT_EQ(std::vector<std::uint32_t>(table.owners().begin(), table.owners().end()),
            (std::vector<std::uint32_t>{2, 4, 0, 1, 5, 0, 3}));
  for (std::uint64_t hash = 0; hash < 21; ++hash) EXPECT_EQ(table.position(hash), table.owners()[hash % 7]);
}

TEST(MaglevConformance, BasicWithHostName) {
  std::vector<Backend> backends = weighted(std::vector<double>(6, 1.0));
  for (std::uint32_t i = 0; i < 6; ++i) backends[i].name = std::to_string(90 + i);
  MaglevTable table;
  table.build(backends, 7);
  EXPECT_EQ(std::vector<std::uint32_t>(table.owners().begin(), table.owners().end()),
            (std::vector<std::uint32_t>{2, 5, 0, 3, 4, 1, 0}));
}

TEST(MaglevConformance, NoPrimeNumberIsAnError) {
  auto params = chosen<LoadBalancerParams>("maglev", {{"table_size", 8}});
  test::Found found;
  params.mutable_params().check(found);
  ASSERT_EQ(found.errors.size(), 1U);
  EXPECT_EQ(found.errors[0], "/table_size: is 8; a prime number fits");
  test::Found none;
  chosen<LoadBalancerParams>("maglev").mutable_params().check(none);  // DefaultMaglevTableSize is one
  EXPECT_TRUE(none.errors.empty());
}

// Derived with an independent implementation of table and hash.
TEST(MaglevConformance, SharesTheTableByWeight) {
  MaglevTable table;
  table.build(weighted({1, 2, 3}), 17);
  EXPECT_EQ(std::vector<std::uint32_t>(table.owners().begin(), table.owners().end()),
            (std::vector<std::uint32_t>{1, 0, 2, 1, 2, 2, 1, 0, 1, 1, 2, 2, 2, 0, 1, 2, 2}));
}

TEST(MaglevConformance, LosesLittleWhenABackendGoes) {
  MaglevTable six, five;
  six.build(weighted(std::vector<double>(6, 1.0)), 65'537);
  five.build(weighted(std::vector<double>(5, 1.0)), 65'537);
  std::vector<int> owned(6);
  int changed = 0;
  for (std::size_t i = 0; i < 65'537; ++i) {
    ++owned[six.owners()[i]];
    changed += six.owners()[i] != five.owners()[i] ? 1 : 0;
  }
  std::sort(owned.begin(), owned.end());
  EXPECT_EQ(owned, (std::vector<int>{10'922, 10'923, 10'923, 10'923, 10'923, 10'923}));
  EXPECT_EQ(changed, 10'984);
}

// Eisenbud et al., section 3.4: floor and ceiling of M / N.
TEST(MaglevConformance, EntriesDifferByOneAtMost) {
  struct Case {
    std::size_t size, backends;
    int least, most;
  };
  for (const Case& c : {Case{65'537, 100, 655, 656}, Case{251, 10, 25, 26}}) {
    MaglevTable table;
    table.build(weighted(std::vector<double>(c.backends, 1.0)), c.size);
    std::vector<int> owned(c.backends);
    for (const std::uint32_t owner : table.owners()) ++owned[owner];
    EXPECT_EQ(*std::min_element(owned.begin(), owned.end()), c.least);
    EXPECT_EQ(*std::max_element(owned.begin(), owned.end()), c.most);
  }
}

// Uniform spacings: shares of n backends with k points each are Beta(k, k (n - 1)), so their coefficient of variation
// is sqrt((n - 1) / (n k + 1)). Of the whole sample: 200 rings each.
TEST(RingHashConformance, SharesVaryAsUniformSpacingsDo) {
  for (const auto& [n, k] : std::vector<std::pair<std::uint32_t, std::uint64_t>>{{10, 1}, {10, 100}, {10, 160}}) {
    double squares = 0;
    for (int ring_number = 0; ring_number < 200; ++ring_number) {
      std::vector<Backend> backends = weighted(std::vector<double>(n, 1.0));
      for (Backend& backend : backends) backend.name += "/" + std::to_string(ring_number);
      HashRing ring;
      ring.build(backends, n * k, n * k);
      ASSERT_EQ(ring.points().size(), n * k);
      std::vector<double> share(n);
      std::uint64_t before = ring.points().back().hash;
      for (const HashRing::Point& point : ring.points()) {
        share[point.position] += static_cast<double>(point.hash - before) * 0x1.0p-64;
        before = point.hash;
      }
      for (const double s : share) squares += (s * n - 1) * (s * n - 1);
    }
    const double expected = std::sqrt((n - 1.0) / (n * static_cast<double>(k) + 1));
    EXPECT_NEAR(std::sqrt(squares / (200.0 * n)) / expected, 1, 0.1) << n << " backends with " << k << " points";
  }
}

// --- Envoy's bounded loads: thread_aware_lb_impl_test.cc (BoundedLoad)

TEST(BoundedLoadConformance, AsksTheOthersInTheOrderOfTheHash) {
  struct Case {
    std::uint64_t hash;
    std::vector<std::uint32_t> order;
  };
  for (const Case& c : std::vector<Case>{{2, {2, 1, 0, 4, 3}},  // OneHostOverloaded, MultipleHostOverloaded
                                         {6, {4, 0, 2, 3, 1}},  // MultipleHashSameHostOverloaded
                                         {7, {0, 1, 4, 3, 2}}}) {
    std::vector<std::uint32_t> order;
    BoundedLoad::order(c.hash, 5, order);
    EXPECT_EQ(order, c.order) << c.hash;
  }
}

TEST(BoundedLoadConformance, ActualHostOverloaded) {
  Described bench("maglev", std::vector<double>(5, 1.0));
  BoundedLoad bound(100);
  bound.backends_changed(bench.seen());
  EXPECT_EQ(bound.bounded(bench.seen(), 2, 2), 2U);
  bench.outstanding[2] = 2;
  EXPECT_EQ(bound.bounded(bench.seen(), 2, 2), 1U);
}

// --- NGINX

TEST(NginxConformance, SmoothWeightedRoundRobin) {
  struct Case {
    std::vector<double> weights;
    int picks;
    const char* order;
  };
  for (const Case& c : std::vector<Case>{{{5, 1, 1}, 7, "0010200"},  // commit 52327e062
                                         {{4, 2, 1}, 7, "0102010"},  // and by hand from the algorithm
                                         {{1, 2, 3}, 6, "210212"},
                                         {{3, 2}, 10, "0101001010"},
                                         {{10, 1}, 11, "00000100000"},
                                         {{1, 1, 1}, 6, "012012"}}) {
    Described bench("smooth_weighted_round_robin", c.weights);
    bench.begin();
    EXPECT_EQ(bench.picks(c.picks), c.order);
  }
}

TEST(NginxConformance, CurrentWeightsOfTheCommit) {
  Described bench("smooth_weighted_round_robin", {5, 1, 1});
  SmoothTurns turns;
  for (const std::vector<double>& expected : std::vector<std::vector<double>>{
           {-2, 1, 1}, {-4, 2, 2}, {1, -4, 3}, {-1, -3, 4}, {4, -2, -2}, {2, -1, -1}, {0, 0, 0}}) {
    turns.pick(bench.seen(), [](std::uint32_t) { return true; });
    for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(turns.current(bench.seen(), i), expected[i]);
  }
}

// By hand from ngx_http_upstream_round_robin.c: with max_fails 2 a failure takes half of the weight of 4, and each of
// the next picks gives one back.
TEST(NginxConformance, AFailureLowersTheEffectiveWeight) {
  Described bench("smooth_weighted_round_robin", {4, 1});
  SmoothTurns turns;
  const auto pick = [&] { return turns.pick(bench.seen(), [](std::uint32_t) { return true; }); };
  EXPECT_EQ(pick(), 0U);
  turns.failed(0, 2);
  EXPECT_EQ(turns.effective(0), 2);
  EXPECT_EQ(pick(), 1U);  // 1 against 2
  EXPECT_EQ(turns.effective(0), 3);
  EXPECT_EQ(pick(), 0U);
  EXPECT_EQ(turns.effective(0), 4);
  EXPECT_EQ(turns.current(bench.seen(), 0), 0);
  EXPECT_EQ(turns.current(bench.seen(), 1), 0);
  pick();
  EXPECT_EQ(turns.effective(0), 4);  // never more than the weight
  turns.failed(0, 1);
  turns.failed(0, 1);
  EXPECT_EQ(turns.effective(0), 0);
  turns.failed(1, 3);
  EXPECT_EQ(turns.effective(1), 1);  // a third of 1 in whole numbers
}

TEST(NginxConformance, BalancesTwoEqualPeers) {  // upstream.t, 'balanced'
  Described bench("smooth_weighted_round_robin", {1, 1});
  EXPECT_EQ(counts(bench.picks(30)), (std::map<char, int>{{'0', 15}, {'1', 15}}));
}

// By hand from ngx_http_upstream_ip_hash_module.c.
TEST(NginxConformance, IpHash) {
  struct Case {
    std::array<std::uint8_t, 3> network;
    std::uint32_t hash, equal, weighted;
  };
  const Described equal("ip_hash", {1, 1, 1}), five("ip_hash", {5, 1, 1});
  for (const Case& c : std::vector<Case>{
           {{127, 0, 0}, 4040, 2, 0}, {{192, 168, 1}, 154, 1, 0}, {{10, 0, 0}, 2565, 0, 0}, {{8, 8, 8}, 3023, 2, 2}}) {
    const std::uint32_t hash = ip_hash(kIpHashStart, c.network);
    EXPECT_EQ(hash, c.hash);
    EXPECT_EQ(ip_hash_position(hash, equal.seen()), c.equal);
    EXPECT_EQ(ip_hash_position(hash, five.seen()), c.weighted);
  }
  const std::uint32_t second = ip_hash(154, {192, 168, 1}), third = ip_hash(second, {192, 168, 1});
  EXPECT_EQ(second, 5654U);
  EXPECT_EQ(third, 1196U);
}

TEST(NginxConformance, LeastConnGivesTheTiedTheirTurns) {
  Described bench("least_connections", {2, 1, 1});
  bench.outstanding = {4, 2, 1};
  EXPECT_EQ(bench.picks(2), "22");
  bench.outstanding = {4, 2, 2};  // 2 per unit of weight, all of them
  EXPECT_EQ(bench.picks(4), "0120");
}

// --- HAProxy: lb_fwlc.c

// Keys by its formula with weights 16 and 32: 0, 512, 1024 for 0, 1, 3 in flight, and 512 for 3 at twice the weight.
TEST(HaProxyConformance, LeastconnComparesKeys) {
  Described bench("least_connections", {16, 16, 32}, {{"as", "haproxy"}});
  bench.outstanding = {3, 0, 3};
  EXPECT_EQ(bench.picks(2), "11");
  bench.outstanding = {3, 3, 3};
  EXPECT_EQ(bench.picks(2), "22");
  bench.outstanding = {1, 2, 3};  // 512, 768, 512: the equal ones rotate
  EXPECT_EQ(bench.picks(4), "0202");
}

TEST(HaProxyConformance, FirstFillsOneServerAfterTheOther) {
  Described bench("first", {1, 1, 1}, {{"max_connections", 2}});
  std::string order;
  for (int i = 0; i < 6; ++i) {
    const std::uint32_t at = bench.pick();
    ++bench.outstanding[at];
    order += static_cast<char>('0' + at);
  }
  EXPECT_EQ(order, "001122");
}

// --- Finagle: PeakEwma.scala, by hand

TEST(FinagleConformance, PeakEwmaJumpsUpAndDecays) {
  const auto s = [](double seconds) { return seconds * 1e9; };
  PeakEwma node;
  node.observe(Time{0s}, s(5), 10s);
  EXPECT_EQ(node.cost_ns, s(5));
  node.observe(Time{1s}, s(50), 10s);
  EXPECT_EQ(node.cost_ns, s(50));
  node.observe(Time{11s}, s(5), 10s);
  EXPECT_NEAR(node.cost_ns, s(21.5546), s(1e-4));
  EXPECT_NEAR(node.load(Time{21s}, 0, 10s), s(7.9295), s(1e-4));
}

TEST(FinagleConformance, PeakEwmaPenalisesANodeThatHasNotAnsweredYet) {
  PeakEwma node;
  EXPECT_EQ(node.load(Time{0s}, 0, 10s), 0);
  EXPECT_EQ(node.load(Time{0s}, 1, 10s), static_cast<double>(0x7fffffffffffffffLL >> 16) + 1);
}

// --- xxHash: known answers of the specification's test program

TEST(XxHash64, GivesTheKnownAnswers) {
  EXPECT_EQ(xxhash64("", 0), 0xEF46DB3751D8E999u);
  EXPECT_EQ(xxhash64("abc", 0), 0x44BC2CF5AD770999u);
}

}  // namespace
}  // namespace windtunnel
