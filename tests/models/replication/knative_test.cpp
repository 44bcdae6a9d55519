// Revisions under the Knative Pod Autoscaler in whole runs: what requests meet, to the nanosecond where it is known
// beforehand.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kMs;
using test::kSec;
using test::Seen;
using test::Told;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// A revision at zero whose pods take 1.5 s to start; requests of 100 ms.
const std::string kRevision = R"({"windtunnel": 1, "name": "revision", "horizon": "5m",
  "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "1/s"}}],
  "services": {"s": {"replicas": 0, "when_none_ready": "wait",
    "instance": {"runtime": {"type": "processor_sharing", "cores": 1}},
    "work": {"default": [{"io": "100ms"}]}, "startup": [{"phase": "boot", "time": "1500ms"}],
    "autoscaler": {"type": "knative_kpa"}}}})";

Override arrivals(const std::string& steps) {
  return {"traffic.0.arrivals", R"({"type": "steps", "spacing": "even", "steps": )" + steps + "}"};
}
Override annotations(const std::string& named) {
  std::string object;
  for (std::size_t at = 0; at < named.size();) {
    const std::size_t end = std::min(named.find(' ', at), named.size());
    const std::string one = named.substr(at, end - at);
    const std::size_t sign = one.find('=');
    object += std::string(object.empty() ? "" : ", ") + R"("autoscaling.knative.dev/)" + one.substr(0, sign) +
              R"(": ")" + one.substr(sign + 1) + '"';
    at = end + 1;
  }
  return {"services.s.autoscaler.annotations", "{" + object + "}"};
}

// Two requests of the first second after 10 s; nothing else.
const Override kTwoRequests = arrivals(R"([{"at": "0s", "rate": "0/s"}, {"at": "10s", "rate": "2/s"},
                                           {"at": "11s", "rate": "0/s"}])");

std::vector<Told> of_kind(const Flight& flight, const std::string& kind) {
  std::vector<Told> out;
  for (const Told& told : flight.seen.decisions)
    if (told.kind == kind) out.push_back(told);
  return out;
}

TEST(Knative, LetsTheFirstRequestWaitForAPodAndNoLonger) {
  const Flight flight = fly(kRevision, {kTwoRequests});
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 2U);
  // The decision falls at the moment of the arrival, not at the next tick.
  const auto ups = of_kind(flight, "scale_up");
  ASSERT_EQ(ups.size(), 1U);
  EXPECT_EQ(ups[0].at, requests[0].arrived);
  EXPECT_NE(requests[0].arrived % (2 * kSec), 0);
  EXPECT_EQ(requests[0].latency(), 1600 * kMs);
  EXPECT_EQ(requests[1].ended, requests[0].arrived + 1600 * kMs);  // waits for the same pod
  EXPECT_EQ(flight.figure("s.cold_starts"), 1);
}

TEST(Knative, MakesOneDecisionForACrowdAtZero) {
  const Flight flight = fly(kRevision, {arrivals(R"([{"at": "0s", "rate": "0/s"}, {"at": "10s", "rate": "1000/s"},
                                    {"at": "10100ms", "rate": "0/s"}])")});
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 100U);
  const auto ups = of_kind(flight, "scale_up");
  ASSERT_GE(ups.size(), 1U);
  EXPECT_EQ(ups[0].at, requests[0].arrived);
  for (std::size_t i = 1; i < ups.size(); ++i) EXPECT_EQ(ups[i].at % (2 * kSec), 0) << "the rest is for the ticks";
  for (const Seen& r : requests) EXPECT_EQ(r.started, requests[0].arrived + 1500 * kMs);
}

TEST(Knative, GoesToZeroAMinuteAfterTheLastRequest) {
  const Flight flight = fly(kRevision, {kTwoRequests});
  const std::int64_t last = flight.seen.by_arrival().back().ended;
  const auto downs = of_kind(flight, "scale_down");
  ASSERT_EQ(downs.size(), 1U);
  // A minute for the window, up to two seconds to the tick, three seconds to look again.
  EXPECT_GT(downs[0].at, last + 60 * kSec);
  EXPECT_LE(downs[0].at, last + 66 * kSec);
  EXPECT_EQ(flight.result.find_metric("s.replicas.max")->estimate.mean, 1);
}

TEST(Knative, TakesTheGracePeriodWhereTheActivatorWasOutOfThePath) {
  const Flight flight = fly(kRevision, {kTwoRequests, annotations("target-burst-capacity=0")});
  const std::int64_t last = flight.seen.by_arrival().back().ended;
  const auto downs = of_kind(flight, "scale_down");
  ASSERT_EQ(downs.size(), 1U);
  EXPECT_GT(downs[0].at, last + 88 * kSec);
  EXPECT_LE(downs[0].at, last + 94 * kSec);
}

TEST(Knative, IsWarmForTheNextRequestWithinTheMinuteAndColdAfterIt) {
  for (const bool warm : {true, false}) {
    const std::string second = warm ? "60s" : "2m";
    const Flight flight =
        fly(kRevision,
            {arrivals(R"([{"at": "0s", "rate": "0/s"}, {"at": "10s", "rate": "1/s"}, {"at": "11s", "rate": "0/s"},
                                 {"at": ")" +
                      second + R"(", "rate": "1/s"}, {"at": ")" + (warm ? "61s" : "121s") + R"(", "rate": "0/s"}])")});
    const auto requests = flight.seen.by_arrival();
    ASSERT_EQ(requests.size(), 2U);
    EXPECT_EQ(requests[1].latency(), (warm ? 100 : 1600) * kMs);
    EXPECT_EQ(flight.figure("s.cold_starts"), warm ? 1 : 2);
  }
}

// --- panic

std::int64_t when_there_are(const Flight& flight, double replicas) {
  for (const Decision& d : flight.result.decisions)
    if (d.kind == "scale_up" && d.inputs.at("desired") >= replicas) return static_cast<std::int64_t>(d.time_s * 1e9);
  return -1;
}

TEST(Knative, ScalesASpikeAheadOfItsStableWindow) {
  // 50 requests in flight, then 150: 8 pods and 22 at seven each. The stable window reaches 20 pods when 54 s of 60
  // have passed, as (54 x 150 + 6 x 50) / 60 = 140.
  const std::vector<Override> spike = {{"services.s.replicas", "8"},
                                       {"services.s.work.default.0.io", "\"1s\""},
                                       arrivals(R"([{"at": "0s", "rate": "50/s"}, {"at": "2m", "rate": "150/s"}])")};
  auto with_panic = spike, without = spike;
  with_panic.push_back(annotations("target=10"));
  without.push_back(annotations("target=10 panic-threshold-percentage=1000"));
  const Flight panicking = fly(kRevision, with_panic), calm = fly(kRevision, without);
  const std::int64_t spike_at = 120 * kSec;
  EXPECT_GT(when_there_are(panicking, 20), spike_at);
  EXPECT_LE(when_there_are(panicking, 20), spike_at + 10 * kSec);
  EXPECT_GE(when_there_are(calm, 20), spike_at + 50 * kSec);
  EXPECT_LE(when_there_are(calm, 20), spike_at + 60 * kSec);
  std::vector<std::string> sentences;
  for (const Told& told : of_kind(panicking, "scale_up")) sentences.push_back(told.sentence);
  EXPECT_THAT(sentences, Contains(HasSubstr("panicking")));
  for (const Told& told : of_kind(calm, "scale_up")) EXPECT_THAT(told.sentence, Not(HasSubstr("panicking")));
}

// --- the activator

// Requests of 20 s, one at a time per pod; the second comes half a second after the first.
std::vector<Override> one_at_a_time(const std::string& burst) {
  return {kTwoRequests,
          {"services.s.instance", R"({"runtime": {"type": "worker_pool", "workers": 1}})"},
          {"services.s.work.default.0.io", "\"20s\""},
          {"services.s.autoscaler.containerConcurrency", "1"},
          {"services.s.replicas", "1"},
          annotations("min-scale=1 target-burst-capacity=" + burst)};
}

TEST(Knative, KeepsRequestsThatNoPodHasRoomForAtTheActivator) {
  // The activator keeps the second request until the second pod is there; without it the balancer has put the request
  // into the first pod, where it stays.
  const Flight proxied = fly(kRevision, one_at_a_time("211")), direct = fly(kRevision, one_at_a_time("0"));
  const auto with = proxied.seen.by_arrival(), without = direct.seen.by_arrival();
  ASSERT_EQ(with.size(), 2U);
  ASSERT_EQ(without.size(), 2U);
  EXPECT_EQ(with[0].latency(), 20 * kSec);
  EXPECT_LT(with[1].wait(), 5 * kSec);  // two seconds to the tick, one more that saw it, the start
  EXPECT_NE(with[1].instance, with[0].instance);
  EXPECT_EQ(without[1].started, without[0].ended);
  EXPECT_EQ(without[1].instance, without[0].instance);
}

TEST(Knative, LeavesThePathWhereABurstWouldFitAndComesBackAtZero) {
  // A hundred per pod less five and what is in flight: out of the path as soon as it is looked at.
  const Flight flight = fly(kRevision, {{"services.s.replicas", "1"},
                                        {"horizon", "\"3m\""},
                                        arrivals(R"([{"at": "0s", "rate": "10/s"}, {"at": "30s", "rate": "0/s"}])"),
                                        annotations("target-burst-capacity=150")});
  EXPECT_TRUE(of_kind(flight, "buffer_off").empty()) << "one pod is not enough for 150 more";
  const Flight roomy = fly(kRevision, {{"services.s.replicas", "1"},
                                       {"horizon", "\"3m\""},
                                       arrivals(R"([{"at": "0s", "rate": "10/s"}, {"at": "30s", "rate": "0/s"}])"),
                                       annotations("target-burst-capacity=5")});
  const auto on = of_kind(roomy, "buffer_on"), down = of_kind(roomy, "scale_down");
  EXPECT_TRUE(of_kind(roomy, "buffer_off").empty()) << "it was never in the path: 100 - 5 at the start";
  ASSERT_EQ(on.size(), 1U);
  ASSERT_EQ(down.size(), 1U);
  EXPECT_EQ(down[0].at, on[0].at + 30 * kSec);  // the grace period
}

TEST(Knative, TakesTheActivatorOutWhenPodsAreEnough) {
  // 250 in flight on four pods leave 400 - 50 - 250 = 100 for a burst of 50.
  const Flight flight = fly(kRevision, {{"services.s.work.default.0.io", "\"1s\""},
                                        {"services.s.balancer", R"({"type": "least_request"})"},
                                        arrivals(R"([{"at": "0s", "rate": "250/s"}])"),
                                        annotations("target-burst-capacity=50")});
  const auto off = of_kind(flight, "buffer_off");
  ASSERT_EQ(off.size(), 1U);
  EXPECT_LT(off[0].at, 30 * kSec);
  EXPECT_THAT(off[0].sentence, HasSubstr("straight to the instances"));
  EXPECT_EQ(flight.count(Outcome::kCompleted) + flight.result.services[0].in_flight_at_end,
            flight.result.services[0].arrived);
}

TEST(Knative, SeesWhatIsInFlightWhicheverWayItComes) {
  // 100 requests in flight on average; what the windows said when pods were added must agree with what was there.
  for (const char* const burst : {"0", "-1"}) {
    const Flight flight =
        fly(kRevision,
            {{"services.s.replicas", "1"},
             {"services.s.work.default.0.io", "\"500ms\""},
             {"traffic.0.arrivals",
              R"({"type": "steps", "steps": [{"at": "0s", "rate": "20/s"}, {"at": "2m", "rate": "200/s"}]})"},
             annotations(std::string("target=10 panic-threshold-percentage=1000 target-burst-capacity=") + burst)});
    const Decision* last = nullptr;
    for (const Decision& d : flight.result.decisions)
      if (d.kind == "scale_up" && d.time_s < 185) last = &d;
    ASSERT_NE(last, nullptr);
    EXPECT_GT(last->time_s, 170);
    EXPECT_NEAR(last->inputs.at("panic"), 100, 15) << burst;
    EXPECT_NEAR(last->inputs.at("stable"), 100, 15) << burst;
  }
}

TEST(Knative, KeepsWaitingRequestsWhenAPodIsKilled) {
  // One request runs and one waits at the activator; the pod's death ends the first only.
  auto overrides = one_at_a_time("211");
  overrides.back() = annotations("min-scale=1 max-scale=1");
  overrides.push_back({"faults", R"([{"type": "kill_instances", "service": "s", "count": 1, "at": "12s"}])"});
  const Flight flight = fly(kRevision, overrides);
  EXPECT_EQ(flight.count(Outcome::kFailedInstanceLost), 1U);
  EXPECT_EQ(flight.count(Outcome::kCompleted), 1U);
  EXPECT_EQ(flight.seen.by_arrival()[1].started, 13'500 * kMs);
}

TEST(Knative, KeepsThoseWhoWaitInOrderAndGivesUpOnThoseWhoLeave) {
  // Three requests for one pod that serves one at a time: the second loses patience while it waits.
  auto overrides = one_at_a_time("211");
  overrides[0] =
      arrivals(R"([{"at": "0s", "rate": "0/s"}, {"at": "10s", "rate": "3/s"}, {"at": "11s", "rate": "0/s"}])");
  overrides.back() = annotations("min-scale=1 max-scale=1");
  overrides.push_back({"traffic.0.patience", "\"25s\""});
  const Flight flight = fly(kRevision, overrides);
  const auto requests = flight.seen.by_arrival();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[1].started, requests[0].ended);
  EXPECT_EQ(requests[2].outcome, Outcome::kAbandoned);
  EXPECT_EQ(requests[2].latency(), 25 * kSec);
}

TEST(Knative, PutsOnRecordWhatItSawAndWhatBecameOfIt) {
  const Flight flight = fly(kRevision, {kTwoRequests});
  ASSERT_FALSE(flight.changes().empty());
  const Decision first = flight.changes().front();
  EXPECT_EQ(first.kind, "scale_up");
  for (const char* const input :
       {"current_replicas", "ready", "stable", "panic", "target", "total", "stable_recommendation",
        "panic_recommendation", "least_by_rate", "most_by_rate", "panicking", "undelayed", "recommended",
        "excess_burst_capacity", "activators", "desired"})
    EXPECT_EQ(first.inputs.count(input), 1U) << input;
  EXPECT_EQ(first.inputs.at("current_replicas"), 0);
  EXPECT_EQ(first.inputs.at("stable"), 1);
  EXPECT_EQ(first.inputs.at("excess_burst_capacity"), -212);
  EXPECT_EQ(first.inputs.at("desired"), 1);
}

}  // namespace
}  // namespace windtunnel
