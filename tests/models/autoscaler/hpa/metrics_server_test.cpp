#include "models/autoscaler/hpa/metrics_server.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace windtunnel::hpa {
namespace {

using namespace std::chrono_literals;

// A ready instance whose processes have run since `since` and used `cores` all the time.
InstanceSignal busy(std::uint32_t id, Time since, double cores, Time now) {
  InstanceSignal instance;
  instance.id = id;
  instance.state = InstanceSignal::State::kReady;
  instance.created = instance.running_since = instance.ready_since = since;
  instance.cpu_seconds = to_seconds(now - since) * cores;
  return instance;
}

void scrape(MetricsServer& server, Time now, const std::vector<InstanceSignal>& instances) {
  server.scrape(now, instances);
}

TEST(MetricsServer, NeedsTwoPointsOfAnOldInstance) {
  MetricsServer server(15s, 0s);
  scrape(server, 100s, {busy(7, 0s, 0.44, 100s)});
  EXPECT_TRUE(server.samples(100s).empty());
  scrape(server, 115s, {busy(7, 0s, 0.44, 115s)});
  const Samples& samples = server.samples(115s);
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples.at(7).value, 440);
  EXPECT_EQ(samples.at(7).at, 115s);
  EXPECT_EQ(samples.at(7).window, 15s);
}

TEST(MetricsServer, MeasuresTheLastPeriodOnly) {
  MetricsServer server(15s, 0s);
  InstanceSignal instance = busy(7, 0s, 0, 100s);
  for (const auto& [now, cpu_seconds] : {std::pair{100s, 50.0}, {115s, 50.0}, {130s, 57.5}}) {
    instance.cpu_seconds = cpu_seconds;
    scrape(server, now, {instance});
  }
  EXPECT_EQ(server.samples(130s).at(7).value, 500);  // 7.5 s in 15 s
}

TEST(MetricsServer, BelievesAFreshInstanceOfTenSecondsAtItsFirstScrape) {
  MetricsServer server(15s, 0s);
  scrape(server, 100s,
         {busy(1, 88s, 0.3, 100s), busy(2, 90s, 0.3, 100s), busy(3, 91s, 0.3, 100s), busy(4, 85s, 0.3, 100s)});
  const Samples& samples = server.samples(100s);
  ASSERT_EQ(samples.size(), 2U);  // one is too young, and one of a whole resolution is not fresh
  EXPECT_EQ(samples.at(1).window, 12s);
  EXPECT_EQ(samples.at(1).value, 300);
  EXPECT_EQ(samples.at(2).window, 10s);
}

TEST(MetricsServer, SeesNothingOfAnInstanceWhoseProcessesDoNotRunYet) {
  MetricsServer server(15s, 0s);
  InstanceSignal starting;
  starting.id = 5;
  for (const Time now : {15s, 30s}) {
    starting.running_since = now == 15s ? kNever : 40s;
    scrape(server, now, {starting});
    EXPECT_TRUE(server.samples(now).empty());
  }
}

TEST(MetricsServer, ForgetsAnInstanceThatIsGone) {
  MetricsServer server(15s, 0s);
  scrape(server, 100s, {busy(1, 0s, 0.3, 100s), busy(2, 0s, 0.3, 100s)});
  scrape(server, 115s, {busy(1, 0s, 0.3, 115s), busy(2, 0s, 0.3, 115s)});
  scrape(server, 130s, {busy(1, 0s, 0.3, 130s)});
  EXPECT_EQ(server.samples(130s).size(), 1U);
}

TEST(MetricsServer, ShowsABatchOnlyAfterItsLag) {
  MetricsServer server(15s, 20s);
  for (const Time now : {100s, 115s, 130s}) scrape(server, now, {busy(1, 0s, 0.3, now)});
  EXPECT_TRUE(server.samples(134s).empty());
  ASSERT_EQ(server.samples(135s).size(), 1U);
  EXPECT_EQ(server.samples(149s).at(1).at, 115s);
  EXPECT_EQ(server.samples(150s).at(1).at, 130s);
}

TEST(MetricsServer, RoundsUpToAMilliOfACore) {
  MetricsServer server(15s, 0s);
  for (const Time now : {100s, 115s}) scrape(server, now, {busy(1, 0s, 0.0001, now), busy(2, 0s, 0, now)});
  EXPECT_EQ(server.samples(115s).at(1).value, 1);
  EXPECT_EQ(server.samples(115s).at(2).value, 0);
}

}  // namespace
}  // namespace windtunnel::hpa
