// Who is turned away before anything else happens, and in which order those wait that are not.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;

// Requests 0.5 s apart from 0.25 s on, each of which takes one worker 0.9 s.
const std::string kQueue = R"({"windtunnel": 1, "name": "queue", "horizon": "3s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "2/s"}}],
  "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                     "work": {"default": [{"cpu": "900ms"}]}}}})";

// In the order of their starts, the arrivals of those that were begun by then.
std::vector<std::int64_t> order_ms(const Flight& flight) {
  std::vector<Seen> begun;
  for (const Seen& r : flight.seen.requests)
    if (r.started >= 0) begun.push_back(r);
  std::sort(begun.begin(), begun.end(), [](const Seen& a, const Seen& b) { return a.started < b.started; });
  std::vector<std::int64_t> out;
  for (const Seen& r : begun) out.push_back(r.arrived / kMs);
  return out;
}

TEST(QueueDiscipline, TakesTheFirstUnlessToldOtherwise) {
  EXPECT_THAT(order_ms(fly(kQueue)), ElementsAre(250, 750, 1250));
}

TEST(QueueDiscipline, TakesTheLast) {
  EXPECT_THAT(order_ms(fly(kQueue, {{"services.s.instance.queue", R"({"type": "lifo"})"}})),
              ElementsAre(250, 750, 1750));
}

const std::string kClasses = R"({"windtunnel": 1, "name": "classes", "horizon": "10s",
  "traffic": [{"name": "many", "to": "s", "arrivals": {"type": "constant", "rate": "2/s"}, "mix": {"low": 1}},
              {"name": "few", "to": "s", "arrivals": {"type": "constant", "rate": "0.25/s"}, "mix": {"high": 1}}],
  "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}, "queue": {"type": "priority"}},
                     "priorities": {"high": 1}, "work": {"default": [{"cpu": "900ms"}]}}}})";

TEST(QueueDiscipline, LetsTheImportantGoFirst) {
  // It comes at 2 s, when the third of the others is computing: 0.25, 1.15, 2.05.
  const Flight flight = fly(kClasses);
  const auto few = [&](const Flight& f) {
    std::vector<std::int64_t> out;
    for (const Seen& r : f.seen.by_arrival())
      if (r.request_class == 1) out.push_back(r.started / kMs);
    return out;
  };
  EXPECT_EQ(few(flight).at(0), 2050) << "as soon as the one that computes is done";
  EXPECT_EQ(few(fly(kClasses, {{"services.s.instance.queue.preempts", "true"}})).at(0), 2000) << "at once";
  EXPECT_GT(few(fly(kClasses, {{"services.s.instance.queue", R"({"type": "fifo"})"}})).at(0), 3000);
}

TEST(QueueDiscipline, GoesOnWhereAPreemptedRequestWas) {
  const Flight flight = fly(kClasses, {{"services.s.instance.queue.preempts", "true"}});
  // The second of the others began at 1.15 s and had 50 ms to go when it was stopped at 2 s for 900 ms.
  EXPECT_EQ(flight.seen.by_arrival().at(1).ended / kMs, 2950);
}

// Half as much again as the service can do.
const std::string kOverload = R"({"windtunnel": 1, "name": "overload", "horizon": "60s", "warmup": "10s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "150/s"}, "timeout": "500ms"}],
  "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
                     "work": {"default": [{"cpu": "10ms"}]}}}})";

TEST(QueueDiscipline, KeepsGoodputUpInAnOverload) {
  EXPECT_LT(fly(kOverload).figure("s.throughput"), 1) << "everything that is begun is too late";
  for (const char* type : {"lifo", "controlled_delay", "adaptive_lifo"}) {
    const Flight flight =
        fly(kOverload, {{"services.s.instance.queue", std::string(R"({"type": ")") + type + R"("})"}});
    EXPECT_GT(flight.figure("s.throughput"), 60) << type;
  }
}

// The third is given up at 2.04 s, the worker is free at 2.05 s.
TEST(QueueDiscipline, DoesNotBeginWhatHasBeenGivenUp) {
  const Override timeout{"traffic.0.timeout", "\"790ms\""};
  EXPECT_THAT(order_ms(fly(kQueue, {timeout})), ElementsAre(250, 750)) << "it is busy with the third";
  EXPECT_THAT(order_ms(fly(kQueue, {timeout, {"services.s.instance.queue", R"({"type": "deadline"})"}})),
              ElementsAre(250, 750, 1750));
}

TEST(RateLimit, RefusesWhatExceedsIt) {
  const Flight flight = fly(
      kOverload, {{"services.s.admission.rate_limits", R"([{"type": "token_bucket", "rate": "80/s", "burst": 1}])"}});
  EXPECT_NEAR(flight.figure("s.throughput"), 150 * 80.0 / (150 + 80), 3)
      << "a bucket of one token: M/D/1/1 turned round";
  EXPECT_GT(flight.count(Outcome::kRejectedRateLimited), 3000u);
  EXPECT_EQ(flight.count(Outcome::kTimedOut), 0u);
}

TEST(RateLimit, CanCountEachClientByItself) {
  const Flight flight =
      fly(kOverload, {{"traffic.0.clients", R"({"count": 10})"},
                      {"services.s.admission.rate_limits",
                       R"([{"type": "fixed_window", "limit": 5, "window": "1s", "per": "client"}])"}});
  // Ten clients, each of which asks 15 times a second and gets five answers.
  EXPECT_NEAR(flight.figure("s.throughput"), 50, 1);
}

TEST(ConcurrencyLimit, LetsSoManyInAtOnce) {
  const Flight flight =
      fly(kOverload, {{"services.s.admission.concurrency_limit", R"({"type": "fixed", "limit": 4})"}});
  EXPECT_GT(flight.figure("s.throughput"), 95);
  EXPECT_LE(flight.figure("s.latency.max"), 0.0401);
  EXPECT_GT(flight.count(Outcome::kRejectedConcurrencyLimit), 2000u);
}

// Forty in the service wait for 400 ms at most: whoever is let in is answered in time, and the worker is never idle.
TEST(ConcurrencyLimit, KeepsGoodputAtWhatTheServiceCanDo) {
  for (const char* type : {"aimd", "vegas", "gradient", "gradient2"}) {
    const Flight flight =
        fly(kOverload,
            {{"services.s.admission.concurrency_limit", std::string(R"({"type": ")") + type + R"(", "max": 40})"}});
    EXPECT_NEAR(flight.figure("s.throughput"), 100, 5) << type;
    EXPECT_LE(flight.figure("s.latency.max"), 0.4001) << type;
    EXPECT_EQ(flight.count(Outcome::kTimedOut), 0u) << type;
  }
}

TEST(ConcurrencyLimit, KeepsItsSharesForThoseTheyAreFor) {
  const std::string text = R"({"windtunnel": 1, "name": "shares", "horizon": "200s", "warmup": "10s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "300/s"},
                 "mix": {"pay": 0.1, "browse": 0.9}}],
    "services": {"s": {"instance": {"runtime": {"type": "event_loop"}},
                       "admission": {"concurrency_limit": {"type": "fixed", "limit": 10}},
                       "work": {"default": [{"io": "100ms"}]}}}})";
  const auto loss = [](const Flight& flight, const char* name) {
    return 1 - flight.figure(std::string("t.") + name + ".success_ratio");
  };
  // 30 Erlang before ten places: Erlang B, whoever it is.
  const Flight alike = fly(text);
  EXPECT_NEAR(loss(alike, "pay"), 0.6811, 0.02);
  EXPECT_NEAR(loss(alike, "browse"), 0.6811, 0.02);
  // Eight places are kept for 3 Erlang of payments, which lose at most what Erlang B says of 3 before 8, 0.0081.
  const Flight shares =
      fly(text, {{"services.s.admission.concurrency_limit.partitions", R"({"pay": 0.8, "browse": 0.2})"}});
  EXPECT_LT(loss(shares, "pay"), 0.0081 + 5 * std::sqrt(0.0081 / 6000));
  EXPECT_GT(loss(shares, "browse"), 0.6811);
  const Flight passes = fly(text, {{"services.s.admission.concurrency_limit.bypass", R"(["pay"])"}});
  EXPECT_EQ(loss(passes, "pay"), 0);
}

// A limit that refuses nobody draws who asks, and the balancer takes that: all requests go where they went without it.
TEST(RateLimits, ByClientLeaveItToABalancerThatKnowsClientsWhereTheyGo) {
  const std::string text = R"({"windtunnel": 1, "name": "hashed", "horizon": "60s",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "50/s"},
                 "clients": {"count": 40, "zipf": 1}}],
    "services": {"s": {"replicas": 5, "instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "1ms"}]},
                       "balancer": {"type": "ring_hash"}}}})";
  const std::string limit =
      R"({"rate_limits": [{"type": "token_bucket", "per": "client", "rate": "RATE/s", "burst": 1}]})";
  const auto with = [&](const std::string& rate) {
    std::string admission = limit;
    admission.replace(admission.find("RATE"), 4, rate);
    return fly(text, {{"services.s.admission", admission}});
  };
  const Flight without = fly(text);
  EXPECT_EQ(without.seen.by_arrival(), with("1000000000").seen.by_arrival());
  // One that lets each through once is passed by each once.
  EXPECT_EQ(with("0.000001").count(Outcome::kCompleted), 40U);
}

}  // namespace
}  // namespace windtunnel
