// The recommender's histograms, against kubernetes/autoscaler: vertical-pod-autoscaler/pkg/recommender/util
// (histogram_test.go, decaying_histogram_test.go) and the bucket bounds that its options give.
// Not expressible: TestLinearHistogramOptions (no linear buckets here), TestHistogramLoadFromCheckpoint,
// TestHistogramSaveToCheckpoint and the like (a run has no recommender that restarts).

#include "models/vertical_autoscaler/usage_histogram.hpp"

#include <gtest/gtest.h>

namespace windtunnel::vpa {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDay = 24h;

TEST(UsageHistogram, HasTheRecommendersBuckets) {
  const UsageHistogram cpu = UsageHistogram::of_cpu(kDay);
  EXPECT_EQ(cpu.buckets(), 176U);
  EXPECT_EQ(UsageHistogram::of_memory(kDay).buckets(), 176U);
  struct Row {
    std::size_t bucket;
    double start;
  };
  for (const Row& row : {Row{0, 0}, {1, 0.01}, {2, 0.0205}, {10, 0.125779}, {50, 2.093480}, {100, 26.100252}})
    EXPECT_NEAR(cpu.start_of(row.bucket), row.start, 5e-7) << row.bucket;
}

TEST(UsageHistogram, PutsALoadWhereTheRecommenderDoes) {
  struct Row {
    double value;
    std::size_t bucket;
    double end;
  };
  const UsageHistogram cpu = UsageHistogram::of_cpu(kDay);
  for (const Row& row :
       {Row{0.005, 0, 0.01}, {0.1, 8, 0.110266}, {0.5, 25, 0.511135}, {1, 36, 1.016281}, {2, 49, 2.093480}}) {
    EXPECT_EQ(cpu.bucket_of(row.value), row.bucket) << row.value;
    UsageHistogram one = UsageHistogram::of_cpu(kDay);
    one.add(row.value, 0.1, 0s);
    for (const double p : {0.01, 0.5, 0.9, 1.0}) EXPECT_NEAR(one.percentile(p), row.end, 5e-7) << row.value;
  }
  const UsageHistogram memory = UsageHistogram::of_memory(kDay);
  for (const Row& row : {Row{1e8, 8, 1.10266e8}, {1e9, 36, 1.016281e9}}) {
    EXPECT_EQ(memory.bucket_of(row.value), row.bucket);
    EXPECT_NEAR(memory.start_of(row.bucket + 1), row.end, 5e-6 * row.end);
  }
}

// TestPercentiles, TestPercentilesEmptyHistogram, TestPercentileOutOfBounds.
TEST(UsageHistogram, TakesTheFirstBucketThatReachesTheShare) {
  UsageHistogram h = UsageHistogram::of_cpu(kDay);
  EXPECT_TRUE(h.empty());
  for (const double p : {0.0, 0.5, 1.0}) EXPECT_EQ(h.percentile(p), 0) << p;
  for (int i = 1; i <= 4; ++i) h.add(i, i, 0s);  // weights 1, 2, 3, 4 of 10
  const auto end = [&](double value) { return h.start_of(h.bucket_of(value) + 1); };
  struct Row {
    double p, value;
  };
  for (const Row& row :
       {Row{0, 1}, {0.1, 1}, {0.2, 2}, {0.3, 2}, {0.5, 3}, {0.6, 3}, {0.7, 4}, {1, 4}, {1.5, 4}, {-1, 1}})
    EXPECT_EQ(h.percentile(row.p), end(row.value)) << row.p;
  h.add(5000, 100, 0s);
  EXPECT_EQ(h.percentile(1), h.start_of(h.buckets() - 1));  // beyond the last bucket's start there is no end
}

// TestEmptyHistogram: weights below epsilon count as nothing.
TEST(UsageHistogram, IsEmptyWhereWeightsAreBelowEpsilon) {
  UsageHistogram h = UsageHistogram::of_cpu(kDay);
  h.add(0.1, 0.00009, 0s);
  EXPECT_TRUE(h.empty());
  EXPECT_EQ(h.percentile(0.5), 0);
  h.add(0.1, 0.1, 0s);
  EXPECT_FALSE(h.empty());
  h.subtract(0.1, 0.1, 0s);
  EXPECT_TRUE(h.empty());
}

// TestSimpleDecay.
TEST(UsageHistogram, ForgetsALargeWeightAlmostEntirely) {
  UsageHistogram h = UsageHistogram::of_cpu(1h);
  h.add(2, 1000, 0s);
  h.add(1, 1, 20h);  // counts 2^20 times its weight
  EXPECT_EQ(h.percentile(0.999), h.start_of(h.bucket_of(1) + 1));
  EXPECT_EQ(h.percentile(1), h.start_of(h.bucket_of(2) + 1));
}

// TestDecayingHistogramPercentiles.
TEST(UsageHistogram, ForgetsByHalfLives) {
  UsageHistogram h = UsageHistogram::of_cpu(1h);
  for (int i = 1; i <= 4; ++i) h.add(i, i, (i - 1) * 1h);
  struct Row {
    double p, value;
  };
  for (const Row& row : {Row{0, 1}, {0.02, 1}, {0.03, 2}, {0.10, 2}, {0.11, 3}, {0.34, 3}, {0.35, 4}, {1, 4}})
    EXPECT_EQ(h.percentile(row.p), h.start_of(h.bucket_of(row.value) + 1)) << row.p;
}

// TestLongtermDecay: a hundred and one half-lives later the old sample counts nothing; the reference has moved.
TEST(UsageHistogram, ForgetsForGoodInTheLongRun) {
  UsageHistogram h = UsageHistogram::of_cpu(1h);
  h.add(2, 1, 0s);
  h.add(1, 1, 101h);
  EXPECT_EQ(h.percentile(1), h.start_of(h.bucket_of(1) + 1));
}

// TestDecayingHistogramMerge: as if all samples had been added to one.
TEST(UsageHistogram, MergesAsIfItHadSeenAll) {
  UsageHistogram a = UsageHistogram::of_cpu(1h), b = a, both = a;
  const auto add = [&](UsageHistogram& one, double value, double weight, Time at) {
    one.add(value, weight, at);
    both.add(value, weight, at);
  };
  add(a, 1, 1, 0s);
  add(a, 2, 1, 1h);
  add(b, 3, 5, 30min);
  add(b, 2, 7, 150h);  // moves b's reference
  a.merge(b);
  for (const double p : {0.1, 0.3, 0.5, 0.7, 0.9, 0.999}) EXPECT_EQ(a.percentile(p), both.percentile(p)) << p;
}

}  // namespace
}  // namespace windtunnel::vpa
