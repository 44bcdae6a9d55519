// Functions that are invoked for messages: how many at a time, and what becomes of those for which there is none.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/theory/closed_forms.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using test::kSec;
using test::Seen;
using testing::ElementsAre;

// Traffic to a queue whose messages functions handle that are there at once and stay for an hour.
std::string invoked(const std::string& arrivals, const std::string& queue, const std::string& time,
                    const std::string& functions = "") {
  return R"({"windtunnel": 1, "name": "invoked", "horizon": "200s",
    "traffic": [{"name": "t", "to": "q", "arrivals": )" +
         arrivals + R"(}],
    "queues": {"q": {"consumer": "f")" +
         (queue.empty() ? "" : ", " + queue) + R"(}},
    "services": {"f": {"replicas": 0, "instance": {"runtime": {"type": "function"}},
                       "autoscaler": {"type": "per_request", "keep_alive": "1h")" +
         (functions.empty() ? "" : ", " + functions) + R"(},
                       "work": {"default": [{"io": )" +
         time + "}]}}}}";
}
std::string batch(int size) { return R"({"type": "batch", "size": )" + std::to_string(size) + R"(, "at": "0s"})"; }

std::vector<std::int64_t> begun_s(const Flight& flight, Outcome how = Outcome::kCompleted) {
  std::vector<std::int64_t> out;
  for (const Seen& r : flight.seen.by_arrival())
    if (r.outcome == how) out.push_back(r.arrived / kSec);
  return out;
}

TEST(Invocations, AreFiveAtATimeAndMoreWhileMessagesWait) {
  // 60 more a minute are one a second; after ten seconds the first five are through, and six begin.
  std::vector<std::int64_t> begun =
      begun_s(fly(invoked(batch(30), R"("event_source": {"concurrency_per_minute": 60})", R"("10s")")));
  begun.resize(20);
  EXPECT_THAT(begun, ElementsAre(0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10, 10, 10, 10));
}

TEST(Invocations, AreFiveAtATimeAgainAfterARest) {
  const std::string twice = R"({"type": "batch", "size": 30, "every": "100s"})";
  const std::vector<std::int64_t> begun =
      begun_s(fly(invoked(twice, R"("event_source": {"concurrency_per_minute": 60})", R"("10s")")));
  EXPECT_EQ(std::count(begun.begin(), begun.end(), 0), 5);
  EXPECT_EQ(std::count(begun.begin(), begun.end(), 100), 5);
}

TEST(Invocations, AreNoMoreAtATimeThanTheMaximum) {
  const Flight flight =
      fly(invoked(batch(6), R"("event_source": {"initial_concurrency": 2, "maximum_concurrency": 2})", R"("1s")"));
  EXPECT_THAT(begun_s(flight), ElementsAre(0, 0, 1, 1, 2, 2));
  EXPECT_EQ(flight.figure("q.in_flight.max"), 2);
  EXPECT_EQ(flight.figure("f.replicas.max"), 2);
}

TEST(Invocations, WaitForTheirFunctionToStart) {
  const Flight flight =
      fly(invoked(batch(3), "", R"("1s")"), {{"services.f.startup", R"([{"phase": "boot", "time": "2s"}])"}});
  EXPECT_EQ(flight.figure("f.cold_starts"), 3);
  EXPECT_NEAR(flight.figure("q.latency.mean"), 3, 1e-9);
}

TEST(Invocations, ThatAreThrottledAreTriedAgainWhileTheMessageIsTheirs) {
  // Two functions for five messages: three are tried every second, two of them begin when the first are through after
  // ten seconds, and the last after twenty. Of its 20 attempts 10 are among the first 30.
  const Flight flight = fly(invoked(batch(5), R"("visibility_timeout": "35s")", R"("10s")", R"("max_instances": 2)"));
  EXPECT_THAT(begun_s(flight), ElementsAre(0, 0, 10, 10, 20));
  EXPECT_EQ(flight.figure("q.throttled"), 3 * 10 + 10);
  EXPECT_EQ(flight.count(Outcome::kRejectedThrottled), 40);
  EXPECT_EQ(flight.figure("q.redelivered"), 0);
  EXPECT_DOUBLE_EQ(flight.figure("q.receives.mean"), 1);
}

TEST(Invocations, ThatAreThrottledForTooLongMakeADeadLetterOfWhatNobodyHasHandled) {
  const Flight flight = fly(invoked(
      batch(2), R"("visibility_timeout": "5500ms", "max_receives": 1, "event_source": {"throttle_retry": "3s"})",
      R"("5s")", R"("max_instances": 1)"));
  EXPECT_THAT(begun_s(flight), ElementsAre(0));
  EXPECT_THAT(begun_s(flight, Outcome::kRejectedThrottled), ElementsAre(0, 3));
  EXPECT_EQ(flight.figure("q.deleted"), 1);
  EXPECT_EQ(flight.figure("q.discarded"), 1);
}

TEST(Invocations, WaitInTheServiceWhereItQueues) {
  const Flight flight = fly(invoked(batch(3), "", R"("1s")", R"("max_instances": 1, "at_maximum": "queue")"));
  EXPECT_EQ(flight.figure("q.throttled"), 0);
  EXPECT_NEAR(flight.figure("q.latency.mean"), 2, 1e-9);
}

TEST(Invocations, KeepTheOrderOfGroups) {
  const Flight flight = fly(invoked(batch(6), R"("groups": 1)", R"("1s")"));
  EXPECT_THAT(begun_s(flight), ElementsAre(0, 1, 2, 3, 4, 5));
}

TEST(Invocations, AreMMcWhereSoManyAreAllowedAndStay) {
  constexpr int kFunctions = 3;
  constexpr double kRate = 2.4, kService = 1;
  const Flight flight =
      fly(invoked(R"({"type": "poisson", "rate": "2.4/s"})",
                  R"("visibility_timeout": "1h", "event_source": {"initial_concurrency": 3, "maximum_concurrency": 3})",
                  R"({"type": "exponential", "mean": "1s"})"),
          {{"warmup", "\"500s\""}, {"horizon", "\"20000s\""}}, 20);
  const double wait = theory::wait_mmc(kFunctions, kRate * kService, kService);
  const Estimate& e = flight.result.find_metric("q.wait_time.mean")->estimate;
  EXPECT_NEAR(e.mean, wait, 2 * e.half_width_95);
  EXPECT_LT(e.half_width_95, 0.05 * wait);
}

}  // namespace
}  // namespace windtunnel
