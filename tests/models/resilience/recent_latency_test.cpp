#include "models/resilience/recent_latency.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "sim/random/stream.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

RecentQuantile terms(double quantile, std::int64_t calls, std::int64_t minimum) {
  RecentQuantile out;
  out.quantile = Share{quantile};
  out.calls = calls;
  out.minimum = minimum;
  return out;
}

TEST(RecentLatency, SaysNothingBeforeItKnowsEnough) {
  RecentLatency recent(terms(0.5, 10, 3));
  recent.record(5);
  recent.record(1);
  EXPECT_FALSE(recent.quantile());
  recent.record(3);
  EXPECT_EQ(recent.quantile(), 3);
}

TEST(RecentLatency, ForgetsTheOldest) {
  RecentLatency recent(terms(1, 3, 1));
  for (const int ns : {9, 1, 2}) recent.record(ns);
  EXPECT_EQ(recent.quantile(), 9);
  recent.record(3);
  EXPECT_EQ(recent.quantile(), 3);
}

// Of n sorted values, the ceil(q n)-th.
TEST(RecentLatency, IsTheOrderStatisticOfTheLastCalls) {
  for (const double q : {0.0, 0.5, 0.9, 0.95, 1.0}) {
    RecentLatency recent(terms(q, 100, 1));
    std::deque<std::int64_t> last;
    Stream words(7, "recent", 0);
    for (int i = 0; i < 1000; ++i) {
      const auto ns = static_cast<std::int64_t>(words.below(50));  // many of them equal
      recent.record(ns);
      last.push_back(ns);
      if (last.size() > 100) last.pop_front();
      std::vector<std::int64_t> sorted(last.begin(), last.end());
      std::sort(sorted.begin(), sorted.end());
      const double rank = std::max(1.0, std::ceil(q * static_cast<double>(sorted.size()) - 1e-9));
      ASSERT_EQ(recent.quantile(), sorted[static_cast<std::size_t>(rank) - 1]) << q << " " << i;
    }
  }
}

TEST(RecentQuantile, NeedsNoMoreCallsThanItCounts) {
  test::Found found;
  terms(0.95, 10, 11).check(found);
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("/minimum: is 11, more than the 10 calls that count")));
}

}  // namespace
}  // namespace windtunnel
