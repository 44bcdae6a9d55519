// CPU limits that are kept by the period: when an instance stands still, and until when.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::ElementsAre;

// One request of each source, half a second after the beginning; periods begin at whole tenths of a second.
std::string service(const std::string& runtime, const std::string& limit, const std::string& work, int sources = 1,
                    const std::string& more = "") {
  std::string traffic;
  for (int i = 0; i < sources; ++i)
    traffic += (i == 0 ? "" : ", ") + std::string(R"({"name": "t)") + std::to_string(i) +
               R"(", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}})";
  return R"({"windtunnel": 1, "name": "q", "horizon": "1400ms", "traffic": [)" + traffic +
         R"(], "services": {"s": {"instance": {"cfs_quota": {}, "resources": {"limits": {"cpu": ")" + limit +
         R"("}}, "runtime": )" + runtime + more + R"(}, "work": {"default": )" + work + "}}}}";
}

std::vector<std::int64_t> ends_us(const Flight& flight) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival()) out.push_back(r.ended / 1000);
  return out;
}

const std::string kLoop = R"({"type": "event_loop"})";

TEST(Quota, OfHalfACoreLets50MsOfEach100Pass) {
  // 500-550, 600-650, 700-720.
  const Flight flight = fly(service(kLoop, "500m", R"([{"cpu": "120ms"}])"));
  EXPECT_THAT(ends_us(flight), ElementsAre(720'000));
  EXPECT_EQ(flight.figure("s.cpu_throttling.periods"), 3);
  EXPECT_EQ(flight.figure("s.cpu_throttling.throttled_periods"), 2);
  EXPECT_DOUBLE_EQ(flight.figure("s.cpu_throttling.throttled_share"), 2.0 / 3);
  EXPECT_NEAR(flight.figure("s.cpu_throttling.throttled_time"), 0.100, 1e-8);
  EXPECT_NEAR(flight.figure("s.cpu_cores"), 0.120 / 1.4, 1e-8);
}

TEST(Quota, ThatIsNotUsedUpCostsNothing) {
  // Where cores are shared at every moment the same work takes twice as long.
  const std::string text = service(kLoop, "500m", R"([{"cpu": "50ms"}])");
  EXPECT_THAT(ends_us(fly(text)), ElementsAre(550'000));
  EXPECT_EQ(fly(text).figure("s.cpu_throttling.throttled_periods"), 0);
  EXPECT_THAT(ends_us(fly(text, {{"services.s.instance.cfs_quota", "null"}})), ElementsAre(600'000));
}

TEST(Quota, IsUsedByAllThreads) {
  // Four threads use 200 ms of CPU in 50; they have ten each to go.
  const std::string pool = R"({"type": "worker_pool", "workers": 4})";
  const Flight flight = fly(service(pool, "2", R"([{"cpu": "60ms"}])", 4));
  EXPECT_THAT(ends_us(flight), ElementsAre(610'000, 610'000, 610'000, 610'000));
}

TEST(Quota, StopsWorkersBesideTheLoopToo) {
  // Loop and worker compute 25 ms each until nothing is left; the loop is through then, the worker has 15 to go.
  const std::string text =
      service(R"({"type": "event_loop", "worker_threads": 1})", "500m", R"([{"cpu": "40ms", "on": "worker"}])", 1);
  const std::string two =
      R"([{"name": "a", "to": "s", "mix": {"loop": 1}, "arrivals": {"type": "constant", "rate": "1/s"}},
                              {"name": "b", "to": "s", "mix": {"worker": 1}, "arrivals": {"type": "constant", "rate": "1/s"}}])";
  const Flight flight = fly(text, {{"traffic", two}, {"services.s.work", R"({"loop": [{"cpu": "25ms"}],
                                                           "worker": [{"cpu": "40ms", "on": "worker"}]})"}});
  EXPECT_THAT(ends_us(flight), ElementsAre(525'000, 615'000));
}

TEST(Quota, IsNotSavedUpWhileNothingComputes) {
  // 30 ms, then nothing for two periods, then 70: half of it is not there at once.
  const Flight flight = fly(service(kLoop, "500m", R"([{"cpu": "30ms"}, {"io": "240ms"}, {"cpu": "70ms"}])"));
  EXPECT_THAT(ends_us(flight), ElementsAre(840'000));  // 770-800 of the third period, 800-840 of the fourth
}

TEST(Quota, IsKeptByTheStatedPeriod) {
  // 24 periods of 5 ms of 10.
  const Flight flight =
      fly(service(kLoop, "500m", R"([{"cpu": "120ms"}])"), {{"services.s.instance.cfs_quota.period", "\"10ms\""}});
  EXPECT_THAT(ends_us(flight), ElementsAre(735'000));
  EXPECT_EQ(flight.figure("s.cpu_throttling.throttled_periods"), 23);
}

TEST(Quota, EndsAPauseOfItsOwnOnly) {
  // 500-550 it computes, until 600 it stands still for the quota, and 610-620 for nothing: the second half takes
  // 600-610 and 620-660.
  const std::string pauses = R"(, "pauses": {"every": "610ms", "length": "10ms"})";
  EXPECT_THAT(ends_us(fly(service(kLoop, "500m", R"([{"cpu": "100ms"}])", 1, pauses))), ElementsAre(660'000));
}

TEST(Quota, LeavesAQueueToItself) {
  // Both compute one after the other, as if they were one: 500-550 and 600-630.
  EXPECT_THAT(ends_us(fly(service(kLoop, "500m", R"([{"cpu": "40ms"}])", 2))), ElementsAre(540'000, 630'000));
}

}  // namespace
}  // namespace windtunnel
