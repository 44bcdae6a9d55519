#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/autoscaler/own_policies.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::controlled;
using test::Fields;
using test::Found;
using test::Items;
using test::Literal;
using test::scaled_on;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Fields rule(Literal metric, Duration hold, int change = 1, Duration cooldown = {}) {
  return {{"metric", std::move(metric)}, {"for", hold}, {"change", change}, {"cooldown", cooldown}};
}
Literal cpu(double threshold) { return scaled_on("cpu_utilization", Share{threshold}, 60s); }

Fields rules(Items out, Items in, Fields more = {}) {
  Fields fields = {{"max_replicas", 20}, {"out", std::move(out)}, {"in", std::move(in)}};
  for (auto& field : more) fields.push_back(std::move(field));
  return fields;
}

TEST(Threshold, AddsOnceTheMetricHasBeenAboveForLong) {
  Controlled fleet = controlled("threshold", rules({rule(cpu(0.7), 3min, 2)}, {}), 4);
  fleet.service.load.cores = 0.6;
  fleet.run(5min);
  fleet.service.load.cores = 0.9;
  fleet.run(3min);
  EXPECT_THAT(fleet.changes, IsEmpty()) << "above since the look at 6 min";
  fleet.run(1min);
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{9min}, 6)));
  EXPECT_EQ(fleet.last.sentence, "4 -> 6: cpu utilization 90 % above 70 %");
}

TEST(Threshold, BeginsToCountAnewAfterADip) {
  Controlled fleet = controlled("threshold", rules({rule(cpu(0.7), 2min)}, {}), 4);
  for (int i = 0; i < 5; ++i) {
    fleet.service.load.cores = 0.9;
    fleet.run(2min);
    fleet.service.load.cores = 0.5;
    fleet.run(1min);
  }
  EXPECT_THAT(fleet.changes, IsEmpty());
}

TEST(Threshold, TakesAwayBelowTheOther) {
  Controlled fleet = controlled("threshold", rules({rule(cpu(0.7), 0s)}, {rule(cpu(0.3), 5min, 1)}), 4);
  test::share(fleet, 0.8);
  fleet.run(7min);
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{6min}, 3), Pair(Time{7min}, 2)));
  fleet.run(10min);
  EXPECT_EQ(fleet.replicas(), 2) << "40 % each";
}

TEST(Threshold, ScalesOutIfAnyRuleWantsAndInOnlyIfAllWant) {
  const auto after = [](double cores, std::int64_t waiting) {
    Controlled fleet = controlled("threshold",
                                  rules({rule(cpu(0.7), 0s, 1), rule(scaled_on("queue_length", 5.0), 0s, 3)},
                                        {rule(cpu(0.3), 0s, 2), rule(scaled_on("queue_length", 1.0), 0s, 1)}),
                                  8);
    fleet.service.load.cores = cores;
    fleet.service.waiting = waiting;
    fleet.run(1min);
    return fleet.replicas();
  };
  EXPECT_EQ(after(0.5, 80), 11) << "the queue alone";
  EXPECT_EQ(after(0.9, 80), 11) << "the larger change";
  EXPECT_EQ(after(0.9, 0), 9);
  EXPECT_EQ(after(0.2, 16), 8) << "the queue does not want in";
  EXPECT_EQ(after(0.2, 0), 7) << "both: the smaller change";
}

TEST(Threshold, WaitsForItsCooldown) {
  Controlled fleet = controlled("threshold", rules({rule(cpu(0.7), 0s, 1, 5min)}, {rule(cpu(0.3), 0s, 1, 2min)}), 4);
  fleet.service.load.cores = 0.9;
  fleet.run(8min);
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{1min}, 5), Pair(Time{6min}, 6)));
  fleet.service.load.cores = 0.1;
  fleet.run(2min);
  EXPECT_EQ(fleet.replicas(), 5);
}

TEST(Threshold, TakesAwayNoMoreThanTheRestCanCarry) {
  // 6 at 45 %: 4 would be at 67.5 %, above 60 %; 5 are at 54 %.
  const auto after = [](bool anti_flapping) {
    Controlled fleet = controlled(
        "threshold", rules({rule(cpu(0.6), 0s)}, {rule(cpu(0.5), 0s, 2)}, {{"anti_flapping", anti_flapping}}), 6);
    test::share(fleet, 6 * 0.45);
    fleet.run(1min);
    return fleet.replicas();
  };
  EXPECT_EQ(after(true), 5);
  EXPECT_EQ(after(false), 4);
  // 2 at 45 %: one would be at 90 %.
  Controlled two = controlled("threshold", rules({rule(cpu(0.6), 0s)}, {rule(cpu(0.5), 0s)}), 2);
  test::share(two, 0.9);
  two.run(30min);
  EXPECT_THAT(two.changes, IsEmpty());
}

TEST(Threshold, OscillatesWhereItsThresholdsAreTooClose) {
  // L < U (n - k) / n is what it takes.
  Controlled fleet =
      controlled("threshold", rules({rule(cpu(0.6), 0s)}, {rule(cpu(0.5), 0s)}, {{"anti_flapping", false}}), 2);
  test::share(fleet, 0.9);
  fleet.run(20min);
  EXPECT_GT(fleet.changes.size(), 5U);
}

TEST(Threshold, WarnsOfThresholdsThatAreTooClose) {
  const auto warnings = [](double low, bool anti_flapping) {
    Found found;
    test::chosen<AutoscalerParams>(
        "threshold", rules({rule(cpu(0.6), 0s)}, {rule(cpu(low), 0s)}, {{"anti_flapping", anti_flapping}}))
        .mutable_params()
        .check(found);
    return found.warnings;
  };
  EXPECT_THAT(warnings(0.5, false), ElementsAre(HasSubstr("/in/0: of 2 replicas just below 50 %, 1 are above 60 %")));
  EXPECT_THAT(warnings(0.29, false), IsEmpty());
  EXPECT_THAT(warnings(0.5, true), IsEmpty());
}

TEST(Threshold, ActsInFlight) {
  const test::Flight flight = test::fly(R"({"windtunnel": 1, "name": "rules", "horizon": "20m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "30/s"}}],
    "services": {"s": {"replicas": 2, "startup": [{"phase": "boot", "time": "20s"}],
      "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
      "work": {"default": [{"cpu": "60ms"}]},
      "autoscaler": {"type": "threshold", "max_replicas": 9,
        "out": [{"metric": {"metric": "cpu_utilization", "target": "70%"}, "for": "2m", "cooldown": "3m"}],
        "in": [{"metric": {"metric": "cpu_utilization", "target": "30%"}}]}}}})");
  // 1.8 cores: two at 90 %, three at 60 %.
  ASSERT_EQ(flight.changes().size(), 1U);
  EXPECT_NEAR(flight.changes()[0].time_s, 180, 1e-9);
  EXPECT_EQ(flight.changes()[0].sentence, "2 -> 3: cpu utilization 90 % above 70 %");
}

}  // namespace
}  // namespace windtunnel
