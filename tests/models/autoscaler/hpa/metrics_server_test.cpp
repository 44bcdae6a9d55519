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

MetricsServer every_15s(Duration lag = {}) {
  return MetricsServer({.resolution = 15s, .sampling = {}, .lag = lag, .container = "app"});
}

void measure(MetricsServer& server, Time now, const std::vector<InstanceSignal>& instances) {
  server.measure(now, instances);
}

Samples cpu(MetricsServer& server, Time now) { return samples_of(server.pods(now), Resource::kCpu, "app"); }

TEST(MetricsServer, NeedsTwoPointsOfAnOldInstance) {
  MetricsServer server = every_15s();
  measure(server, 100s, {busy(7, 0s, 0.44, 100s)});
  EXPECT_TRUE(cpu(server, 100s).empty());
  measure(server, 115s, {busy(7, 0s, 0.44, 115s)});
  const Samples samples = cpu(server, 115s);
  ASSERT_EQ(samples.size(), 1U);
  EXPECT_EQ(samples.at(7).value, 440);
  EXPECT_EQ(samples.at(7).at, 115s);
  EXPECT_EQ(samples.at(7).window, 15s);
}

TEST(MetricsServer, MeasuresTheLastPeriodOnly) {
  MetricsServer server = every_15s();
  InstanceSignal instance = busy(7, 0s, 0, 100s);
  for (const auto& [now, cpu_seconds] : {std::pair{100s, 50.0}, {115s, 50.0}, {130s, 57.5}}) {
    instance.cpu_seconds = cpu_seconds;
    measure(server, now, {instance});
  }
  EXPECT_EQ(cpu(server, 130s).at(7).value, 500);  // 7.5 s in 15 s
}

TEST(MetricsServer, BelievesAFreshInstanceOfTenSecondsAtItsFirstScrape) {
  MetricsServer server = every_15s();
  measure(server, 100s,
          {busy(1, 88s, 0.3, 100s), busy(2, 90s, 0.3, 100s), busy(3, 91s, 0.3, 100s), busy(4, 85s, 0.3, 100s)});
  const Samples samples = cpu(server, 100s);
  ASSERT_EQ(samples.size(), 2U);  // one is too young, and one of a whole resolution is not fresh
  EXPECT_EQ(samples.at(1).window, 12s);
  EXPECT_EQ(samples.at(1).value, 300);
  EXPECT_EQ(samples.at(2).window, 10s);
}

TEST(MetricsServer, SeesNothingOfAnInstanceWhoseProcessesDoNotRunYet) {
  MetricsServer server = every_15s();
  InstanceSignal starting;
  starting.id = 5;
  for (const Time now : {15s, 30s}) {
    starting.running_since = now == 15s ? kNever : 40s;
    measure(server, now, {starting});
    EXPECT_TRUE(cpu(server, now).empty());
  }
}

TEST(MetricsServer, ForgetsAnInstanceThatIsGone) {
  MetricsServer server = every_15s();
  measure(server, 100s, {busy(1, 0s, 0.3, 100s), busy(2, 0s, 0.3, 100s)});
  measure(server, 115s, {busy(1, 0s, 0.3, 115s), busy(2, 0s, 0.3, 115s)});
  measure(server, 130s, {busy(1, 0s, 0.3, 130s)});
  EXPECT_EQ(cpu(server, 130s).size(), 1U);
}

TEST(MetricsServer, ShowsABatchOnlyAfterItsLag) {
  MetricsServer server = every_15s(20s);
  for (const Time now : {100s, 115s, 130s}) measure(server, now, {busy(1, 0s, 0.3, now)});
  EXPECT_TRUE(cpu(server, 134s).empty());
  ASSERT_EQ(cpu(server, 135s).size(), 1U);
  EXPECT_EQ(cpu(server, 149s).at(1).at, 115s);
  EXPECT_EQ(cpu(server, 150s).at(1).at, 130s);
}

TEST(MetricsServer, RoundsUpToAMilliOfACore) {
  MetricsServer server = every_15s();
  for (const Time now : {100s, 115s}) measure(server, now, {busy(1, 0s, 0.0001, now), busy(2, 0s, 0, now)});
  EXPECT_EQ(cpu(server, 115s).at(1).value, 1);
  EXPECT_EQ(cpu(server, 115s).at(2).value, 0);
}

TEST(MetricsServer, ReportsTheLastWorkingSetOnceThereAreTwoPoints) {
  MetricsServer server = every_15s();
  InstanceSignal instance = busy(1, 0s, 0.3, 100s);
  instance.memory_bytes = 1000;
  measure(server, 100s, {instance});
  instance = busy(1, 0s, 0.3, 115s);
  instance.memory_bytes = 3000;
  measure(server, 115s, {instance, busy(2, 0s, 0.3, 115s)});
  measure(server, 130s, {instance, busy(2, 0s, 0.3, 130s)});
  const Samples memory = samples_of(server.pods(130s), Resource::kMemory, "");
  ASSERT_EQ(memory.size(), 1U) << "of the second instance nobody knows it";
  EXPECT_EQ(memory.at(1).value, 3'000'000);
  EXPECT_EQ(cpu(server, 130s).size(), 2U);
}

TEST(MetricsServer, GetsWhatTheKubeletMeasuredLast) {
  MetricsServer server({.resolution = 15s, .sampling = 10s, .lag = {}, .container = "app"});
  EXPECT_EQ(server.period(), 10s);
  const auto at = [&](Time now, double cpu_seconds) {
    InstanceSignal instance = busy(1, -100s, 0, now);
    instance.cpu_seconds = cpu_seconds;
    measure(server, now, {instance});
  };
  at(10s, 0);
  at(20s, 1);  // the scrape at 15 s got the measurement of 10 s
  EXPECT_TRUE(cpu(server, 29s).empty());
  at(30s, 4);
  ASSERT_EQ(cpu(server, 30s).size(), 1U) << "a scrape at the moment of a measurement gets it";
  EXPECT_EQ(cpu(server, 30s).at(1).at, 30s);
  EXPECT_EQ(cpu(server, 30s).at(1).window, 20s);
  EXPECT_EQ(cpu(server, 30s).at(1).value, 200);
  at(40s, 9);
  EXPECT_EQ(cpu(server, 44s).at(1).at, 30s);
  EXPECT_EQ(cpu(server, 45s).at(1).at, 40s);
  EXPECT_EQ(cpu(server, 45s).at(1).window, 10s);
  EXPECT_EQ(cpu(server, 45s).at(1).value, 500);
}

TEST(MetricsServer, KeepsItsFiguresWhileTheKubeletHasNoNewOnes) {
  MetricsServer server({.resolution = 15s, .sampling = 40s, .lag = {}, .container = "app"});
  for (const Time now : {40s, 80s, 120s}) measure(server, now, {busy(1, -100s, 0.3, now)});
  EXPECT_EQ(cpu(server, 120s).at(1).at, 120s);
  EXPECT_EQ(cpu(server, 150s).at(1).at, 120s);
  EXPECT_EQ(cpu(server, 150s).at(1).window, 40s);
}

// By the container's age when it was measured, not when it was read; before what is known of it.
TEST(MetricsServer, TakesTheStartOfAFreshContainerForItsFirstPoint) {
  MetricsServer server({.resolution = 15s, .sampling = 10s, .lag = {}, .container = "app"});
  measure(server, 10s, {busy(1, 8s, 0.3, 10s)});
  measure(server, 20s, {busy(1, 8s, 0.3, 20s)});
  EXPECT_TRUE(cpu(server, 20s).empty()) << "two seconds old at the scrape of 15 s";
  EXPECT_EQ(cpu(server, 30s).at(1).at, 20s);
  EXPECT_EQ(cpu(server, 30s).at(1).window, 12s);
}

}  // namespace
}  // namespace windtunnel::hpa
