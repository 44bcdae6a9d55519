// Policies that hear from instances: gRPC's weighted round robin against grpc-go's tests, and Prequal by its paper.
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

#include "models/load_balancer/endpoint_weight.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/load_balancer/prequal.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using test::Fields;

// --- StaticStride: M7 of our notes, worked by another program from grpc-go's scheduler.go

std::string strides(const std::vector<double>& weights, int n) {
  StaticStride stride;
  stride.set_weights(weights);
  std::uint64_t sequence = 1;
  std::string out;
  for (int i = 0; i < n; ++i) out += std::to_string(stride.pick(sequence));
  return out;
}

TEST(StaticStride, GivesTurnsByWeight) {
  EXPECT_EQ(strides({1, 1, 2}, 12), "120212021202");
  EXPECT_EQ(strides({1, 2, 3}, 12), "122012122012");
  const std::string turns = strides({1, 10}, 22);
  EXPECT_EQ(std::count(turns.begin(), turns.end(), '0'), 2);
}

TEST(StaticStride, AnUnknownWeightIsTheMeanOfTheOthers) {
  const std::string turns = strides({0, 1, 3}, 600);
  const auto count = [&](char c) { return static_cast<double>(std::count(turns.begin(), turns.end(), c)); };
  EXPECT_NEAR(count('0'), 200, 2);
  EXPECT_NEAR(count('1'), 100, 2);
  EXPECT_EQ(strides({0, 0, 3}, 6), "120120");
}

// --- grpc-go balancer/weightedroundrobin: two addresses

class TwoAddresses {
 public:
  explicit TwoAddresses(const Fields& fields = {})
      : params_(chosen<LoadBalancerParams>("client_side_weighted_round_robin", fields)), balancer_(params_->make()) {
    for (std::uint32_t i = 0; i < 2; ++i) backends_.push_back({i, 0, 1, {}, "b"});
  }
  void report(std::uint32_t number, double utilization, double errors = 0, Time now = Time{}) {
    balancer_->reported(number, {utilization, 10, errors}, now);
  }
  // Of 1100 picks those of address 0.
  int picks_of_first(Time now) {
    int out = 0;
    for (int i = 0; i < 1100; ++i)
      out += balancer_->pick({instances_, counts_, backends_, now, 0}, words_) == 0 ? 1 : 0;
    return out;
  }

 private:
  Choice<LoadBalancerParams> params_;
  std::unique_ptr<LoadBalancer> balancer_;
  std::vector<Backend> backends_;
  std::vector<std::uint32_t> instances_{0, 1}, counts_{0, 0};
  Stream words_{1, "checkout/balancer", 0};
};

TEST(WeightedRoundRobinConformance, ReportingEnabled) {  // TestBalancer_TwoAddresses_ReportingEnabledPerCall, …OOB
  TwoAddresses two({{"blackout_period", Duration{0s}}});
  two.report(0, 1.0);
  two.report(1, 0.1);
  EXPECT_NEAR(two.picks_of_first(Time{1s}), 100, 2);
}

TEST(WeightedRoundRobinConformance, ErrorPenalty) {  // TestBalancer_TwoAddresses_ErrorPenalty
  struct Row {
    double penalty;
    int of_first;
  };
  for (const Row& row : {Row{0, 100}, Row{0.9, 550}}) {
    TwoAddresses two({{"blackout_period", Duration{0s}}, {"error_utilization_penalty", row.penalty}});
    two.report(0, 1.0, 0);
    two.report(1, 0.1, 10);
    EXPECT_NEAR(two.picks_of_first(Time{1s}), row.of_first, 2);
  }
}

TEST(WeightedRoundRobinConformance, BlackoutPeriod) {  // TestBalancer_TwoAddresses_BlackoutPeriod
  EndpointWeights terms;
  terms.blackout_period = 1s;
  EndpointWeight weight;
  weight.report({0.1, 10, 0}, Time{0s}, terms);
  EXPECT_EQ(weight.weight(Time{1s} - Duration{1}, terms), 0);
  EXPECT_DOUBLE_EQ(weight.weight(Time{1s}, terms), 100);
  TwoAddresses two({{"blackout_period", Duration{1s}}});
  two.report(0, 1.0);
  two.report(1, 0.1);
  EXPECT_NEAR(two.picks_of_first(Time{999ms}), 550, 1);
  EXPECT_NEAR(two.picks_of_first(Time{1s}), 100, 2);
}

TEST(WeightedRoundRobinConformance, AReportExpiresAndABlackoutFollows) {
  EndpointWeights terms;
  EndpointWeight weight;
  weight.report({0.5, 10, 0}, Time{0s}, terms);
  EXPECT_DOUBLE_EQ(weight.weight(Time{180s} - Duration{1}, terms), 20);
  EXPECT_EQ(weight.weight(Time{180s}, terms), 0);
  weight.report({0.5, 10, 0}, Time{200s}, terms);
  EXPECT_EQ(weight.weight(Time{209s}, terms), 0);
  EXPECT_DOUBLE_EQ(weight.weight(Time{210s}, terms), 20);
  weight.report({0, 10, 0}, Time{300s}, terms);  // says nothing
  weight.report({0.5, 0, 0}, Time{300s}, terms);
  EXPECT_EQ(weight.weight(Time{380s}, terms), 0);
}

// --- Prequal

Probe probe(std::uint32_t number, std::uint32_t in_flight, Duration latency, std::int64_t uses = 1) {
  return {number, in_flight, latency, Time{}, uses};
}

TEST(ProbePool, TakesTheFastestOfTheColdElseTheEmptiest) {
  ProbePool pool;
  pool.add(probe(0, 9, 1ms), 16);
  pool.add(probe(1, 3, 8ms), 16);
  pool.add(probe(2, 5, 6ms), 16);
  EXPECT_EQ(pool[pool.best(5)].number, 2U);
  EXPECT_EQ(pool[pool.best(2)].number, 1U);
  EXPECT_EQ(pool[pool.best(std::numeric_limits<double>::infinity())].number, 0U);  // by latency alone
  EXPECT_EQ(pool[pool.best(-1)].number, 1U);                                       // by requests alone
}

TEST(ProbePool, RemovesTheFullestOfTheHotElseTheSlowest) {
  ProbePool pool;
  for (const Probe& p : {probe(0, 9, 1ms), probe(1, 3, 8ms), probe(2, 7, 6ms)}) pool.add(p, 16);
  pool.remove_worst(5);
  EXPECT_EQ(pool[0].number, 1U);
  pool.remove_worst(100);
  EXPECT_EQ(pool[0].number, 2U);
  EXPECT_EQ(pool.size(), 1U);
}

TEST(ProbePool, CountsWhatItSendsAndUsesAProbeUp) {
  ProbePool pool;
  pool.add(probe(0, 2, 1ms, 2), 16);
  pool.use(0);
  EXPECT_EQ(pool[0].in_flight, 3U);
  pool.use(0);
  EXPECT_EQ(pool.size(), 0U);
}

TEST(ProbePool, TheOldestMakesRoomAndAgeEndsAll) {
  ProbePool pool;
  for (std::uint32_t i = 0; i < 5; ++i) pool.add(probe(i, 0, 1ms), 3);
  EXPECT_EQ(pool.size(), 3U);
  EXPECT_EQ(pool[0].number, 2U);
  pool.expire(Time{1s}, 1s);
  EXPECT_EQ(pool.size(), 3U);
  pool.expire(Time{1s} + Duration{1}, 1s);
  EXPECT_EQ(pool.size(), 0U);
}

TEST(InFlightSeen, KnowsQuantilesOfTheLast128) {
  InFlightSeen seen;
  for (std::uint32_t i = 0; i < 1000; ++i) seen.add(9999);
  for (std::uint32_t i = 1; i <= 128; ++i) seen.add(i);
  EXPECT_EQ(seen.quantile(0.5), 64);
  EXPECT_EQ(seen.quantile(0.84), 108);
  EXPECT_LT(seen.quantile(0), 0);
  EXPECT_GT(seen.quantile(1), 1e9);
}

// (1 + delta) / ((1 - m / n) probes - removed), at least 1.
TEST(Prequal, ReusesProbesByTheFormulaOfThePaper) {
  EXPECT_DOUBLE_EQ(*probe_reuse(1, 16, 100, 3, 1), 2 / 1.52);
  EXPECT_DOUBLE_EQ(*probe_reuse(1, 16, 100, 5, 1), 1);
  EXPECT_DOUBLE_EQ(*probe_reuse(1, 16, 64, 1.5, 1), 16);
  EXPECT_FALSE(probe_reuse(1, 16, 10, 3, 1).has_value());
}

TEST(LatencyByLoad, IsTheMedianAtTheNearestLoad) {
  LatencyByLoad seen;
  EXPECT_EQ(seen.estimate(3), Duration::zero());
  for (const Duration latency : {5ms, 1ms, 3ms}) seen.record(2, latency);
  seen.record(6, 20ms);
  EXPECT_EQ(seen.estimate(2), 3ms);
  EXPECT_EQ(seen.estimate(0), 3ms);
  EXPECT_EQ(seen.estimate(5), 20ms);
  EXPECT_EQ(seen.estimate(100), 20ms);
  for (int i = 0; i < 16; ++i) seen.record(2, 9ms);
  EXPECT_EQ(seen.estimate(2), 9ms);
}

// Instances that hold what they are given for good; the one in the middle is slow.
class Fleet final : public Probed {
 public:
  std::optional<Answer> probe(std::uint32_t number) override { return Answer{0, number == 1 ? 500ms : 10ms}; }
};

TEST(Prequal, AvoidsTheSlowOne) {
  const auto params = chosen<LoadBalancerParams>("prequal", {});
  const auto balancer = params->make();
  Fleet fleet;
  balancer->may_probe(fleet);
  std::vector<Backend> backends;
  for (std::uint32_t i = 0; i < 3; ++i) backends.push_back({i, 0, 1, {}, "b"});
  const std::vector<std::uint32_t> instances = {0, 1, 2}, counts = {0, 0, 0};
  Stream words(1, "checkout/balancer", 0);
  std::vector<int> picked(3);
  for (int i = 0; i < 1000; ++i) ++picked[balancer->pick({instances, counts, backends, Time{}, 0}, words)];
  EXPECT_LT(picked[1], 5);  // before it knows
  EXPECT_GT(picked[0], 0);
  EXPECT_GT(picked[2], 0);
}

}  // namespace
}  // namespace windtunnel
