#include "models/autoscaler/aws/scalable_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/autoscaler/aws/specs.hpp"
#include "tests/models/autoscaler/watched_service.hpp"

namespace windtunnel::aws {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::cpu_alarm;
using testing::ElementsAre;
using testing::Pair;

TargetSpec from_to(std::int64_t least, std::int64_t most) {
  TargetSpec out;
  out.min_capacity = least;
  out.max_capacity = most;
  return out;
}

TargetPolicySpec tracking(double target) {
  TargetPolicySpec out;
  out.type = TargetPolicyType::kTargetTracking;
  out.tracking.emplace();
  out.tracking->target = target;
  out.tracking->predefined.emplace();
  out.tracking->predefined->type = PredefinedMetric::kServiceCpu;
  return out;
}

TargetPolicySpec steps(MetricAlarmSpec alarm, std::vector<StepAdjustment> adjustments) {
  TargetPolicySpec out;
  out.alarm = std::move(alarm);
  out.step.emplace();
  out.step->steps = std::move(adjustments);
  return out;
}

Controlled target(std::vector<TargetPolicySpec> policies, std::int64_t replicas, Duration startup = 0s) {
  return {std::make_unique<ScalableTarget>(TargetSettings{from_to(1, 50), std::move(policies), {}}), replicas, startup};
}

void at(Controlled& controlled, double percent) { controlled.service.load.cores = percent / 100; }

TEST(ScalableTarget, CountsWhatItAddedDuringTheCooldown) {
  // Four tasks want 2 more at 70 %. Within 300 s the same need adds nothing, one of 80 % (ceil(4 * 80 / 50) = 7) adds
  // the difference.
  Controlled controlled = target({tracking(50)}, 4, 10min);
  at(controlled, 70);
  controlled.run(5min);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{3min}, 6)));
  at(controlled, 80);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 7);
}

TEST(ScalableTarget, WorksFromWhatThereIsAfterTheCooldown) {
  Controlled controlled = target({tracking(50)}, 4, 1min);
  at(controlled, 70);
  controlled.run(7min);
  EXPECT_EQ(controlled.replicas(), 6);
  controlled.run(1min);  // 3 min + 300 s
  EXPECT_EQ(controlled.replicas(), 9) << "ceil(6 * 70 / 50)";
}

TEST(ScalableTarget, WaitsBetweenTwoTimesOfScalingIn) {
  Controlled controlled = target({steps(cpu_alarm(Comparison::kAtMost, 20), {{{}, 0, -1}})}, 6);
  at(controlled, 10);
  controlled.run(12min);
  EXPECT_THAT(controlled.changes, ElementsAre(Pair(Time{1min}, 5), Pair(Time{6min}, 4), Pair(Time{11min}, 3)));
}

TEST(ScalableTarget, SaysThatItsCooldownHoldsIt) {
  Controlled controlled = target({steps(cpu_alarm(Comparison::kAtMost, 20), {{{}, 0, -1}})}, 6);
  at(controlled, 10);
  controlled.run(2min);
  EXPECT_EQ(controlled.last.replicas, 5);
  EXPECT_EQ(controlled.last.how.recommendation, 4);
  EXPECT_THAT(controlled.last.how.rules, ElementsAre(Ruling{"cooldown", 4, 5}));
  EXPECT_EQ(controlled.last.inputs.at("asked_for"), 4);
}

TEST(ScalableTarget, ScalesOutAtOnceDuringAScaleInCooldown) {
  Controlled controlled = target({steps(cpu_alarm(Comparison::kAtMost, 20), {{{}, 0, -1}}),
                                  steps(cpu_alarm(Comparison::kAtLeast, 80), {{0, {}, 2}})},
                                 6);
  at(controlled, 10);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 5);
  at(controlled, 90);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 7);
  at(controlled, 10);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 6) << "scaling out has ended the cooldown";
}

TEST(ScalableTarget, StaysWithinItsCapacity) {
  Controlled controlled = target({steps(cpu_alarm(Comparison::kAtLeast, 80), {{0, {}, 100}})}, 6);
  at(controlled, 90);
  controlled.run(1min);
  EXPECT_EQ(controlled.replicas(), 50);
}

}  // namespace
}  // namespace windtunnel::aws
