// Envoy's load_balancer_impl_base_test.cc and round_robin_lb_test.cc: priorities, panic, zones.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "models/load_balancer/priority_load.hpp"
#include "models/load_balancer/proxy.hpp"
#include "models/load_balancer/zone_routing.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using test::assign;
using test::chosen;
using test::Fields;
using Loads = std::vector<std::int64_t>;

PriorityLevel level(std::int64_t healthy, std::int64_t hosts, std::int64_t excluded = 0, std::int64_t degraded = 0) {
  return {hosts, healthy, degraded, excluded};
}

struct Row {
  const char* test;
  std::vector<PriorityLevel> levels;
  Loads healthy, degraded;
  std::vector<bool> panic;
  std::int64_t factor = 140;
};

TEST(PriorityLoads, AreThoseOfEnvoy) {
  const std::vector<Row> rows = {
      {"OverProvisioningFactor", {level(2, 4), level(2, 4)}, {70, 30}, {0, 0}, {false, false}},
      {"OverProvisioningFactor, 100", {level(2, 4), level(2, 4)}, {50, 50}, {0, 0}, {false, false}, 100},
      {"GentleFailover", {level(1, 1), level(1, 1)}, {100, 0}, {0, 0}, {false, false}},
      {"GentleFailover", {level(1, 2), level(1, 2)}, {70, 30}, {0, 0}, {false, false}},
      {"GentleFailover", {level(1, 4), level(2, 2)}, {35, 65}, {0, 0}, {false, false}},
      {"GentleFailover", {level(1, 4), level(1, 4)}, {50, 50}, {0, 0}, {true, true}},
      {"GentleFailover", {level(1, 4, 3), level(1, 5)}, {100, 0}, {0, 0}, {false, false}},
      {"GentleFailover", {level(0, 4, 4), level(1, 4)}, {50, 50}, {0, 0}, {true, true}},
      {"GentleFailover", {level(0, 4, 1), level(1, 6, 2)}, {40, 60}, {0, 0}, {true, true}},
      {"WithExtraLevels", {level(1, 4), level(1, 4), level(1, 4)}, {35, 35, 30}, {0, 0, 0}, {false, false, false}},
      {"WithExtraLevels", {level(1, 5), level(1, 5), level(1, 5)}, {34, 33, 33}, {0, 0, 0}, {true, true, true}},
      {"WithExtraLevels", {level(0, 5), level(0, 5), level(5, 5)}, {0, 0, 100}, {0, 0, 0}, {false, false, false}},
      {"WithExtraLevels", {level(0, 5), level(0, 5), level(4, 5)}, {0, 0, 100}, {0, 0, 0}, {false, false, false}},
      {"WithExtraLevels", {level(0, 5), level(0, 5), level(2, 5)}, {34, 33, 33}, {0, 0, 0}, {true, true, true}},
      {"WithExtraLevels",
       {level(0, 5, 0, 5), level(2, 5, 0, 2), level(2, 5)},
       {0, 56, 44},
       {0, 0, 0},
       {false, false, false}},
      {"WeightedPriorityHealth", {level(6, 10), level(1, 1)}, {60, 40}, {0, 0}, {false, false}, 100},
      {"WeightedPriorityHealthExcluded", {level(4, 20, 10), level(1, 1)}, {40, 60}, {0, 0}, {false, false}, 100},
      {"WeightedPriorityHealthDegraded",
       {level(4, 10, 0, 3), level(1, 10, 0, 9)},
       {40, 10},
       {30, 20},
       {false, false},
       100},
  };
  for (const Row& row : rows) {
    const PriorityLoads loads = priority_loads(row.levels, row.factor, 50);
    EXPECT_EQ(loads.healthy, row.healthy) << row.test;
    EXPECT_EQ(loads.degraded, row.degraded) << row.test;
    EXPECT_EQ(loads.panic, row.panic) << row.test;
  }
}

// The comment in load_balancer_impl.cc. Levels of 10, 20 and 10 % healthy hosts, and 20, 10 and 0 % degraded ones;
// panic is switched off, as they add up to 70 %.
TEST(PriorityLoads, TheRestGoesToTheFirstLevelWithHealthyHosts) {
  const std::vector<PriorityLevel> levels = {level(10, 100, 0, 20), level(20, 100, 0, 10), level(10, 100)};
  const PriorityLoads loads = priority_loads(levels, 100, 0);
  EXPECT_EQ(loads.healthy, (Loads{16, 28, 14}));
  EXPECT_EQ(loads.degraded, (Loads{28, 14, 0}));
}

// ring_hash_lb_test.cc, BasicFailover: the random number % 100 + 1 chooses the level.
TEST(PriorityLoads, ChooseALevelByANumberFrom1To100) {
  const PriorityLoads loads = priority_loads(std::vector{level(1, 2), level(1, 1)}, 140, 50);
  EXPECT_EQ(loads.healthy, (Loads{70, 30}));
  EXPECT_EQ(loads.level(69 % 100 + 1), 0U);
  EXPECT_EQ(loads.level(71 % 100 + 1), 1U);
}

using Counts = std::vector<std::int64_t>;

TEST(ZoneAwareRouting, ResidualsMismatched) {  // ZoneAwareResidualsMismatched; zones A to E, from A
  const ZonePlan plan(Counts{2, 2, 1, 1, 0}, Counts{1, 0, 3, 3, 1}, 0);
  EXPECT_EQ(plan.direct(), 3750U);
  EXPECT_EQ(plan.pick(3749, 0), 0U);
  struct Sample {
    std::uint64_t where;
    std::size_t zone;
  };
  for (const Sample& s : {Sample{0, 2}, Sample{2083, 2}, Sample{2084, 3}, Sample{4167, 3}, Sample{4168, 4},
                          Sample{5417, 4}, Sample{5418, 2}})
    EXPECT_EQ(plan.pick(3750, s.where), s.zone) << s.where;
}

TEST(ZoneAwareRouting, ZonesMismatched) {  // ZoneAwareZonesMismatched; zones A, B, C
  const Counts balancers = {1, 1, 0}, backends = {1, 0, 1};
  EXPECT_TRUE(zones_matter(balancers, backends, 0, 2));
  for (const std::uint64_t random : {0U, 4999U, 9999U}) {
    EXPECT_EQ(ZonePlan(balancers, backends, 0).pick(random, random), 0U);
    EXPECT_EQ(ZonePlan(balancers, backends, 1).pick(random, random), 2U);
  }
}

TEST(ZoneAwareRouting, SmallCluster) {  // ZoneAwareSmallCluster: three hosts
  EXPECT_FALSE(zones_matter(Counts{1, 1, 1}, Counts{1, 1, 1}, 0, 7));
  EXPECT_TRUE(zones_matter(Counts{1, 1, 1}, Counts{1, 1, 1}, 0, 1));
  EXPECT_EQ(ZonePlan(Counts{1, 1, 1}, Counts{1, 1, 1}, 0).direct(), 10'000U);
}

TEST(ZoneAwareRouting, CumulatesResiduals) {  // the source's example: 40, 40, 20 % local, 25, 50, 25 % upstream
  const ZonePlan plan(Counts{2, 2, 1}, Counts{1, 2, 1}, 0);
  EXPECT_EQ(std::vector<std::uint64_t>(plan.residual().begin(), plan.residual().end()),
            (std::vector<std::uint64_t>{0, 1000, 1500}));
}

// The proxies of a service, in two zones in turn, before four instances in zone 0 and `b` in zone 1.
std::map<std::uint32_t, int> shares_by_zone(const char* mode, std::uint32_t balancer, std::uint32_t b, bool healthy) {
  const auto policy = chosen<LoadBalancerParams>("round_robin", {});
  BalancingParams params;
  assign(params, {{"balancers", 2},
                  {"zone_routing", Fields{{"mode", mode}}},
                  {"outlier_detection", Fields{{"max_ejection_percent", Share{1}}}}});
  Proxy proxy(*policy, params, balancer, Stream(1, "checkout/balancer", 0), 2);
  for (std::uint32_t i = 0; i < 4 + b; ++i) proxy.add(i, {i, i < 4 ? 0U : 1U, 1, {}, "b"}, 0);
  if (!healthy)  // half of zone 0
    for (const std::uint32_t host : {0U, 1U})
      for (int k = 0; k < 5; ++k) proxy.answered({host, Time{}, Time{}, true});
  std::map<std::uint32_t, int> out;
  for (int i = 0; i < 20'000; ++i) {
    const auto to = proxy.pick(Time{}, 0);
    const std::uint32_t zone = to->number < 4 ? 0 : 1;
    EXPECT_EQ(to->other_zone, zone != balancer % 2);
    ++out[zone];
  }
  return out;
}

TEST(ZoneRouting, AnyIgnoresZones) { EXPECT_NEAR(shares_by_zone("any", 0, 4, true)[1], 10'000, 1); }

TEST(ZoneRouting, ZoneAwareStaysWhereZonesAreEven) {
  EXPECT_EQ(shares_by_zone("zone_aware", 0, 4, true)[0], 20'000);
  EXPECT_EQ(shares_by_zone("zone_aware", 1, 4, true)[1], 20'000);
}

// Half of the balancers, but a third of the instances are in zone 1: 3333 / 5000 of its requests stay.
TEST(ZoneRouting, ZoneAwareSpillsWhatWouldOverloadTheZone) {
  EXPECT_NEAR(shares_by_zone("zone_aware", 1, 2, true)[1], 13'332, 300);
  EXPECT_EQ(shares_by_zone("zone_aware", 0, 2, true)[0], 20'000);
}

TEST(ZoneRouting, SameZoneStaysWhateverTheLoad) {
  EXPECT_EQ(shares_by_zone("same_zone", 1, 1, true)[1], 20'000);
  EXPECT_EQ(shares_by_zone("same_zone", 1, 0, true)[0], 20'000);
}

TEST(ZoneRouting, FailoverKeeps70PercentOfAZoneThatIsHalfHealthy) {
  EXPECT_EQ(shares_by_zone("failover", 0, 4, true)[0], 20'000);
  EXPECT_NEAR(shares_by_zone("failover", 0, 4, false)[0], 14'000, 300);
}

}  // namespace
}  // namespace windtunnel
