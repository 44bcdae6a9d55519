// Rate limiters against the tests of resilience4j (AtomicRateLimiterTest) and botocore (test_bucket.py), and values
// derived from NGINX's limit_req.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "models/admission/leaky_bucket.hpp"
#include "models/admission/permissions_per_cycle.hpp"
#include "models/admission/token_bucket.hpp"
#include "models/admission/windows.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::Eq;
using testing::Gt;
using testing::Le;
using testing::Optional;

constexpr std::optional<Duration> kRefused;

// --- AtomicRateLimiterTest: one permission in 250 ms

PermissionsPerCycle one_in_250ms(Duration timeout) { return {1, 250ms, timeout, Time{}}; }

TEST(PermissionsPerCycle, AreGivenAnewInEachCycle) {  // acquireAndRefreshWithEventPublishing
  PermissionsPerCycle limiter = one_in_250ms(0s);
  for (const Time now : {Time{250ms}, Time{500ms}}) {
    EXPECT_EQ(limiter.acquire(now), Duration{0});
    EXPECT_EQ(limiter.acquire(now), kRefused);
    EXPECT_EQ(limiter.available(now), 0);
    EXPECT_EQ(limiter.wait(now), 250ms);
  }
}

TEST(PermissionsPerCycle, MayBeReservedAsFarAsTheTimeoutGoes) {  // reserveFewThenSkipCyclesBeforeRefreshNonBlocking
  PermissionsPerCycle limiter = one_in_250ms(250ms);
  EXPECT_EQ(limiter.acquire(Time{250ms}), Duration{0});
  EXPECT_THAT(limiter.acquire(Time{250ms}), Optional(AllOf(Gt(0s), Le(250ms))));
  EXPECT_EQ(limiter.available(Time{250ms}), -1);
  EXPECT_EQ(limiter.wait(Time{250ms}), 500ms);
  EXPECT_EQ(limiter.acquire(Time{250ms}), kRefused);
  EXPECT_EQ(limiter.available(Time{250ms}), -1) << "a refusal leaves no trace";
  EXPECT_EQ(limiter.available(Time{1500ms + 10ns}), 1);
  EXPECT_EQ(limiter.wait(Time{1500ms + 10ns}), 0s);
}

TEST(PermissionsPerCycle, AreRefusedANanosecondTooEarly) {  // rejectedByTimeoutNonBlocking
  PermissionsPerCycle limiter = one_in_250ms(0s);
  EXPECT_EQ(limiter.acquire(Time{250ms}), Duration{0});
  EXPECT_EQ(limiter.available(Time{500ms - 1ns}), 0);
  EXPECT_EQ(limiter.wait(Time{500ms - 1ns}), 1ns);
  EXPECT_EQ(limiter.acquire(Time{500ms - 1ns}), kRefused);
}

TEST(PermissionsPerCycle, AreThereFromTheFirstCycleOn) {  // permissionsInFirstCycle
  EXPECT_EQ(one_in_250ms(0s).available(Time{250ms - 10ns}), 1);
}

// --- botocore's TokenBucket, which begins empty

TEST(TokenBucket, MakesWaitWhoComesTooEarly) {  // test_acquiring_blocks_when_capacity_reached
  TokenBucket bucket(10, 10, 0, 1s, Time{});
  EXPECT_EQ(bucket.acquire(Time{100ms}), Duration{0});
  EXPECT_NEAR(bucket.tokens(Time{100ms}), 0, 1e-9);
  const auto wait = bucket.acquire(Time{150ms});
  ASSERT_TRUE(wait);
  EXPECT_NEAR(to_seconds(*wait), 0.05, 1e-8);
  EXPECT_NEAR(bucket.tokens(Time{200ms}), 0, 1e-9);
  EXPECT_EQ(bucket.acquire(Time{300001us}), Duration{0});
}

TEST(TokenBucket, LetsPassAtItsOwnRate) {  // test_can_retrieve_at_max_send_rate
  TokenBucket bucket(10, 10, 0, 0s, Time{});
  for (int i = 0; i < 20; ++i) EXPECT_EQ(bucket.acquire(Time{1s + i * 100ms}), Duration{0}) << i;
}

TEST(TokenBucket, LosesWhatItsCapacityNoLongerHolds) {  // test_can_change_max_capacity_lower
  TokenBucket bucket(10, 10, 0, 0s, Time{});
  for (int i = 1; i <= 5; ++i) EXPECT_EQ(bucket.acquire(Time{i * 1s}), Duration{0}) << i;
  bucket.set_rate(Time{5s}, 1, 1);
  EXPECT_LE(bucket.tokens(Time{5s}), 1);
  for (int i = 6; i <= 10; ++i) EXPECT_EQ(bucket.acquire(Time{i * 1s}), Duration{0}) << i;
}

TEST(TokenBucket, NeverGivesMoreThanItHolds) {  // test_acquire_fails_on_non_block_mode_returns_false
  TokenBucket bucket(10, 10, 10, 0s, Time{});
  EXPECT_EQ(bucket.acquire(Time{1s}, 100), kRefused);
  EXPECT_EQ(bucket.tokens(Time{1s}), 10);
}

TEST(TokenBucket, LetsABurstPassAndThenItsRate) {
  TokenBucket bucket(1, 10, 10, 0s, Time{});
  int passed = 0;
  for (int i = 0; i < 100; ++i) passed += bucket.acquire(Time{i * 100ms}).has_value();  // ten seconds of ten a second
  EXPECT_EQ(passed, 10 + 9) << "those that it held, and what came in until 9.9 s";
}

// --- limit_req

TEST(LeakyBucket, CountsTheExcessInThousandths) {  // rate=10r/s burst=2 nodelay
  LeakyBucket bucket(10, 2, 2);
  std::vector<std::int64_t> excess;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(bucket.acquire(Time{}), Duration{0}) << i;
    excess.push_back(bucket.excess());
  }
  EXPECT_THAT(excess, ElementsAre(0, 1000, 2000));
  EXPECT_EQ(bucket.acquire(Time{}), kRefused) << "3000";
  EXPECT_EQ(bucket.acquire(Time{100ms}), Duration{0});
  EXPECT_EQ(bucket.excess(), 2000);
}

TEST(LeakyBucket, DelaysWhatExceedsTheRate) {  // rate=10r/s burst=2
  LeakyBucket bucket(10, 2, 0);
  EXPECT_EQ(bucket.acquire(Time{}), Duration{0});
  EXPECT_EQ(bucket.acquire(Time{}), Duration{100ms});
  EXPECT_EQ(bucket.acquire(Time{}), Duration{200ms});
  EXPECT_EQ(bucket.acquire(Time{}), kRefused);
}

// --- windows

template <class Limiter>
std::vector<int> passed(Limiter limiter, const std::vector<Duration>& at) {
  std::vector<int> out;
  for (const Duration t : at) out.push_back(limiter.acquire(Time{t}).has_value());
  return out;
}

TEST(FixedWindow, LetsTwiceAsManyPassAcrossABoundary) {
  EXPECT_THAT(passed(FixedWindow(2, 1s), {0s, 900ms, 950ms, 1s, 1050ms, 1100ms}), ElementsAre(1, 1, 0, 1, 1, 0));
}

TEST(SlidingWindowLog, LetsNoMoreThanItsLimitPassInAnyWindow) {
  EXPECT_THAT(passed(SlidingWindowLog(2, 1s), {0s, 900ms, 950ms, 1s + 1ns, 1050ms, 1901ms}),
              ElementsAre(1, 1, 0, 1, 0, 1));
}

TEST(SlidingWindowCounter, TakesTheWindowBeforeForEven) {
  // At 1.25 s three quarters of the four before count: 3 + 0 < 4, then 3 + 1 = 4.
  EXPECT_THAT(passed(SlidingWindowCounter(4, 1s), {0s, 0s, 0s, 0s, 999ms, 1250ms, 1250ms, 1500ms, 1500ms}),
              ElementsAre(1, 1, 1, 1, 0, 1, 0, 1, 0));
}

}  // namespace
}  // namespace windtunnel
