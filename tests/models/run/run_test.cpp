#include "models/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <fstream>
#include <thread>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::digest;
using test::Flight;
using test::fly;
using test::scenario_of;

const std::string kShop =
    R"({"windtunnel": 1, "name": "shop", "horizon": "200s", "warmup": "20s", "seed": 7, "replications": 6,
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}, "mix": {"a": 0.9, "b": 0.1}}],
  "services": {"s": {"replicas": 3, "instance": {"runtime": {"type": "event_loop"}},
    "work": {"default": [{"cpu": {"type": "exponential", "mean": "30ms"}}]}}},
  "objectives": [{"metric": "latency", "service": "s", "quantile": 0.99, "below": "1s"}]})";

Result run_with(const Scenario& scenario, unsigned threads, std::optional<std::uint64_t> replications = {},
                std::optional<std::uint64_t> seed = {}) {
  RunOptions options;
  options.threads = threads;
  options.replications = replications;
  options.seed = seed;
  return run(scenario, options);
}

TEST(Run, TakesSeedAndReplicationsFromTheScenarioUnlessTold) {
  const Scenario scenario = scenario_of(kShop);
  const Result own = run_with(scenario, 1);
  EXPECT_EQ(own.seed, 7U);
  EXPECT_EQ(own.replications, 6U);
  EXPECT_EQ(own.find_metric("s.latency.mean")->values.size(), 6U);
  EXPECT_EQ(own.warmup_s, 20);
  EXPECT_EQ(own.horizon_s, 200);
  const Result told = run_with(scenario, 1, 2, 8);
  EXPECT_EQ(told.seed, 8U);
  EXPECT_EQ(told.replications, 2U);
  EXPECT_EQ(digest(run_with(scenario, 1, 6, 7)), digest(own));
  EXPECT_NE(told.find_metric("s.latency.mean")->values[0], own.find_metric("s.latency.mean")->values[0]);
}

TEST(Run, GivesTheSameResultWhateverTheNumberOfThreads) {
  const Scenario scenario = scenario_of(kShop);
  const std::string one = digest(run_with(scenario, 1));
  for (const unsigned threads : {0U, 2U, 3U, 16U}) EXPECT_EQ(digest(run_with(scenario, threads)), one) << threads;
}

TEST(Run, HasReplicationsThatDoNotKnowHowManyThereAre) {
  const Scenario scenario = scenario_of(kShop);
  const Result few = run_with(scenario, 2, 2), many = run_with(scenario, 2, 5);
  for (const Metric& m : few.metrics) {
    const Metric& other = *many.find_metric(m.name);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(m.values[i], other.values[i]) << m.name << " of replication " << i;
  }
}

TEST(Run, MergesItsReplications) {
  const Scenario scenario = scenario_of(kShop);
  const Result all = run_with(scenario, 2, 3);
  std::uint64_t arrived = 0;
  for (const double rate : all.find_metric("s.arrival_rate")->values)
    arrived += static_cast<std::uint64_t>(std::llround(rate * all.horizon_s));
  EXPECT_EQ(all.services[0].arrived, arrived);
  EXPECT_EQ(all.services[0].latency.count(), all.services[0].outcomes[0]);
  ASSERT_EQ(all.classes.size(), 2U);
  EXPECT_EQ(all.classes[0].arrived + all.classes[1].arrived, arrived);
  EXPECT_NEAR(static_cast<double>(all.classes[1].arrived) / static_cast<double>(arrived), 0.1, 0.01);
  ASSERT_EQ(all.objectives.size(), 1U);
  EXPECT_EQ(all.objectives[0].estimate.mean, all.find_metric("s.latency.p99")->estimate.mean);
}

TEST(Run, ThatIsAskedToStopBeforeItBeginsIsInterrupted) {
  const Scenario scenario = scenario_of(kShop);
  std::stop_source stop;
  stop.request_stop();
  RunOptions options;
  options.stop = stop.get_token();
  EXPECT_THROW(run(scenario, options), Interrupted);
}

TEST(Run, StopsInTheMiddleOfALongReplication) {
  // A year; were it not for the stop, the test would not end.
  const Scenario scenario = scenario_of(kShop, {{"horizon", "\"365d\""}, {"metrics.resolution", "\"1d\""}});
  for (const unsigned threads : {1U, 2U}) {
    std::stop_source stop;
    RunOptions options;
    options.threads = threads;
    options.stop = stop.get_token();
    std::jthread other([&stop] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      stop.request_stop();
    });
    EXPECT_THROW(run(scenario, options), Interrupted);
  }
}

TEST(Run, ReportsProgressThatGrows) {
  const Scenario scenario = scenario_of(kShop, {{"horizon", "\"3000s\""}, {"metrics.resolution", "\"100s\""}});
  std::vector<double> shares;
  RunOptions options;
  options.threads = 2;
  options.progress = [&shares](double share) { shares.push_back(share); };
  const Result watched = run(scenario, options);
  double last = 0;
  for (const double share : shares) {
    EXPECT_GE(share, last);
    EXPECT_LE(share, 1);
    last = share;
  }
  EXPECT_EQ(digest(watched), digest(run_with(scenario, 2)));
}

TEST(Run, OfOneReplicationHasFiguresWithoutAnInterval) {
  const Result result = run_with(scenario_of(kShop), 1, 1);
  const Metric& latency = *result.find_metric("s.latency.mean");
  EXPECT_EQ(latency.estimate.n, 1U);
  EXPECT_EQ(latency.estimate.half_width_95, 0);
  EXPECT_EQ(latency.estimate.mean, latency.values[0]);
}

TEST(Run, OfNothingAtAllHasNoFigures) {
  const Flight flight =
      fly(kShop, {{"traffic.0.arrivals", R"({"type": "steps", "steps": [{"at": "0s", "rate": "0/s"}]})"}});
  EXPECT_EQ(flight.result.services[0].arrived, 0U);
  EXPECT_TRUE(std::isnan(flight.figure("s.latency.mean")));
  EXPECT_EQ(flight.figure("s.utilization"), 0);
  EXPECT_EQ(flight.figure("s.replicas.mean"), 3);
}

// --- memory

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

double resident_mb() {
  std::ifstream statm("/proc/self/statm");
  double all = 0, resident = 0;
  statm >> all >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

TEST(Run, NeedsNoMoreMemoryForALongerRun) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer keeps what was freed";
  // Timeouts, patience, cold starts, kills: everything that could be forgotten somewhere.
  const std::string busy = R"({"windtunnel": 1, "name": "busy", "horizon": "1h", "metrics": {"resolution": "10m"},
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "100/s"}, "timeout": "30s",
                 "patience": {"type": "exponential", "mean": "10s"}},
                {"name": "u", "to": "f", "arrivals": {"type": "poisson", "rate": "5/s"}}],
    "services": {"s": {"replicas": 5, "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
        "startup": [{"phase": "boot", "time": "1s"}],
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "40ms"}}]}},
      "f": {"instance": {"runtime": {"type": "function"}}, "startup": [{"phase": "boot", "time": "100ms"}],
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "200ms"}}]},
        "autoscaler": {"type": "per_request", "keep_alive": "500ms"}}},
    "faults": [{"type": "kill_instances", "service": "s", "count": 1, "at": "0s", "every": "30s"}]})";
  fly(busy);  // whatever is allocated once
  const double before = resident_mb();
  const Scenario scenario = scenario_of(busy, {{"horizon", "\"20h\""}, {"metrics.resolution", "\"2h\""}});
  double most = before;
  RunOptions options;
  options.threads = 1;
  options.replications = 1;
  options.progress = [&most](double) { most = std::max(most, resident_mb()); };
  const Result result = run(scenario, options);
  most = std::max(most, resident_mb());
  EXPECT_GT(result.services[0].arrived + result.services[1].arrived, 7'000'000U);
  // Decisions are kept: some 2,400 kills and replacements. A forgotten request would cost 64 bytes, 480 MB in all.
  EXPECT_LT(most - before, 6);
}

}  // namespace
}  // namespace windtunnel
