// Services that call services: paths that are known beforehand, and what becomes of a call that fails.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::Seen;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

// A request every 100 ms from 50 ms on: 10 ms in front, 30 ms behind, 5 ms in front.
const std::string kTwoTiers = R"({"windtunnel": 1, "name": "tiers", "horizon": "400ms",
  "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {
    "front": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}},
              "work": {"default": [{"cpu": "10ms"}, {"call": {"service": "back"}}, {"cpu": "5ms"}]}},
    "back": {"instance": {"runtime": {"type": "worker_pool", "workers": 1}}, "work": {"default": [{"cpu": "30ms"}]}}}})";

// Of one class, in the order of arrival. Classes: the source's own, then the calls.
std::vector<std::int64_t> times_ms(const Flight& flight, std::uint32_t request_class, std::int64_t Seen::*when) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.request_class == request_class) out.push_back((r.*when) / kMs);
  return out;
}

std::uint64_t count(const Flight& flight, const std::string& service, Outcome outcome) {
  for (const ServiceResult& s : flight.result.services)
    if (s.name == service) return s.outcomes[static_cast<std::size_t>(outcome)];
  ADD_FAILURE() << "no service " << service;
  return 0;
}

TEST(Calls, LastUntilTheCalledServiceHasAnswered) {
  const Flight flight = fly(kTwoTiers);
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(60, 160, 260, 360));
  EXPECT_THAT(times_ms(flight, 1, &Seen::ended), ElementsAre(90, 190, 290, 390));
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(95, 195, 295, 395));
  EXPECT_DOUBLE_EQ(flight.figure("front.latency.mean"), 0.045);
  EXPECT_DOUBLE_EQ(flight.figure("back.latency.mean"), 0.030);
  EXPECT_DOUBLE_EQ(flight.figure("front.calls.back.1.latency.mean"), 0.030);
}

TEST(Calls, CrossTheNetworkBothWays) {
  const Flight flight = fly(kTwoTiers, {{"services.front.work.default.1.call.network", "\"2ms\""}});
  EXPECT_THAT(times_ms(flight, 1, &Seen::arrived), ElementsAre(62, 162, 262, 362));
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(99, 199, 299, 399));
}

TEST(Calls, HoldAWorkerButNotAnEventLoop) {
  const std::vector<Override> fast = {{"traffic.0.arrivals.rate", "\"50/s\""}, {"horizon", "\"120ms\""}};
  // Arrivals at 10, 30, 50, … ms. A worker is taken from 10 to 55 ms; a loop computes for the next one while it waits.
  EXPECT_THAT(times_ms(fly(kTwoTiers, fast), 1, &Seen::arrived), ElementsAre(20, 65));
  std::vector<Override> loop = fast;
  loop.push_back({"services.front.instance.runtime", R"({"type": "event_loop"})"});
  EXPECT_THAT(times_ms(fly(kTwoTiers, loop), 1, &Seen::arrived), ElementsAre(20, 40, 60));
}

const std::string kFanOut = R"({"windtunnel": 1, "name": "fan out", "horizon": "100ms",
  "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "10/s"}}],
  "services": {
    "front": {"instance": {"runtime": {"type": "event_loop"}},
              "work": {"default": [{"parallel": {"to": [{"service": "quick"}, {"service": "slow"}]}}]}},
    "quick": {"work": {"default": [{"cpu": "20ms"}]}},
    "slow": {"work": {"default": [{"cpu": "40ms"}]}}}})";

TEST(Calls, AtOnceLastAsLongAsTheSlowest) { EXPECT_THAT(times_ms(fly(kFanOut), 0, &Seen::ended), ElementsAre(90)); }

TEST(Calls, AtOnceLastUntilEnoughHaveAnswered) {
  const Flight flight = fly(kFanOut, {{"services.front.work.default.0.parallel.wait_for", "1"}});
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(70));
  EXPECT_THAT(times_ms(flight, 2, &Seen::ended), ElementsAre(90)) << "nobody tells the other one";
  EXPECT_EQ(count(flight, "slow", Outcome::kCompleted), 1U);
}

TEST(Calls, ThatNobodyWaitsForAnyMoreAreCancelledWhereTheServiceNotices) {
  const Flight flight = fly(kFanOut, {{"services.front.work.default.0.parallel.wait_for", "1"},
                                      {"services.front.work.default.0.parallel.to.1.on_timeout", "\"cancel\""}});
  EXPECT_THAT(times_ms(flight, 2, &Seen::ended), ElementsAre(70));
  EXPECT_EQ(count(flight, "slow", Outcome::kCancelled), 1U);
}

TEST(Calls, ThatFailFailTheCaller) {
  const Flight flight = fly(kTwoTiers, {{"services.front.work.default.1.call.timeout", "\"20ms\""}});
  EXPECT_EQ(count(flight, "front", Outcome::kFailedDependency), 4U);
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(80, 180, 280, 380));
  EXPECT_EQ(count(flight, "back", Outcome::kTimedOut), 4U);
  EXPECT_NEAR(flight.figure("back.utilization"), 0.3, 1e-9) << "its work is done all the same, and wasted";
}

TEST(Calls, ThatTimeOutAreGivenUpAtTheCallersMomentWhateverTheNetworkTakes) {
  const Flight flight = fly(kTwoTiers, {{"services.front.work.default.1.call.timeout", "\"20ms\""},
                                        {"services.front.work.default.1.call.network", "\"3ms\""}});
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(80, 180, 280, 380));
}

TEST(Calls, ThatFailAreDoneWithoutWhereThatIsAllowed) {
  const Flight flight = fly(kTwoTiers, {{"services.front.work.default.1.call.timeout", "\"20ms\""},
                                        {"services.front.work.default.1.call.on_failure", "\"ignore\""}});
  EXPECT_EQ(count(flight, "front", Outcome::kCompleted), 4U);
  EXPECT_THAT(times_ms(flight, 0, &Seen::ended), ElementsAre(85, 185, 285, 385));
}

TEST(Calls, EndWithTheRequestThatMadeThem) {
  const std::vector<Override> impatient = {{"traffic.0.timeout", "\"25ms\""},
                                           {"traffic.0.on_timeout", "\"cancel\""},
                                           {"services.front.work.default.1.call.on_timeout", "\"cancel\""}};
  const Flight flight = fly(kTwoTiers, impatient);
  EXPECT_EQ(count(flight, "front", Outcome::kTimedOut), 4U);
  EXPECT_EQ(count(flight, "back", Outcome::kCancelled), 4U);
  EXPECT_NEAR(flight.figure("back.utilization"), 0.15, 1e-9) << "15 of 30 ms were done";
}

TEST(Calls, AreMadeByTheirShareOfTheRequests) {
  const Flight flight = fly(kTwoTiers, {{"services.front.work.default.1.call.probability", "0.25"},
                                        {"traffic.0.arrivals", R"({"type": "poisson", "rate": "5/s"})"},
                                        {"horizon", "\"4000s\""}});
  EXPECT_NEAR(flight.figure("back.arrival_rate") / flight.figure("front.arrival_rate"), 0.25, 0.02);
  EXPECT_EQ(count(flight, "front", Outcome::kCompleted) + flight.result.services[1].in_flight_at_end,
            flight.result.services[1].arrived);
}

TEST(Calls, AskForTheCallersClassWhereTheServiceKnowsIt) {
  const std::string classes = R"({"windtunnel": 1, "name": "classes", "horizon": "1s",
    "traffic": [{"name": "t", "to": "front", "arrivals": {"type": "constant", "rate": "1/s"}, "mix": {"pay": 1}}],
    "services": {
      "front": {"work": {"pay": [{"call": {"service": "back"}}, {"call": {"service": "back", "class": "look"}},
                                 {"call": {"service": "other"}}]}},
      "back": {"work": {"pay": [{"cpu": "7ms"}], "look": [{"cpu": "11ms"}]}},
      "other": {"work": {"default": [{"cpu": "13ms"}]}}}})";
  const Flight flight = fly(classes);
  EXPECT_DOUBLE_EQ(flight.figure("front.pay.calls.back.0.latency.mean"), 0.007);
  EXPECT_DOUBLE_EQ(flight.figure("front.pay.calls.back.1.latency.mean"), 0.011);
  EXPECT_DOUBLE_EQ(flight.figure("front.pay.calls.other.2.latency.mean"), 0.013);
}

// Whatever fails, times out, is cancelled or dies, the books of every service balance: they are checked at the end of
// each run, which fails where they do not.
TEST(Calls, KeepTheBooksWhateverHappens) {
  const std::string rough = R"({"windtunnel": 1, "name": "rough", "horizon": "200s",
    "traffic": [{"name": "t", "to": "a", "arrivals": {"type": "poisson", "rate": "60/s"}, "timeout": "300ms",
                 "on_timeout": "cancel"}],
    "services": {
      "a": {"replicas": 3, "instance": {"runtime": {"type": "worker_pool", "workers": 4}, "backlog": 20},
            "work": {"default": [{"cpu": {"type": "exponential", "mean": "20ms"}},
              {"parallel": {"network": "1ms", "wait_for": 2, "to": [
                {"service": "b", "timeout": "100ms", "on_timeout": "cancel"},
                {"service": "c", "timeout": "90ms", "on_failure": "ignore"},
                {"service": "b", "probability": 0.5}]}},
              {"cpu": {"type": "exponential", "mean": "5ms"}},
              {"call": {"service": "c", "timeout": "80ms", "on_timeout": "cancel"}}]}},
      "b": {"replicas": 2, "instance": {"runtime": {"type": "event_loop"}, "backlog": 10, "concurrency": 30},
            "work": {"default": [{"cpu": {"type": "exponential", "mean": "12ms"}},
                                 {"call": {"service": "c", "probability": 0.4}}]}},
      "c": {"replicas": 2, "instance": {"runtime": {"type": "processor_sharing", "cores": 1}},
            "work": {"default": [{"cpu": {"type": "exponential", "mean": "9ms"}},
                                 {"call": {"service": "b", "probability": 0.2, "timeout": "50ms"}}]}}},
    "faults": [{"type": "crashes", "service": "b", "mtbf": "20s", "mttr": "2s"},
               {"type": "kill_instances", "service": "c", "count": 1, "at": "100s"},
               {"type": "crashes", "service": "a", "mtbf": "30s", "mttr": "1s"}]})";
  const Flight flight = fly(rough, {}, 3);
  for (const char* service : {"a", "b", "c"}) EXPECT_GT(count(flight, service, Outcome::kCompleted), 1000U) << service;
  EXPECT_GT(count(flight, "a", Outcome::kFailedDependency), 0U);
  EXPECT_GT(count(flight, "a", Outcome::kTimedOut), 0U);
  EXPECT_GT(count(flight, "b", Outcome::kCancelled), 0U);
  EXPECT_GT(count(flight, "c", Outcome::kFailedInstanceLost), 0U);
  EXPECT_EQ(test::digest(flight.result), test::digest(fly(rough, {}, 3).result));
}

}  // namespace
}  // namespace windtunnel
