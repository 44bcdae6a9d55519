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
using test::scaled_on;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Fields pid(double kp, double ki, Fields more = {}) {
  Fields out = {
      {"max_replicas", 40}, {"metric", scaled_on("cpu_utilization", Share{0.5}, 15s)}, {"kp", kp}, {"ki", ki}};
  for (auto& field : more) out.push_back(std::move(field));
  return out;
}

TEST(Pid, WithAPureIntegralTakesItsShareOfTheError) {
  // Velocity form, 4 replicas at twice the target: error 1, ki 0.02 over 15 s is 0.3 of four.
  Controlled fleet = controlled("pid", pid(0, 0.02), 4);
  fleet.service.load.cores = 1;
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 5);  // 5.2
  EXPECT_NEAR(fleet.last.inputs.at("error"), 1, 1e-12);
  EXPECT_NEAR(fleet.last.inputs.at("raw_recommendation"), 5.2, 1e-12);
  EXPECT_EQ(fleet.last.sentence, "4 -> 5: cpu utilization 100 %, target 50 %, error 1");
  // What is rounded away is not lost: 5.2 + 0.3 * 5.2 = 6.76.
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 7);
}

TEST(Pid, BringsTheMetricToItsTargetAndStaysThere) {
  // Six cores at 50 % want twelve.
  for (const char* form : {"velocity", "positional"}) {
    Controlled fleet = controlled("pid", pid(0.3, 0.01, {{"form", form}}), 4);
    test::share(fleet, 6);
    fleet.run(30min);
    EXPECT_EQ(fleet.replicas(), 12) << form;
    const std::size_t before = fleet.changes.size();
    fleet.run(30min);
    EXPECT_EQ(fleet.changes.size(), before) << form;
    test::share(fleet, 2);
    fleet.run(60min);
    EXPECT_EQ(fleet.replicas(), 4) << form;
  }
}

TEST(Pid, HoldsStillInItsDeadBand) {
  Controlled fleet = controlled("pid", pid(0.5, 0.01, {{"dead_band", 0.1}}), 10);
  fleet.service.load.cores = 0.54;
  fleet.run(20min);
  EXPECT_THAT(fleet.changes, IsEmpty());
}

TEST(Pid, DoesNotWindUpAtItsLimits) {
  for (const char* form : {"velocity", "positional"}) {
    Controlled fleet = controlled("pid", pid(0, 0.01, {{"form", form}, {"max_replicas", 6}}), 4);
    fleet.service.load.cores = 1;
    fleet.run(30min);
    ASSERT_EQ(fleet.replicas(), 6) << form;
    fleet.service.load.cores = 0.25;
    fleet.run(1min);
    EXPECT_LT(fleet.replicas(), 6) << form;
  }
}

TEST(Pid, MayTakeTheErrorAsItIs) {
  // 14 requests at a time, 10 wanted: 4 more of which half are replicas.
  Controlled fleet = controlled("pid",
                                {{"max_replicas", 40},
                                 {"metric", scaled_on("concurrency", 10.0)},
                                 {"form", "positional"},
                                 {"kp", 0.5},
                                 {"relative_error", false},
                                 {"per_replica", false}},
                                3);
  fleet.service.load.outstanding = 14;
  fleet.run(15s);
  EXPECT_EQ(fleet.replicas(), 5);
}

TEST(Pid, WarnsOfAVelocityFormThatForgetsItsTarget) {
  Found found;
  test::chosen<AutoscalerParams>("pid", pid(1, 0)).mutable_params().check(found);
  EXPECT_THAT(found.warnings, ElementsAre(HasSubstr("/ki: ")));
}

TEST(Pid, KeepsConcurrencyInFlight) {
  // 60 requests a second of 100 ms are 6 at a time; 2 for each instance are wanted.
  const test::Flight flight = test::fly(R"({"windtunnel": 1, "name": "pid", "horizon": "20m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "60/s"}}],
    "services": {"s": {"replicas": 1, "startup": [{"phase": "boot", "time": "5s"}],
      "instance": {"runtime": {"type": "processor_sharing", "cores": 16}},
      "work": {"default": [{"io": "100ms"}]},
      "autoscaler": {"type": "pid", "max_replicas": 20, "kp": 0.2, "ki": 0.01,
        "metric": {"metric": "concurrency", "target": 2, "window": "15s"}}}}})");
  ASSERT_FALSE(flight.changes().empty());
  EXPECT_THAT(flight.changes()[0].sentence, HasSubstr("requests at a time per instance 6, target 2"));
  const std::vector<double>& ready = flight.result.series.at(0).find("replicas_ready")->values;
  EXPECT_EQ(ready.back(), 3);
}

}  // namespace
}  // namespace windtunnel
