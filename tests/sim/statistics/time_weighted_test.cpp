#include "sim/statistics/time_weighted.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/statistics/time_held.hpp"

namespace windtunnel {
namespace {

constexpr Time at(std::int64_t ns) { return Time{ns}; }

// 0 until 10, 2 until 25, 5 until 30, 1 until 50: 0 + 30 + 25 + 20.
TEST(TimeWeighted, IntegratesAStepFunction) {
  TimeWeighted w;
  w.add(at(10), 2);
  w.set(at(25), 5);
  w.add(at(30), -4);
  EXPECT_EQ(w.value(), 1);
  EXPECT_EQ(w.take_integral(at(50)), 75);
  EXPECT_EQ(w.take_integral(at(50)), 0);
  EXPECT_EQ(w.take_integral(at(57)), 7);
}

TEST(TimeWeighted, TakesBinsThatAddUp) {
  TimeWeighted w;
  std::int64_t sum = 0;
  for (std::int64_t t = 0; t < 1000; t += 7) {
    w.add(at(t), t % 3 - 1);
    sum += w.take_integral(at(t + 3));
  }
  TimeWeighted whole;
  for (std::int64_t t = 0; t < 1000; t += 7) whole.add(at(t), t % 3 - 1);
  EXPECT_EQ(sum, whole.take_integral(at(994 + 3)));
}

// After a century the products have wrapped around many times; a bin's integral has not.
TEST(TimeWeighted, IsExactHoweverFarTheClockHasRun) {
  const std::int64_t century = 3'155'760'000'000'000'000;
  TimeWeighted w;
  w.set(at(5), 1'000'000);
  (void)w.take_integral(at(century));
  w.add(at(century + 1'000'000'000), 1);
  EXPECT_EQ(w.take_integral(at(century + 10'000'000'000)), 10'000'000'000 * 1'000'000 + 9'000'000'000);
}

// 0 for 10, 3 for 20, 1 for 10: mean 70/40, second moment 190/40.
TEST(TimeHeld, IsTheTimeWeightedLawOfACount) {
  TimeHeld h;
  h.set(at(10), 3);
  h.add(at(30), -2);
  h.finish(at(40));
  EXPECT_EQ(h.total(), at(40));
  EXPECT_DOUBLE_EQ(h.mean(), 1.75);
  EXPECT_DOUBLE_EQ(h.variance(), 190. / 40 - 1.75 * 1.75);
  EXPECT_DOUBLE_EQ(h.share_at_least(0), 1);
  EXPECT_DOUBLE_EQ(h.share_at_least(1), 0.75);
  EXPECT_DOUBLE_EQ(h.share_at_least(3), 0.5);
  EXPECT_DOUBLE_EQ(h.share_at_least(4), 0);
  EXPECT_DOUBLE_EQ(h.share_at_least(1000000), 0);
}

TEST(TimeHeld, ForgetsTheWarmUpButNotTheCount) {
  TimeHeld h;
  h.set(at(10), 4);
  h.restart(at(50));
  EXPECT_EQ(h.value(), 4);
  EXPECT_TRUE(std::isnan(h.mean()));
  h.finish(at(60));
  EXPECT_EQ(h.mean(), 4);
  EXPECT_EQ(h.total(), at(10));
}

TEST(TimeHeld, MergesReplications) {
  TimeHeld a;
  a.set(at(0), 1);
  a.finish(at(30));
  TimeHeld b;
  b.set(at(0), 100);
  b.finish(at(10));
  a.merge(b);
  EXPECT_EQ(a.total(), at(40));
  EXPECT_DOUBLE_EQ(a.mean(), (30 + 1000) / 40.);
}

}  // namespace
}  // namespace windtunnel
