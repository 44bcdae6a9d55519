#include "models/autoscaler/pid/controller.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace windtunnel::pid {
namespace {

constexpr double kFar = 1e9;

TEST(PositionalPid, GivesTheSumOfItsTerms) {
  // Kp .5, Ki .1, Kd .05, dt 1, errors 2, 1, 0, -1.
  Positional controller({.kp = 0.5, .ki = 0.1, .kd = 0.05});
  const std::vector<std::pair<double, double>> rows = {{2, 1.3}, {1, 0.75}, {0, 0.25}, {-1, -0.35}};
  for (const auto& [error, output] : rows) EXPECT_NEAR(controller.next(error, 1, -kFar, kFar), output, 1e-12) << error;
}

TEST(VelocityPid, MovesByTheDifferencesOfThePositionalForm) {
  const Gains gains{.kp = 0.5, .ki = 0.1, .kd = 0.05};
  Positional positional(gains);
  Velocity velocity(gains);
  velocity.next(0, 1);
  velocity.next(0, 1);
  double output = 0;
  for (const double error : {2.0, 1.0, 0.0, -1.0, 3.0, 3.0}) {
    output += velocity.next(error, 1);
    EXPECT_NEAR(output, positional.next(error, 1, -kFar, kFar), 1e-12) << error;
  }
}

TEST(Pid, CountsTimeInSeconds) {
  // Half the gain over twice the time integrates to the same; a change twice as long is half as steep.
  Positional slow({.ki = 0.05}), fast({.ki = 0.1});
  EXPECT_NEAR(slow.next(3, 2, -kFar, kFar), fast.next(3, 1, -kFar, kFar), 1e-12);
  Positional change({.kd = 1});
  EXPECT_NEAR(change.next(3, 2, -kFar, kFar), 1.5, 1e-12);
}

TEST(Pid, IgnoresErrorsInItsDeadBand) {
  Positional controller({.kp = 1, .dead_band = 0.1});
  EXPECT_EQ(controller.next(0.09, 1, -kFar, kFar), 0);
  EXPECT_EQ(controller.next(-0.09, 1, -kFar, kFar), 0);
  EXPECT_EQ(controller.next(0.1, 1, -kFar, kFar), 0.1);
}

TEST(Pid, MayBeSlowerDownwards) {
  Positional controller({.kp = 1, .in_factor = 0.25});
  EXPECT_EQ(controller.next(2, 1, -kFar, kFar), 2);
  EXPECT_EQ(controller.next(-2, 1, -kFar, kFar), -0.5);
}

TEST(Pid, SmoothsTheErrorsChange) {
  // dt / (T + dt) of the step at first, then decaying by T / (T + dt).
  Positional controller({.kd = 1, .filter_time = 3});
  EXPECT_NEAR(controller.next(4, 1, -kFar, kFar), 1, 1e-12);
  EXPECT_NEAR(controller.next(4, 1, -kFar, kFar), 0.75, 1e-12);
  EXPECT_NEAR(controller.next(4, 1, -kFar, kFar), 0.5625, 1e-12);
}

// Ten steps of error 1 against a limit of 2, then the first step of error -1.
double after_saturation(const Gains& gains) {
  Positional controller(gains);
  for (int i = 0; i < 10; ++i) EXPECT_LE(controller.next(1, 1, -kFar, 2), 2);
  return controller.next(-1, 1, -kFar, 2);
}

TEST(Pid, WindsUpUnlessItIsKeptFromIt) {
  // Without a remedy the integral has grown to 10 and falls to 9: still at the limit.
  EXPECT_EQ(after_saturation({.kp = 1, .ki = 1, .anti_windup = AntiWindup::kNone}), 2);
  // Frozen at 1, where the output reached 2: 1 - 1 - 1.
  EXPECT_EQ(after_saturation({.kp = 1, .ki = 1, .anti_windup = AntiWindup::kFreeze}), -1);
  // Undone at once (T_t = dt): at the limit the integral stays at 2 - kp.
  EXPECT_NEAR(after_saturation({.kp = 1, .ki = 1, .anti_windup = AntiWindup::kBackCalculation, .tracking_time = 1}), -1,
              1e-12);
  EXPECT_EQ(after_saturation({.kp = 1, .ki = 1, .integral_limit = 3, .anti_windup = AntiWindup::kNone}), 1);
}

}  // namespace
}  // namespace windtunnel::pid
