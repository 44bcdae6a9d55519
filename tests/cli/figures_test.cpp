#include <gtest/gtest.h>

#include "cli/format/format.hpp"
#include "tests/cli/sample.hpp"

namespace windtunnel::cli {
namespace {

TEST(Figures, DurationsHaveThreeDigitsInTheUnitThatSuits) {
  EXPECT_EQ(figure(0.2873, "s"), "287 ms");
  EXPECT_EQ(figure(1.25, "s"), "1.25 s");
  EXPECT_EQ(figure(0.000045, "s"), "45 µs");
  EXPECT_EQ(figure(3e-8, "s"), "30 ns");
  EXPECT_EQ(figure(0.0042, "s"), "4.20 ms");
  EXPECT_EQ(figure(0, "s"), "0 s");
  EXPECT_EQ(figure(kNothing, "s"), "–");
}

TEST(Figures, RoundingUpToTheNextPowerOfTenAddsNoDigit) {
  EXPECT_EQ(figure(0.09998, "s"), "100 ms");
  EXPECT_EQ(figure(9.996, "s"), "10.0 s");
  EXPECT_EQ(figure(0.99998, "s"), "1.00 s");
}

TEST(Figures, SharesKeepTheirDistanceToAll) {
  EXPECT_EQ(figure(0.999912, "share"), "99.9912 %");
  EXPECT_EQ(figure(0.97, "share"), "97.0 %");
  EXPECT_EQ(figure(1, "share"), "100 %");
  EXPECT_EQ(figure(0.00364, "share"), "0.364 %");
}

TEST(Figures, AnIntervalHasTwoDigitsAndTheMeanAsManyDecimals) {
  EXPECT_EQ(figure(make_estimate(0.28734, 0.0042, 5), "s"), "287.3 ± 4.2 ms");
  EXPECT_EQ(figure(make_estimate(12345.6, 78, 5), "1/s"), "12,346 ± 78 /s");
}

TEST(Figures, WhatDoesNotVaryHasNoInterval) {
  EXPECT_EQ(figure(make_estimate(3, 0, 5), ""), "3");
  EXPECT_EQ(figure(make_estimate(3, 1e-16, 5), ""), "3");
}

TEST(Figures, AnIntervalTooNarrowToReadIsSaidToBeZero) {
  EXPECT_EQ(figure(make_estimate(3, 1e-8, 5), ""), "3.0000 ± 0");
}

TEST(Figures, ASingleLossIsNotRoundedAway) {
  EXPECT_EQ(figure(1 - 1e-6, "share"), "99.99990 %");
  EXPECT_EQ(figure(make_estimate(0.9999973, 0.0000051, 8), "share"), "99.99973 ± 0.00051 %");
}

TEST(Figures, AMeanIsNeverShownEqualToALimitItMisses) {
  EXPECT_EQ(figure_against(make_estimate(0.30001, 0, 1), 0.3, "s"), "300.01 ms");
  EXPECT_EQ(figure_against(make_estimate(0.3, 0, 1), 0.3, "s"), "300 ms");
  EXPECT_EQ(figure_against(make_estimate(1, 0, 1), 0.9999, "share"), "100 %");
  EXPECT_EQ(figure_against(make_estimate(0.98999999, 0, 1), 0.99, "share"), "98.999999 %");
}

TEST(Figures, LimitsAreShownAsTheyWereWritten) {
  ObjectiveResult o = sample().objectives[0];
  EXPECT_EQ(limit_text(o), "< 300 ms");
  o.unit = "share";
  o.limit = 0.07;  // 0.07 * 100 is 7.000000000000001
  o.above = true;
  EXPECT_EQ(limit_text(o), "> 7 %");
}

TEST(Figures, NumbersHaveThousandsSeparators) {
  EXPECT_EQ(fixed(1234567.891, 2), "1,234,567.89");
  EXPECT_EQ(fixed(-1234, 0), "-1,234");
  EXPECT_EQ(fixed(999, 0), "999");
  EXPECT_EQ(fixed(-0.0001, 2), "0.00");
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(1000), "1,000");
  EXPECT_EQ(count_text(18446744073709551615ULL), "18,446,744,073,709,551,615");
}

TEST(Figures, MomentsAreSpelledAsTheFormatSpellsDurations) {
  EXPECT_EQ(clock_text(0), "0s");
  EXPECT_EQ(clock_text(3750), "1h2m30s");
  EXPECT_EQ(clock_text(-300), "-5m");
  EXPECT_EQ(clock_text(7 * 86400), "7d");
  EXPECT_EQ(clock_text(93784), "1d2h3m4s");
  EXPECT_EQ(clock_text(0.25), "0.25s");
  EXPECT_EQ(clock_text(59.7), "1m");
}

TEST(Figures, WidthCountsCharactersNotBytes) {
  EXPECT_EQ(display_width("± µ█"), 4U);
  EXPECT_EQ(pad_left("µ", 3), "  µ");
  EXPECT_EQ(pad_right("µ", 3), "µ  ");
  EXPECT_EQ(pad_right("abcd", 3), "abcd");
}

TEST(Figures, JsonStringsEscapeWhatJsonDoesNotTake) {
  EXPECT_EQ(json_quote("a\"b\\c\n\x01µ"), "\"a\\\"b\\\\c\\n\\u0001µ\"");
}

TEST(Figures, LossesComeMostFrequentFirstAndFromTheMetricWhereThereIsOne) {
  const Result r = sample();
  const std::vector<Loss> found = losses(r, r.services[0]);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].cause, "rejected full");
  EXPECT_EQ(found[0].requests, 300U);
  EXPECT_DOUBLE_EQ(found[0].share.mean, 300.0 / (12000 + 45 + 300));
  EXPECT_EQ(found[1].cause, "timed out");
  EXPECT_DOUBLE_EQ(found[1].share.mean, 0.003645);
}

TEST(Figures, TheWorstVerdictIsTheVerdict) {
  Result r = sample();
  EXPECT_EQ(overall(r), Verdict::kMissed);
  r.objectives[1].verdict = Verdict::kUndecided;
  EXPECT_EQ(overall(r), Verdict::kUndecided);
  r.objectives.pop_back();
  EXPECT_EQ(overall(r), Verdict::kMet);
  r.objectives.clear();
  EXPECT_EQ(overall(r), Verdict::kMet);
}

}  // namespace
}  // namespace windtunnel::cli
