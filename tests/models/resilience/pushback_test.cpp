// How a server's word is taken: Envoy's back-off tests (its lower-bound strategy, resets), gRFC A6.

#include "models/resilience/pushback.hpp"

#include <gtest/gtest.h>

#include "models/resilience/backoff.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using test::chosen;
using Backoffs = PushbackParams::Advice::Backoff;

TEST(RateLimitReset, JitteredBackOffWithLowRandomValue) {
  const auto pushback = chosen<PushbackParams>("rate_limit_reset");
  EXPECT_EQ(pushback->heed(500ms, 22).wait, Duration{522ms});
}

TEST(RateLimitReset, JitteredBackOffWithHighRandomValue) {
  const auto pushback = chosen<PushbackParams>("rate_limit_reset");
  EXPECT_EQ(pushback->heed(500ms, 9999).wait, Duration{749ms});  // 500 + 9999 % 250
}

TEST(RateLimitReset, IsHeardUpToItsMaxIntervalAndLeavesTheBackOffWhereItStands) {
  const auto pushback = chosen<PushbackParams>("rate_limit_reset", {{"max_interval", Duration{10s}}});
  EXPECT_EQ(pushback->heed(10s, 0).wait, Duration{10s});
  EXPECT_FALSE(pushback->heed(10s + 1ms, 0).wait);
  EXPECT_FALSE(pushback->heed(0s, 0).wait);
  EXPECT_FALSE(pushback->heed(Duration{-1}, 0).stop);
  EXPECT_EQ(pushback->heed(1s, 0).backoff, Backoffs::kStands);
  EXPECT_TRUE(chosen<PushbackParams>("rate_limit_reset")->heed(300s, 0).wait);
}

// The four cases of TestRetryStreaming about pushback; that one is garbled or doubled is the same to a client as that
// it says no.
TEST(GrpcPushback, WaitsExactlyAndBeginsItsBackOffAnewOrStops) {
  const auto pushback = chosen<PushbackParams>("grpc_pushback");
  const PushbackParams::Advice later = pushback->heed(1000ms, 77);
  EXPECT_EQ(later.wait, Duration{1000ms});
  EXPECT_EQ(later.backoff, Backoffs::kRestarts);
  EXPECT_FALSE(later.stop);
  EXPECT_TRUE(pushback->heed(Duration{-1}, 77).stop);
  EXPECT_EQ(pushback->heed(0s, 77).wait, Duration{0});  // at once
}

TEST(RetryAfter, IsSleptInsteadOfTheBackOff) {
  const auto pushback = chosen<PushbackParams>("retry_after");
  EXPECT_EQ(pushback->heed(2s, 5).wait, Duration{2s});
  EXPECT_EQ(pushback->heed(2s, 5).backoff, Backoffs::kGoesOn);
  EXPECT_FALSE(pushback->heed(0s, 5).wait);
  EXPECT_FALSE(pushback->heed(Duration{-1}, 5).stop);
}

// A back-off has no state but the count of retries: a reset is that this begins at 1 again.
TEST(Backoff, JitteredBackOffBasicReset) {
  Backoff envoy;
  test::assign(envoy, {{"base", Duration{25ms}}, {"cap", Duration{30ms}}, {"jitter", "envoy"}});
  for (int run = 0; run < 2; ++run) {  // before the reset, and after it
    EXPECT_EQ(envoy.wait(1, {}, 27), Duration{2ms});
    EXPECT_EQ(envoy.wait(2, {}, 27), Duration{27ms});
  }
  envoy.base = 26ms;
  EXPECT_EQ(envoy.wait(1, {}, 27), Duration{1ms});
}

TEST(Backoff, FixedBackOffBasicReset) {
  Backoff fixed;
  test::assign(fixed, {{"base", Duration{30ms}}, {"multiplier", 1.0}, {"jitter", "none"}});
  EXPECT_EQ(fixed.wait(1, {}, 0), Duration{30ms});
  EXPECT_EQ(fixed.wait(2, {}, 0), Duration{30ms});
  fixed.base = 20ms;
  EXPECT_EQ(fixed.wait(1, {}, 0), Duration{20ms});
}

}  // namespace
}  // namespace windtunnel
