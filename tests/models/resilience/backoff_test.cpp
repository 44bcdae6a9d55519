// Waits before retries, against the tables of those who wait so: Envoy's backoff_strategy_test.cc, resilience4j's
// IntervalFunctionTest, botocore's TestExponentialBackoff, and the closed forms of Brooker's "Exponential Backoff And
// Jitter". Not expressible: Envoy's JitteredLowerBoundBackOffStrategy and the resets with another base, which follow a
// Retry-After header; servers send none here.

#include "models/resilience/backoff.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr std::uint64_t kMost = ~std::uint64_t{0};

Backoff backoff(Duration base, std::optional<Duration> cap, Jitter jitter, double multiplier = 2) {
  Backoff out;
  out.base = base;
  out.cap = cap;
  out.jitter = jitter;
  out.multiplier = multiplier;
  return out;
}

// The first n waits of an operation in milliseconds, each made of the same word.
std::vector<double> waits_ms(const Backoff& b, std::int64_t n, std::uint64_t word) {
  std::vector<double> out;
  std::optional<Duration> last;
  for (std::int64_t retry = 1; retry <= n; ++retry) {
    last = b.wait(retry, last, word);
    out.push_back(to_seconds(*last) * 1e3);
  }
  return out;
}

TEST(EnvoyBackoff, JitteredBackOffBasicFlow) {
  EXPECT_THAT(waits_ms(backoff(25ms, 30ms, Jitter::kEnvoy), 2, 27), ElementsAre(2, 27));
}

TEST(EnvoyBackoff, JitteredBackOffWithMaxInterval) {
  EXPECT_THAT(waits_ms(backoff(5ms, 100ms, Jitter::kEnvoy), 7, 9999), ElementsAre(4, 9, 19, 39, 79, 99, 99));
}

TEST(EnvoyBackoff, FixedBackOffBasicReset) {
  EXPECT_THAT(waits_ms(backoff(30ms, {}, Jitter::kUnchanged, 1), 2, kMost), ElementsAre(30, 30));
}

TEST(EnvoyBackoff, DrawsBelowWindowsThatDoubleUpToTenTimesTheBase) {
  const Backoff b = backoff(25ms, 250ms, Jitter::kEnvoy);
  std::vector<std::int64_t> windows;
  for (std::int64_t retry = 1; retry <= 6; ++retry) windows.push_back(b.interval(retry) / 1ms);
  EXPECT_THAT(windows, ElementsAre(25, 50, 100, 200, 250, 250));
  for (std::int64_t retry = 1; retry <= 6; ++retry) {
    const auto window = static_cast<std::uint64_t>(windows[static_cast<std::size_t>(retry - 1)]);
    EXPECT_EQ(b.wait(retry, {}, window - 1), (window - 1) * 1ms);
    EXPECT_EQ(b.wait(retry, {}, window), 0ms);
  }
}

TEST(Resilience4jIntervalFunction, GeneratesCappedExponentialIntervals) {
  const Backoff b = backoff(100ms, 100s, Jitter::kUnchanged);
  EXPECT_THAT(waits_ms(b, 13, 0),
              ElementsAre(100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 100000, 100000, 100000));
}

TEST(Resilience4jIntervalFunction, GeneratesRandomizedIntervals) {
  const Backoff b = backoff(100ms, {}, Jitter::kRandomized, 1);
  EXPECT_EQ(b.wait(1, {}, 0), 50ms);
  EXPECT_EQ(b.wait(1, {}, kMost), 150ms);
  EXPECT_EQ(b.wait(1, {}, std::uint64_t{1} << 63), 100ms);
}

TEST(BotocoreExponentialBackoff, DoublesFromItsBaseToTwentySeconds) {
  EXPECT_THAT(waits_ms(backoff(50ms, 20s, Jitter::kFull), 11, kMost),
              ElementsAre(50, 100, 200, 400, 800, 1600, 3200, 6400, 12800, 20000, 20000));
}

TEST(DecorrelatedJitter, DrawsBetweenTheBaseAndThreeTimesTheLastWait) {
  EXPECT_THAT(waits_ms(backoff(100ms, 2s, Jitter::kDecorrelated), 4, kMost), ElementsAre(300, 900, 2000, 2000));
  EXPECT_THAT(waits_ms(backoff(100ms, 2s, Jitter::kDecorrelated), 3, 0), ElementsAre(100, 100, 100));
}

TEST(Backoff, WithoutACapGrowsToALongTimeAndNotBeyond) {
  EXPECT_GT(backoff(1s, {}, Jitter::kUnchanged, 10).interval(1000), 24h * 365 * 200);
}

struct Total {
  double mean, sd;
};

// Of all waits of an operation, seconds.
Total total(Jitter jitter, std::int64_t retries) {
  constexpr int kSequences = 100'000;
  const Backoff b = backoff(100ms, 2s, jitter);
  Stream words(1, "waits", 0);
  double sum = 0, squares = 0;
  for (int i = 0; i < kSequences; ++i) {
    double all = 0;
    for (std::int64_t retry = 1; retry <= retries; ++retry) all += to_seconds(b.wait(retry, {}, words.next()));
    sum += all;
    squares += all * all;
  }
  const double mean = sum / kSequences;
  return {mean, std::sqrt(squares / kSequences - mean * mean)};
}

// V82: a base of 100 ms that doubles up to 2 s.
TEST(Backoff, TakesAsLongInAllAsTheClosedFormsSay) {
  constexpr double kTolerance = 0.005;
  EXPECT_NEAR(total(Jitter::kUnchanged, 5).mean, 3.1, 1e-9);
  EXPECT_NEAR(total(Jitter::kUnchanged, 8).mean, 9.1, 1e-9);
  const Total full = total(Jitter::kFull, 5);
  EXPECT_NEAR(full.mean, 1.55, 1.55 * kTolerance);
  EXPECT_NEAR(full.sd, 0.5330728531, 0.5330728531 * kTolerance);
  EXPECT_NEAR(total(Jitter::kFull, 8).mean, 4.55, 4.55 * kTolerance);
  EXPECT_NEAR(total(Jitter::kEqual, 5).mean, 2.325, 2.325 * kTolerance);
}

}  // namespace
}  // namespace windtunnel
