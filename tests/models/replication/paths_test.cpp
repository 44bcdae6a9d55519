// Small deployments of which every request's path is known beforehand, by hand or from a run that differs in one thing.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::kSec;
using test::Seen;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

// Arrivals every 100 ms from 50 ms on, each 40 ms of work, one instance with one worker.
const std::string kClockwork = R"({"windtunnel": 1, "name": "clockwork", "horizon": "2s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {"s": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
    "work": {"default": [{"cpu": "40ms"}]}}}})";

std::vector<std::int64_t> ends_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.ended / kMs);
  return out;
}

std::vector<std::int64_t> starts_ms(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.started < 0 ? -1 : r.started / kMs);
  return out;
}

TEST(Path, IsTheWorkAloneWhereNobodyIsInTheWay) {
  const Flight flight = fly(kClockwork, {{"horizon", "\"500ms\""}});
  EXPECT_THAT(starts_ms(flight), ElementsAre(50, 150, 250, 350, 450));
  EXPECT_THAT(ends_ms(flight), ElementsAre(90, 190, 290, 390, 490));
  EXPECT_EQ(flight.figure("s.latency.mean"), 0.04);
  EXPECT_EQ(flight.figure("s.latency.max"), 0.04);
  EXPECT_EQ(flight.figure("s.wait_time.max"), 0);
  EXPECT_NEAR(flight.figure("s.utilization"), 0.4, 1e-12);
  EXPECT_NEAR(flight.figure("s.cpu_cores"), 0.4, 1e-12);
}

TEST(Path, QueuesInOrderBehindOneWorker) {
  const Flight flight = fly(kClockwork, {{"horizon", "\"500ms\""}, {"services.s.work.default.0.cpu", "\"120ms\""}});
  EXPECT_THAT(starts_ms(flight), ElementsAre(50, 170, 290));
  EXPECT_THAT(ends_ms(flight), ElementsAre(170, 290, 410));
  EXPECT_EQ(flight.result.services[0].in_flight_at_end, 2U);
}

TEST(Path, OfAnEventLoopInterleavesRequestsWhileOneWaits) {
  const std::vector<Override> steps = {
      {"services.s.work.default", R"([{"cpu": "30ms"}, {"io": "100ms"}, {"cpu": "30ms"}])"}, {"horizon", "\"600ms\""}};
  const std::string loop = R"({"type": "event_loop"})";
  std::vector<Override> on_loop = steps;
  on_loop.push_back({"services.s.instance.runtime", loop});
  // 50-80 cpu, 80-180 io; the second takes the loop at 150-180, so the first goes on from 180 to 210 …
  EXPECT_THAT(ends_ms(fly(kClockwork, on_loop)), ElementsAre(210, 310, 410, 510));
  // … while a worker is held: 160 ms each.
  EXPECT_THAT(ends_ms(fly(kClockwork, steps)), ElementsAre(210, 370, 530));
}

TEST(Path, OnSharedCoresSlowsDownAsMoreCome) {
  // Work of 80 ms every 50 ms on one core: alone 50 ms, then halves. Worked out by hand.
  const Flight flight =
      fly(kClockwork, {{"services.s.instance.runtime", R"({"type": "processor_sharing", "cores": 1})"},
                       {"services.s.work.default.0.cpu", "\"80ms\""},
                       {"traffic.0.arrivals", R"({"type": "steps", "spacing": "even", "steps":
                                            [{"at": "0s", "rate": "20/s"}, {"at": "100ms", "rate": "0/s"}]})"}});
  // Arrivals at 50 and 100 (even spacing begins after one interval or a half; read from the run), so check by lengths.
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 2U);
  const std::int64_t gap = requests[1].arrived - requests[0].arrived;
  ASSERT_EQ(gap, 50 * kMs);
  // First: 50 ms alone, 30 ms of work left at half speed: 110 ms. Second: 30 ms done by then, 50 ms left alone: 110 ms.
  EXPECT_EQ(requests[0].latency(), 110 * kMs);
  EXPECT_EQ(requests[1].latency(), 110 * kMs);
}

TEST(Path, OnSharedCoresUsesCoresAndNotThePlacesOfTheConcurrencyLimit) {
  // 40 ms of work every 100 ms, on one of two cores and in one of ten places; each request holds its place for io too.
  const Flight flight = fly(kClockwork, {{"services.s.instance", R"({"concurrency": 10, "runtime":
                                            {"type": "processor_sharing", "cores": 2}})"},
                                         {"services.s.work.default", R"([{"cpu": "40ms"}, {"io": "10ms"}])"}});
  EXPECT_NEAR(flight.figure("s.utilization"), 0.4 / 2, 1e-12);
  EXPECT_NEAR(flight.figure("s.cpu_cores"), 0.4, 1e-12);
  EXPECT_NEAR(flight.figure("s.number_in_system.mean"), 0.5, 1e-12);
}

// --- slower, stopped, warming up

TEST(SlowInstances, StretchWhatIsLeftOfTheWork) {
  const Flight flight =
      fly(kClockwork, {{"horizon", "\"300ms\""}, {"faults", R"([{"type": "slow_instances", "service": "s", "share": 1,
                                                         "factor": 2, "at": "70ms", "for": "100ms"}])"}});
  // 50-70 at full speed, 20 ms left take 40. 150-170 at half speed do 10 ms, 30 are left. Then as ever.
  EXPECT_THAT(ends_ms(flight), ElementsAre(110, 200, 290));
  // The CPU is busy for as long as it takes: 60 + 50 + 40 ms of 300.
  EXPECT_NEAR(flight.figure("s.cpu_cores"), 0.5, 1e-9);
}

TEST(SlowInstances, StretchSharedCoresToo) {
  const Flight flight =
      fly(kClockwork, {{"horizon", "\"300ms\""},
                       {"services.s.instance.runtime", R"({"type": "processor_sharing", "cores": 1})"},
                       {"faults", R"([{"type": "slow_instances", "service": "s", "share": 1,
                                                         "factor": 2, "at": "70ms", "for": "100ms"}])"}});
  EXPECT_THAT(ends_ms(flight), ElementsAre(110, 200, 290));
}

TEST(Speed, DividesTheTimeOfWorkAndNotThatOfIo) {
  const Flight flight = fly(kClockwork, {{"horizon", "\"300ms\""},
                                         {"services.s.instance.speed", "2"},
                                         {"services.s.work.default", R"([{"cpu": "40ms"}, {"io": "10ms"}])"}});
  EXPECT_THAT(ends_ms(flight), ElementsAre(80, 180, 280));
}

class Pauses : public testing::TestWithParam<std::string> {};

TEST_P(Pauses, StopEverythingAndLetItGoOnWhereItWas) {
  // Pauses from 300 to 450 and from 750 to 900 ms.
  const Flight flight = fly(kClockwork, {{"horizon", "\"1s\""},
                                         {"services.s.instance.runtime", GetParam()},
                                         {"services.s.work.default.0.cpu", "\"80ms\""},
                                         {"services.s.instance.pauses", R"({"every": "300ms", "length": "150ms"})"}});
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 7U);
  EXPECT_EQ(requests[1].ended, 230 * kMs);
  // 250-300: 50 ms done; 30 ms from 450 on. The one of 350 begins after it.
  EXPECT_EQ(requests[2].ended, 480 * kMs);
  EXPECT_EQ(requests[3].ended, 560 * kMs);
  EXPECT_EQ(requests[4].ended, 640 * kMs);
  // 640-720, then 720-750 and 900-950: the one of 550 and the one of 650.
  EXPECT_EQ(requests[5].ended, 720 * kMs);
  EXPECT_EQ(requests[6].ended, 950 * kMs);
  EXPECT_NEAR(flight.figure("s.pause.lag_mean"), 2 * 0.15 * 0.15 / 2, 1e-9);
  EXPECT_NEAR(flight.figure("s.cpu_cores"), (6 * 80 + 80 + 50) * 1e-3, 1e-9);
}

INSTANTIATE_TEST_SUITE_P(Runtimes, Pauses,
                         testing::Values(R"({"type": "worker_pool", "workers": 1})", R"({"type": "event_loop"})"));

TEST(Pauses, LeaveARequestThatArrivesInThemWaitingForTheEnd) {
  const Flight flight = fly(kClockwork, {{"horizon", "\"500ms\""},
                                         {"services.s.instance.pauses", R"({"every": "120ms", "length": "100ms"})"}});
  // Paused 120-220 and 340-440: the requests of 150 and 350 compute from 220 and from 440 on, the one of 250 behind the
  // first.
  EXPECT_THAT(ends_ms(flight), ElementsAre(90, 260, 300, 480));
}

// A function that is started for the first request.
std::vector<Override> function(const std::string& startup, const std::string& keep_alive, int most = 10,
                               const std::string& at_maximum = "reject") {
  return {
      {"services.s.instance.runtime", R"({"type": "function"})"},
      {"services.s.startup", startup},
      {"services.s.autoscaler", R"({"type": "per_request", "keep_alive": ")" + keep_alive + R"(", "max_instances": )" +
                                    std::to_string(most) + R"(, "at_maximum": ")" + at_maximum + R"("})"}};
}

TEST(Function, StartsForTheFirstRequestAndWarmsUp) {
  auto overrides =
      function(R"([{"phase": "boot", "time": "30ms"}, {"phase": "warm", "requests": 2, "slowdown": 1.5}])", "1m");
  overrides.push_back({"horizon", "\"500ms\""});
  const Flight flight = fly(kClockwork, overrides);
  // 30 ms of start and 60 ms of slow work; 60 ms; then 40 ms.
  EXPECT_THAT(ends_ms(flight), ElementsAre(140, 210, 290, 390, 490));
  EXPECT_THAT(starts_ms(flight), ElementsAre(80, 150, 250, 350, 450));
  EXPECT_EQ(flight.figure("s.cold_starts"), 1);
  EXPECT_EQ(flight.figure("s.replicas.max"), 1);
}

TEST(Function, IsGoneAfterItsKeepAlive) {
  // Ends at 90 + 50 ms, just before the next request; or 10 ms after it would have come.
  auto overrides = function(R"([{"phase": "boot", "time": "1ms"}])", "50ms");
  overrides.push_back({"horizon", "\"500ms\""});
  EXPECT_EQ(fly(kClockwork, overrides).figure("s.cold_starts"), 5);
  overrides = function(R"([{"phase": "boot", "time": "1ms"}])", "70ms");
  overrides.push_back({"horizon", "\"500ms\""});
  EXPECT_EQ(fly(kClockwork, overrides).figure("s.cold_starts"), 1);
}

TEST(Function, TakesNoMoreThanItsMaximumAndRejectsOrQueuesTheRest) {
  for (const bool queues : {false, true}) {
    auto overrides = function("[]", "1m", 2, queues ? "queue" : "reject");
    overrides.push_back({"services.s.work.default.0.cpu", "\"250ms\""});
    overrides.push_back({"horizon", "\"800ms\""});
    const Flight flight = fly(kClockwork, overrides);
    EXPECT_EQ(flight.figure("s.replicas.max"), 2);
    if (queues)
      EXPECT_THAT(ends_ms(flight), ElementsAre(300, 400, 550, 650, 800));
    else  // 50-300, 150-400, 250 rejected, 350-600, 450-700, 550 rejected, 650 and 750 still run
      EXPECT_THAT(ends_ms(flight), ElementsAre(300, 400, 250, 600, 700, 550));
  }
}

TEST(Function, StartsAgainForThoseWhoWaitWhenItWasKilled) {
  // One instance at most, killed at 300 ms with two waiting behind it, after which nobody comes: the queue alone must
  // bring up a new one.
  auto overrides = function(R"([{"phase": "boot", "time": "10ms"}])", "1m", 1, "queue");
  overrides.push_back({"services.s.work.default.0.cpu", "\"500ms\""});
  overrides.push_back({"traffic.0.arrivals", R"({"type": "steps", "spacing": "even", "steps":
      [{"at": "0s", "rate": "10/s"}, {"at": "300ms", "rate": "0/s"}]})"});
  overrides.push_back({"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "350ms"}])"});
  overrides.push_back({"horizon", "\"10s\""});
  const Flight flight = fly(kClockwork, overrides);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 1U);
  EXPECT_EQ(flight.count(Outcome::kCompleted), flight.result.services[0].arrived - 1);
  EXPECT_EQ(flight.result.services[0].in_flight_at_end, 0U);
}

TEST(Function, StartsForThoseWhoWaitWhenItsZoneIsBack) {
  auto overrides = function("[]", "1m", 1, "queue");
  overrides.push_back({"services.s.work.default.0.cpu", "\"500ms\""});
  overrides.push_back({"traffic.0.arrivals", R"({"type": "steps", "spacing": "even", "steps":
      [{"at": "0s", "rate": "10/s"}, {"at": "300ms", "rate": "0/s"}]})"});
  overrides.push_back({"cluster", R"({"zones": ["a"]})"});
  overrides.push_back({"faults", R"([{"type": "zone_outage", "zone": "a", "at": "350ms", "for": "2s"}])"});
  overrides.push_back({"horizon", "\"10s\""});
  const Flight flight = fly(kClockwork, overrides);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 1U);
  EXPECT_EQ(flight.result.services[0].in_flight_at_end, 0U);
}

// --- clients who give up

// Overload: 50 arrivals a second for one worker of 40 ms.
const std::vector<Override> kCrowd = {{"traffic.0.arrivals", R"({"type": "poisson", "rate": "50/s"})"},
                                      {"horizon", "\"20s\""},
                                      {"services.s.work.default.0.cpu", R"({"type": "exponential", "mean": "40ms"})"}};

std::vector<Override> crowd_and(std::vector<Override> more) {
  std::vector<Override> out = kCrowd;
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

TEST(Timeout, IsOnRecordOnceAndAtItsMoment) {
  for (const char* const what : {"continue", "cancel"}) {
    const Flight flight =
        fly(kClockwork,
            crowd_and({{"traffic.0.timeout", "\"300ms\""}, {"traffic.0.on_timeout", std::string("\"") + what + "\""}}));
    std::set<std::int64_t> arrivals;
    for (const Seen& r : flight.seen.requests) EXPECT_TRUE(arrivals.insert(r.arrived).second) << "twice: " << r.arrived;
    const auto timed_out = flight.seen.with(Outcome::kTimedOut);
    EXPECT_GT(timed_out.size(), 300U);
    for (const Seen& r : timed_out) EXPECT_EQ(r.latency(), 300 * kMs);
    for (const Seen& r : flight.seen.with(Outcome::kCompleted)) EXPECT_LE(r.latency(), 300 * kMs);
    EXPECT_EQ(flight.count(Outcome::kTimedOut), timed_out.size());
  }
}

TEST(Timeout, ThatContinuesChangesNothingForTheServer) {
  const Flight patient = fly(kClockwork, kCrowd);
  const Flight hasty = fly(kClockwork, crowd_and({{"traffic.0.timeout", "\"300ms\""}}));
  for (const char* const metric : {"s.utilization", "s.cpu_cores", "s.number_in_system.mean", "s.queue_length.mean"})
    EXPECT_EQ(patient.figure(metric), hasty.figure(metric)) << metric;
  // Who was in time is the same as before, to the nanosecond.
  std::vector<Seen> in_time;
  for (const Seen& r : patient.seen.by_arrival())
    if (r.latency() <= 300 * kMs) in_time.push_back(r);
  EXPECT_EQ(in_time, hasty.seen.with(Outcome::kCompleted));
}

TEST(Timeout, ThatCancelsSavesTheWork) {
  const Flight hasty = fly(kClockwork, crowd_and({{"traffic.0.timeout", "\"300ms\""}}));
  const Flight cancelled =
      fly(kClockwork, crowd_and({{"traffic.0.timeout", "\"300ms\""}, {"traffic.0.on_timeout", "\"cancel\""}}));
  EXPECT_GT(cancelled.count(Outcome::kCompleted), 3 * hasty.count(Outcome::kCompleted));
  EXPECT_LT(cancelled.figure("s.number_in_system.mean"), 16);  // nobody older than 300 ms at 50/s, with room for chance
  EXPECT_GT(hasty.figure("s.number_in_system.mean"), 100);
}

TEST(Timeout, OfACancelledRequestFreesItsWorkerAtOnce) {
  // 150 ms of work, given up after 60 ms; each next one finds the worker free.
  const Flight flight = fly(kClockwork, {{"horizon", "\"500ms\""},
                                         {"services.s.work.default.0.cpu", "\"150ms\""},
                                         {"traffic.0.timeout", "\"60ms\""},
                                         {"traffic.0.on_timeout", "\"cancel\""}});
  EXPECT_THAT(starts_ms(flight), ElementsAre(50, 150, 250, 350));
  EXPECT_THAT(ends_ms(flight), ElementsAre(110, 210, 310, 410));
  EXPECT_NEAR(flight.figure("s.cpu_cores"), (4 * 60 + 50) / 500.0, 1e-9);
}

TEST(Patience, EndsOnlyWhileARequestWaits) {
  const Flight flight = fly(kClockwork, crowd_and({{"traffic.0.patience", "\"100ms\""}}));
  const auto left = flight.seen.with(Outcome::kAbandoned);
  EXPECT_GT(left.size(), 300U);
  for (const Seen& r : left) {
    EXPECT_EQ(r.latency(), 100 * kMs);
    EXPECT_EQ(r.started, -1);
  }
  for (const Seen& r : flight.seen.with(Outcome::kCompleted)) EXPECT_LT(r.wait(), 100 * kMs);
}

TEST(Backlog, HoldsSoManyAndRejectsTheRestAtOnce) {
  // 250 ms of work every 100 ms: 50 is served, 150 waits, 250 finds the place taken …
  const Flight flight = fly(
      kClockwork,
      {{"horizon", "\"1s\""}, {"services.s.work.default.0.cpu", "\"250ms\""}, {"services.s.instance.backlog", "1"}});
  for (const Seen& r : flight.seen.with(Outcome::kRejectedFull)) EXPECT_EQ(r.latency(), 0);
  // Served 50-300, 150→550, 350→800; rejected 250, 450, 550 (its place is free only after), …
  const auto served = flight.seen.with(Outcome::kCompleted);
  ASSERT_EQ(served.size(), 3U);
  EXPECT_EQ(served[0].ended, 300 * kMs);
  EXPECT_EQ(served[1].ended, 550 * kMs);
  EXPECT_EQ(served[2].ended, 800 * kMs);
  EXPECT_LE(flight.figure("s.number_in_system.mean"), 2);
}

// --- losses

const std::string kFleet = R"({"windtunnel": 1, "name": "fleet", "horizon": "60s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "poisson", "rate": "100/s"}}],
  "services": {"s": {"replicas": 6, "instance": {"runtime": {"type": "event_loop"}},
    "startup": [{"phase": "boot", "time": "3s"}],
    "work": {"default": [{"cpu": {"type": "exponential", "mean": "10ms"}}, {"io": {"type": "exponential", "mean": "100ms"}},
                         {"cpu": {"type": "exponential", "mean": "5ms"}}]}}}})";

TEST(Kill, LosesExactlyWhatWasInFlight) {
  const std::int64_t moment = 30 * kSec;
  const Flight calm = fly(kFleet);
  const Flight killed =
      fly(kFleet, {{"faults", R"([{"type": "kill_instances", "service": "s", "share": 1, "at": "30s"}])"}});
  std::vector<std::int64_t> in_flight;  // in the run without a fault
  for (const Seen& r : calm.seen.by_arrival())
    if (r.arrived < moment && r.ended > moment) in_flight.push_back(r.arrived);
  std::vector<std::int64_t> lost;
  for (const Seen& r : killed.seen.with(Outcome::kFailedInstanceLost)) {
    lost.push_back(r.arrived);
    EXPECT_EQ(r.ended, moment);
  }
  EXPECT_GT(lost.size(), 5U);
  EXPECT_EQ(lost, in_flight);
  // Before it nothing has changed; then nobody is there until the replacements have started.
  std::size_t before = 0;
  while (before < calm.seen.requests.size() && calm.seen.requests[before].ended < moment) ++before;
  EXPECT_TRUE(std::equal(calm.seen.requests.begin(), calm.seen.requests.begin() + static_cast<std::ptrdiff_t>(before),
                         killed.seen.requests.begin()));
  const auto rejected = killed.seen.with(Outcome::kRejectedNoInstance);
  EXPECT_GT(rejected.size(), 200U);
  for (const Seen& r : rejected) {
    EXPECT_GE(r.arrived, moment);
    EXPECT_LT(r.arrived, moment + 3 * kSec);
  }
}

TEST(Kill, WithoutReplacementLeavesTheRest) {
  const Flight flight = fly(kFleet, {{"faults", R"([{"type": "kill_instances", "service": "s", "count": 2, "at": "30s",
                                                     "replace": false}])"}});
  EXPECT_EQ(flight.figure("s.replicas.ready_min"), 4);
  EXPECT_NEAR(flight.figure("s.replicas.mean"), 5, 1e-9);
}

TEST(WhenNoneReady, RequestsMayWaitForTheFirstInstance) {
  const Flight flight =
      fly(kFleet, {{"services.s.when_none_ready", "\"wait\""},
                   {"faults", R"([{"type": "kill_instances", "service": "s", "share": 1, "at": "30s"}])"}});
  EXPECT_EQ(flight.count(Outcome::kRejectedNoInstance), 0U);
  std::size_t waited = 0;
  for (const Seen& r : flight.seen.by_arrival()) {
    if (r.arrived < 30 * kSec || r.arrived >= 33 * kSec) continue;
    EXPECT_GE(r.started, 33 * kSec);
    ++waited;
  }
  EXPECT_GT(waited, 200U);
}

TEST(ZoneOutage, IsReplacedInTheOtherZones) {
  const std::vector<Override> outage = {
      {"cluster", R"({"zones": ["a", "b", "c"]})"},
      {"faults", R"([{"type": "zone_outage", "zone": "b", "at": "20s", "for": "10s"}])"},
      {"metrics.resolution", "\"1s\""}};
  const Flight flight = fly(kFleet, outage);
  EXPECT_EQ(flight.figure("s.replicas.ready_min"), 4);
  EXPECT_EQ(flight.figure("s.replicas.ready_max"), 6);
  // Two of six are gone from 20 s to 23 s and come up elsewhere.
  EXPECT_NEAR(flight.figure("s.replicas.ready_mean"), 6 - 2 * 3.0 / 60, 1e-9);
  EXPECT_NEAR(flight.figure("s.replicas.mean"), 6, 1e-9);
  EXPECT_EQ(flight.figure("s.cold_starts"), 2);
  const auto lost = flight.seen.with(Outcome::kFailedInstanceLost);
  EXPECT_GT(lost.size(), 0U);
  for (const Seen& r : lost) EXPECT_EQ(r.ended, 20 * kSec);
  EXPECT_EQ(flight.count(Outcome::kRejectedNoInstance), 0U);
}

TEST(ZoneOutage, OfTheOnlyZoneLastsUntilItIsBack) {
  const Flight flight =
      fly(kFleet, {{"cluster", R"({"zones": ["a"]})"},
                   {"faults", R"([{"type": "zone_outage", "zone": "a", "at": "20s", "for": "10s"}])"}});
  EXPECT_NEAR(flight.figure("s.replicas.ready_mean"), 6 * 47.0 / 60, 1e-9);  // 10 s and 3 s of start
  for (const Seen& r : flight.seen.with(Outcome::kRejectedNoInstance)) {
    EXPECT_GE(r.arrived, 20 * kSec);
    EXPECT_LT(r.arrived, 33 * kSec);
  }
}

TEST(Crashes, LeaveAnInstanceAsAvailableAsRenewalTheorySays) {
  // Up for an exponential life, down for the repair and the start: mtbf from creation, so ready for life - 3 s if it
  // gets that far. With lives of mean m and a start of s the ready share of a cycle is m exp(-s / m) / (m + r).
  const Flight flight = fly(kFleet,
                            {{"horizon", "\"6h\""},
                             {"metrics.resolution", "\"1h\""},
                             {"traffic.0.arrivals.rate", "\"0.1/s\""},
                             {"faults", R"([{"type": "crashes", "service": "s", "mtbf": "60s", "mttr": "20s"}])"}},
                            20);
  const double share = 60 * std::exp(-3.0 / 60) / (60 + 20);
  EXPECT_NEAR(flight.figure("s.replicas.ready_mean") / (6 * share), 1, 0.01);
  EXPECT_NEAR(flight.figure("s.replicas.mean") / (6 * 60.0 / 80), 1, 0.01);
}

// --- scaling down

// CPU load for about five pods, then for one: the autoscaler takes the fleet down at 60 s.
const std::string kScaled = R"({"windtunnel": 1, "name": "scaled", "horizon": "180s",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "steps",
     "steps": [{"at": "0s", "rate": "60/s"}, {"at": "60s", "rate": "2/s"}]}}],
  "services": {"s": {"replicas": 8, "instance": {"runtime": {"type": "event_loop"}, "resources": {"requests": {"cpu": 1}}},
    "work": {"default": [{"cpu": "50ms"}, {"io": "20s"}]},
    "drain_timeout": "25s",
    "autoscaler": {"type": "kubernetes_hpa", "spec": {"minReplicas": 1, "maxReplicas": 8,
      "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}],
      "behavior": {"scaleDown": {"stabilizationWindowSeconds": 0}}}}}}})";

TEST(Draining, LosesNothingThatEndsWithinItsTime) {
  const Flight flight = fly(kScaled);
  EXPECT_EQ(flight.figure("s.replicas.ready_min"), 1);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 0U);
  EXPECT_EQ(flight.count(Outcome::kCompleted) + flight.result.services[0].in_flight_at_end,
            flight.result.services[0].arrived);
}

TEST(Draining, LosesAtItsEndWhatTakesLonger) {
  const Flight patient = fly(kScaled);
  const Flight flight = fly(kScaled, {{"services.s.drain_timeout", "\"5s\""}});
  const auto lost = flight.seen.with(Outcome::kFailedInstanceLost);
  ASSERT_GT(lost.size(), 100U);
  std::set<std::int64_t> moments;
  for (const Seen& r : lost) moments.insert(r.ended);
  std::set<std::int64_t> decisions;
  for (const auto& told : flight.seen.decisions)
    if (told.kind == "scale_down") decisions.insert(told.at + 5 * kSec);
  for (const std::int64_t moment : moments) EXPECT_TRUE(decisions.contains(moment)) << moment;
  // And of no instance that stays.
  for (const Seen& r : flight.seen.with(Outcome::kCompleted)) EXPECT_EQ(r.latency() / kSec, 20);
  EXPECT_EQ(patient.result.services[0].arrived, flight.result.services[0].arrived);
}

TEST(Draining, WithNoTimeAtAllLosesWhatIsInFlightAtOnce) {
  const Flight flight = fly(kScaled, {{"services.s.drain_timeout", "\"0s\""}});
  std::set<std::int64_t> decisions;
  for (const auto& told : flight.seen.decisions)
    if (told.kind == "scale_down") decisions.insert(told.at);
  const auto lost = flight.seen.with(Outcome::kFailedInstanceLost);
  ASSERT_GT(lost.size(), 100U);
  for (const Seen& r : lost) EXPECT_TRUE(decisions.contains(r.ended)) << r.ended;
}

}  // namespace
}  // namespace windtunnel
