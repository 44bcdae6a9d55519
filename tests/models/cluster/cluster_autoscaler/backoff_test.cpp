#include "models/cluster/cluster_autoscaler/backoff.hpp"

#include <gtest/gtest.h>

namespace windtunnel::cluster_autoscaler {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kOne = 1, kOther = 2;

// Cluster Autoscaler, utils/backoff/exponential_backoff_test.go. TestRemoveBackoff has no row: nothing takes a backoff
// back.
TEST(NodeGroupBackoff, IsOfOneGroup) {  // TestBackoffTwoKeys
  Backoff backoff(10min, 1h, 3h);
  EXPECT_FALSE(backoff.active(kOne, 0min));
  EXPECT_FALSE(backoff.active(kOther, 0min));
  backoff.fail(kOne, 1min);
  EXPECT_TRUE(backoff.active(kOne, 2min));
  EXPECT_FALSE(backoff.active(kOther, 0min));
  EXPECT_FALSE(backoff.active(kOne, 11min));
}

TEST(NodeGroupBackoff, GrowsNoLongerThanItsLongest) {  // TestMaxBackoff
  Backoff backoff(1min, 3min, 3h);
  backoff.fail(kOne, 0min);
  EXPECT_TRUE(backoff.active(kOne, 0min));
  EXPECT_FALSE(backoff.active(kOne, 1min));
  backoff.fail(kOne, 1min);
  EXPECT_TRUE(backoff.active(kOne, 1min));
  EXPECT_FALSE(backoff.active(kOne, 3min));
  backoff.fail(kOne, 3min);
  EXPECT_TRUE(backoff.active(kOne, 3min));
  EXPECT_FALSE(backoff.active(kOne, 6min));
}

TEST(NodeGroupBackoff, IsForgottenLongAfterTheLastFailure) {  // TestResetStaleBackoffData
  Backoff backoff(1min, 3min, 3h);
  backoff.fail(kOne, 0h);
  backoff.fail(kOther, 1h);
  backoff.forget_old(1h);
  EXPECT_EQ(backoff.remembered(), 2U);
  backoff.forget_old(4h);
  EXPECT_EQ(backoff.remembered(), 1U);
  backoff.forget_old(5h);
  EXPECT_EQ(backoff.remembered(), 0U);
}

TEST(NodeGroupBackoff, DoublesWithEachFailureAfterIt) {
  // Failures at 0, 6, 17 and 38 minutes with the default flags: 5, 10, 20 and 30 minutes.
  Backoff backoff(5min, 30min, 3h);
  EXPECT_EQ(backoff.fail(kOne, 0min), 5min);
  EXPECT_EQ(backoff.fail(kOne, 6min), 16min);
  EXPECT_EQ(backoff.fail(kOne, 17min), 37min);
  EXPECT_EQ(backoff.fail(kOne, 38min), 68min);
}

TEST(NodeGroupBackoff, KeepsItsLengthWhenAnotherFailureComesMeanwhile) {
  Backoff backoff(5min, 30min, 3h);
  backoff.fail(kOne, 0min);
  EXPECT_EQ(backoff.fail(kOne, 6min), 16min);
  EXPECT_EQ(backoff.fail(kOne, 10min), 20min);
}

}  // namespace
}  // namespace windtunnel::cluster_autoscaler
