#include "models/autoscaler/aws/group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/workload/time_stamp.hpp"
#include "tests/models/assign.hpp"
#include "tests/models/autoscaler/aws/specs.hpp"
#include "tests/models/autoscaler/watched_service.hpp"

namespace windtunnel::aws {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::cpu_alarm;
using test::group_of;
using test::simple_on;
using test::steps_on;
using test::tracking;
using test::tracking_cpu;
using test::WatchedService;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

constexpr auto kChange = AdjustmentType::kChangeInCapacity;
constexpr auto kPercent = AdjustmentType::kPercentChangeInCapacity;

Controlled fleet(const GroupSettings& settings, std::int64_t replicas, Duration startup = 0s) {
  return {std::make_unique<Group>(settings), replicas, startup};
}

// CPU in percent that each ready instance shows.
void at(Controlled& fleet, double percent) { fleet.service.load.cores = percent / 100; }
// Work that is shared by those that are ready, in cores.
void share(Controlled& fleet, double cores) {
  fleet.shape = [cores](WatchedService& service) {
    service.load.cores = cores / static_cast<double>(std::max<std::int64_t>(1, service.ready()));
  };
}

struct Row {
  std::int64_t capacity;
  double metric, target;
  std::int64_t expected;
};

TEST(TargetTracking, KeepsTheMetricAtItsTarget) {
  // ceil(capacity x metric / target): 2 at 75/50 -> 3, 4 at 70/50 -> 6, 10 at 30/50 -> 6, 10 at 46/50 -> stay (46 >=
  // 45), 3 at 40/50 -> stay.
  for (const Row& row : {Row{2, 75, 50, 3}, Row{4, 70, 50, 6}, Row{10, 30, 50, 6}, Row{10, 46, 50, 10},
                         Row{3, 40, 50, 3}, Row{10, 50, 50, 10}}) {
    Controlled controlled = fleet({group_of(1, 20, 0), {tracking_cpu(row.target)}, {}, {}, {}}, row.capacity);
    at(controlled, row.metric);
    controlled.run(row.metric > row.target ? 3min : 15min);
    EXPECT_EQ(controlled.replicas(), row.expected) << row.capacity << " at " << row.metric;
  }
}

TEST(TargetTracking, WaitsForThreePointsAboveAndFifteenBelow) {
  Controlled up = fleet({group_of(1, 20, 0), {tracking_cpu(50)}, {}, {}, {}}, 4);
  share(up, 2.8);
  up.run(20min);
  EXPECT_THAT(up.changes, ElementsAre(Pair(Time{3min}, 6)));

  Controlled down = fleet({group_of(1, 20, 0), {tracking_cpu(50)}, {}, {}, {}}, 10);
  share(down, 3);
  down.run(40min);
  EXPECT_THAT(down.changes, ElementsAre(Pair(Time{15min}, 6)));
}

TEST(TargetTracking, WaitsLongerWithPointsEveryFiveMinutes) {
  Controlled up = fleet({group_of(1, 20, 0), {tracking_cpu(50)}, {}, {}, {.period = 5min}}, 4);
  share(up, 2.8);
  up.run(20min);
  EXPECT_THAT(up.changes, ElementsAre(Pair(Time{15min}, 6)));
}

TEST(TargetTracking, DoesNotAddTwiceWhatIsWarmingUp) {
  // AWS re:Post on warm-up and target tracking: 4 instances, +1 at the first alarm; the next minute the same need: no
  // more; then a need of +2: one more.
  Controlled controlled = fleet({group_of(1, 20, 300), {tracking_cpu(50)}, {}, {}, {}}, 4);
  at(controlled, 60);  // ceil(4 * 60 / 50) = 5
  controlled.run(4min);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{3min}, 5)));
  at(controlled, 72);  // ceil(4 * 72 / 50) = 6
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 6);
  controlled.run(2min);
  EXPECT_EQ(controlled.replicas(), 6);
}

TEST(TargetTracking, CountsInstancesOnceTheyAreWarm) {
  Controlled controlled = fleet({group_of(1, 20, 300), {tracking_cpu(50)}, {}, {}, {}}, 4, 1min);
  at(controlled, 60);
  controlled.run(3min);
  EXPECT_EQ(controlled.replicas(), 5);
  // Ready at 4 min, warm at 9 min: then five of them show 60 %.
  controlled.run(5min);
  EXPECT_EQ(controlled.replicas(), 5);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 6);
}

TEST(TargetTracking, DoesNotScaleInWhileAnInstanceWarmsUp) {
  Controlled controlled = fleet({group_of(1, 20, 1800), {tracking_cpu(50)}, {}, {}, {}}, 4, 0s);
  at(controlled, 60);
  controlled.run(3min);
  ASSERT_EQ(controlled.replicas(), 5);
  at(controlled, 10);
  controlled.run(29min);
  EXPECT_EQ(controlled.replicas(), 5);
  controlled.run(2min);
  EXPECT_EQ(controlled.replicas(), 1);
}

TEST(TargetTracking, DoesNothingWithoutData) {
  Controlled controlled = fleet({group_of(1, 20, 0), {tracking_cpu(50)}, {}, {}, {}}, 3);
  controlled.service = WatchedService(0);  // no CPU request, so no utilization
  for (int i = 0; i < 3; ++i) controlled.service.start();
  controlled.run(30min);
  EXPECT_THAT(controlled.changes, IsEmpty());
}

TEST(TargetTracking, NeedNotScaleIn) {
  Controlled controlled = fleet({group_of(1, 20, 0), {tracking_cpu(50, true)}, {}, {}, {}}, 10);
  at(controlled, 5);
  controlled.run(30min);
  EXPECT_EQ(controlled.replicas(), 10);
}

TEST(TargetTracking, OfRequestsMayGoToZero) {
  PolicySpec policy = tracking_cpu(1000);
  policy.tracking->predefined->type = PredefinedMetric::kRequestCountPerTarget;
  Controlled controlled = fleet({group_of(0, 20, 0), {policy}, {}, {}, {}}, 3);
  controlled.service.load.per_second = 20;  // 1200 a minute each, target 1000
  controlled.run(3min);
  EXPECT_EQ(controlled.replicas(), 4);
  controlled.service.load.per_second = 0;
  controlled.run(15min);
  EXPECT_EQ(controlled.replicas(), 0) << "no requests are zero requests, not missing ones";
}

TEST(TargetTracking, RecordsWhatItSaw) {
  Controlled controlled = fleet({group_of(1, 5, 0), {tracking_cpu(50)}, {}, {}, {}}, 4);
  at(controlled, 70);
  controlled.run(3min);
  EXPECT_EQ(controlled.last.replicas, 5);
  EXPECT_EQ(controlled.last.sentence,
            "4 -> 5: CPUUtilization 70, target 50, over 4 instances; limited by the most capacity");
  EXPECT_NEAR(controlled.last.inputs.at("metric"), 70, 1e-9);
  EXPECT_EQ(controlled.last.inputs.at("raw_recommendation"), 6);
  EXPECT_EQ(controlled.last.inputs.at("asked_for"), 6);
  EXPECT_EQ(controlled.last.inputs.at("points_above"), 3);
}

// --- several policies

TEST(Policies, ScaleOutIfAnyTrackingWantsTo) {
  // CPU wants 5, the queue wants 8.
  Controlled controlled = fleet({group_of(1, 20, 0), {tracking_cpu(50), tracking("queue_length", 10)}, {}, {}, {}}, 4);
  at(controlled, 60);
  controlled.service.waiting = 80;  // 20 per instance
  controlled.run(3min);
  EXPECT_EQ(controlled.replicas(), 8);
  EXPECT_EQ(controlled.last.inputs.at("policy"), 1);
  EXPECT_EQ(controlled.last.inputs.at("policy_0_capacity"), 5);
  EXPECT_EQ(controlled.last.inputs.at("policy_1_capacity"), 8);
}

TEST(Policies, ScaleInOnlyIfAllTrackingWantsTo) {
  const auto after = [](double cpu, std::int64_t waiting, bool cpu_scales_in) {
    Controlled controlled =
        fleet({group_of(1, 20, 0), {tracking_cpu(50, !cpu_scales_in), tracking("queue_length", 10)}, {}, {}, {}}, 10);
    at(controlled, cpu);
    controlled.service.waiting = waiting;
    controlled.run(15min);
    return controlled.replicas();
  };
  EXPECT_EQ(after(50, 20, true), 10) << "CPU is at its target";
  EXPECT_EQ(after(40, 20, true), 8) << "both; CPU wants 8 and the queue 2";
  EXPECT_EQ(after(50, 20, false), 2) << "whose scale-in is disabled has no say";
}

TEST(Policies, TakeTheLargestCapacityInBothDirections) {
  // The user guide: one policy adds one, the other two: two are added. One removes three of eight, the other 25 %: two
  // are removed.
  const MetricAlarmSpec high = cpu_alarm(Comparison::kAtLeast, 80), low = cpu_alarm(Comparison::kAtMost, 20);
  Controlled out = fleet(
      {group_of(1, 20, 0), {steps_on(high, kChange, {{0, {}, 1}}), steps_on(high, kChange, {{0, {}, 2}})}, {}, {}, {}},
      1);
  at(out, 90);
  out.run(1min);
  EXPECT_EQ(out.replicas(), 3);
  Controlled in = fleet({group_of(1, 20, 0),
                         {steps_on(low, kChange, {{{}, 0, -3}}), steps_on(low, kPercent, {{{}, 0, -25}})},
                         {},
                         {},
                         {}},
                        8);
  at(in, 10);
  in.run(1min);
  EXPECT_EQ(in.replicas(), 6);
}

// --- step scaling

const std::vector<StepAdjustment> kOut = {{0, 10, 0}, {10, 20, 10}, {20, {}, 30}};
const std::vector<StepAdjustment> kIn = {{-10, 0, 0}, {-20, -10, -10}, {{}, -20, -30}};

GroupSettings guide_example(std::int64_t warmup) {
  return {group_of(1, 100, warmup),
          {steps_on(cpu_alarm(Comparison::kAtLeast, 50), kPercent, kOut),
           steps_on(cpu_alarm(Comparison::kAtMost, 50), kPercent, kIn)},
          {},
          {},
          {}};
}

TEST(StepScaling, FollowsTheUserGuidesExample) {
  // 10 -> 11 -> 14 -> 13 -> 10.
  Controlled controlled = fleet(guide_example(0), 10);
  std::vector<std::int64_t> capacities;
  for (const double percent : {59.0, 60.0, 70.0, 41.0, 40.0, 30.0}) {
    at(controlled, percent);
    controlled.run(1min);
    capacities.push_back(controlled.replicas());
  }
  EXPECT_THAT(capacities, ElementsAre(10, 11, 14, 14, 13, 10));
}

TEST(StepScaling, AddsOnlyTheDifferenceWhileInstancesWarmUp) {
  // The user guide on warm-up: at 60 one is added; at 62 while it warms up, none; at 70, two, for 13.
  Controlled controlled = fleet(guide_example(600), 10);
  std::vector<std::int64_t> capacities;
  for (const double percent : {60.0, 62.0, 70.0, 70.0}) {
    at(controlled, percent);
    controlled.run(1min);
    capacities.push_back(controlled.replicas());
  }
  EXPECT_THAT(capacities, ElementsAre(11, 11, 13, 13));
}

TEST(StepScaling, DoesNotScaleInWhileInstancesWarmUp) {
  Controlled controlled = fleet(guide_example(600), 10);
  at(controlled, 60);
  controlled.run(1min);
  at(controlled, 10);
  controlled.run(9min);
  EXPECT_EQ(controlled.replicas(), 11);
  controlled.run(2min);
  EXPECT_LT(controlled.replicas(), 11);
}

TEST(StepScaling, AggregatesTheAlarmsPoints) {
  const auto after = [](Aggregation aggregation) {
    PolicySpec policy =
        steps_on(cpu_alarm(Comparison::kAtLeast, 50, 3), kChange, {{0, 10, 1}, {10, 30, 2}, {30, {}, 5}});
    policy.aggregation = aggregation;
    Controlled controlled = fleet({group_of(1, 100, 0), {policy}, {}, {}, {}}, 10);
    for (const double percent : {55.0, 60.0, 95.0}) {  // 70 on average
      at(controlled, percent);
      controlled.run(1min);
    }
    return controlled.replicas();
  };
  EXPECT_EQ(after(Aggregation::kAverage), 12);
  EXPECT_EQ(after(Aggregation::kMinimum), 11);
  EXPECT_EQ(after(Aggregation::kMaximum), 15);
}

TEST(StepScaling, StaysWithinTheGroupsSize) {
  // The user guide: most 3, 2 there, 3 more: one is added. Least 2, 3 there, 2 less: one is removed.
  Controlled out =
      fleet({group_of(0, 3, 0), {steps_on(cpu_alarm(Comparison::kAtLeast, 50), kChange, {{0, {}, 3}})}, {}, {}, {}}, 2);
  at(out, 90);
  out.run(1min);
  EXPECT_EQ(out.replicas(), 3);
  Controlled in =
      fleet({group_of(2, 9, 0), {steps_on(cpu_alarm(Comparison::kAtMost, 50), kChange, {{{}, 0, -2}})}, {}, {}, {}}, 3);
  at(in, 10);
  in.run(1min);
  EXPECT_EQ(in.replicas(), 2);
}

// --- simple scaling

TEST(SimpleScaling, WaitsForTheActivityAndTheCooldown) {
  // Instances take two minutes; the cooldown of 300 s begins when the last one is there.
  Controlled controlled =
      fleet({group_of(1, 20), {simple_on(cpu_alarm(Comparison::kAtLeast, 80), kChange, 2)}, {}, {}, {}}, 4, 2min);
  at(controlled, 90);
  controlled.run(20min);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{1min}, 6), Pair(Time{8min}, 8), Pair(Time{15min}, 10)));
}

TEST(SimpleScaling, SaysThatItsCooldownHoldsIt) {
  Controlled controlled =
      fleet({group_of(1, 20), {simple_on(cpu_alarm(Comparison::kAtLeast, 80), kChange, 2)}, {}, {}, {}}, 4, 2min);
  at(controlled, 90);
  controlled.run(4min);
  EXPECT_EQ(controlled.last.how.recommendation, 8);
  EXPECT_THAT(controlled.last.how.rules, ElementsAre(Ruling{"cooldown", 8, 6}));
  EXPECT_THAT(controlled.last.why, HasSubstr("; held by cooldown"));
}

TEST(SimpleScaling, MayHaveACooldownOfItsOwn) {
  PolicySpec policy = simple_on(cpu_alarm(Comparison::kAtLeast, 80), kChange, 1);
  policy.cooldown = 60;
  Controlled controlled = fleet({group_of(1, 20), {policy}, {}, {}, {}}, 4, 2min);
  at(controlled, 90);
  controlled.run(9min);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{1min}, 5), Pair(Time{4min}, 6), Pair(Time{7min}, 7)));
}

TEST(SimpleScaling, CountsItsCooldownAfterScalingInToo) {
  PolicySpec policy = simple_on(cpu_alarm(Comparison::kAtMost, 20), kChange, -1);
  policy.cooldown = 180;
  Controlled controlled = fleet({group_of(1, 20), {policy}, {}, {}, {}}, 4);
  at(controlled, 10);
  controlled.run(10min);
  // Seen to be gone ten seconds later.
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{1min}, 3), Pair(Time{5min}, 2), Pair(Time{9min}, 1)));
}

TEST(SimpleScaling, DoesNotHoldUpStepScaling) {
  Controlled controlled = fleet({group_of(1, 20, 0),
                                 {simple_on(cpu_alarm(Comparison::kAtLeast, 80), kChange, 1),
                                  steps_on(cpu_alarm(Comparison::kAtLeast, 95), kChange, {{0, {}, 3}})},
                                 {},
                                 {},
                                 {}},
                                4);
  at(controlled, 90);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 5);
  at(controlled, 99);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 8) << "in the simple policy's cooldown";
}

// --- scheduled actions

Time utc(const char* text) { return Time{*parse_time_stamp(text)}; }

ScheduledAction action(std::string recurrence, std::optional<std::int64_t> least, std::optional<std::int64_t> most,
                       std::optional<std::int64_t> desired) {
  ScheduledAction out;
  out.recurrence = std::move(recurrence);
  out.min_size = least;
  out.max_size = most;
  out.desired = desired;
  return out;
}

TEST(ScheduledActions, SetLeastMostAndDesired) {
  Controlled controlled =
      fleet({group_of(1, 20),
             {},
             {action("30 8 * * 1-5", 6, {}, {}), action("0 9 * * *", {}, {}, 10), action("0 10 * * *", 1, 4, {})},
             {},
             {}},
            2);
  controlled.service.set_utc(utc("2024-01-05 08:00"));  // a Friday
  controlled.run(4h);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{30min}, 6), Pair(Time{60min}, 10), Pair(Time{120min}, 4)));
  controlled.run(21h);  // Saturday 09:00
  EXPECT_EQ(controlled.replicas(), 4) << "10 are wanted, 4 are the most";
}

TEST(ScheduledActions, AreDoneFromTheBeginOn) {
  Controlled controlled = fleet({group_of(1, 20), {}, {action("0 8 * * *", {}, {}, 7)}, {}, {}}, 2);
  controlled.service.set_utc(utc("2024-01-05 08:00"));
  controlled.run(10s);
  EXPECT_EQ(controlled.replicas(), 7);
  EXPECT_THAT(controlled.last.sentence, HasSubstr("2 -> 7: scheduled action"));
}

TEST(ScheduledActions, MayComeOnceOrBetweenTwoDates) {
  ScheduledAction once;
  once.start_time = "2024-01-05T08:10:00Z";
  once.desired = 5;
  once.name = "sale";
  ScheduledAction hourly = action("0 * * * *", {}, {}, 9);
  hourly.start_time = "2024-01-05T10:00:00Z";
  hourly.end_time = "2024-01-05T10:30:00Z";
  Controlled controlled = fleet({group_of(1, 20), {}, {once, hourly}, {}, {}}, 2);
  controlled.service.set_utc(utc("2024-01-05 08:00"));
  controlled.run(90min);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{10min}, 5)));
  controlled.run(30min);
  EXPECT_EQ(controlled.replicas(), 9);
  EXPECT_EQ(controlled.changes.size(), 2U);
}

TEST(ScheduledActions, GoByTheirTimeZoneThroughDaylightSavingTime) {
  // Berlin's clocks went from 2:00 to 3:00 on 2024-03-31: eight o'clock is 7:00 UTC before, 6:00 UTC from then on.
  ScheduledAction morning = action("0 8 * * *", {}, {}, 9);
  morning.time_zone = "Europe/Berlin";
  Schedule schedule({morning});
  const Time begun = utc("2024-03-30 00:00");
  const auto due_at = [&](const char* when) { return schedule.due(utc(when), begun).size(); };
  EXPECT_EQ(due_at("2024-03-30 06:59"), 0U);
  EXPECT_EQ(due_at("2024-03-30 07:00"), 1U);
  EXPECT_EQ(due_at("2024-03-31 05:59"), 0U);
  EXPECT_EQ(due_at("2024-03-31 06:00"), 1U);
}

TEST(ScheduledActions, SayWhatIsWrong) {
  const auto errors = [](const ScheduledAction& wrong) {
    test::Found found;
    wrong.check(found);
    return found.errors;
  };
  EXPECT_THAT(errors(action("0 8 * * *", 1, 2, {})), IsEmpty());
  EXPECT_THAT(errors(action("0 8 * *", 1, 2, {})), ElementsAre(HasSubstr("/Recurrence: \"0 8 * *\" has 4 fields")));
  EXPECT_THAT(errors(action("0 8 * * *", 3, 2, {})), ElementsAre(HasSubstr("/MaxSize: 2 is below MinSize, 3")));
  EXPECT_THAT(errors(action("0 8 * * *", {}, {}, {})), ElementsAre(HasSubstr("changes nothing")));
  EXPECT_THAT(errors(action("", 1, {}, {})), ElementsAre(HasSubstr("needs Recurrence or StartTime")));
  ScheduledAction dated = action("", 1, {}, {});
  dated.start_time = "tomorrow";
  EXPECT_THAT(errors(dated), ElementsAre(HasSubstr("/StartTime: ")));
  ScheduledAction elsewhere = action("0 8 * * *", 1, 2, {});
  elsewhere.time_zone = "Berlin";
  EXPECT_THAT(
      errors(elsewhere),
      ElementsAre("/TimeZone: \"Berlin\" is no time zone of the IANA database; did you mean \"Europe/Berlin\"?"));
}

// --- the group

TEST(Group, IsBroughtWithinItsSize) {
  Controlled low = fleet({group_of(3, 20), {}, {}, {}, {}}, 1);
  low.run(10s);
  EXPECT_EQ(low.replicas(), 3);
  Controlled high = fleet({group_of(3, 5), {}, {}, {}, {}}, 9);
  high.run(10s);
  EXPECT_EQ(high.replicas(), 5);
}

TEST(Group, KnowsWhoseWarmUpCounts) {
  // EstimatedInstanceWarmup, else DefaultInstanceWarmup, else DefaultCooldown.
  EXPECT_EQ(group_of(1, 2, 120).warmup(40), 40s);
  EXPECT_EQ(group_of(1, 2, 120).warmup({}), 120s);
  EXPECT_EQ(group_of(1, 2, 0).warmup({}), 0s);
  EXPECT_EQ(group_of(1, 2, -1).warmup({}), 300s);
  EXPECT_EQ(group_of(1, 2).warmup({}), 300s);
}

}  // namespace
}  // namespace windtunnel::aws
