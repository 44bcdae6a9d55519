// Envoy's outlier_detection_impl_test.cc, row by row; gRPC's rules by gRFC A50; NGINX' max_fails by upstream.t.
#include "models/load_balancer/outlier_detection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "models/load_balancer/failure_limit.hpp"
#include "models/load_balancer/health_check.hpp"
#include "models/load_balancer/proxy.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::assign;
using test::chosen;
using test::Fields;

// Hosts 0, 1, … of one detector.
class Detector {
 public:
  Detector(std::uint32_t hosts, const Fields& fields) {
    assign(params_, fields);
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t i = 0; i < hosts; ++i) numbers.push_back(i);
    detector_.set_hosts(numbers);
  }
  void answers(std::uint32_t host, int count, bool failed, Time now = Time{}) {
    for (int i = 0; i < count; ++i) detector_.answered(host, failed, now, words_, changes_);
  }
  void sweep(Time now) { detector_.sweep(now, words_, changes_); }
  // Ejects it by failures in a row.
  void fail(std::uint32_t host, Time now = Time{}) { answers(host, 5, true, now); }
  // When a sweep lets it back, to a second.
  Time returns(std::uint32_t host, Time after) {
    while (detector_.ejected(host) && after < Time{9000s}) sweep(after += 1s);
    return after;
  }
  bool ejected(std::uint32_t host) { return detector_.ejected(host); }
  OutlierDetector* operator->() { return &detector_; }
  const std::vector<HealthChange>& changes() const { return changes_; }

 private:
  OutlierDetection params_;
  OutlierDetector detector_{params_};
  Stream words_{1, "checkout/outliers", 0};
  std::vector<HealthChange> changes_;
};

const Fields kBySuccessRate = {{"enforcing_consecutive_5xx", Share{0}}, {"max_ejection_percent", Share{1}}};

// BasicFlowSuccessRateLocalOrigin; the source's own example is the same: mean 90, deviation 20, threshold 52.
TEST(EnvoyOutlierDetection, EjectsAHostWithALowSuccessRate) {
  Detector hosts(5, kBySuccessRate);
  for (std::uint32_t host = 0; host < 5; ++host) hosts.answers(host, 200, false);
  hosts.answers(4, 200, true);
  EXPECT_EQ(hosts->consecutive_detected(), 40U);
  EXPECT_FALSE(hosts.ejected(4));
  hosts.sweep(Time{10s});
  EXPECT_DOUBLE_EQ(hosts->success_rates()->mean, 90);
  EXPECT_DOUBLE_EQ(hosts->success_rates()->threshold, 52);
  for (std::uint32_t host = 0; host < 5; ++host) EXPECT_EQ(hosts.ejected(host), host == 4);
  hosts.sweep(Time{19'999ms});
  EXPECT_TRUE(hosts.ejected(4));
  hosts.sweep(Time{50'001ms});
  EXPECT_FALSE(hosts.ejected(4));
  EXPECT_EQ(hosts.changes().size(), 2U);
}

TEST(EnvoyOutlierDetection, ComparesNoSuccessRatesOfTooFewRequests) {  // the same test, 25 requests each
  Detector hosts(5, kBySuccessRate);
  for (std::uint32_t host = 0; host < 5; ++host) hosts.answers(host, 25, false);
  hosts.answers(4, 25, true);
  hosts.sweep(Time{10s});
  EXPECT_FALSE(hosts->success_rates().has_value());
  EXPECT_FALSE(hosts.ejected(4));
}

TEST(EnvoyOutlierDetection, EjectsAHostWithTooManyFailures) {  // BasicFlowFailurePercentageExternalOrigin
  Detector hosts(5, {{"enforcing_consecutive_5xx", Share{0}},
                     {"enforcing_success_rate", Share{0}},
                     {"enforcing_failure_percentage", Share{1}},
                     {"max_ejection_percent", Share{1}}});
  for (std::uint32_t host = 0; host < 5; ++host) hosts.answers(host, 50, false);
  hosts.answers(3, 250, true);  // 83.33 %
  EXPECT_EQ(hosts->consecutive_detected(), 50U);
  hosts.answers(4, 300, true);  // 85.71 %
  EXPECT_EQ(hosts->consecutive_detected(), 110U);
  hosts.sweep(Time{10s});
  EXPECT_FALSE(hosts.ejected(3));
  EXPECT_TRUE(hosts.ejected(4));
}

TEST(EnvoyOutlierDetection, AFailurePercentageMayEqualItsThreshold) {
  for (const char* as : {"envoy", "grpc"}) {
    Detector hosts(5, {{"as", as},
                       {"consecutive_5xx", 0},
                       {"enforcing_failure_percentage", Share{1}},
                       {"enforcing_success_rate", Share{0}},
                       {"failure_percentage_threshold", Share{0.5}},
                       {"max_ejection_percent", Share{1}}});
    for (std::uint32_t host = 0; host < 5; ++host) hosts.answers(host, 50, false);
    hosts.answers(4, 50, true);
    hosts.sweep(Time{10s});
    EXPECT_EQ(hosts.ejected(4), std::string(as) == "envoy");
  }
}

TEST(EnvoyOutlierDetection, ASuccessEndsARunOfFailures) {
  Detector hosts(10, {});
  hosts.answers(0, 4, true);
  hosts.answers(0, 1, false);
  hosts.answers(0, 4, true);
  EXPECT_FALSE(hosts.ejected(0));
  hosts.answers(0, 1, true);
  EXPECT_TRUE(hosts.ejected(0));
}

struct Allowed {
  const char* as;
  std::uint32_t hosts;
  bool always_one;
  std::uint32_t ejections;  // of as many as fail
};

// Envoy counts the host that is to be ejected; A50 stops once the share is reached.
TEST(OutlierDetection, EjectsNoMoreThanIsAllowed) {
  for (const Allowed& row : {Allowed{"envoy", 10, false, 1}, Allowed{"envoy", 5, false, 0},
                             Allowed{"envoy", 5, true, 1}, Allowed{"envoy", 20, false, 2}, Allowed{"grpc", 5, false, 1},
                             Allowed{"grpc", 10, false, 1}, Allowed{"grpc", 11, false, 2}}) {
    Detector hosts(row.hosts, {{"as", row.as}, {"always_eject_one_host", row.always_one}});
    std::uint32_t ejected = 0;
    for (std::uint32_t host = 0; host < row.hosts; ++host) {
      hosts.fail(host);
      ejected += hosts.ejected(host) ? 1 : 0;
    }
    EXPECT_EQ(ejected, row.ejections) << row.as << " of " << row.hosts;
    EXPECT_EQ(hosts->overflows(), row.hosts - row.ejections);
  }
}

TEST(EnvoyOutlierDetection, EjectionsGrowLongerUpToFiveMinutes) {
  Detector hosts(10, {});
  Time now{0s};
  for (int k = 1; k <= 12; ++k) {
    hosts.fail(0, now);
    const Time back = hosts.returns(0, now);
    EXPECT_EQ(back - now, std::min<Duration>(k * 30s, 300s)) << k;
    now = back;
  }
}

TEST(EnvoyOutlierDetection, AHostThatBehavesIsForgivenOneEjectionInAnInterval) {
  Detector hosts(10, {});
  hosts.fail(0);
  Time now = hosts.returns(0, Time{});
  hosts.fail(0, now);
  now = hosts.returns(0, now);  // it has been ejected twice now
  for (int k = 0; k < 2; ++k) hosts.sweep(now += 10s);
  hosts.fail(0, now);
  EXPECT_EQ(hosts.returns(0, now) - now, 30s);
}

TEST(EnvoyOutlierDetection, OneThatLeavesMakesRoomForAnEjection) {
  Detector hosts(10, {});
  hosts.fail(0);
  hosts.fail(1);
  EXPECT_FALSE(hosts.ejected(1));
  hosts->set_hosts({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  hosts.fail(1);
  EXPECT_TRUE(hosts.ejected(1));
}

TEST(Proxy, LeavesOutAnEjectedHostUntilASweepLetsItBack) {
  const auto policy = chosen<LoadBalancerParams>("round_robin", {});
  BalancingParams params;
  assign(params, {{"outlier_detection", Fields{{"max_ejection_percent", Share{0.5}}}}});
  Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
  for (std::uint32_t i = 0; i < 3; ++i) proxy.add(i, {i, 0, 1, {}, "b"}, 0);
  const auto next = [&] { return proxy.pick(Time{}, 0)->number; };
  EXPECT_EQ(next() + next() + next(), 3U);
  for (int i = 0; i < 5; ++i) proxy.answered({1, Time{}, Time{}, true});
  ASSERT_TRUE(proxy.has_changes());
  EXPECT_EQ(proxy.take_changes()[0].why, "5 failures in a row");
  for (int i = 0; i < 10; ++i) EXPECT_NE(next(), 1U);
  proxy.sweep(Time{30s});
  EXPECT_EQ(next() + next() + next(), 3U);
}

// Below 50 % healthy, strictly: two of four are enough, one is not.
TEST(Proxy, PanicsWithTooFewHealthyHosts) {
  for (const double threshold : {0.5, 0.0}) {
    const auto policy = chosen<LoadBalancerParams>("round_robin", {});
    BalancingParams params;
    assign(params,
           {{"panic_threshold", Share{threshold}}, {"outlier_detection", Fields{{"max_ejection_percent", Share{1}}}}});
    Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
    for (std::uint32_t i = 0; i < 4; ++i) proxy.add(i, {i, 0, 1, {}, "b"}, 0);
    std::vector<std::size_t> used;
    for (std::uint32_t failing = 0; failing < 4; ++failing) {
      for (int i = 0; i < 5; ++i) proxy.answered({failing, Time{}, Time{}, true});
      std::vector<bool> met(4);
      for (int i = 0; i < 8; ++i)
        if (const auto to = proxy.pick(Time{}, 0)) met[to->number] = true;
      used.push_back(static_cast<std::size_t>(std::count(met.begin(), met.end(), true)));
    }
    EXPECT_EQ(used, threshold > 0 ? (std::vector<std::size_t>{3, 2, 4, 4}) : (std::vector<std::size_t>{3, 2, 1, 0}));
  }
}

// upstream.t, 'failures': peer 0 closes every third connection; a request that it fails goes to the other.
TEST(NginxFailureLimit, ThreeFailuresPutAPeerAside) {
  const auto policy = chosen<LoadBalancerParams>("smooth_weighted_round_robin", {});
  BalancingParams params;
  assign(params, {{"failure_limit", Fields{{"max_fails", 3}, {"fail_timeout", Duration{10s}}}}});
  Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
  for (std::uint32_t i = 0; i < 2; ++i) proxy.add(i, {i, 0, 1, {}, "b"}, 0);
  const Time now{1000s};
  int served[2] = {0, 0}, connections = 0;
  for (int request = 0; request < 30; ++request) {
    std::uint32_t peer = proxy.pick(now, 0)->number;
    if (peer == 0 && ++connections % 3 == 0) {
      proxy.answered({0, now, now, true});
      peer = 1;
    }
    proxy.answered({peer, now, now, false});
    ++served[peer];
  }
  EXPECT_EQ(served[0], 6);
  EXPECT_EQ(served[1], 24);
}

// The same numbers as NginxConformance.AFailureLowersTheEffectiveWeight.
TEST(NginxFailureLimit, OneFailureLowersTheWeight) {
  const auto policy = chosen<LoadBalancerParams>("smooth_weighted_round_robin", {});
  BalancingParams params;
  assign(params, {{"failure_limit", Fields{{"max_fails", 2}}}});
  Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
  proxy.add(0, {0, 0, 4, {}, "a"}, 0);
  proxy.add(1, {1, 0, 1, {}, "b"}, 0);
  const Time now{1000s};
  EXPECT_EQ(proxy.pick(now, 0)->number, 0U);
  proxy.answered({0, now, now, true});
  EXPECT_EQ(proxy.pick(now, 0)->number, 1U);
  EXPECT_EQ(proxy.pick(now, 0)->number, 0U);
}

// Blocked while now - checked <= fail_timeout, by whole seconds; then one request tries it.
TEST(NginxFailureLimit, OneRequestTriesAPeerAfterTheTimeout) {
  FailureLimit limit;
  FailureCounts peers(limit);
  peers.answered(0, true, Time{100'900ms});
  EXPECT_FALSE(peers.eligible(0, Time{110'999ms}));
  EXPECT_TRUE(peers.eligible(0, Time{111s}));
  EXPECT_EQ(peers.eligible_from(0), Time{111s});
  peers.picked(0, Time{111s});
  EXPECT_FALSE(peers.eligible(0, Time{111s}));
  peers.answered(0, false, Time{112s});
  EXPECT_TRUE(peers.eligible(0, Time{112s}));
}

TEST(NginxFailureLimit, TheOnlyPeerIsNeverPutAside) {
  const auto policy = chosen<LoadBalancerParams>("round_robin", {});
  BalancingParams params;
  params.failure_limit.emplace();
  Proxy proxy(*policy, params, 0, Stream(1, "checkout/balancer", 0));
  proxy.add(0, {0, 0, 1, {}, "b"}, 0);
  proxy.answered({0, Time{}, Time{}, true});
  EXPECT_TRUE(proxy.pick(Time{}, 0).has_value());
  EXPECT_FALSE(proxy.has_changes());
}

TEST(HealthChecks, TakeThreeFailuresAndTwoPassesInARow) {
  HealthChecks checks;
  CheckedHealth health;
  std::string seen;
  for (const bool passed : {false, false, true, false, false, false, true, false, true, true}) {
    health.checked(passed, checks);
    seen += health.healthy() ? 'u' : 'd';
  }
  EXPECT_EQ(seen, "uuuuuddddu");
}

}  // namespace
}  // namespace windtunnel
