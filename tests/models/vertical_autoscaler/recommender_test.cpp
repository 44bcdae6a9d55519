// What the recommender makes of usage, against kubernetes/autoscaler: vertical-pod-autoscaler/pkg/recommender/logic and
// model. Figures follow from the published formulas: percentile, x 1.15, confidence, minimum.
// Not expressible: rows with several containers in a pod (an instance is a pod of one; TestMinResourcesSplit…), a
// node's memory as a cap (TestRecordOOMCapsAtMaxMemory), negative usage, checkpoints and history from Prometheus (a run
// begins without history), and the expiry of an aggregate that has no samples for 8 days (a service has instances, or
// gets no requests).

#include "models/vertical_autoscaler/recommender.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace windtunnel::vpa {
namespace {

using namespace std::chrono_literals;

constexpr double kMi = 1024.0 * 1024;

Usage constant_load(double cores, Duration history) {
  Usage usage({});
  for (Time at{}; at <= history; at += 1min) usage.cpu(at, cores);
  return usage;
}

TEST(VpaRecommender, GivesAConstantCoreItsBucketsEndAndTheMargin) {
  const Recommendation r = constant_load(1, 24h).recommend();
  EXPECT_NEAR(*r.target.cpu, 1.168723, 1e-3);  // in whole milli-cores, upwards
  EXPECT_NEAR(*r.upper.cpu, 2.337447, 1e-3);
  EXPECT_NEAR(*r.lower.cpu, 1.166390, 1e-3);
  EXPECT_EQ(*r.target.cpu, 1.169);
  EXPECT_EQ(*r.upper.cpu, 2.338);
  EXPECT_EQ(*r.lower.cpu, 1.167);
}

TEST(VpaRecommender, WidensTheBoundsWhileHistoryIsShort) {
  struct Row {
    Duration history;
    double lower, upper;  // factors; 0: not given
  };
  for (const Row& row : {Row{12h, 0, 3},
                         {24h, 0.998003, 2},
                         {7 * 24h, 0, 1.142857},
                         {5min, 0.602, 0},
                         {30min, 0.910, 0},
                         {60min, 0.954, 0}}) {
    const Usage usage = constant_load(1, row.history);
    EXPECT_NEAR(usage.confidence(), to_seconds(row.history) / 86400, 1e-9);
    const Recommendation r = usage.recommend();
    const double base = 1.016281 * 1.15;
    if (row.lower > 0) {
      EXPECT_NEAR(*r.lower.cpu / base, row.lower, 1.4e-3) << to_seconds(row.history);
    }
    if (row.upper > 0) {
      EXPECT_NEAR(*r.upper.cpu / base, row.upper, 1.4e-3) << to_seconds(row.history);
    }
  }
}

// TestConfidenceMultiplier, TestConfidenceMultiplierWithCustomInterval.
TEST(VpaRecommender, TakesTheSamplesCountWhereItIsLessThanTheHistory) {
  Usage usage({});
  for (int i = 0; i < 9; ++i) usage.cpu(i * 2min, 1);
  EXPECT_DOUBLE_EQ(usage.confidence(), 0.00625);  // 9 of 1440; 16 minutes would be more
  RecommenderFlags flags;
  flags.confidence_interval = 18min;
  Usage sooner(flags);
  for (int i = 0; i < 9; ++i) sooner.cpu(i * 2min, 1);
  EXPECT_DOUBLE_EQ(sooner.confidence(), 0.5);
}

// TestConfidenceMultiplierNoHistory.
TEST(VpaRecommender, HasNoBoundsWithoutHistory) {
  Usage usage({});
  usage.cpu(5s, 1);
  const Recommendation r = usage.recommend();
  EXPECT_EQ(*r.upper.cpu, std::numeric_limits<double>::infinity());
  EXPECT_EQ(*r.lower.cpu, 0.025);  // the minimum
  EXPECT_EQ(*r.target.cpu, 1.169);
}

// TestMinResourcesApplied.
TEST(VpaRecommender, RecommendsNoLessThanThePodMinimum) {
  Usage usage({});
  for (Time at{}; at <= 24h; at += 1min) {
    usage.cpu(at, 0.001);
    usage.memory(1, at, 10e6);
  }
  const Recommendation r = usage.recommend();
  for (const Amounts& a : {r.target, r.lower}) {
    EXPECT_EQ(*a.cpu, 0.025);
    EXPECT_EQ(*a.memory, 262144000);
  }
  EXPECT_EQ(*Usage({}).recommend().target.cpu, 0.025);  // of nothing as well
}

double memory_of(const Usage& usage, double p = 1) { return usage.memory_percentile(p); }
double end_of(double bytes) {
  const UsageHistogram h = UsageHistogram::of_memory(24h);
  return h.start_of(h.bucket_of(bytes) + 1);
}

// TestAggregateContainerUsageSamples, TestMemoryPeakUpdateWithinCustomInterval: one peak for each interval, replaced
// while the interval lasts.
TEST(VpaRecommender, KeepsTheHighestMemoryOfEachInterval) {
  Usage usage({});
  usage.memory(1, 1h, 400e6);
  usage.memory(1, 2h, 900e6);
  usage.memory(1, 3h, 100e6);
  EXPECT_EQ(memory_of(usage, 0.001), end_of(900e6));  // nothing else is left
  EXPECT_EQ(memory_of(usage, 1), end_of(900e6));
  // The first sample has opened an interval of 24 hours at once.
  usage.memory(1, 24h + 59min, 100e6);
  EXPECT_EQ(memory_of(usage, 0.001), end_of(900e6));
  usage.memory(1, 25h, 100e6);
  EXPECT_EQ(memory_of(usage, 0.001), end_of(100e6));  // a peak of its own, and the earlier one counts half of it
  EXPECT_EQ(memory_of(usage, 0.66), end_of(100e6));
  EXPECT_EQ(memory_of(usage, 0.67), end_of(900e6));
  usage.memory(1, 24h, 5e9);  // earlier than the last: dropped
  EXPECT_EQ(memory_of(usage, 1), end_of(900e6));
}

TEST(VpaRecommender, CountsThePeaksOfAllContainers) {
  Usage usage({});
  for (std::uint32_t container = 0; container < 10; ++container)
    usage.memory(container, 1min, container == 0 ? 900e6 : 300e6);
  EXPECT_EQ(memory_of(usage, 0.9), end_of(300e6));
  EXPECT_EQ(memory_of(usage, 0.95), end_of(900e6));
}

TEST(VpaRecommender, TakesAContainerKilledOutOfMemoryToNeedMore) {
  struct Row {
    const char* name;  // of container_test.go
    double request, used, sample;
  };
  for (const Row& row : {Row{"TestRecordOOMIncreasedByBumpUp", 1000 * kMi, 0, 1200 * kMi},
                         {"TestRecordOOMIncreasedByMin", 1 * kMi, 0, 101 * kMi},
                         {"TestRecordOOMMaxedWithKnownSample", 1000 * kMi, 3000 * kMi, 3600 * kMi},
                         {"as much either way", 500 * kMi, 0, 600 * kMi}}) {
    Usage usage({});
    if (row.used > 0) usage.memory(1, 1min, row.used);
    EXPECT_TRUE(usage.out_of_memory(1, 1min, row.request)) << row.name;
    EXPECT_EQ(memory_of(usage), end_of(row.sample)) << row.name;
    EXPECT_EQ(memory_of(usage, 0.001), end_of(row.sample)) << row.name;  // in place of the peak before
  }
}

// TestRecordOOMDontRunAway.
TEST(VpaRecommender, DoesNotRunAwayOverSeveralKills) {
  Usage usage({});
  usage.out_of_memory(1, 0s, 1000 * kMi);
  usage.out_of_memory(1, 0s, 999 * kMi);
  usage.out_of_memory(1, 0s, 999 * kMi);
  EXPECT_EQ(memory_of(usage), end_of(1200 * kMi));
  usage.out_of_memory(1, 0s, 2000 * kMi);
  EXPECT_EQ(memory_of(usage), end_of(2400 * kMi));
  EXPECT_EQ(memory_of(usage, 0.001), end_of(2400 * kMi));
}

// TestRecordOOMDiscardsOldSample.
TEST(VpaRecommender, IgnoresAKillOfAnIntervalThatIsOver) {
  Usage usage({});
  usage.memory(1, 100h, 1000 * kMi);
  EXPECT_FALSE(usage.out_of_memory(1, 70h, 1000 * kMi));
  EXPECT_EQ(memory_of(usage), end_of(1000 * kMi));
}

// TestRecordOOMInNewWindow: by the peak of the interval before.
TEST(VpaRecommender, FilesAKillInAnIntervalOfItsOwn) {
  Usage usage({});
  usage.memory(1, 0s, 2000 * kMi);
  EXPECT_TRUE(usage.out_of_memory(1, 48h, 1000 * kMi));
  EXPECT_EQ(memory_of(usage), end_of(2400 * kMi));
  EXPECT_EQ(memory_of(usage, 0.2), end_of(2000 * kMi));  // weighs a quarter of the other
  EXPECT_EQ(memory_of(usage, 0.21), end_of(2400 * kMi));
}

}  // namespace
}  // namespace windtunnel::vpa
