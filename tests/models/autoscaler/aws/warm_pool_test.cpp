#include "models/autoscaler/aws/warm_pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/autoscaler/aws/specs.hpp"
#include "tests/models/autoscaler/watched_service.hpp"

namespace windtunnel::aws {
namespace {

using namespace std::chrono_literals;
using test::Controlled;
using test::group_of;

WarmPoolSpec pool(std::int64_t min_size, std::optional<std::int64_t> max_prepared, bool reuse = false) {
  WarmPoolSpec out;
  out.min_size = min_size;
  out.max_prepared = max_prepared;
  if (reuse) out.reuse = WarmPoolSpec::Reuse{true};
  return out;
}

TEST(WarmPool, HoldsWhatTheGroupMayStillWant) {
  // The user guide: (prepared or most) less desired, and no less than MinSize. Desired 6, most 10 -> 4; prepared 8 ->
  // 2; at least 3 with prepared 8 -> 3.
  EXPECT_EQ(WarmPool(pool(0, {}), 0s).size(6, 10), 4);
  EXPECT_EQ(WarmPool(pool(0, 8), 0s).size(6, 10), 2);
  EXPECT_EQ(WarmPool(pool(3, 8), 0s).size(6, 10), 3);
  EXPECT_EQ(WarmPool(pool(0, 8), 0s).size(9, 10), 0);
}

TEST(WarmPool, IsFullAtFirstAndPreparesWhatItGaveAway) {
  WarmPool warm(pool(0, {}), 2min);
  warm.fill(6, 10, Time{});
  EXPECT_EQ(warm.prepared(Time{}), 4);
  EXPECT_EQ(warm.take(3, Time{10s}), 3);
  warm.fill(9, 10, Time{10s});
  EXPECT_EQ(warm.prepared(Time{10s}), 1);
  EXPECT_EQ(warm.take(3, Time{20s}), 1) << "no more are there";
  warm.fill(6, 10, Time{20s});
  EXPECT_EQ(warm.prepared(Time{20s}), 0);
  EXPECT_EQ(warm.prepared(Time{20s + 2min - 1ns}), 0);
  EXPECT_EQ(warm.prepared(Time{20s + 2min}), 4);
}

TEST(WarmPool, TakesInstancesBackWhereItMay) {
  WarmPool reusing(pool(0, {}, true), 2min), plain(pool(0, {}), 2min);
  for (WarmPool* warm : {&reusing, &plain}) {
    warm->fill(10, 10, Time{});
    warm->give_back(4, Time{60s});
    warm->fill(6, 10, Time{60s});
  }
  EXPECT_EQ(reusing.prepared(Time{60s}), 4);
  EXPECT_EQ(plain.prepared(Time{60s}), 0) << "they have ended, and others are prepared";
  EXPECT_EQ(plain.prepared(Time{180s}), 4);
}

TEST(WarmPool, ServesAGroupBeforeColdStartsDo) {
  // 2 of most 5: a pool of 3. A schedule wants 4, then 5: 2 from the pool, then the one left.
  ScheduledAction four, five;
  four.start_time = "1970-01-01T00:10:00Z";
  four.desired = 4;
  five.start_time = "1970-01-01T00:11:00Z";
  five.desired = 5;
  GroupSettings settings{group_of(2, 5), {}, {four, five}, pool(0, {}), {}};
  Controlled controlled(std::make_unique<Group>(settings), 2, 3min);
  controlled.run(10min);
  EXPECT_EQ(controlled.last.prepared, 2);
  EXPECT_EQ(controlled.last.inputs.at("pool_prepared"), 3);
  EXPECT_EQ(controlled.last.sentence, "2 -> 4: scheduled action, 2 of 2 from the warm pool");
  controlled.run(1min);
  EXPECT_EQ(controlled.last.prepared, 1);
}

}  // namespace
}  // namespace windtunnel::aws
