#include "sim/statistics/histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "sim/distribution/distribution.hpp"

namespace windtunnel {
namespace {

std::vector<std::int64_t> latencies(int n) {
  Sampler sampler(Stream(1, "latencies", 0), *exponential(0.02));
  std::vector<std::int64_t> values;
  for (int i = 0; i < n; ++i) values.push_back(sampler.next_ns());
  return values;
}

void expect_equal(const Histogram& a, const Histogram& b) {
  EXPECT_EQ(a.count(), b.count());
  EXPECT_EQ(a.min(), b.min());
  EXPECT_EQ(a.max(), b.max());
  EXPECT_EQ(a.mean(), b.mean());
  EXPECT_EQ(a.variance(), b.variance());
  const auto left = a.buckets();
  const auto right = b.buckets();
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_EQ(left[i].range.lowest, right[i].range.lowest);
    EXPECT_EQ(left[i].count, right[i].count);
  }
}

// Validation case V116, from HdrHistogram's documented layout.
TEST(Histogram, HasHdrHistogramsBuckets) {
  EXPECT_EQ(1 << Histogram::bits_for_digits(1), 32);
  EXPECT_EQ(1 << Histogram::bits_for_digits(2), 256);
  EXPECT_EQ(1 << Histogram::bits_for_digits(3), 2048);
  const Histogram h(Histogram::bits_for_digits(3));
  const struct {
    std::int64_t value, lowest, highest, middle;
  } cases[] = {{1000, 1000, 1000, 1000},
               {2047, 2047, 2047, 2047},
               {2048, 2048, 2049, 2049},
               {12345, 12344, 12351, 12348},
               {1000000, 999936, 1000447, 1000192},
               {123456789, 123404288, 123469823, 123437056}};
  for (const auto& c : cases) {
    const Histogram::Range range = h.equivalent_range(c.value);
    EXPECT_EQ(range.lowest, c.lowest);
    EXPECT_EQ(range.highest, c.highest);
    EXPECT_EQ(range.middle, c.middle);
  }
  double worst = 0;
  for (std::int64_t v = 1; v <= 200000; ++v) {
    const Histogram::Range range = h.equivalent_range(v);
    ASSERT_LE(range.lowest, v);
    ASSERT_GE(range.highest, v);
    worst = std::max(worst, static_cast<double>(range.highest - range.lowest) / static_cast<double>(v));
  }
  EXPECT_NEAR(worst, 0.0009689331055, 1e-12);  // "worst_width_over_value_d3_v_le_2e5"
}

TEST(Histogram, BucketsAdjoinUpToTheLargestValue) {
  for (const int bits : {2, 5, 9, 11}) {
    const Histogram h(bits);
    std::int64_t next = 0;
    while (true) {
      const Histogram::Range range = h.equivalent_range(next);
      ASSERT_EQ(range.lowest, next);
      ASSERT_TRUE(range.highest == range.lowest || range.highest - range.lowest < range.lowest >> (bits - 1)) << next;
      if (range.highest == std::numeric_limits<std::int64_t>::max()) break;
      next = range.highest + 1;
    }
    EXPECT_GT(next, std::int64_t{1} << 62);
  }
}

TEST(Histogram, RecordsTheWholeRange) {
  Histogram h;
  for (const std::int64_t v : {std::int64_t{0}, std::int64_t{1} << 62, std::numeric_limits<std::int64_t>::max()})
    h.record(v);
  EXPECT_EQ(h.min(), 0);
  EXPECT_EQ(h.max(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(h.buckets().size(), 3u);
  EXPECT_EQ(h.quantile(1), 0x1.0p63);
}

TEST(Histogram, QuantilesStayWithinTheStatedError) {
  std::vector<std::int64_t> values = latencies(200000);
  Histogram h;
  for (const std::int64_t v : values) h.record(v);
  std::sort(values.begin(), values.end());
  for (const double p : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.9999}) {
    const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size()))) - 1;
    EXPECT_NEAR(h.quantile(p) / static_cast<double>(values[rank]), 1, 1. / 256) << p;
    EXPECT_NEAR(h.count_at_or_below(h.quantile(p)), p * static_cast<double>(values.size()), 1e-6 * 200000) << p;
  }
  EXPECT_EQ(h.quantile(0), static_cast<double>(values.front()));
  EXPECT_EQ(h.quantile(1), static_cast<double>(values.back()));
}

TEST(Histogram, MeanAndExtremesAreExact) {
  const std::vector<std::int64_t> values = latencies(50000);
  Histogram h;
  std::int64_t sum = 0;
  for (const std::int64_t v : values) {
    h.record(v);
    sum += v;
  }
  EXPECT_EQ(h.mean(), static_cast<double>(sum) / 50000);
  EXPECT_EQ(h.min(), *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(h.max(), *std::max_element(values.begin(), values.end()));
}

TEST(Histogram, VarianceIsThatOfTheSample) {
  Histogram small;  // 1, 2, 3, 6, 6: mean 3.6, squares about it 21.2
  for (const std::int64_t v : {1, 2, 3, 6, 6}) small.record(v);
  EXPECT_DOUBLE_EQ(small.variance(), 21.2 / 4);

  const std::vector<std::int64_t> values = latencies(50000);
  Histogram h;
  for (const std::int64_t v : values) h.record(v);
  const double mean = h.mean();
  double squares = 0;
  for (const std::int64_t v : values) squares += (static_cast<double>(v) - mean) * (static_cast<double>(v) - mean);
  EXPECT_NEAR(h.variance() / (squares / 49999), 1, 1e-4);
}

TEST(Histogram, OneValueIsEveryQuantile) {
  Histogram h;
  h.record(10000000, 7);
  for (const double p : {0.0, 0.01, 0.5, 0.99, 1.0}) EXPECT_EQ(h.quantile(p), 10000000);
  EXPECT_EQ(h.count_at_or_below(9999999), 0);
  EXPECT_EQ(h.count_at_or_below(10000000), 7);
  EXPECT_EQ(h.mean(), 10000000);
}

TEST(Histogram, CountsAtOrBelowSmallValuesAreExact) {
  Histogram h;
  for (const std::int64_t v : {3, 3, 5, 9}) h.record(v);
  const double expected[] = {0, 0, 0, 2, 2, 3, 3, 3, 3, 4, 4};
  for (int v = 0; v <= 10; ++v) EXPECT_EQ(h.count_at_or_below(v), expected[v]) << v;
  EXPECT_EQ(h.count_at_or_below(-1), 0);
}

TEST(Histogram, MergedPartsEqualOneHistogram) {
  const std::vector<std::int64_t> values = latencies(30000);
  Histogram whole;
  Histogram bin;
  Histogram folded;
  for (std::size_t i = 0; i < values.size(); ++i) {
    whole.record(values[i]);
    bin.record(values[i]);
    if (i % 977 == 0) {
      folded.merge(bin);
      bin.clear();
      EXPECT_EQ(bin.count(), 0u);
      EXPECT_TRUE(bin.buckets().empty());
    }
  }
  Histogram other_order = bin;
  other_order.merge(folded);
  folded.merge(bin);
  expect_equal(folded, whole);
  expect_equal(other_order, whole);
}

TEST(Histogram, IsEmptyAfterItWasMergedForGood) {
  Histogram whole, bin, folded;
  const std::vector<std::int64_t> values = latencies(30000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    whole.record(values[i]);
    bin.record(values[i]);
    if (i % 977 != 0) continue;
    folded.merge(std::move(bin));
    EXPECT_EQ(bin.count(), 0u);  // NOLINT(bugprone-use-after-move): it says so
    EXPECT_TRUE(bin.buckets().empty());
    EXPECT_EQ(bin.max(), 0);
  }
  folded.merge(std::move(bin));
  expect_equal(folded, whole);
}

TEST(Histogram, RecordsManyAtOnceLikeOneByOne) {
  Histogram one_by_one;
  Histogram at_once;
  for (int i = 0; i < 1000; ++i) one_by_one.record(123456);
  at_once.record(123456, 1000);
  at_once.record(5, 0);
  expect_equal(at_once, one_by_one);
}

TEST(Histogram, SaysNothingWhenEmpty) {
  Histogram h;
  EXPECT_EQ(h.count(), 0u);
  EXPECT_TRUE(std::isnan(h.mean()));
  EXPECT_TRUE(std::isnan(h.variance()));
  EXPECT_TRUE(std::isnan(h.quantile(0.5)));
  EXPECT_EQ(h.count_at_or_below(1e9), 0);
  h.merge(Histogram());
  h.clear();
  EXPECT_EQ(h.count(), 0u);
  h.record(1);
  EXPECT_TRUE(std::isnan(h.variance()));
}

}  // namespace
}  // namespace windtunnel
