#include "models/autoscaler/kpa/decider.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

// Expectations are those of upstream's pkg/autoscaler/scaling/autoscaler_test.go (knative/serving 1.23); every row
// names its test or subtest. Upstream allows the excess burst capacity to be off by one; here it is the formula's
// value. Not expressible: TestAutoscalerNoDataNoAutoscale and TestCantCountPods (who has no averages does not ask, and
// an instance is never hidden), TestAutoscalerMetrics, …MetricsWithRPS and …StartMetrics as far as they are about
// exported metrics, TestNewFail (a count of pods that fails).
namespace windtunnel::kpa {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow = 10min;

DeciderSpec rig(double target, double target_burst_capacity) {
  DeciderSpec spec;
  spec.target = {target, target / 0.75};
  spec.target_burst_capacity = target_burst_capacity;
  spec.max_scale_up_rate = spec.max_scale_down_rate = 10;
  return spec;
}
DeciderSpec with_up_rate(DeciderSpec spec, double rate) {
  spec.max_scale_up_rate = rate;
  return spec;
}
DeciderSpec with_down_rate(DeciderSpec spec, double rate) {
  spec.max_scale_down_rate = rate;
  return spec;
}
DeciderSpec unreachable(DeciderSpec spec) {
  spec.reachable = false;
  return spec;
}
DeciderSpec with_activation_scale(DeciderSpec spec, std::int64_t scale) {
  spec.activation_scale = scale;
  return spec;
}
DeciderSpec with_delay(Duration delay, bool reachable = true) {
  DeciderSpec spec;
  spec.target = {10, 0};
  spec.target_burst_capacity = 0;
  spec.max_scale_up_rate = spec.max_scale_down_rate = 10;
  spec.panic_threshold = 100;
  spec.stable_window = 0s;
  spec.scale_down_delay = delay;
  spec.reachable = reachable;
  return spec;
}

struct Tick {
  Duration at;
  std::int64_t ready;
  double stable, panic;
  std::int64_t desired, excess_burst_capacity;
};
struct Row {
  const char* name;
  DeciderSpec spec;
  std::vector<Tick> ticks;
};

void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

class KnativeDecider : public testing::TestWithParam<Row> {};

TEST_P(KnativeDecider, DecidesAsUpstreamDoes) {
  const Row& row = GetParam();
  Decider decider(row.spec, 1, 0s);
  for (std::size_t i = 0; i < row.ticks.size(); ++i) {
    const Tick& tick = row.ticks[i];
    const Recommendation out = decider.decide(tick.ready, tick.stable, tick.panic, kNow + tick.at);
    EXPECT_EQ(out.desired, tick.desired) << "tick " << i;
    EXPECT_EQ(out.excess_burst_capacity, tick.excess_burst_capacity) << "tick " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    SingleDecisions, KnativeDecider,
    testing::Values(
        Row{"TestAutoscalerStableModeIncreaseWithConcurrencyDefault",
            rig(10, 101),
            {{0s, 1, 50, 10, 5, -98}, {0s, 1, 100, 10, 10, -98}}},
        Row{"TestAutoscalerStableModeIncreaseWithRPS",
            rig(10, 101),
            {{0s, 1, 50, 50, 5, -138}, {0s, 1, 100, 99, 10, -187}}},
        Row{"TestAutoscalerMetrics", rig(10, 100), {{0s, 1, 50, 50, 5, -137}}},
        Row{"TestAutoscalerMetricsWithRPS", rig(10, 100), {{61s, 1, 100, 99, 10, -186}}},
        Row{"TestAutoscalerStableModeDecrease", rig(10, 98), {{0s, 8, 100, 100, 10, -92}, {0s, 8, 50, 50, 5, -42}}},
        Row{"TestAutoscalerStableModeNoTrafficScaleToZero",
            rig(10, 75),
            {{0s, 1, 1, 0, 1, -62}, {0s, 1, 0, 0, 0, -62}}},
        Row{"TestAutoscalerActivationScale",
            with_activation_scale(rig(10, 75), 2),
            {{0s, 1, 0, 0, 0, -62}, {0s, 1, 1, 0, 2, -62}}},
        Row{"TestAutoscalerScale/AutoscalerNoDataAtZeroNoAutoscale", rig(10, 100), {{0s, 1, 0, 0, 0, -87}}},
        Row{"TestAutoscalerScale/AutoscalerNoDataAtZeroNoAutoscaleWithExplicitEPs",
            rig(10, 100),
            {{0s, 1, 0, 0, 0, -87}}},
        Row{"TestAutoscalerScale/AutoscalerStableModeUnlimitedTBC", rig(181, -1), {{0s, 1, 21, 26, 1, -1}}},
        Row{"TestAutoscalerScale/Autoscaler0TBC", rig(10, 0), {{0s, 1, 50, 49, 5, 0}}},
        Row{"TestAutoscalerScale/AutoscalerStableModeNoChange", rig(10, 100), {{0s, 1, 50, 50, 5, -137}}},
        Row{"TestAutoscalerScale/AutoscalerStableModeNoChangeAlreadyScaled", rig(10, 100), {{0s, 5, 50, 50, 5, -84}}},
        Row{"TestAutoscalerScale/AutoscalerStableModeIncreaseWithSmallScaleUpRate",
            with_up_rate(rig(1, 1982), 1.1),
            {{0s, 2, 3, 3.1, 3, -1983}}},
        Row{"TestAutoscalerScale/AutoscalerStableModeDecreaseWithSmallScaleDownRate",
            with_down_rate(rig(10, 1982), 1.1),
            {{0s, 100, 1, 1, 90, -650}}},
        Row{"TestAutoscalerScale/AutoscalerStableModeDecreaseNonReachable",
            unreachable(with_down_rate(rig(10, 1982), 1.1)),
            {{0s, 100, 1, 1, 1, -650}}},
        Row{"TestAutoscalerScale/AutoscalerPanicModeDoublePodCount", rig(10, 84), {{0s, 1, 50, 100, 10, -171}}},
        Row{"TestAutoscalerRateLimitScaleUp",
            rig(10, 61),
            {{0s, 1, 1000, 1001, 10, -1049}, {0s, 10, 1000, 1001, 100, -929}}},
        Row{"TestAutoscalerRateLimitScaleDown", rig(10, 61), {{0s, 100, 1, 1, 10, 1271}, {0s, 10, 1, 1, 1, 71}}},
        Row{"TestAutoscalerUseOnePodAsMinimumIfEndpointsNotFound", rig(10, 81), {{0s, 0, 1000, 888, 10, -969}}}));

INSTANTIATE_TEST_SUITE_P(
    Sequences, KnativeDecider,
    testing::Values(
        Row{"TestAutoscalerUnpanicAfterSlowIncrease",
            rig(1, 98),
            {{0s, 10, 11, 25, 25, -110}, {30s, 40, 30, 41, 41, -86}, {62s, 55, 50, 56, 50, -81}}},
        Row{"TestAutoscalerExtendPanicWindow", rig(1, 98), {{0s, 10, 11, 25, 25, -110}, {30s, 40, 30, 80, 80, -125}}},
        Row{"TestAutoscalerPanicModeExponentialTrackAndStabilize",
            rig(1, 101),
            {{0s, 1, 6, 6, 6, -106},
             {0s, 6, 36, 36, 36, -129},
             {1s, 36, 216, 216, 216, -269},
             {1s, 216, 1296, 1296, 1296, -1109},
             {2s, 1296, 1296, 1296, 1296, 331}}},
        Row{"TestAutoscalerPanicThenUnPanicScaleDown",
            rig(10, 93),
            {{0s, 1, 100, 100, 10, -180},
             {0s, 10, 100, 1000, 100, -960},
             {30s, 10, 1, 1, 100, 39},
             {61s, 10, 1, 1, 1, 39}}},
        // The tests with a delay count from an instant whose slots of 2 s begin with it, as kNow does.
        Row{"TestAutoscalerScaleDownDelay, simple and gradual",
            with_delay(5min),
            {{2s, 1, 40, 40, 4, 0},
             {5min, 1, 0, 0, 4, 0},
             {5min + 2s, 1, 0, 0, 0, 0},
             {9min, 1, 40, 40, 4, 0},
             {10min, 1, 30, 30, 4, 0},
             {11min, 1, 0, 0, 4, 0},
             {14min, 1, 0, 0, 3, 0},
             {15min, 1, 0, 0, 0, 0}}},
        Row{"TestAutoscalerScaleDownDelayZero",
            with_delay(0s, false),
            {{0s, 1, 40, 40, 4, 0}, {500ms, 1, 20, 20, 2, 0}}}));

TEST(KnativeDecider, StartsInPanicWhereItFindsMoreThanOnePod) {  // TestStartInPanicMode
  for (const std::int64_t ready : {0, 1}) {
    const Decider calm(rig(100, 11), ready, kNow);
    EXPECT_FALSE(calm.panicking_since());
    EXPECT_EQ(calm.most_in_panic(), ready);
  }
  const Decider panicking(rig(100, 11), 2, kNow);
  EXPECT_EQ(panicking.panicking_since(), kNow);
  EXPECT_EQ(panicking.most_in_panic(), 2);
}

TEST(KnativeDecider, PanicsFromWhenTheThresholdWasLastExceeded) {
  // TestAutoscalerUnpanicAfterSlowIncrease, TestAutoscalerExtendPanicWindow: PanicTime
  Decider slow(rig(1, 98), 1, 0s);
  slow.decide(10, 11, 25, kNow);
  EXPECT_EQ(slow.panicking_since(), kNow);
  slow.decide(40, 30, 41, kNow + 30s);
  EXPECT_EQ(slow.panicking_since(), kNow);
  slow.decide(55, 50, 56, kNow + 62s);
  EXPECT_FALSE(slow.panicking_since());

  Decider surging(rig(1, 98), 1, 0s);
  surging.decide(10, 11, 25, kNow);
  surging.decide(40, 30, 80, kNow + 30s);
  EXPECT_EQ(surging.panicking_since(), kNow + 30s);
}

// TestAutoscalerScale/AutoscalerPanicStableLargerThanPanic and …LessThanPanic: panicking for 5 s with five pods
TEST(KnativeDecider, TakesTheLargerOfBothWindowsInPanic) {
  Decider stable_larger(rig(1, 100), 5, kNow - 5s), panic_larger(rig(1, 100), 5, kNow - 5s);
  const Recommendation by_stable = stable_larger.decide(5, 50, 30, kNow);
  EXPECT_EQ(by_stable.desired, 50);
  EXPECT_EQ(by_stable.excess_burst_capacity, -124);
  const Recommendation by_panic = panic_larger.decide(5, 20, 30, kNow);
  EXPECT_EQ(by_panic.desired, 30);
  EXPECT_EQ(by_panic.excess_burst_capacity, -124);
}

TEST(KnativeDecider, LeavesPanicOnlyOnceTheStableWindowIsOver) {
  Decider decider(rig(10, 0), 5, kNow);
  EXPECT_EQ(decider.decide(5, 10, 10, kNow + 60s).desired, 5);
  EXPECT_EQ(decider.decide(5, 10, 10, kNow + 60s + 1ns).desired, 1);
}

TEST(KnativeDecider, DoesNotDelayARevisionThatNobodyReaches) {  // TestAutoscalerScaleDownDelayNotReachable
  Decider decider(with_delay(5min), 1, 0s);
  EXPECT_EQ(decider.decide(1, 40, 40, kNow + 2s).desired, 4);
  EXPECT_EQ(decider.decide(1, 0, 0, kNow + 1min).desired, 4);
  decider.update(with_delay(5min, false));
  EXPECT_EQ(decider.decide(1, 0, 0, kNow + 2s).desired, 0);
}

TEST(KnativeDecider, TakesANewTarget) {  // TestAutoscalerUpdateTarget
  Decider decider(rig(10, 77), 1, 0s);
  const Recommendation before = decider.decide(1, 100, 101, kNow);
  EXPECT_EQ(before.desired, 10);
  EXPECT_EQ(before.excess_burst_capacity, -165);
  decider.update(unreachable(rig(1, 71)));
  const Recommendation after = decider.decide(10, 100, 101, kNow);
  EXPECT_EQ(after.desired, 100);
  EXPECT_EQ(after.excess_burst_capacity, -159);
}

TEST(KnativeDecider, PanicsWhenTheWindowAsksForTwiceTheReadyPods) {
  // With the defaults one pod panics as soon as the panic window holds more than its target.
  Decider decider(DeciderSpec{}, 1, 0s);
  EXPECT_FALSE(decider.decide(1, 70, 70, kNow).panicking);
  EXPECT_TRUE(decider.decide(1, 70, 70.000001, kNow).panicking);
}

TEST(KnativeDecider, HalvesThePodsAtMost) {
  std::int64_t pods = 10;
  std::vector<std::int64_t> seen;
  Decider decider(DeciderSpec{}, 1, 0s);
  while (pods > 0) seen.push_back(pods = decider.decide(pods, 0, 0, kNow).desired);
  EXPECT_EQ(seen, (std::vector<std::int64_t>{5, 2, 1, 0}));
}

TEST(KnativeDecider, GivesAlibabasExample) {
  // Alibaba Cloud's page on Knative: a hundred requests in flight, ten per pod at 70 %, are fifteen pods.
  DeciderSpec spec;
  spec.target = {10 * 0.7, 10};
  EXPECT_EQ(Decider(spec, 1, 0s).decide(15, 100, 100, kNow).desired, 15);
}

// --- burst capacity and activators

TEST(BurstCapacity, OfTheDefaultsNeedsThreePods) {
  // 211 requests at a hundred a pod: three pods, and no more than 89 in flight.
  const DeciderSpec spec;
  EXPECT_LT(excess_burst_capacity(spec, 2, 0), 0);
  EXPECT_EQ(excess_burst_capacity(spec, 3, 89), 0);
  EXPECT_LT(excess_burst_capacity(spec, 3, 89.5), 0);
}

TEST(BurstCapacity, BeforeTheFirstDecisionGoesByTheInitialScale) {  // createScaler in multiscaler.go
  EXPECT_EQ(initial_excess_burst_capacity(rig(75, 0), 3), 0);
  EXPECT_EQ(initial_excess_burst_capacity(rig(75, -1), 3), -1);
  EXPECT_EQ(initial_excess_burst_capacity(rig(75, 211), 3), 89);
  EXPECT_EQ(initial_excess_burst_capacity(DeciderSpec{}, 1), -111);
}

struct ActivatorsRow {
  double target_burst_capacity;
  std::int64_t ready, activators;
};

TEST(Activators, AreTwoAtLeastAndCoverPodsAndBurst) {  // computeNumActivators in kpa.go, a hundred requests each
  for (const ActivatorsRow& row : {ActivatorsRow{0, 50, 2}, ActivatorsRow{-1, 0, 2}, ActivatorsRow{-1, 50, 50},
                                   ActivatorsRow{211, 0, 3}, ActivatorsRow{211, 1, 4}, ActivatorsRow{100, 1, 2}}) {
    DeciderSpec spec;
    spec.target_burst_capacity = row.target_burst_capacity;
    EXPECT_EQ(activators(spec, row.ready, 100), row.activators) << row.target_burst_capacity << " " << row.ready;
  }
}

}  // namespace
}  // namespace windtunnel::kpa
