// Whole runs with balancers that look after their instances, stand in zones, keep sessions, queue and probe.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kSec;
using test::Seen;
using testing::ElementsAre;
using testing::HasSubstr;

std::map<std::uint32_t, int> served_by(const Flight& flight) {
  std::map<std::uint32_t, int> out;
  for (const Seen& r : flight.seen.requests)
    if (r.outcome == Outcome::kCompleted) ++out[r.instance];
  return out;
}

// Instance 0 is so slow that its requests time out: 10 requests a second in turn to 10 instances.
const std::string kOneSick = R"({"windtunnel": 1, "name": "sick", "horizon": "100s",
  "traffic": [{"name": "web", "to": "s", "timeout": "500ms", "on_timeout": "cancel", "arrivals": {"type": "steps", "spacing": "even",
               "steps": [{"at": "0s", "rate": "10/s"}]}}],
  "services": {"s": {"replicas": 10, "instance": {"runtime": {"type": "worker_pool", "workers": 4}},
    "balancer": {"type": "round_robin"}, "balancing": {"outlier_detection": {}},
    "work": {"default": [{"cpu": "10ms"}]}}},
  "faults": [{"type": "slow_instances", "service": "s", "count": 1, "at": "0s", "for": "100s", "factor": 1000}]})";

TEST(OutlierDetectionInARun, AnInstanceThatLetsRequestsTimeOutIsLeftOutForAWhile) {
  const Flight without = fly(kOneSick, {{"services.s.balancing", "{}"}});
  const Flight with = fly(kOneSick);
  EXPECT_GT(without.count(Outcome::kTimedOut), 95U);
  EXPECT_LT(with.count(Outcome::kTimedOut), 20U);
  EXPECT_GE(with.figure("s.balancing.left_out"), 1);
  std::vector<std::string> told;
  for (const Decision& decision : with.result.decisions)
    if (decision.kind == "host_left_out" || decision.kind == "host_returned") told.push_back(decision.sentence);
  ASSERT_GE(told.size(), 2U);
  EXPECT_THAT(told[0], HasSubstr("leaves out instance"));
  EXPECT_THAT(told[0], HasSubstr("5 failures in a row"));
  EXPECT_THAT(told[1], HasSubstr("again: its ejection is over"));
}

TEST(OutlierDetectionInARun, NginxTriesThePeerAgainOncePerTimeout) {
  const Flight run = fly(kOneSick, {{"services.s.balancing", R"({"failure_limit": {}})"}});
  // One failure puts it aside for 10 s, and then there is another: about one request in eleven seconds.
  EXPECT_GE(run.count(Outcome::kTimedOut), 7U);
  EXPECT_LE(run.count(Outcome::kTimedOut), 12U);
}

// Four instances and no news of them: two die and are not replaced for the rest of the run.
const std::string kTwoDie = R"({"windtunnel": 1, "name": "die", "horizon": "100s",
  "traffic": [{"name": "web", "to": "s", "arrivals": {"type": "steps", "spacing": "even",
               "steps": [{"at": "0s", "rate": "40/s"}]}}],
  "services": {"s": {"replicas": 4, "instance": {"runtime": {"type": "worker_pool", "workers": 4}},
    "startup": [{"phase": "boot", "time": "1h"}],
    "balancer": {"type": "round_robin"}, "balancing": {"endpoint_delay": "60s"},
    "work": {"default": [{"cpu": "10ms"}]}}},
  "faults": [{"type": "kill_instances", "service": "s", "count": 2, "at": "20s"}]})";

TEST(HealthChecksInARun, EndFailuresBeforeTheListIsUpToDate) {
  const Flight late = fly(kTwoDie);
  EXPECT_NEAR(static_cast<double>(late.count(Outcome::kFailedInstanceLost)), 60 * 20, 5);
  // Three checks fail, the first within 2 s: 4 to 6 s of every other request.
  const Flight checked = fly(kTwoDie, {{"services.s.balancing.health_checks", "{}"}});
  EXPECT_GE(checked.count(Outcome::kFailedInstanceLost), 4U * 20 - 2);
  EXPECT_LE(checked.count(Outcome::kFailedInstanceLost), 6U * 20 + 2);
  EXPECT_EQ(checked.figure("s.balancing.left_out"), 2);
}

TEST(HealthChecksInARun, BelowThePanicThresholdEveryInstanceIsUsedAgain) {
  const Flight run = fly(kTwoDie, {{"services.s.balancing.health_checks", "{}"}, {"faults.0.count", "3"}});
  EXPECT_NEAR(static_cast<double>(run.count(Outcome::kFailedInstanceLost)), 60 * 30, 100);
  const Flight calm = fly(kTwoDie, {{"services.s.balancing.health_checks", "{}"},
                                    {"faults.0.count", "3"},
                                    {"services.s.balancing.panic_threshold", "0"}});
  EXPECT_LE(calm.count(Outcome::kFailedInstanceLost), 6U * 30 + 3);
}

const std::string kZones = R"({"windtunnel": 1, "name": "zones", "horizon": "200s",
  "cluster": {"zones": ["a", "b", "c"]},
  "traffic": [{"name": "web", "to": "s", "arrivals": {"type": "poisson", "rate": "100/s"}}],
  "services": {"s": {"replicas": 9, "instance": {"runtime": {"type": "worker_pool", "workers": 4}},
    "balancer": {"type": "round_robin"}, "balancing": {"balancers": 6, "zone_routing": {"mode": "any"}},
    "work": {"default": [{"cpu": "10ms"}]}}}})";

TEST(ZoneRoutingInARun, KeepsRequestsInTheirZone) {
  EXPECT_NEAR(fly(kZones).figure("s.balancing.other_zone"), 2.0 / 3, 0.02);
  EXPECT_EQ(fly(kZones, {{"services.s.balancing.zone_routing.mode", "zone_aware"}}).figure("s.balancing.other_zone"),
            0);
  EXPECT_EQ(fly(kZones, {{"services.s.balancing.zone_routing.mode", "same_zone"}}).figure("s.balancing.other_zone"), 0);
}

// Four zones' worth of balancers, but seven instances: one zone has three. Of each of the other two 2/7 : 1/3 = 6/7
// stay.
TEST(ZoneRoutingInARun, ZoneAwareGivesEveryInstanceItsEvenShare) {
  const Flight run =
      fly(kZones, {{"services.s.balancing.zone_routing.mode", "zone_aware"}, {"services.s.replicas", "7"}}, 4);
  EXPECT_NEAR(run.figure("s.balancing.other_zone"), 2.0 / 3 / 7, 0.01);
  const Flight same =
      fly(kZones, {{"services.s.balancing.zone_routing.mode", "same_zone"}, {"services.s.replicas", "7"}});
  std::map<std::uint32_t, int> served = served_by(same);
  EXPECT_NEAR(served[0], 20'000.0 / 9, 250);  // a third of a third
  EXPECT_NEAR(served[1], 20'000.0 / 6, 250);  // half of a third
}

// 200 clients, half of whose instances go at 50 s.
const std::string kSticky = R"({"windtunnel": 1, "name": "sticky", "horizon": "100s",
  "traffic": [{"name": "web", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"}, "clients": {"count": 200}}],
  "services": {"s": {"replicas": 4, "instance": {"runtime": {"type": "worker_pool", "workers": 4}},
    "balancer": {"type": "round_robin"}, "balancing": {"sticky_sessions": {}},
    "work": {"default": [{"cpu": "10ms"}]}}}})";

TEST(StickySessionsInARun, EveryClientStaysWithItsInstance) {
  const Flight run = fly(kSticky);
  EXPECT_EQ(run.figure("s.balancing.sessions_begun"), 200);
  EXPECT_EQ(run.figure("s.balancing.sessions_lost"), 0);
}

TEST(StickySessionsInARun, ThoseOfAnInstanceThatDiesAreLost) {
  const Flight run =
      fly(kSticky, {{"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "50s"}])"}});
  EXPECT_NEAR(run.figure("s.balancing.sessions_lost"), 50, 1);
}

TEST(StickySessionsInARun, ByAddressEveryBalancerHasItsOwn) {
  const Flight run = fly(
      kSticky, {{"services.s.balancing.balancers", "2"}, {"services.s.balancing.sticky_sessions.by", "client_ip"}}, 1);
  EXPECT_NEAR(run.figure("s.balancing.sessions_begun"), 400, 2);
}

// M/M/2 at a balancer that lets one request into each of two instances: Erlang's C for 2 servers at 0.8 is 0.7111.
const std::string kQueue = R"({"windtunnel": 1, "name": "queue", "horizon": "20000s", "warmup": "100s",
  "traffic": [{"name": "web", "to": "s", "arrivals": {"type": "poisson", "rate": "1.6/s"}}],
  "services": {"s": {"replicas": 2, "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
    "balancer": {"type": "round_robin"}, "balancing": {"connection_limit": {"max_connections": 1}},
    "work": {"default": [{"cpu": {"type": "exponential", "mean": "1s"}}]}}}})";

TEST(ConnectionLimitInARun, AQueueAtTheBalancerIsACentralQueue) {
  const Flight run = fly(kQueue, {}, 10);
  EXPECT_NEAR(run.figure("s.wait_time.share_waited"), 32.0 / 45, 0.01);
  EXPECT_NEAR(run.figure("s.latency.mean"), 1 / (1 - 0.64), 0.1);
}

TEST(ConnectionLimitInARun, WhoWaitsTooLongIsRefused) {
  const Flight run = fly(kQueue, {{"services.s.balancing.connection_limit.queue_timeout", "2s"}});
  EXPECT_GT(run.count(Outcome::kRejectedFull), 100U);
  EXPECT_EQ(run.figure("s.balancing.queue_timeouts"), static_cast<double>(run.count(Outcome::kRejectedFull)));
  for (const Seen& r : run.seen.with(Outcome::kRejectedFull)) ASSERT_EQ(r.latency(), 2 * kSec);
  for (const Seen& r : run.seen.with(Outcome::kCompleted)) ASSERT_LE(r.wait(), 2 * kSec);
}

// Nine instances serve a request in 50 ms; the one in trouble takes ten times as long.
const std::string kSlow = R"({"windtunnel": 1, "name": "slow", "horizon": "300s", "warmup": "30s",
  "traffic": [{"name": "web", "to": "s", "arrivals": {"type": "poisson", "rate": "200/s"}}],
  "services": {"s": {"replicas": 10, "instance": {"runtime": {"type": "worker_pool", "workers": 2}},
    "balancer": {"type": "round_robin"},
    "work": {"default": [{"cpu": {"type": "exponential", "mean": "50ms"}}]}}},
  "faults": [{"type": "slow_instances", "service": "s", "count": 1, "at": "0s", "for": "270s", "factor": 10}]})";

TEST(BalancersInARun, PrequalAndReportsAvoidASlowInstance) {
  const auto p99 = [](const char* balancer) {
    return fly(kSlow, {{"services.s.balancer", balancer}}).figure("s.latency.p99");
  };
  const double round_robin = p99(R"({"type": "round_robin"})");
  const double least_request = p99(R"({"type": "least_request"})");
  const double prequal = p99(R"({"type": "prequal"})");
  EXPECT_LT(least_request, round_robin / 4);
  EXPECT_LT(prequal, least_request);
}

// What an instance serves per unit of its CPU time is what weighs: a tenth of the others'.
TEST(BalancersInARun, WeightsByReportGiveASlowInstanceATenth) {
  const Flight run = fly(kSlow, {{"services.s.balancer", R"({"type": "client_side_weighted_round_robin"})"}}, 1);
  std::map<std::uint32_t, int> given;
  for (const Seen& r : run.seen.requests)
    if (r.arrived > 90 * kSec && r.arrived < 290 * kSec) ++given[r.instance];
  std::vector<int> sorted;
  for (const auto& [instance, n] : given) sorted.push_back(n);
  std::sort(sorted.begin(), sorted.end());
  ASSERT_EQ(sorted.size(), 10U);
  const double others = 200.0 * 200 / (9 + 0.1);
  EXPECT_NEAR(sorted[0], others / 10, others / 40);
  EXPECT_NEAR(sorted[5], others, others / 50);
}

// What waits at the proxies fills the first instance the moment they hear of it.
TEST(Proxies, FillTheFirstInstanceNoFurtherThanItsThreads) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "cold", "horizon": "60s",
    "cluster": {"nodes": [{"type": "machine", "cpu": 4, "memory": "8Gi",
                           "autoscaler": {"type": "cluster_autoscaler"}}]},
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "2/s"}}],
    "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1},
                                    "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}},
                       "balancing": {"balancers": 3}, "when_none_ready": "wait",
                       "work": {"default": [{"cpu": "1s"}]}}}})");
  EXPECT_NEAR(flight.figure("s.cpu_cores"), flight.figure("s.replicas.ready_mean"), 1e-9) << "one busy thread";
}

}  // namespace
}  // namespace windtunnel
