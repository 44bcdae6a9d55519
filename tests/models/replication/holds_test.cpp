// Reasons for which a control loop leaves the replicas as they are: each on record once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using test::Flight;
using test::fly;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Decision> of_kind(const Flight& flight, const std::string& kind) {
  std::vector<Decision> out;
  for (const Decision& d : flight.result.decisions)
    if (d.kind == kind) out.push_back(d);
  return out;
}

// Evenly spaced requests of 60 ms of CPU at one core each: 30/s are 1.8 cores. The load falls to a third at 10 minutes.
std::string shop(const std::string& autoscaler, const std::string& steps) {
  return R"({"windtunnel": 1, "name": "shop", "horizon": "40m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "steps", "spacing": "even", "steps": [)" +
         steps + R"(]}}],
    "services": {"s": {"replicas": 3, "startup": [{"phase": "boot", "time": "20s"}],
      "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
      "work": {"default": [{"cpu": "60ms"}]}, "autoscaler": )" +
         autoscaler + "}}}";
}
std::string proportional(const std::string& more) {
  return R"({"type": "proportional", "metric": {"metric": "cpu_utilization", "target": "60%"}, "max_replicas": 5)" +
         more + "}";
}
constexpr const char* kFalling = R"({"at": "0s", "rate": "30/s"}, {"at": "10m", "rate": "10/s"})";

TEST(Holds, AWindowThatKeepsReplicasIsOnRecordUntilItLetsThemGo) {
  // 1.8 cores at 60 % are three replicas; 0.6 cores are one, kept from 10m until five minutes later.
  const Flight flight = fly(shop(proportional(""), kFalling));
  const std::vector<Decision> holds = of_kind(flight, "hold"), falls = of_kind(flight, "scale_down");
  // On the way down, while the minute that CPU is averaged over holds both loads, two were enough for a moment.
  ASSERT_EQ(falls.size(), 2U);
  EXPECT_EQ(falls[0].scaling->before, 3);
  EXPECT_EQ(falls[0].scaling->how.recommendation, 1);
  EXPECT_THAT(falls[0].scaling->how.rules, ElementsAre(Ruling{"scale_in_window", 1, 2}));
  EXPECT_EQ(falls[1].scaling->after, 1);
  EXPECT_THAT(falls[1].scaling->how.rules, IsEmpty());
  ASSERT_FALSE(holds.empty());
  for (const Decision& hold : holds)
    if (hold.time_s > 600) {
      EXPECT_EQ(hold.scaling->before, 3);
      EXPECT_EQ(hold.scaling->after, 3);
      EXPECT_THAT(hold.scaling->how.rules,
                  ElementsAre(Ruling{"scale_in_window", *hold.scaling->how.recommendation, 3}));
      EXPECT_THAT(hold.sentence, HasSubstr(" stabilized to 3"));
    }
  // The window of a minute empties in four looks of 15 s: 2 are wanted, then 1, and then the same for minutes.
  EXPECT_EQ(holds.back().scaling->how.recommendation, 1);
  EXPECT_NEAR(holds.back().time_s, 10 * 60 + 60, 15);
  EXPECT_NEAR(falls[0].time_s, holds.back().time_s + 300, 30);
  EXPECT_LE(std::count_if(holds.begin(), holds.end(), [](const Decision& d) { return d.time_s > 600; }), 2);
}

TEST(Holds, ALimitIsOnRecordOnceAndNotAtEveryLook) {
  // 1.8 cores at 30 % would be six replicas; five are the most. 160 looks.
  const Flight flight = fly(
      shop(R"({"type": "proportional", "metric": {"metric": "cpu_utilization", "target": "30%"}, "max_replicas": 5})",
           R"({"at": "0s", "rate": "30/s"})"));
  const std::vector<Decision> rises = of_kind(flight, "scale_up");
  ASSERT_EQ(rises.size(), 1U);
  EXPECT_EQ(rises[0].scaling->how.recommendation, 6);
  EXPECT_THAT(rises[0].scaling->how.rules, ElementsAre(Ruling{"max_replicas", 6, 5}));
  for (const Decision& hold : of_kind(flight, "hold")) EXPECT_LT(hold.time_s, rises[0].time_s);
}

TEST(Holds, ALoopThatAsksForWhatThereIsHasNothingToTell) {
  const Flight flight = fly(shop(proportional(R"(, "scale_in_window": "0s")"), R"({"at": "0s", "rate": "30/s"})"));
  // But for its first look, before there is any figure.
  for (const Decision& d : flight.result.decisions) EXPECT_LT(d.time_s, 60) << d.sentence;
}

TEST(Holds, TheHpaTellsWhatItsWindowHoldsAndWhenTheReasonIsGone) {
  // The load comes back before the half hour is over: 3, held with 1 wanted, 3 again.
  const std::string hpa = R"({"type": "kubernetes_hpa", "spec": {"minReplicas": 1, "maxReplicas": 9,
    "behavior": {"scaleDown": {"stabilizationWindowSeconds": 1800}}, "metrics": [
    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}]}})";
  const Flight flight = fly(shop(hpa, R"({"at": "0s", "rate": "30/s"}, {"at": "10m", "rate": "10/s"},
    {"at": "25m", "rate": "30/s"})"));
  EXPECT_TRUE(of_kind(flight, "scale_down").empty());
  EXPECT_TRUE(of_kind(flight, "scale_up").empty());
  std::vector<Decision> holds = of_kind(flight, "hold");
  std::erase_if(holds, [](const Decision& d) { return d.time_s < 600; });
  ASSERT_GE(holds.size(), 2U);
  const Decision& last = holds.back();
  EXPECT_NEAR(last.time_s, 25 * 60 + 30, 31);
  EXPECT_EQ(last.scaling->how.recommendation, 3);
  EXPECT_TRUE(last.scaling->how.rules.empty());
  const auto lowest =
      std::find_if(holds.begin(), holds.end(), [](const Decision& d) { return d.scaling->how.recommendation == 1; });
  ASSERT_NE(lowest, holds.end());
  EXPECT_THAT(lowest->scaling->how.rules, ElementsAre(Ruling{"stabilization window", 1, 3}));
  EXPECT_THAT(lowest->sentence, HasSubstr("stays at 3: cpu 20 % of request, target 60 %, 3 of 3 pods ready; 1 "
                                          "stabilized to 3"));
}

TEST(Holds, AnObserverHearsOfChangesOnly) {
  const Flight flight = fly(shop(proportional(""), kFalling));
  ASSERT_FALSE(of_kind(flight, "hold").empty());
  for (const test::Told& told : flight.seen.decisions) EXPECT_NE(told.kind, "hold");
}

TEST(Holds, EveryChangeHasItsDerivation) {
  const Flight flight = fly(shop(proportional(""), kFalling));
  for (const Decision& d : flight.result.decisions) {
    if (!d.scaling) continue;
    std::int64_t reached = d.scaling->how.recommendation.value_or(d.scaling->before);
    for (const Ruling& rule : d.scaling->how.rules) {
      EXPECT_EQ(rule.before, reached) << d.sentence;
      reached = rule.after;
    }
    EXPECT_EQ(reached, d.scaling->after) << d.sentence;
  }
}

}  // namespace
}  // namespace windtunnel
