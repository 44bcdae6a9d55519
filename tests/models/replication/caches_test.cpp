// Caches in front of what steps do: small runs that are known beforehand, long ones against closed forms.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/theory/closed_forms.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;
using testing::HasSubstr;

// One key, asked for every 100 ms from 50 ms on: 1 ms to look it up, 30 ms behind, 5 ms to answer.
const std::string kShop = R"({"windtunnel": 1, "name": "shop", "horizon": "600ms",
  "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {
    "front": {"instance": {"runtime": {"type": "event_loop"}},
              "caches": {"things": {"keys": 1}},
              "work": {"default": [{"cpu": "1ms", "look_up": "things"},
                                   {"call": {"service": "back"}, "on_miss": "things"},
                                   {"cpu": "5ms"}]}},
    "back": {"instance": {"runtime": {"type": "worker_pool", "workers": 10}}, "work": {"default": [{"cpu": "30ms"}]}}}})";

std::vector<std::int64_t> latencies_ms(const Flight& flight, std::uint32_t request_class = 0) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == request_class) out.push_back(r.latency() / kMs);
  return out;
}

std::vector<std::int64_t> ends_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == 0) out.push_back(r.ended / kMs);
  return out;
}

TEST(Caches, SpareWhatAMissDoes) {
  const Flight flight = fly(kShop);
  EXPECT_THAT(latencies_ms(flight), ElementsAre(36, 6, 6, 6, 6, 6));
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.hit_ratio"), 5.0 / 6);
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.lookups"), 10);
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.fetches"), 1 / 0.6);
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.entries"), 1);
}

// Filled at 81 ms, so good until 281 ms: the lookups at 51, 351, … miss.
TEST(Caches, ForgetAfterTheirTime) {
  const Flight flight = fly(kShop, {{"services.front.caches.things.ttl", "\"200ms\""}});
  EXPECT_THAT(latencies_ms(flight), ElementsAre(36, 6, 6, 36, 6, 6));
}

TEST(Caches, AreEmptyOnceTheyAreFlushed) {
  const Flight flight = fly(kShop, {{"faults", R"([{"type": "flush_cache", "service": "front", "at": "300ms"}])"}});
  EXPECT_THAT(latencies_ms(flight), ElementsAre(36, 6, 6, 36, 6, 6));
  ASSERT_FALSE(flight.seen.decisions.empty());
  EXPECT_THAT(flight.seen.decisions.front().sentence, HasSubstr("emptied its caches of 1 entry"));
}

TEST(Caches, AreEmptyInANewInstance) {
  const std::vector<Override> kill = {
      {"faults", R"([{"type": "kill_instances", "service": "front", "count": 1, "at": "300ms"}])"}};
  EXPECT_THAT(latencies_ms(fly(kShop, kill)), ElementsAre(36, 6, 6, 36, 6, 6));
  std::vector<Override> shared = kill;
  shared.push_back({"services.front.caches.things.shared", "true"});
  EXPECT_THAT(latencies_ms(fly(kShop, shared)), ElementsAre(36, 6, 6, 6, 6, 6)) << "a shared one outlives it";
}

TEST(Caches, AreEachInstancesOwnUnlessTheyAreShared) {
  const std::vector<Override> two = {{"services.front.replicas", "2"}};  // in turn
  EXPECT_THAT(latencies_ms(fly(kShop, two)), ElementsAre(36, 36, 6, 6, 6, 6));
}

TEST(Caches, LoseWhatAStepInvalidates) {
  const Flight flight = fly(kShop, {{"services.front.work.writes", R"([{"cpu": "2ms", "invalidate": "things"}])"},
                                    {"traffic.1", R"({"name": "w", "to": "front", "mix": {"writes": 1},
                                       "arrivals": {"type": "constant", "rate": "2.5/s"}})"}});
  EXPECT_THAT(latencies_ms(flight), ElementsAre(36, 6, 36, 6, 6, 6)) << "a write from 200 to 202 ms";
}

// Every 10 ms from 5 ms on, and 27 ms behind. Of the first five, three miss before the first answer comes at 33 ms.
const std::vector<Override> kBusy = {{"traffic.0.arrivals.rate", "\"100/s\""},
                                     {"horizon", "\"50ms\""},
                                     {"services.back.work.default.0.cpu", "\"27ms\""}};
const std::vector<Override> kCoalesced = {
    kBusy[0], kBusy[1], kBusy[2], {"services.front.caches.things.coalesce", "true"}};

std::vector<Override> with(std::vector<Override> overrides, const std::vector<Override>& more) {
  overrides.insert(overrides.end(), more.begin(), more.end());
  return overrides;
}

TEST(Caches, FetchWhatSeveralMissSeveralTimes) {
  const Flight flight = fly(kShop, kBusy);
  EXPECT_THAT(ends_ms(flight), ElementsAre(38, 49, 44));
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.fetches"), 3 / 0.05);
}

TEST(Caches, FetchOnceForAllThatWaitWhereTheyCoalesce) {
  const Flight flight = fly(kShop, kCoalesced);
  EXPECT_THAT(ends_ms(flight), ElementsAre(38, 43, 48));
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.fetches"), 1 / 0.05);
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.coalesced"), 2 / 0.05);
  EXPECT_EQ(flight.figure("front.caches.things.hit_ratio"), 0.4)
      << "two of five lookups end after the answer, at 49 and 50";
}

TEST(Caches, FailAllThatWaitWithTheFetchThatFails) {
  const Flight flight = fly(kShop, with(kCoalesced, {{"services.front.work.default.1.call.timeout", "\"25ms\""}}));
  EXPECT_THAT(ends_ms(flight), ElementsAre(31, 31, 31));
  EXPECT_EQ(flight.count(Outcome::kFailedDependency), 3U);
}

// The first gives up at 30 ms, so the second, which has waited since 16 ms, fetches from then on.
TEST(Caches, LeaveTheFetchOfARequestThatEndsToTheNextThatWaits) {
  const Flight flight = fly(kShop, with(kCoalesced, {{"traffic.0.timeout", "\"25ms\""},
                                                     {"traffic.0.on_timeout", "\"cancel\""},
                                                     {"horizon", "\"120ms\""},
                                                     {"services.front.work.default.1.call.on_timeout", "\"cancel\""},
                                                     {"services.back.work.default.0.cpu", "\"60ms\""}}));
  std::vector<std::int64_t> calls;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == 1) calls.push_back(r.arrived / kMs);
  EXPECT_THAT(ends_ms(flight), ElementsAre(30, 40, 50, 60, 70, 80, 90, 100, 110, 120));
  EXPECT_THAT(calls, ElementsAre(6, 30, 40, 50, 60, 70, 80, 90, 100, 110));
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.fetches"), 11 / 0.12) << "the last of them at the end";
}

TEST(Caches, WaitForNobodysFetchInAnotherInstance) {
  const Flight flight = fly(kShop, with(kCoalesced, {{"services.front.replicas", "2"}}));
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.fetches"), 2 / 0.05);
  const Flight shared =
      fly(kShop, with(kCoalesced, {{"services.front.replicas", "2"}, {"services.front.caches.things.shared", "true"}}));
  EXPECT_DOUBLE_EQ(shared.figure("front.caches.things.fetches"), 1 / 0.05);
}

// A shop whose cache is held elsewhere: asked in 2 ms, filled in 3.
const std::string kHeldElsewhere = R"({"windtunnel": 1, "name": "held elsewhere", "horizon": "600ms",
  "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {
    "front": {"instance": {"runtime": {"type": "event_loop"}},
              "caches": {"things": {"keys": 1, "in": "redis"}},
              "work": {"default": [{"call": {"service": "redis", "timeout": "10ms"}, "look_up": "things"},
                                   {"call": {"service": "back"}, "on_miss": "things"},
                                   {"call": {"service": "redis", "class": "set"}, "on_miss": "things"}]}},
    "redis": {"work": {"default": [{"cpu": "2ms"}], "set": [{"cpu": "3ms"}]}},
    "back": {"work": {"default": [{"cpu": "30ms"}]}}}})";

TEST(Caches, CanBeHeldByAnotherServiceAndLostWithIt) {
  EXPECT_THAT(latencies_ms(fly(kHeldElsewhere)), ElementsAre(35, 2, 2, 2, 2, 2));
  EXPECT_THAT(latencies_ms(fly(kHeldElsewhere, {{"faults", R"([{"type": "kill_instances", "service": "redis",
                                                                "count": 1, "at": "300ms"}])"}})),
              ElementsAre(35, 2, 2, 35, 2, 2));
}

TEST(Caches, AreMissedWhereNobodyAnswersTheLookup) {
  const Flight flight = fly(kHeldElsewhere, {{"services.redis.work.default.0.cpu", "\"12ms\""}});
  EXPECT_THAT(latencies_ms(flight), ElementsAre(43, 43, 43, 43, 43, 43)) << "10 ms in vain, 30 behind, 3 to fill";
  EXPECT_EQ(flight.count(Outcome::kFailedDependency), 0U);
}

TEST(Caches, AreMissedWhereTheLookupHasBeenTriedInVain) {
  const Flight flight = fly(
      kHeldElsewhere, {{"services.redis.work.default.0.cpu", "\"12ms\""},
                       {"services.front.work.default.0.call.retry", R"({"attempts": 2, "backoff": {"base": "1ms"}})"}});
  EXPECT_EQ(flight.count(Outcome::kFailedDependency), 0U);
  EXPECT_DOUBLE_EQ(flight.figure("front.caches.things.hit_ratio"), 0);
  EXPECT_DOUBLE_EQ(flight.figure("back.arrival_rate"), 10);
  EXPECT_DOUBLE_EQ(flight.figure("front.success_ratio"), 1);
}

TEST(Caches, FailAllThatWaitWithAFetchThatEndsInAnError) {
  const Flight flight = fly(kShop, with(kCoalesced, {{"services.front.work.default.1.error", "1"}}));
  EXPECT_THAT(ends_ms(flight), ElementsAre(33, 33, 33));
  EXPECT_EQ(flight.count(Outcome::kFailedError), 1U);
  EXPECT_EQ(flight.count(Outcome::kFailedDependency), 2U);
}

// Keys that are all alike and good for ever: after n lookups, N (1 - (1 - 1/N)^n) of N are held on average.
TEST(Caches, WarmUpAsDifferentKeysAreSeen) {
  const Flight flight = fly(
      kShop,
      {{"services.front.caches.things.keys", "1000"}, {"traffic.0.arrivals.rate", "\"20/s\""}, {"horizon", "\"50s\""}},
      40);
  // 1000 lookups of 1000 keys; the last few fetches are not back yet (30 ms at 20/s: at most one). The variance of
  // the number of keys seen is below N e^-1 (1 - 2 e^-1) + 1 < 98.
  EXPECT_NEAR(flight.figure("front.caches.things.entries"), 1000 * (1 - std::pow(1 - 1e-3, 1000)),
              4 * std::sqrt(98.0 / 40) + 1);
}

TEST(Caches, WithATimeToLiveHitByRenewal) {
  const Flight flight = fly(kShop,
                            {{"services.front.caches.things", R"({"keys": 200, "zipf": 0.9, "ttl": "20s"})"},
                             {"services.front.work.default.1", R"({"io": "0s", "on_miss": "things"})"},
                             {"traffic.0.arrivals", R"({"type": "poisson", "rate": "40/s"})"},
                             {"warmup", "\"100s\""},
                             {"horizon", "\"3000s\""}},
                            10);
  std::vector<double> shares;
  double sum = 0;
  for (int k = 1; k <= 200; ++k) sum += std::pow(k, -0.9);
  for (int k = 1; k <= 200; ++k) shares.push_back(std::pow(k, -0.9) / sum);
  EXPECT_NEAR(flight.figure("front.caches.things.hit_ratio"), theory::hit_ratio_ttl(shares, 40, 20), 0.002);
  const auto said = std::find_if(flight.result.theory.begin(), flight.result.theory.end(), [](const TheoryOf& t) {
    return !t.figures.empty() && t.figures.front().metric == "front.caches.things.hit_ratio";
  });
  ASSERT_NE(said, flight.result.theory.end());
  EXPECT_NEAR(said->figures.front().low, theory::hit_ratio_ttl(shares, 40, 20), 0.001);
}

TEST(Caches, HitByTheShareThatIsGivenOnceTheyAreWarm) {
  const std::vector<Override> given = {{"services.front.caches.things", R"({"hit_ratio": 0.8})"},
                                       {"traffic.0.arrivals.rate", "\"50/s\""},
                                       {"horizon", "\"400s\""}};
  EXPECT_NEAR(fly(kShop, given).figure("front.caches.things.hit_ratio"), 0.8, 4 * std::sqrt(0.16 / 20'000));
  std::vector<Override> cold = given;
  cold[0].value = R"({"hit_ratio": 0.8, "warm_up": 20000})";  // as many lookups as there are
  EXPECT_NEAR(fly(kShop, cold).figure("front.caches.things.hit_ratio"), 0.4, 4 * std::sqrt(0.25 / 20'000));
}

TEST(Caches, LessenWhatAServiceBehindThemMeansForThoseInFront) {
  const Flight flight = fly(kShop, {{"services.front.caches.things", R"({"hit_ratio": 0.75})"}});
  ASSERT_EQ(flight.result.paths.size(), 1U);
  double back = 0;
  for (const PathsOf::Blast& blast : flight.result.paths.front().blast_radius)
    if (blast.service == "back") back = blast.share;
  EXPECT_DOUBLE_EQ(back, 0.25);
}

TEST(Caches, ThatFailToFetchKeepNothing) {
  const Flight flight = fly(kShop, {{"services.front.work.default.1.call.timeout", "\"20ms\""}});
  EXPECT_THAT(latencies_ms(flight), ElementsAre(21, 21, 21, 21, 21, 21));
  EXPECT_EQ(flight.figure("front.caches.things.entries"), 0);
  const Flight tolerant = fly(kShop, {{"services.front.work.default.1.call.timeout", "\"20ms\""},
                                      {"services.front.work.default.1.call.on_failure", "\"ignore\""}});
  EXPECT_THAT(latencies_ms(tolerant), ElementsAre(26, 26, 26, 26, 26, 26)) << "an answer done without is not kept";
}

}  // namespace
}  // namespace windtunnel
