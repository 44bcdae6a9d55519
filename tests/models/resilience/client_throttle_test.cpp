// What clients hold back: the SRE book's formula, and botocore's tests of adaptive mode (test_throttling, test_bucket).

#include <gtest/gtest.h>

#include "models/resilience/adaptive_throttling.hpp"
#include "models/resilience/aws_adaptive.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using aws::Adaptive;
using aws::CubicRate;
using aws::MeasuredRate;
using aws::SendBucket;
using Kind = ClientThrottle::Leave::Kind;

constexpr std::uint64_t kUnlucky = 0, kLucky = ~std::uint64_t{0};  // refused by the least, and only by certainty

TEST(AdaptiveThrottling, RefusesAsTheFormulaSays) {
  EXPECT_DOUBLE_EQ(AdaptiveThrottling::refusal(2, 100, 100), 0);
  EXPECT_DOUBLE_EQ(AdaptiveThrottling::refusal(2, 100, 50), 0);
  EXPECT_NEAR(AdaptiveThrottling::refusal(2, 100, 25), 0.4950, 5e-5);
  EXPECT_NEAR(AdaptiveThrottling::refusal(2, 100, 0), 0.9901, 5e-5);
}

TEST(AdaptiveThrottling, CountsWhatItRefused) {
  AdaptiveThrottling throttle(2, 120s);
  EXPECT_EQ(throttle.ask(Time{}, kUnlucky).kind, Kind::kGranted);
  EXPECT_EQ(throttle.ask(Time{}, kUnlucky).kind, Kind::kRefused);  // 1 request, 0 accepts: 1/2
  EXPECT_EQ(throttle.ask(Time{}, kLucky).kind, Kind::kGranted);    // 2/3
  throttle.ended(Time{}, true, false);
  throttle.ended(Time{}, true, false);
  EXPECT_EQ(throttle.ask(Time{}, kUnlucky).kind, Kind::kGranted);  // 3 requests, 2 accepts: 0
}

TEST(AdaptiveThrottling, ForgetsAfterItsWindow) {
  AdaptiveThrottling throttle(2, 120s);
  for (int i = 0; i < 10; ++i) throttle.ask(Time{}, kLucky);
  EXPECT_EQ(throttle.ask(Time{118s}, kUnlucky).kind, Kind::kRefused);
  EXPECT_EQ(throttle.ask(Time{239s}, kUnlucky).kind, Kind::kGranted);
}

TEST(CubicRate, TestStartingParams) {
  EXPECT_NEAR(CubicRate(10, 0).k(), 1.9574338205844317, 1e-15);
  EXPECT_DOUBLE_EQ(CubicRate(10, 0).w_max(), 10);
}

TEST(CubicRate, TestSuccessResponsesUntilMaxHit) {
  const CubicRate cubic(10, 0);
  const double k = cubic.k();
  EXPECT_LE(cubic.succeeded(k - 0.2), 10);
  EXPECT_DOUBLE_EQ(cubic.succeeded(k), 10);
  EXPECT_GE(cubic.succeeded(1.1 * k), 10);
}

TEST(CubicRate, TestErrorResponseDecreasesRateByBeta) {
  CubicRate cubic(10, 0);
  EXPECT_DOUBLE_EQ(cubic.throttled(8, 1), 5.6);
  EXPECT_DOUBLE_EQ(cubic.w_max(), 8);
  EXPECT_NEAR(cubic.k(), 1.8171205928321397, 1e-15);
}

TEST(CubicRate, TestT0ShouldMatchBetaDecrease) {
  CubicRate cubic(10, 0, 0.4, 0.6);
  EXPECT_DOUBLE_EQ(cubic.throttled(10, 1), 6);
  EXPECT_NEAR(cubic.succeeded(1), 6, 1e-9);
}

TEST(CubicRate, GrowsAsCubicDoes) {
  const CubicRate cubic(10, 0);
  const double rates[] = {7.0, 9.6489, 10.0000, 10.4533, 13.4087};
  for (int t = 0; t < 5; ++t) EXPECT_NEAR(cubic.succeeded(t), rates[t], 5e-5);
}

// V79: the vectors of the SDKs' specification. Their harness takes the reduced rate for the maximum after a throttle,
// where the SDKs' limiters, and botocore's test above, keep the rate before it.
TEST(CubicRate, HasTheVectorsOfTheSpecification) {
  const CubicRate cubic(10, 5);
  const double successes[] = {7.0, 9.64893601, 10.00003085, 10.45328452, 13.40869702, 21.26626835, 36.42599852};
  for (int i = 0; i < 7; ++i) EXPECT_NEAR(cubic.succeeded(5 + i), successes[i], 1e-8 * successes[i]);
  CubicRate mixed(10, 5);
  const bool throttles[] = {false, false, true, true, false, false, false, false};
  const double rates[] = {7.0,         9.64893601,  6.754255207, 4.727978645,
                          4.670125558, 4.770870457, 6.011819748, 10.79297343};
  double rate = 0;
  for (int i = 0; i < 8; ++i) {
    rate = throttles[i] ? mixed.throttled(rate, 5 + i) : mixed.succeeded(5 + i);
    if (throttles[i]) mixed = CubicRate(rate, 5 + i);
    EXPECT_NEAR(rate, rates[i], 1e-8 * rates[i]) << i;
  }
}

TEST(SendBucket, TestAcquiringBlocksWhenCapacityReached) {
  SendBucket bucket(10, 0);
  EXPECT_EQ(bucket.acquire(0.1), 0);
  EXPECT_NEAR(bucket.tokens(), 0, 1e-9);
  EXPECT_NEAR(bucket.acquire(0.15), 0.05, 1e-9);
  EXPECT_EQ(bucket.acquire(0.2), 0);
  EXPECT_NEAR(bucket.tokens(), 0, 1e-9);
  EXPECT_EQ(bucket.acquire(0.300001), 0);
}

TEST(SendBucket, TestCanRetrieveAtMaxSendRate) {
  SendBucket bucket(10, 0);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(bucket.acquire(1 + 0.1 * i), 0) << i;
}

TEST(SendBucket, TestCanChangeMaxCapacityLower) {
  SendBucket bucket(10, 0);
  for (int t = 1; t <= 5; ++t) EXPECT_EQ(bucket.acquire(t), 0);
  bucket.set_rate(1, 5);
  for (int t = 6; t <= 10; ++t) EXPECT_EQ(bucket.acquire(t), 0);
}

TEST(SendBucket, TestMaxCapacityIsAtLeastOne) {
  SendBucket bucket(10, 0);
  bucket.set_rate(0.5, 0);
  EXPECT_EQ(bucket.rate(), 0.5);
  EXPECT_EQ(bucket.capacity(), 1);
  SendBucket least(1, 0, 0.2);
  least.set_rate(0.1, 0);
  EXPECT_EQ(least.rate(), 0.2);
  EXPECT_EQ(least.capacity(), 1);
}

// 0.8 of the newest half-second buckets' rate, 0.2 of what was measured before.
TEST(MeasuredRate, IsSmoothedOverHalfSeconds) {
  MeasuredRate measured(0);
  for (int i = 1; i <= 4; ++i) EXPECT_EQ(measured.record(0.1 * i), 0);
  EXPECT_DOUBLE_EQ(measured.record(0.5), 0.8 * 5 / 0.5);
  EXPECT_DOUBLE_EQ(measured.record(0.9), 8);
  EXPECT_DOUBLE_EQ(measured.record(1.5), 0.8 * 2 / 1.0 + 0.2 * 8);
}

TEST(AwsAdaptive, DoesNothingBeforeTheServiceThrottles) {
  Adaptive throttle{Time{}};
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(throttle.ask(Time{}, 0).kind, Kind::kGranted);
}

TEST(AwsAdaptive, WaitsForItsRateAfterThat) {
  Adaptive throttle{Time{}};
  throttle.ended(Time{500ms}, false, true);
  // The bucket had half a token by then, and has its rate of 0.8 · 2 · 0.7 from then on.
  const ClientThrottle::Leave leave = throttle.ask(Time{500ms}, 0);
  ASSERT_EQ(leave.kind, Kind::kLater);
  EXPECT_NEAR(to_seconds(leave.wait), 0.5 / 1.12, 1e-8);
  EXPECT_EQ(throttle.ask(Time{500ms} + leave.wait, 0).kind, Kind::kGranted);
}

}  // namespace
}  // namespace windtunnel
