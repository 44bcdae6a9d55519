#include "models/autoscaler/gce/recommendation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::gce {
namespace {

using namespace std::chrono_literals;

TEST(MigCpu, SumsUtilizationsOverTheTarget) {
  // n = ceil(sum(utilization) / target).
  EXPECT_EQ(recommended_by_cpu(4, 4 * 0.9, 4 * 0.9, 0.6), 6);
  EXPECT_EQ(recommended_by_cpu(10, 10 * 0.3, 10 * 0.3, 0.6), 5);
  EXPECT_EQ(recommended_by_cpu(6, 6 * 0.6, 6 * 0.6, 0.6), 6);
  EXPECT_EQ(recommended_by_cpu(3, 3 * 0.41, 3 * 0.41, 0.6), 3);
}

TEST(MigCpu, DoesNotGrowOnWhatInitializingVmsShow) {
  // Four at 90 %, two that start up at full speed: 3.6 / 0.6 = 6, as many as there are.
  EXPECT_EQ(recommended_by_cpu(6, 4 * 0.9, 4 * 0.9 + 2, 0.6), 6);
  // Nor does it shrink because their share of the work is left out: four at 60 % are 4, six are 6.
  EXPECT_EQ(recommended_by_cpu(6, 4 * 0.6, 6 * 0.6, 0.6), 6);
}

TEST(MigHistory, ShrinksToThePeakOfTheStabilizationPeriod) {
  History history(10min, std::nullopt);
  EXPECT_EQ(history.settle(0min, 10, 10).controlled, 10);
  EXPECT_EQ(history.settle(1min, 10, 4).controlled, 10);
  EXPECT_EQ(history.settle(5min, 10, 6).controlled, 10);
  EXPECT_EQ(history.settle(10min, 10, 3).controlled, 10);
  EXPECT_EQ(history.settle(11min, 10, 3).controlled, 6);
  EXPECT_EQ(history.settle(12min, 6, 9).controlled, 9);
  EXPECT_EQ(history.settle(23min, 9, 2).controlled, 2);
}

TEST(MigHistory, ShrinksByNoMoreThanTheControlAllows) {
  ScaleInControl three;
  three.most.fixed = 3;
  three.window_seconds = 600;
  History history(0s, three);
  EXPECT_EQ(history.settle(0min, 20, 5).controlled, 17);
  EXPECT_EQ(history.settle(5min, 17, 5).controlled, 17) << "three below the window's peak of 20";
  EXPECT_EQ(history.settle(11min, 17, 5).controlled, 14);
  EXPECT_EQ(history.settle(12min, 14, 30).controlled, 30);

  ScaleInControl tenth;
  tenth.most.percent = 10;
  History share(0s, tenth);
  EXPECT_EQ(share.settle(0min, 100, 5).controlled, 90);
  History few(0s, tenth);
  EXPECT_EQ(few.settle(0min, 5, 1).controlled, 4) << "one at least";
}

}  // namespace
}  // namespace windtunnel::gce
