#include "models/autoscaler/keda/executor.hpp"

#include <gtest/gtest.h>

#include <vector>

// Rows with a Test… name are those of upstream's pkg/scaling/executor/scale_scaledobjects_test.go (KEDA 2.20); the
// others follow the order of cases in scale_scaledobjects.go. Not expressible: TestEventWitTriggerInfo beyond its
// replicas, and what upstream says about conditions, events and the health of the generated autoscaler
// (TestGetHPAHealth…, TestRequestScale…, of which the three with a failing trigger are here for their replicas).
namespace windtunnel::keda {
namespace {

using namespace std::chrono_literals;

ExecutorSpec rig(std::int64_t least, std::optional<std::int64_t> idle = {}) {
  ExecutorSpec spec;
  spec.min_replicas = least;
  spec.idle_replicas = idle;
  return spec;
}
ExecutorSpec no_scale_in(ExecutorSpec spec) {
  spec.paused_scale_in = true;
  return spec;
}
ExecutorSpec no_scale_out(ExecutorSpec spec) {
  spec.paused_scale_out = true;
  return spec;
}
ExecutorSpec paused_at(ExecutorSpec spec, std::int64_t replicas) {
  spec.paused_replicas = replicas;
  return spec;
}
ExecutorSpec paused(ExecutorSpec spec) {
  spec.paused = true;
  return spec;
}
ExecutorSpec forced(ExecutorSpec spec) {
  spec.force_activation = true;
  return spec;
}
ExecutorSpec falling_back(ExecutorSpec spec, std::int64_t replicas) {
  spec.fallback_replicas = replicas;
  return spec;
}

struct Row {
  const char* name;
  ExecutorSpec spec;
  std::int64_t replicas;
  bool active, failed;
  std::int64_t then;
  Step step;
};

TEST(KedaExecutor, StepsAsUpstreamsTestsSay) {
  const std::vector<Row> rows = {
      {"TestScaleToMinReplicasWhenNotActive", rig(0), 10, false, false, 0, Step::kDeactivated},
      {"TestScaleToMinReplicasFromLowerInitialReplicaCount", rig(5), 1, false, false, 5, Step::kRaised},
      {"TestScaleFromMinReplicasWhenActive", rig(0), 0, true, false, 1, Step::kActivated},
      {"TestScaleToIdleReplicasWhenNotActive", rig(5, 0), 10, false, false, 0, Step::kDeactivated},
      {"TestScaleFromIdleToMinReplicasWhenActive", rig(5, 0), 0, true, false, 5, Step::kActivated},
      {"TestScaleToPausedReplicasCount", paused_at(rig(0), 0), 2, true, false, 0, Step::kPausedAt},
      {"paused, active", paused(rig(1)), 0, true, false, 0, Step::kPaused},
      {"paused, not active", paused(rig(0)), 3, false, false, 3, Step::kPaused},
      {"paused both ways", paused(paused_at(rig(0), 4)), 2, true, false, 4, Step::kPausedAt},
      {"TestEventWitTriggerInfo", rig(5, 0), 2, true, false, 5, Step::kActivated},
      {"TestNoScaleToMinReplicasWhenNotActiveAndPauseScaleInAnnotationSet", no_scale_in(rig(0)), 10, false, false, 10,
       Step::kPaused},
      {"TestNoScaleToIdleReplicasWhenNotActiveAndPauseScaleInAnnotationSet", no_scale_in(rig(5, 0)), 10, false, false,
       10, Step::kPaused},
      {"TestScaleFromMinReplicasWhenActivationForced", forced(rig(0)), 0, false, false, 1, Step::kActivated},
      {"TestNoScaleFromMinReplicasWhenActiveAndPausedScaleOutAnnotationSet", no_scale_out(rig(0)), 0, true, false, 0,
       Step::kPaused},
      {"TestNoScaleFromIdleReplicasToMinReplicasWhenActiveAndPausedScaleOutAnnotationSet", no_scale_out(rig(5, 0)), 0,
       true, false, 0, Step::kPaused},
      {"TestRequestScale_AllHealthy_HPAHealthy", rig(1), 1, true, false, 1, Step::kNone},
      {"TestRequestScale_ScalerError_HPAHealthy", rig(1), 1, false, true, 1, Step::kFailing},
      {"TestRequestScale_PartialError_HPAHealthy", rig(1), 1, true, true, 1, Step::kNone},
      // From zero to minReplicaCount, not to one.
      {"from zero to the minimum", rig(3), 0, true, false, 3, Step::kActivated},
      {"from zero to the minimum, idle", rig(2, 0), 0, true, false, 2, Step::kActivated},
      {"never below the minimum", rig(2), 2, false, false, 2, Step::kNone},
      {"from many straight to zero", rig(0), 5, false, false, 0, Step::kDeactivated},
      {"idle stays idle", rig(5, 1), 1, false, false, 1, Step::kNone},
      {"down to an idle count above zero", rig(5, 1), 7, false, false, 1, Step::kDeactivated},
      // Failures: nothing goes to zero, unless the fallback says zero.
      {"failing without a fallback", rig(0), 5, false, true, 5, Step::kFailing},
      {"failing with a fallback", falling_back(rig(0), 3), 5, false, true, 5, Step::kFailing},
      {"failing with a fallback to zero", falling_back(rig(0), 0), 5, false, true, 0, Step::kDeactivated},
      {"failing at zero, another trigger active", rig(0), 0, true, true, 1, Step::kActivated},
      {"failing at zero", falling_back(rig(0), 3), 0, false, true, 0, Step::kFailing},
  };
  for (const Row& row : rows) {
    Executor executor(row.spec);
    const Outcome outcome = executor.poll(row.replicas, row.active, row.failed, 1h);
    EXPECT_EQ(outcome.replicas, row.then) << row.name;
    EXPECT_EQ(outcome.step, row.step) << row.name;
  }
}

TEST(KedaExecutor, CoolsDownForLongerThanThePeriodSinceItWasLastActive) {
  for (const auto& spec : {rig(0), rig(2, 0)}) {
    Executor executor(spec);
    EXPECT_EQ(executor.poll(2, true, false, 1h).replicas, 2);
    EXPECT_EQ(executor.last_active(), 1h);
    EXPECT_EQ(executor.poll(2, false, false, 1h + 299s).step, Step::kCoolingDown);
    EXPECT_EQ(executor.poll(2, false, false, 1h + 300s).step, Step::kCoolingDown) << "exactly the period is not enough";
    const Outcome after = executor.poll(2, false, false, 1h + 301s);
    EXPECT_EQ(after.step, Step::kDeactivated);
    EXPECT_EQ(after.replicas, 0);
  }
}

TEST(KedaExecutor, CountsFromEveryPollThatFindsItActive) {
  Executor executor(rig(0));
  executor.poll(1, true, false, 10s);
  executor.poll(1, true, false, 200s);
  EXPECT_EQ(executor.poll(1, false, false, 499s).step, Step::kCoolingDown);
  EXPECT_EQ(executor.poll(1, false, false, 501s).step, Step::kDeactivated);
}

TEST(KedaExecutor, DoesNotCountActivityBesideAFailure) {
  Executor executor(rig(0));
  executor.poll(1, true, false, 10s);
  executor.poll(1, true, true, 200s);
  EXPECT_EQ(executor.last_active(), 10s);
  // But the step from zero is activity.
  executor.poll(0, true, true, 250s);
  EXPECT_EQ(executor.last_active(), 250s);
}

TEST(KedaExecutor, TakesTheInitialPeriodUntilItHasBeenActive) {
  ExecutorSpec spec = rig(0);
  EXPECT_EQ(Executor(spec).poll(1, false, false, 1s).step, Step::kDeactivated) << "none by default";
  spec.initial_cooldown = 120s;
  Executor executor(spec);
  EXPECT_EQ(executor.poll(1, false, false, 120s).step, Step::kCoolingDown);
  EXPECT_EQ(executor.poll(1, false, false, 121s).step, Step::kDeactivated);
  executor.poll(1, true, false, 121s);
  EXPECT_EQ(executor.poll(1, false, false, 400s).step, Step::kCoolingDown) << "cooldownPeriod from then on";
}

TEST(KedaExecutor, DoesNotCountForbiddenStepsAsActivity) {
  Executor executor(no_scale_out(rig(0)));
  executor.poll(0, true, false, 1h);
  EXPECT_FALSE(executor.last_active());
}

}  // namespace
}  // namespace windtunnel::keda
