// Instances that share the cores of their node.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::Seen;
using testing::ElementsAre;

struct Neighbour {
  std::string request;  // of CPU; empty: none
  int threads;
  std::string more = "";
};

// Two services on one node, each asked for 100 ms of computing by each of its threads at 500 ms.
std::string node(const std::string& cores, const Neighbour& a, const Neighbour& b) {
  std::string traffic, services;
  for (const auto& [name, s] : {std::pair(std::string("a"), a), std::pair(std::string("b"), b)}) {
    for (int i = 0; i < s.threads; ++i)
      traffic += (traffic.empty() ? "" : ", ") + std::string(R"({"name": ")") + name + std::to_string(i) +
                 R"(", "to": ")" + name + R"(", "arrivals": {"type": "constant", "rate": "1/s"}})";
    services += (services.empty() ? "\"" : ", \"") + name +
                R"(": {"instance": {"runtime": {"type": "worker_pool", "workers": )" + std::to_string(s.threads) +
                R"(}, "resources": {"requests": {)" + (s.request.empty() ? "" : "\"cpu\": \"" + s.request + "\", ") +
                R"("memory": "1Gi"}})" + s.more + R"(}, "work": {"default": [{"cpu": "100ms"}]}})";
  }
  return R"({"windtunnel": 1, "name": "n", "horizon": "1400ms", "traffic": [)" + traffic + R"(], "services": {)" +
         services + R"(}, "cluster": {"node_cpu": "shared", "nodes": {"type": "n", "cpu": )" + cores +
         R"(, "memory": "8Gi", "count": 1}}})";
}

// In microseconds; in the order of the sources.
std::vector<std::int64_t> ends_us(const Flight& flight) {
  std::vector<Seen> seen = flight.seen.requests;
  std::sort(seen.begin(), seen.end(), [](const Seen& x, const Seen& y) { return x.request_class < y.request_class; });
  std::vector<std::int64_t> out;
  for (const Seen& r : seen) out.push_back((r.ended + 500) / 1000);
  return out;
}

TEST(NodeCpu, IsSharedByWhatIsRequested) {
  // Three quarters and one: the first is through after 400/3 ms, and the second has 200/3 to go, alone.
  const Flight flight = fly(node("1", {"600m", 1}, {"200m", 1}));
  EXPECT_THAT(ends_us(flight), ElementsAre(633'333, 700'000));
  // It wanted a core for 200 ms, and had a quarter of one for the most of them.
  EXPECT_NEAR(flight.figure("b.node_cpu.withheld"), 0.1 / 0.2, 1e-6);
  EXPECT_NEAR(flight.figure("cluster.cpu_short"), (0.4 / 3) / 1.4, 1e-6);
  EXPECT_NEAR(flight.figure("cluster.cpu_used"), 0.2 / 1.4, 1e-6);
}

TEST(NodeCpu, IsNotShortWhileItSuffices) {
  const Flight flight = fly(node("2", {"600m", 1}, {"200m", 1}));
  EXPECT_THAT(ends_us(flight), ElementsAre(600'000, 600'000));
  EXPECT_EQ(flight.figure("b.node_cpu.withheld"), 0);
  EXPECT_EQ(flight.figure("cluster.cpu_short"), 0);
}

TEST(NodeCpu, GoesToOthersWhereOneCanUseNoMore) {
  // By weight nine tenths of three cores; its one thread uses one. The others' four have two.
  const Flight flight = fly(node("3", {"900m", 1}, {"100m", 4}));
  EXPECT_THAT(ends_us(flight), ElementsAre(600'000, 666'667, 666'667, 666'667, 666'667));
}

TEST(NodeCpu, IsLeftToWhoRequestsNothingByTwoSharesOf1024) {
  // 1024 of 1026 for the first, until 100 ms x 1026 / 1024.
  const Flight flight = fly(node("1", {"1", 1}, {"", 1}));
  EXPECT_THAT(ends_us(flight), ElementsAre(500'000 + 100'195, 700'000));
}

TEST(NodeCpu, IsKeptFromAnInstanceByItsSpeedNotMore) {
  // On a core of half the speed 100 ms are 200; with half of the node they are 400, and then the other is through.
  const Flight flight = fly(node("1", {"500m", 1, R"(, "speed": 0.5)"}, {"500m", 1, R"(, "speed": 0.5)"}));
  EXPECT_THAT(ends_us(flight), ElementsAre(900'000, 900'000));
}

TEST(NodeCpu, IsForOthersWhileAQuotaIsUsedUp) {
  // Both have half of the node, until the first has used its 20 ms of the period from 500 on: 540. Until 600 the second
  // is alone, and through at 620 but for what the first takes from 600 on: 20 ms of 40 again.
  const Flight flight = fly(node("1", {"500m", 1, R"(, "cfs_quota": {})"}, {"500m", 1}),
                            {{"services.a.instance.resources.limits", R"({"cpu": "200m"})"},
                             {"services.a.instance.resources.requests", R"({"cpu": "200m", "memory": "1Gi"})"},
                             {"services.b.instance.resources.requests", R"({"cpu": "200m", "memory": "1Gi"})"}});
  // The second: 20 by 540, 80 by 600, 100 by 640. The first: 20 in each of 500, 600, 700, 800, 900, alone from 640 on.
  EXPECT_THAT(ends_us(flight), ElementsAre(920'000, 640'000));
}

TEST(NodeCpu, IsFreeAgainWhenAnInstanceHasGone) {
  const Flight flight = fly(node("1", {"500m", 1}, {"500m", 1}), {{"faults", R"([{"type": "kill_instances",
    "service": "b", "count": 1, "at": "600ms", "replace": false}])"}});
  EXPECT_THAT(ends_us(flight), ElementsAre(650'000, 600'000));  // 50 of 100 by 600
}

TEST(NodeCpu, IsUnlimitedWhereNobodySaysOtherwise) {
  EXPECT_THAT(ends_us(fly(node("1", {"600m", 1}, {"200m", 1}), {{"cluster.node_cpu", "\"unlimited\""}})),
              ElementsAre(600'000, 600'000));
}

}  // namespace
}  // namespace windtunnel
