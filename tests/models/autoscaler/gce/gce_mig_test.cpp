#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/autoscaler/gce/spec.hpp"
#include "models/workload/time_stamp.hpp"
#include "tests/models/autoscaler/own_policies.hpp"
#include "tests/models/replication/flight.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::controlled;
using test::Fields;
using test::Items;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

Fields policy(Fields more) {
  Fields out = {{"maxNumReplicas", 20}};
  for (auto& field : more) out.push_back(std::move(field));
  return {{"autoscalingPolicy", out}};
}

TEST(GceMig, GrowsAtOnceAndShrinksAfterTenMinutes) {
  Controlled fleet = controlled("gce_mig", policy({}), 4);  // CPU at 60 %, as without any signal
  test::share(fleet, 3.6);
  fleet.run(5min);
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{1min}, 6)));
  test::share(fleet, 1.2);
  fleet.run(15min);
  // 6 was recommended at 5 min for the last time.
  EXPECT_THAT(fleet.changes, ElementsAre(Pair(Time{1min}, 6), Pair(Time{16min}, 2)));
}

TEST(GceMig, DoesNotGrowOnInitializingVms) {
  // Its new VMs work flat out for their first two minutes, and are left out for three.
  const auto peak = [](std::int64_t initialization) {
    Controlled fleet = controlled("gce_mig", policy({{"coolDownPeriodSec", initialization}}), 4);
    fleet.service.load.cores = 0.9;
    fleet.run(1min);
    fleet.service.load.cores = 1.0;
    fleet.run(2min);
    return fleet.replicas();
  };
  EXPECT_EQ(peak(180), 7) << "the first four alone: 4 / 0.6";
  EXPECT_GT(peak(0), 9);
}

TEST(GceMig, TakesTheHighestOfItsSignals) {
  Controlled fleet = controlled(
      "gce_mig",
      {{"autoscalingPolicy",
        Fields{{"maxNumReplicas", 20},
               {"cpuUtilization", Fields{{"utilizationTarget", 0.5}}},
               {"loadBalancingUtilization", Fields{{"utilizationTarget", 0.8}}},
               {"customMetricUtilizations",
                Items{Fields{{"metric", "custom.googleapis.com/queue_length"}, {"singleInstanceAssignment", 4.0}}}}}},
       {"max_rate_per_instance", Rate{10}}},
      4);
  fleet.service.load.cores = 0.6;      // 5
  fleet.service.load.per_second = 14;  // 56 / 8 = 7
  fleet.service.waiting = 22;          // 6
  fleet.run(1min);
  EXPECT_EQ(fleet.replicas(), 7);
  EXPECT_NEAR(fleet.last.inputs.at("request_rate"), 56, 1e-9);
  EXPECT_NEAR(fleet.last.inputs.at("custom_0"), 22, 1e-9);
}

TEST(GceMig, MayOnlyGrowOrDoNothing) {
  Controlled grows = controlled("gce_mig", policy({{"mode", "ONLY_SCALE_OUT"}}), 4);
  grows.service.load.cores = 0.1;
  grows.run(30min);
  EXPECT_EQ(grows.replicas(), 4);
  grows.service.load.cores = 0.9;
  grows.run(1min);
  EXPECT_EQ(grows.replicas(), 6);
  Controlled off = controlled("gce_mig", policy({{"mode", "OFF"}}), 4);
  off.service.load.cores = 0.9;
  off.run(30min);
  EXPECT_EQ(off.replicas(), 4);
}

TEST(GceMig, KeepsItsScheduleWhileItLasts) {
  // At 8:00 UTC, which is 13:30 in India.
  for (const auto& [time_zone, schedule] :
       {std::pair{"UTC", "0 8 * * MON-FRI"}, {"Asia/Kolkata", "30 13 * * MON-FRI"}}) {
    Controlled fleet = controlled("gce_mig",
                                  policy({{"cpuUtilization", Fields{{"utilizationTarget", 0.6}}},
                                          {"scalingSchedules", Fields{{"morning", Fields{{"minRequiredReplicas", 8},
                                                                                         {"schedule", schedule},
                                                                                         {"timeZone", time_zone},
                                                                                         {"durationSec", 3600}}}}}}),
                                  2);
    fleet.service.set_utc(Time{*parse_time_stamp("2024-01-01 07:30")});  // a Monday
    fleet.service.load.cores = 0.1;
    fleet.run(2h);
    // Until 09:00, and for ten minutes of stabilization after the last minute of it.
    EXPECT_THAT(fleet.changes,
                ElementsAre(Pair(Time{12min}, 1), Pair(Time{30min}, 8), Pair(Time{100min}, 2), Pair(Time{111min}, 1)));
    EXPECT_THAT(fleet.last.sentence, IsEmpty());
  }
}

TEST(GceMig, ActsInFlight) {
  // 2.7 cores in use; four at 67.5 %, five at 54 %.
  const std::string shop = R"({"windtunnel": 1, "name": "mig", "horizon": "20m",
    "traffic": [{"name": "t", "to": "s", "arrivals": {"type": "constant", "rate": "90/s"}}],
    "services": {"s": {"replicas": 4, "startup": [{"phase": "boot", "time": "30s"}],
      "instance": {"runtime": {"type": "worker_pool", "workers": 1}, "resources": {"requests": {"cpu": 1}}},
      "work": {"default": [{"cpu": "30ms"}]},
      "autoscaler": {"type": "gce_mig", "autoscalingPolicy": {"maxNumReplicas": 9, "coolDownPeriodSec": 60,
        "cpuUtilization": {"utilizationTarget": 0.6}}}}}})";
  const test::Flight flight = test::fly(shop);
  ASSERT_EQ(flight.changes().size(), 1U);
  EXPECT_NEAR(flight.changes()[0].time_s, 60, 1e-9);
  EXPECT_THAT(flight.changes()[0].sentence,
              HasSubstr("4 -> 5: cpu 67.5 % of 4 VMs, 4 of them initialized, target 60 %"));
}

TEST(GceMig, SaysWhatIsWrong) {
  const auto errors = [](const Fields& fields) {
    test::Found found;
    auto params = test::chosen<AutoscalerParams>("gce_mig", fields);
    params.mutable_params().check(found);
    return found.errors;
  };
  EXPECT_THAT(errors(policy({{"loadBalancingUtilization", Fields{{"utilizationTarget", 0.8}}}})),
              ElementsAre(HasSubstr("/max_rate_per_instance: ")));
  const auto custom = [](const Fields& fields) {
    gce::CustomMetric metric;
    test::assign(metric, fields);
    test::Found found;
    metric.check(found);
    return found.errors;
  };
  EXPECT_THAT(custom({{"metric", "orders"}, {"utilizationTarget", 5.0}}), IsEmpty());
  EXPECT_THAT(custom({{"metric", "orders"}}), ElementsAre(HasSubstr("needs one of utilizationTarget")));
  EXPECT_THAT(custom({{"metric", "latency"}, {"utilizationTarget", 5.0}}), ElementsAre(HasSubstr("/metric: ")));
  EXPECT_THAT(custom({{"metric", "orders"}, {"utilizationTarget", 5.0}, {"utilizationTargetType", "DELTA_PER_MINUTE"}}),
              ElementsAre(HasSubstr("/utilizationTargetType: ")));
  EXPECT_THAT(
      custom({{"metric", "request_rate"}, {"utilizationTarget", 5.0}, {"utilizationTargetType", "DELTA_PER_MINUTE"}}),
      IsEmpty());
}

}  // namespace
}  // namespace windtunnel
