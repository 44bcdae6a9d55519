// Anything combined with anything. Every run checks its own books (conservation at each point of the series, Little's
// law to the nanosecond at the end) and throws InvariantError; here also what is published must agree with what was
// seen.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/replication/flight.hpp"
#include "tests/models/replication/random_scenario.hpp"

namespace windtunnel {
namespace {

using test::digest;
using test::Flight;
using test::fly;
using test::random_scenario;
using test::scenario_of;
using test::Seen;

constexpr std::uint64_t kScenarios = 300;
constexpr std::uint64_t kParts = 6;  // tests that may run side by side

class RandomScenarios : public testing::TestWithParam<std::uint64_t> {};

void expect_share(const Flight& flight, const std::string& metric, double most = 1) {
  const double value = flight.figure(metric);
  if (std::isnan(value)) return;  // nothing ended, nothing was there
  EXPECT_GE(value, 0) << metric;
  EXPECT_LE(value, most * (1 + 1e-9)) << metric;
}

void expect_consistent(const Flight& flight, const Scenario& scenario) {
  std::vector<std::array<std::uint64_t, kOutcomes>> seen(flight.result.classes.size());
  for (const Seen& r : flight.seen.requests) {
    ASSERT_LT(r.request_class, seen.size());
    EXPECT_LE(r.arrived, r.ended);
    if (r.started >= 0) {
      EXPECT_LE(r.arrived, r.started);
      EXPECT_LE(r.started, r.ended);
    }
    if (r.arrived >= scenario.warmup.count()) ++seen[r.request_class][static_cast<std::size_t>(r.outcome)];
  }
  for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_EQ(seen[i], flight.result.classes[i].outcomes) << "class " << i;

  for (const ServiceResult& s : flight.result.services) {
    std::uint64_t arrived = 0, ended = 0;
    for (const ClassResult& c : flight.result.classes)
      if (c.service == s.name) arrived += c.arrived;
    for (const std::uint64_t n : s.outcomes) ended += n;
    EXPECT_EQ(s.arrived, arrived);
    EXPECT_EQ(s.arrived, ended + s.in_flight_at_end);
    EXPECT_EQ(s.latency.count(), s.outcomes[0]);
    expect_share(flight, s.name + ".success_ratio");
    expect_share(flight, s.name + ".utilization");
    expect_share(flight, s.name + ".wait_time.share_waited");
    if (flight.result.find_metric(s.name + ".cpu_wasted") != nullptr) {
      EXPECT_GE(flight.figure(s.name + ".cpu_wasted"), 0);
      EXPECT_LE(flight.figure(s.name + ".cpu_wasted_share"), 1 + 1e-3);
    }
    EXPECT_LE(flight.figure(s.name + ".replicas.ready_mean"), flight.figure(s.name + ".replicas.mean") + 1e-9);
    EXPECT_LE(flight.figure(s.name + ".replicas.mean"), flight.figure(s.name + ".replicas.max") + 1e-9);
    EXPECT_LE(flight.figure(s.name + ".io_in_flight.mean") + flight.figure(s.name + ".queue_length.mean"),
              flight.figure(s.name + ".number_in_system.mean") + 1e-9);
    for (const char* const metric : {".cpu_cores", ".queue_length.mean", ".io_in_flight.mean", ".instance_hours"})
      EXPECT_GE(flight.figure(s.name + metric), 0) << metric;
  }
  if (scenario.cluster.nodes.empty()) return;
  expect_share(flight, "cluster.cpu_requested");
  expect_share(flight, "cluster.memory_requested");
  EXPECT_LE(flight.figure("cluster.nodes.min"), flight.figure("cluster.nodes.mean") + 1e-9);
  EXPECT_LE(flight.figure("cluster.nodes.mean"), flight.figure("cluster.nodes.max") + 1e-9);
  EXPECT_GE(flight.figure("cluster.node_hours") * 3600,
            flight.figure("cluster.nodes.mean") * flight.result.horizon_s - 1e-6);
  EXPECT_LE(flight.figure("cost.nodes"), flight.figure("cost.total") + 1e-9);
  double pending = 0;
  for (const ServiceResult& s : flight.result.services) {
    pending += flight.figure(s.name + ".replicas.pending_mean");
    EXPECT_LE(flight.figure(s.name + ".replicas.pending_mean") + flight.figure(s.name + ".replicas.ready_mean"),
              flight.figure(s.name + ".replicas.mean") + 1e-9);
  }
  EXPECT_NEAR(pending, flight.figure("cluster.pods_pending.mean"), 1e-9);
}

TEST_P(RandomScenarios, KeepTheirBooks) {
  std::uint64_t requests = 0;
  for (std::uint64_t seed = GetParam(); seed < kScenarios; seed += kParts) {
    SCOPED_TRACE("scenario " + std::to_string(seed));
    const std::string text = random_scenario(seed);
    Flight flight;
    ASSERT_NO_THROW(flight = fly(text, {}, 1, seed)) << text;
    expect_consistent(flight, scenario_of(text));
    requests += flight.seen.requests.size();
    if (HasFailure()) FAIL() << text;
  }
  EXPECT_GT(requests, 50'000U);
}

TEST_P(RandomScenarios, GiveTheSameResultAgainAndOnTwoThreads) {
  for (std::uint64_t seed = GetParam(); seed < kScenarios / 5; seed += kParts) {
    const Scenario scenario = scenario_of(random_scenario(seed));
    RunOptions options;
    options.replications = 3;
    options.threads = 1;
    const std::string once = digest(run(scenario, options));
    EXPECT_EQ(once, digest(run(scenario, options))) << "scenario " << seed;
    options.threads = 2;
    EXPECT_EQ(once, digest(run(scenario, options))) << "scenario " << seed;
  }
}

TEST_P(RandomScenarios, AreNotDisturbedByBeingWatched) {
  for (std::uint64_t seed = GetParam(); seed < kScenarios / 5; seed += kParts) {
    const std::string text = random_scenario(seed);
    RunOptions options;
    options.seed = 1;
    options.replications = 1;
    EXPECT_EQ(digest(fly(text).result), digest(run(scenario_of(text), options))) << "scenario " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Parts, RandomScenarios, testing::Range(std::uint64_t{0}, kParts));

TEST(RandomScenario, ReachesEveryEndOfARequest) {
  // Else the others would say little.
  std::array<std::uint64_t, kOutcomes> ends{};
  std::uint64_t in_flight = 0, decisions = 0;
  double without_connection = 0;
  // Most calls over pools are attempts of operations, which are tried again: these two ends take more scenarios.
  constexpr std::uint64_t kFirst = 60;
  const auto of_pools = [](std::size_t i) {
    return i == static_cast<std::size_t>(Outcome::kFailedPoolTimeout) ||
           i == static_cast<std::size_t>(Outcome::kFailedConnectionRefused);
  };
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Flight flight = fly(random_scenario(seed), {}, 1, seed);
    for (const ServiceResult& s : flight.result.services)
      for (std::size_t i = 0; i < kOutcomes; ++i)
        if (seed < kFirst || of_pools(i)) ends[i] += s.outcomes[i];
    if (seed < kFirst) {
      for (const ServiceResult& s : flight.result.services) in_flight += s.in_flight_at_end;
      decisions += flight.seen.decisions.size();
    }
    for (const Metric& m : flight.result.metrics)
      if (m.name.find(".pools.") != std::string::npos &&
          (m.name.ends_with(".timeouts") || m.name.ends_with(".refused")))
        without_connection += m.estimate.mean;
  }
  for (std::size_t i = 0; i < kOutcomes; ++i)
    if (i != static_cast<std::size_t>(Outcome::kFailedOutOfMemory)) {  // no memory in them
      EXPECT_GT(ends[i], of_pools(i) ? 0U : 100U) << kOutcomeNames[i];
    }
  EXPECT_GT(without_connection, 100);
  EXPECT_GT(in_flight, 100U);
  EXPECT_GT(decisions, 100U);
}

}  // namespace
}  // namespace windtunnel
