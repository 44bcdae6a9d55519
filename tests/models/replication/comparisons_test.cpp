// Runs that differ in one thing: what must stay the same, and which way the rest must go.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::digest;
using test::Flight;
using test::fly;
using test::kMs;
using test::kSec;
using test::Seen;

// --- common random numbers

const std::string kTwo = R"({"windtunnel": 1, "name": "two", "horizon": "120s",
  "cluster": {"zones": ["a", "b"]},
  "traffic": [{"name": "web", "to": "shop", "arrivals": {"type": "poisson", "rate": "40/s"},
               "mix": {"browse": 0.8, "buy": 0.2}, "timeout": "2s", "patience": {"type": "exponential", "mean": "3s"}}],
  "services": {"shop": {"replicas": 4, "instance": {"runtime": {"type": "worker_pool", "workers": 2},
      "resources": {"requests": {"cpu": "1"}}},
    "balancer": {"type": "least_request"},
    "startup": [{"phase": "boot", "time": {"type": "exponential", "mean": "5s"}}],
    "work": {"browse": [{"cpu": {"type": "exponential", "mean": "100ms"}}],
             "buy": [{"cpu": {"type": "lognormal", "mean": "150ms", "cv": 2}}, {"io": {"type": "exponential", "mean": "200ms"}}]}}},
  "faults": [{"type": "kill_instances", "service": "shop", "count": 2, "at": "40s"}]})";

std::vector<Seen> shop_only(const Flight& flight) {
  std::vector<Seen> out;
  for (const Seen& r : flight.seen.by_arrival())  // requests that a kill ends together have no order of their own
    if (r.request_class < 2) out.push_back(r);
  return out;
}

std::vector<std::int64_t> arrivals_of(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.arrived);
  return out;
}

// What each request is, apart from what becomes of it: the moment it comes and its class.
std::vector<std::pair<std::int64_t, std::uint32_t>> who(const Flight& flight) {
  std::vector<std::pair<std::int64_t, std::uint32_t>> out;
  for (const Seen& r : flight.seen.by_arrival()) out.emplace_back(r.arrived, r.request_class);
  return out;
}

TEST(CommonRandomNumbers, ANeighbourChangesNothingForAService) {
  // Another service with its own traffic, on more replicas, with pauses, faults and a closed loop.
  const Flight alone = fly(kTwo);
  const Flight together = fly(
      kTwo, {{"services.depot",
              R"({"replicas": 7, "instance": {"runtime": {"type": "event_loop", "processes": 2, "dispatch": "random"},
          "pauses": {"every": {"type": "exponential", "mean": "1s"}, "length": "100ms"}},
          "balancer": {"type": "random"}, "work": {"default": [{"cpu": {"type": "exponential", "mean": "20ms"}}]}})"},
             {"traffic.1", R"({"name": "nightly", "to": "depot", "arrivals": {"type": "closed_loop", "clients": 20}})"},
             {"traffic.2", R"({"name": "extra", "to": "depot", "arrivals": {"type": "poisson", "rate": "30/s"}})"},
             {"faults.1", R"({"type": "crashes", "service": "depot", "mtbf": "10s", "mttr": "1s"})"}});
  ASSERT_GT(alone.seen.requests.size(), 4000U);
  EXPECT_GT(together.seen.requests.size(), alone.seen.requests.size());
  const auto before = shop_only(alone), after = shop_only(together);
  ASSERT_EQ(before.size(), after.size());
  const auto differ = std::mismatch(before.begin(), before.end(), after.begin());
  EXPECT_EQ(differ.first, before.end()) << "first at request " << differ.first - before.begin();
}

TEST(CommonRandomNumbers, AnotherSourceAtTheSameServiceMovesNoArrivals) {
  const Flight alone = fly(kTwo);
  const Flight crowded =
      fly(kTwo, {{"traffic.1", R"({"name": "bots", "to": "shop", "arrivals": {"type": "poisson", "rate": "5/s"},
                                                      "mix": {"browse": 1}})"}});
  std::vector<std::int64_t> before, after;
  for (const Seen& r : alone.seen.by_arrival()) before.push_back(r.arrived);
  for (const Seen& r : crowded.seen.by_arrival())
    if (r.request_class < 2) after.push_back(r.arrived);
  // At the end of the run different requests are still in flight and not seen.
  before.resize(before.size() - 100);
  after.resize(before.size());
  EXPECT_EQ(before, after);
}

TEST(CommonRandomNumbers, AnAutoscalerThatDecidesNothingChangesNothing) {
  const Flight fixed = fly(kTwo);
  const Flight scaled =
      fly(kTwo, {{"services.shop.autoscaler",
                  R"({"type": "kubernetes_hpa", "spec": {"minReplicas": 4, "maxReplicas": 4, "metrics":
      [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 50}}}]}})"}});
  EXPECT_EQ(fixed.seen.requests, scaled.seen.requests);
}

TEST(CommonRandomNumbers, ScalingOrAnotherBalancerMovesNoArrivals) {
  const Flight few = fly(kTwo, {{"horizon", "\"300s\""}});
  for (const auto& change : std::vector<std::vector<Override>>{
           {{"services.shop.replicas", "9"}},
           {{"services.shop.balancer", R"({"type": "random"})"}},
           {{"services.shop.instance.runtime", R"({"type": "processor_sharing", "cores": 2})"}},
           {{"faults", "[]"}}}) {
    auto overrides = change;
    overrides.push_back({"horizon", "\"300s\""});
    const Flight other = fly(kTwo, overrides);
    auto a = who(few), b = who(other);
    std::erase_if(a, [](const auto& r) { return r.first > 280 * kSec; });  // later ones may still be in flight
    std::erase_if(b, [](const auto& r) { return r.first > 280 * kSec; });
    EXPECT_EQ(a, b) << change[0].path;
    EXPECT_NE(few.figure("shop.latency.mean"), other.figure("shop.latency.mean"));
  }
}

TEST(CommonRandomNumbers, OtherSeedsAndReplicationsAreOtherRuns) {
  const Flight one = fly(kTwo, {}, 2, 1), other = fly(kTwo, {}, 1, 2);
  EXPECT_NE(arrivals_of(one), arrivals_of(other));
  const Metric& latency = *one.result.find_metric("shop.latency.mean");
  EXPECT_NE(latency.values[0], latency.values[1]);
  EXPECT_EQ(latency.values[0], *fly(kTwo, {}, 1, 1).result.find_metric("shop.latency.mean")->values.data());
}

// --- another unit of time

// All durations of `kUnit` are multiples of U; rates of 1 / U.
std::string in_units(std::string text, const std::string& unit, const std::string& rate) {
  for (const auto& [key, value] : {std::pair{std::string("U"), unit}, std::pair{std::string("R"), rate}}) {
    for (std::size_t at = text.find("<" + key + ">"); at != std::string::npos; at = text.find("<" + key + ">"))
      text.replace(at, 3, value);
  }
  return text;
}

TEST(TimeScale, TenTimesEveryDurationGivesTenTimesEveryTime) {
  const std::string scenario = R"({"windtunnel": 1, "name": "scaled", "horizon": "4000<U>", "warmup": "100<U>",
    "metrics": {"resolution": "100<U>"}, "cluster": {"zones": ["a", "b"]},
    "traffic": [
      {"name": "a", "to": "s", "arrivals": {"type": "poisson", "rate": "3<R>"}, "timeout": "9<U>", "on_timeout": "cancel"},
      {"name": "b", "to": "s", "arrivals": {"type": "poisson", "rate": "1<R>"}, "patience": {"type": "exponential", "mean": "3<U>"}},
      {"name": "c", "to": "f", "arrivals": {"type": "closed_loop", "clients": 5, "think_time": {"type": "exponential", "mean": "4<U>"}}}],
    "services": {
      "s": {"replicas": 3, "instance": {"runtime": {"type": "event_loop", "processes": 2},
          "pauses": {"every": {"type": "exponential", "mean": "20<U>"}, "length": {"type": "exponential", "mean": "2<U>"}}},
        "startup": [{"phase": "boot", "time": {"type": "erlang", "mean": "30<U>", "stages": 3}}],
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "1<U>"}}, {"io": {"type": "exponential", "mean": "2<U>"}}]}},
      "f": {"instance": {"runtime": {"type": "function"}}, "startup": [{"phase": "boot", "time": "3<U>"}],
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "2<U>"}}]},
        "autoscaler": {"type": "per_request", "keep_alive": "5<U>"}}},
    "faults": [{"type": "crashes", "service": "s", "mtbf": "500<U>", "mttr": "20<U>"},
               {"type": "slow_instances", "service": "s", "share": 0.5, "factor": 2, "at": "700<U>", "for": "300<U>"},
               {"type": "zone_outage", "zone": "b", "at": "2000<U>", "for": "200<U>"}]})";
  const Flight small = fly(in_units(scenario, "00ms", "0/s")), large = fly(in_units(scenario, "s", "/s"));
  // Every draw is rounded to a nanosecond, so times differ by the sum of such roundings along a busy period.
  const double slack = 2000;
  ASSERT_GT(small.seen.requests.size(), 10'000U);
  ASSERT_EQ(small.seen.requests.size(), large.seen.requests.size());
  for (std::size_t i = 0; i < small.seen.requests.size(); ++i) {
    const Seen &a = small.seen.requests[i], &b = large.seen.requests[i];
    ASSERT_EQ(a.outcome, b.outcome) << i;
    ASSERT_EQ(a.instance, b.instance) << i;
    ASSERT_NEAR(static_cast<double>(b.arrived), 10.0 * static_cast<double>(a.arrived), slack) << i;
    ASSERT_NEAR(static_cast<double>(b.ended), 10.0 * static_cast<double>(a.ended), slack) << i;
    if (a.started >= 0) {
      ASSERT_NEAR(static_cast<double>(b.started), 10.0 * static_cast<double>(a.started), slack) << i;
    }
  }
  for (const Metric& m : small.result.metrics) {
    const double a = m.estimate.mean, b = large.figure(m.name);
    if (std::isnan(a) && std::isnan(b)) continue;
    const double factor = m.unit == "s" || m.unit == "h" ? 10 : m.unit == "1/s" ? 0.1 : 1;
    if (m.unit == "USD" || m.name.starts_with("cost")) continue;
    EXPECT_NEAR(b, factor * a, 8e-3 * std::abs(b) + 1e-9) << m.name;  // two quantiles are each within 0.4 %
  }
}

// --- more, and better spread

TEST(MoreServers, NeverMakeAnyRequestWaitLonger) {
  // First come, first served, the same arrivals and sizes: with one more server every single request starts no later
  // (Kiefer and Wolfowitz 1955: the vector of workloads is smaller in every component).
  const auto queue = [](int servers) {
    return fly(R"({"windtunnel": 1, "name": "queue", "horizon": "2000s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "3/s"}}],
      "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": )" +
               std::to_string(servers) + R"(}},
        "work": {"default": [{"cpu": {"type": "lognormal", "mean": "1s", "cv": 2}}]}}}})");
  };
  std::map<std::int64_t, std::int64_t> before;
  for (int servers = 2; servers <= 9; ++servers) {
    const Flight flight = queue(servers);
    std::map<std::int64_t, std::int64_t> waits;
    for (const Seen& r : flight.seen.requests) waits[r.arrived] = r.wait();
    std::size_t compared = 0, shorter = 0;
    for (const auto& [arrived, wait] : before) {
      const auto now = waits.find(arrived);
      if (now == waits.end()) continue;  // still in flight
      ASSERT_LE(now->second, wait) << "arrived at " << arrived << " with " << servers << " servers";
      ++compared;
      shorter += now->second < wait ? 1U : 0U;
    }
    if (servers > 2) {
      EXPECT_GT(compared, 3000U);
      EXPECT_GT(shorter, servers < 7 ? 100U : 0U);
    }
    before = std::move(waits);
  }
}

TEST(MoreServers, OfAnEventLoopAreNoBetterThanOneQueue) {
  // One shared queue serves no later than the same processes with a queue each, by the mean.
  const auto loop = [](const std::string& dispatch) {
    return fly(R"({"windtunnel": 1, "name": "loop", "horizon": "3000s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "3/s"}}],
      "services": {"s": {"instance": {"runtime": {"type": "event_loop", "processes": 4, "dispatch": ")" +
               dispatch + R"("}},
        "work": {"default": [{"cpu": {"type": "exponential", "mean": "1s"}}]}}}})")
        .figure("s.wait_time.mean");
  };
  const double shared = loop("shared"), turns = loop("round_robin"), random = loop("random");
  EXPECT_LT(shared, 0.8 * turns);
  EXPECT_LT(turns, 0.9 * random);
}

TEST(Balancers, TheShortestQueueBeatsTwoChoicesBeatOne) {
  const auto wait = [](const std::string& balancer) {
    return fly(R"({"windtunnel": 1, "name": "fleet", "horizon": "2000s", "warmup": "100s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "8/s"}}],
      "services": {"s": {"replicas": 10, "instance": {"runtime": {"type": "worker_pool", "workers": 1}},
        "balancer": )" +
                   balancer + R"(, "work": {"default": [{"cpu": {"type": "exponential", "mean": "1s"}}]}}}})",
               {}, 4)
        .figure("s.wait_time.mean");
  };
  const double shortest = wait(R"({"type": "least_request", "full_scan": true})");
  const double two = wait(R"({"type": "power_of_two_choices"})"), drawn = wait(R"({"type": "least_request"})");
  const double turns = wait(R"({"type": "round_robin"})"), random = wait(R"({"type": "random"})");
  EXPECT_LT(shortest, two);
  EXPECT_LT(two, drawn);  // two draws without repetition beat two with it
  EXPECT_LT(drawn, random);
  EXPECT_LT(turns, random);
}

TEST(WarmUp, LeavesTheRunAsItIsAndMeasuresLess) {
  const std::string text = R"({"windtunnel": 1, "name": "w", "horizon": "100s",
      "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "10/s"}}],
      "services": {"s": {"replicas": 2, "work": {"default": [{"cpu": {"type": "exponential", "mean": "150ms"}}]}}}})";
  const Flight whole = fly(text, {{"horizon", "\"130s\""}});
  const Flight late = fly(text, {{"warmup", "\"30s\""}});
  EXPECT_EQ(whole.seen.requests, late.seen.requests);
  std::size_t measured = 0;
  for (const Seen& r : late.seen.requests) measured += r.arrived >= 30 * kSec ? 1U : 0U;
  EXPECT_EQ(late.count(Outcome::kCompleted), measured);
  EXPECT_EQ(late.result.horizon_s, 100);
}

}  // namespace
}  // namespace windtunnel
