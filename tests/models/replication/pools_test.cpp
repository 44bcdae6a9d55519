// Calls that need a connection: who waits for one, who gets none, and what a database sees of it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/theory/closed_forms.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

// A request every 100 ms from 50 ms on; each asks the database, which takes 150 ms for any number at once.
const std::string kBase = R"({"windtunnel": 1, "name": "pools", "horizon": "600ms",
  "traffic": [{"name": "t", "to": "api", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {
    "api": {"instance": {"runtime": {"type": "event_loop"}}, "pools": {"pg": {"size": 1}},
            "work": {"default": [{"call": {"service": "db", "pool": "pg"}}]}},
    "db": {"instance": {"runtime": {"type": "event_loop"}}, "work": {"default": [{"io": "150ms"}]}}}})";

// Of one class, in the order of arrival. Classes: the source's own, then the calls.
std::vector<std::int64_t> times_ms(const Flight& flight, std::uint32_t request_class, std::int64_t Seen::*when) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == request_class) out.push_back((r.*when) / kMs);
  return out;
}

TEST(Pools, LendAConnectionToOneCallAfterTheOther) {
  const Flight flight = fly(kBase);
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(50, 200, 350));  // the fourth ends too late to be seen
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(200, 350, 500));
  EXPECT_EQ(flight.figure("api.pools.pg.in_use.max"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("api.pools.pg.utilization"), 550.0 / 600);
  // Four have got one: at once, after 50, 100 and 150 ms.
  EXPECT_DOUBLE_EQ(flight.figure("api.pools.pg.wait_time.mean"), 0.075);
  EXPECT_DOUBLE_EQ(flight.figure("api.pools.pg.share_waited"), 0.75);
  EXPECT_EQ(flight.figure("api.pools.pg.opened"), 1);
  EXPECT_EQ(flight.figure("db.connections.max"), 1);
  EXPECT_DOUBLE_EQ(flight.figure("db.connections.mean"), 550.0 / 600);
}

TEST(Pools, LetThroughAsManyAsTheyAreLarge) {
  const Flight flight = fly(kBase, {{"services.api.pools.pg.size", "2"}});
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(50, 150, 250, 350, 450));
  EXPECT_EQ(flight.figure("api.pools.pg.in_use.max"), 2);
  EXPECT_EQ(flight.figure("api.pools.pg.share_waited"), 0);
}

TEST(Pools, OfProcessesAreTheirOwn) {
  const Flight flight = fly(kBase, {{"services.api.instance.runtime.processes", "2"}});
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(50, 150, 250, 350, 450));
  EXPECT_EQ(flight.figure("api.pools.pg.in_use.max"), 1);
  EXPECT_EQ(flight.figure("db.connections.max"), 2);
}

TEST(Pools, OpenConnectionsOverTheNetworkFirst) {
  // There, back, ten for the handshake, and there once more: 50 + 4 + 10 + 2. From then on only the way of the call.
  const Flight flight = fly(kBase, {{"services.api.work.default.0.call.network", "\"2ms\""},
                                    {"services.api.pools.pg.connect", "\"10ms\""},
                                    {"services.db.work.default.0.io", "\"30ms\""}});
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(66, 152, 252, 352, 452, 552));
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(98, 184, 284, 384, 484, 584));
}

TEST(Pools, CloseConnectionsThatNobodyUses) {
  const std::vector<Override> brief = {{"services.db.work.default.0.io", "\"30ms\""},
                                       {"services.api.pools.pg.idle_timeout", "\"20ms\""}};
  const Flight flight = fly(kBase, brief);
  EXPECT_EQ(flight.figure("api.pools.pg.opened"), 6);
  EXPECT_DOUBLE_EQ(flight.figure("db.connections.mean"), 6 * 50.0 / 600);
  std::vector<Override> longer = brief;
  longer.push_back({"services.api.pools.pg.idle_timeout", "\"71ms\""});
  EXPECT_EQ(fly(kBase, longer).figure("api.pools.pg.opened"), 1);
}

TEST(Pools, LetACallFailThatWaitsForTooLong) {
  const Flight flight = fly(kBase, {{"services.api.pools.pg.acquire_timeout", "\"40ms\""}});
  // 50 has it until 200: 150 gives up at 190. 250 has it until 400, and 350 gives up at 390; 450 has it until 600.
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(200, 190, 400, 390, 600, 590));
  EXPECT_EQ(flight.count(Outcome::kFailedPoolTimeout), 3U);
  EXPECT_EQ(flight.figure("api.pools.pg.timeouts"), 3);
  EXPECT_DOUBLE_EQ(flight.figure("api.loss.failed_pool_timeout"), 0.5);
}

TEST(Pools, ThatTimeOutCountForTheOpeningToo) {
  const Flight flight = fly(kBase, {{"services.api.pools.pg.acquire_timeout", "\"40ms\""},
                                    {"services.api.pools.pg.connect", "\"60ms\""},
                                    {"services.db.work.default.0.io", "\"30ms\""}});
  // The first gives up at 90; the connection is there at 110 all the same, and the others take it.
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(90, 180, 280, 380, 480, 580));
  EXPECT_EQ(flight.count(Outcome::kFailedPoolTimeout), 1U);
}

TEST(Pools, DoNotFailWhoDoesWithoutTheAnswer) {
  const Flight flight = fly(kBase, {{"services.api.pools.pg.acquire_timeout", "\"40ms\""},
                                    {"services.api.work.default.0.call.on_failure", "\"ignore\""}});
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(200, 190, 400, 390, 600, 590));
  EXPECT_EQ(flight.count(Outcome::kFailedPoolTimeout), 0U);
  EXPECT_EQ(flight.figure("api.success_ratio"), 1);
}

TEST(Pools, AreAskedAgainByCallsThatAreTriedAgain) {
  const Flight flight = fly(kBase, {{"services.api.pools.pg.acquire_timeout", "\"40ms\""},
                                    {"services.api.work.default.0.call.retry",
                                     R"({"attempts": 2, "backoff": {"base": "0s", "jitter": "none"}})"}});
  // 150 gives up at 190, asks again and has it from 200 to 350. 250 gives up at 290 and 330; 350 has it until 500.
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(200, 350, 330, 500));
  EXPECT_EQ(flight.count(Outcome::kFailedDependency), 1U);
  EXPECT_EQ(flight.count(Outcome::kFailedPoolTimeout), 0U);
  EXPECT_EQ(flight.figure("api.pools.pg.timeouts"), 5);  // 490 and 590 besides
}

TEST(Pools, AreGivenBackByCopiesThatNobodyNeedsAnyMore) {
  // A copy after 20 ms needs a connection as well; the first of both to answer is enough, and the other goes on.
  const std::vector<Override> copies = {
      {"services.api.pools.pg.size", "4"},
      {"services.api.work.default.0.call.hedge", R"({"attempts": 2, "delay": "20ms"})"}};
  const Flight flight = fly(kBase, copies);
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(200, 300, 400, 500, 600));
  EXPECT_EQ(flight.figure("api.pools.pg.in_use.max"), 4);  // two of each of two: the copy of 50 lasts until 220
}

// Two of three connections are there for pools.
const std::vector<Override> kFewConnections = {{"services.api.pools.pg.size", "5"},
                                               {"services.db.work.default.0.io", "\"1s\""},
                                               {"services.api.work.default.0.call.network", "\"2ms\""},
                                               {"services.db.instance.max_connections", "3"},
                                               {"services.db.instance.reserved_connections", "1"}};

TEST(MaxConnections, RefuseWhoComesBeyondThem) {
  const Flight flight = fly(kBase, kFewConnections);
  // 50 and 150 have theirs; the others learn after the network's way there and back that there is none.
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(254, 354, 454, 554));
  EXPECT_EQ(flight.count(Outcome::kFailedConnectionRefused), 4U);
  EXPECT_EQ(flight.figure("db.connections.max"), 2);
  EXPECT_EQ(flight.figure("db.connections.refused"), 4);
  EXPECT_EQ(flight.figure("api.pools.pg.refused"), 4);
  EXPECT_EQ(flight.figure("api.pools.pg.opened"), 2);
}

TEST(MaxConnections, CountThoseOfAllPools) {
  std::vector<Override> two = kFewConnections;
  two.push_back({"services.api.pools.pg.size", "1"});
  two.push_back({"services.api.replicas", "3"});
  const Flight flight = fly(kBase, two);                           // one each, so the third instance has none
  EXPECT_EQ(flight.count(Outcome::kFailedConnectionRefused), 2U);  // 250 and 550
}

TEST(MaxConnections, AreFreeAgainWhenAnInstanceOfTheCallerHasGone) {
  const Flight flight = fly(kBase, {{"services.db.work.default.0.io", "\"10ms\""},
                                    {"services.api.pools.pg.idle_timeout", "\"0s\""},
                                    {"faults", R"([{"type": "kill_instances", "service": "api", "count": 1,
                                                    "at": "300ms", "replace": false}])"}});
  EXPECT_DOUBLE_EQ(flight.figure("db.connections.mean"), 250.0 / 600);
  EXPECT_DOUBLE_EQ(flight.figure("api.pools.pg.open.mean"), 250.0 / 600);
}

TEST(MaxConnections, AreTakenForAsLongAsTheWorkGoesOn) {
  // The caller is gone at 300 ms; the database does the work of 250 to the end, at 400.
  const std::vector<Override> lost = {
      {"services.api.pools.pg.idle_timeout", "\"0s\""},
      {"services.api.pools.pg.size", "2"},
      {"faults", R"([{"type": "kill_instances", "service": "api", "count": 1, "at": "300ms", "replace": false}])"}};
  // One from 50, another from 150 to 300: both idle or busy then; the one of 250 is the first's, and lasts until 400.
  const Flight flight = fly(kBase, lost);
  EXPECT_DOUBLE_EQ(flight.figure("db.connections.mean"), (150 + 350) / 600.0);
  std::vector<Override> cancelled = lost;
  cancelled.push_back({"services.api.work.default.0.call.on_timeout", "\"cancel\""});
  EXPECT_DOUBLE_EQ(fly(kBase, cancelled).figure("db.connections.mean"), (150 + 250) / 600.0);
}

TEST(Connections, StayInUseWhileTheServiceGoesOnForNobody) {
  // The call is given up after 100 ms and done after 150: only then comes the next.
  const std::vector<Override> given_up = {{"services.api.work.default.0.call.timeout", "\"100ms\""}};
  EXPECT_THAT(times_ms(fly(kBase, given_up), 1, &Seen::arrived), ElementsAre(50, 200, 350, 500));
  std::vector<Override> cancelled = given_up;
  cancelled.push_back({"services.api.work.default.0.call.on_timeout", "\"cancel\""});
  EXPECT_THAT(times_ms(fly(kBase, cancelled), 1, &Seen::arrived), ElementsAre(50, 150, 250, 350, 450));
}

TEST(Connections, LeadToOneInstance) {
  const std::vector<Override> two = {{"services.db.work.default.0.io", "\"30ms\""}, {"services.db.replicas", "2"}};
  const auto instances = [](const Flight& flight) {
    std::vector<std::uint32_t> out;
    for (const Seen& r : flight.seen.by_arrival())
      if (r.request_class == 1) out.push_back(r.instance);
    return out;
  };
  const Flight flight = fly(kBase, two);
  EXPECT_THAT(instances(flight), Each(instances(flight).front()));  // without a pool they would alternate
  // Where that one goes, the next call opens one to the other; the one that was under way is lost.
  std::vector<Override> killed = two;
  killed.push_back({"faults", R"([{"type": "kill_instances", "service": "db", "count": 2, "at": "260ms",
                                   "replace": false}])"});
  killed.push_back({"services.db.replicas", "3"});
  const Flight after = fly(kBase, killed);
  EXPECT_THAT(times_ms(after, 1, &Seen::arrived), ElementsAre(50, 150, 250, 350, 450, 550));
  const std::vector<std::uint32_t> met = instances(after);
  EXPECT_EQ(met[3], met[5]);
  EXPECT_LE(after.count(Outcome::kFailedInstanceLost), 1U);
}

TEST(Connections, AreRefusedWhereNoInstanceIsReady) {
  const Flight flight = fly(kBase, {{"services.db.replicas", "0"}});
  EXPECT_EQ(flight.count(Outcome::kFailedConnectionRefused), 6U);
  EXPECT_EQ(flight.figure("db.connections.refused"), 0);  // nobody was there to refuse
  EXPECT_EQ(flight.figure("api.pools.pg.refused"), 6);
}

TEST(Connections, AreOneForEachOfSeveralCallsAtOnce) {
  const Flight flight = fly(kBase, {{"services.api.work.default", R"([{"parallel": {"to": [
      {"service": "db", "pool": "pg"}, {"service": "db", "pool": "pg"}, {"service": "db"}]}}])"},
                                    {"services.db.work.default.0.io", "\"30ms\""}});
  // The second over the pool has to wait for the first, the last of all until after the end; the third needs none.
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(50, 150, 250, 350, 450, 550));
  EXPECT_THAT(times_ms(flight, 2, &Seen::arrived), ElementsAre(80, 180, 280, 380, 480));
  EXPECT_THAT(times_ms(flight, 3, &Seen::arrived), ElementsAre(50, 150, 250, 350, 450, 550));
}

TEST(Connections, AreGivenBackByCallsThatNobodyNeedsAnyMore) {
  // The first of the two to answer is enough: the other waits for the pool, and is given up there.
  const Flight flight = fly(kBase, {{"services.api.work.default", R"([{"parallel": {"wait_for": 1, "to": [
      {"service": "db", "pool": "pg"}, {"service": "db", "pool": "pg"}]}}])"},
                                    {"services.db.work.default.0.io", "\"30ms\""}});
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(80, 180, 280, 380, 480, 580));
  EXPECT_THAT(times_ms(flight, 2, &Seen::arrived), IsEmpty());
}

// A pool before a database that never gets slower is a queue with so many servers.
TEST(Pools, LetCallsWaitAsErlangSays) {
  const Flight flight = fly(R"({"windtunnel": 1, "name": "pools", "horizon": "20m", "warmup": "30s",
    "traffic": [{"name": "t", "to": "api", "arrivals": {"type": "poisson", "rate": "40/s"}}],
    "services": {
      "api": {"instance": {"runtime": {"type": "event_loop"}}, "pools": {"pg": {"size": 5, "idle_timeout": "0s"}},
              "work": {"default": [{"call": {"service": "db", "pool": "pg"}}]}},
      "db": {"instance": {"runtime": {"type": "event_loop"}},
             "work": {"default": [{"io": {"type": "exponential", "mean": "100ms"}}]}}}})",
                            {}, 20);
  const Estimate wait = flight.result.find_metric("api.pools.pg.wait_time.mean")->estimate;
  EXPECT_NEAR(wait.mean, theory::wait_mmc(5, 4.0, 0.100), 2 * wait.half_width_95);
  EXPECT_LT(wait.half_width_95, 0.08 * wait.mean);
  const Estimate used = flight.result.find_metric("api.pools.pg.utilization")->estimate;
  EXPECT_NEAR(used.mean, 0.8, 2 * used.half_width_95);
}

}  // namespace
}  // namespace windtunnel
