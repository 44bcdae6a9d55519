// Expected values: the recursions of the textbooks (R. J. Hyndman and G. Athanasopoulos, Forecasting: Principles and
// Practice, chapters 5 and 8), worked by hand, and series that a method must get exactly right.
#include "models/forecast/forecaster.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/models/forecast/series.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(Naive, SaysThatTheLastValueStays) {
  const auto naive = made("naive");
  observe(*naive, {3, 9, 4});
  EXPECT_THAT(means_ahead(*naive, 3), ElementsAre(4, 4, 4));
}

TEST(Naive, IsAsUncertainAsARandomWalk) {
  const auto naive = made("naive");
  observe(*naive, {3, 9, 4});  // errors 6 and -5
  const double first = std::sqrt((36 + 25) / 2.0);
  EXPECT_DOUBLE_EQ(naive->ahead(1).standard_error, first);
  EXPECT_DOUBLE_EQ(naive->ahead(9).standard_error, 3 * first);
}

TEST(Forecaster, JudgesItselfByTheErrorsOfTheErrorWindowOnly) {
  const auto naive = made("naive", {{"error_window", Duration{2min}}});
  observe(*naive, {0, 100, 101, 103});  // errors 100, 1, 2
  EXPECT_DOUBLE_EQ(naive->ahead(1).standard_error, std::sqrt(2.5));
}

TEST(Drift, GoesOnAlongTheLineThroughTheFirstValueAndTheLast) {
  const auto drift = made("drift");
  observe(*drift, {10, 70, 16});  // 3 per step
  EXPECT_THAT(means_ahead(*drift, 3), ElementsAre(19, 22, 25));
}

TEST(Drift, GrowsUncertainFasterThanARandomWalkBecauseTheDriftIsEstimated) {
  const auto drift = made("drift");
  observe(*drift, {10, 70, 16, 22, 25});  // four steps: variance of h steps is h (1 + h / 4) times one step's
  const double ratio = drift->ahead(8).standard_error / drift->ahead(1).standard_error;
  EXPECT_NEAR(ratio, std::sqrt(8 * (1 + 8 / 4.0) / (1 + 1 / 4.0)), 1e-12);
}

TEST(ExponentialSmoothing, FollowsItsRecursion) {
  const auto smoothing = made("exponential_smoothing", {{"alpha", 0.5}});
  smoothing->observe(10);
  std::vector<double> levels;
  for (const double value : {20.0, 20.0, 30.0}) {
    smoothing->observe(value);
    levels.push_back(smoothing->ahead(1).mean);
  }
  EXPECT_THAT(levels, ElementsAre(15, 17.5, 23.75));
  EXPECT_EQ(smoothing->ahead(7).mean, 23.75);
}

TEST(ExponentialSmoothing, GrowsUncertainByTheLevelsShareOfEachError) {
  const auto smoothing = made("exponential_smoothing", {{"alpha", 0.5}});
  observe(*smoothing, {10, 20, 20, 30});
  const double ratio = smoothing->ahead(13).standard_error / smoothing->ahead(1).standard_error;
  EXPECT_NEAR(ratio, std::sqrt(1 + 12 * 0.25), 1e-12);
}

// l = 4, b = 2 after two values; then 9: l = 0.5 * 9 + 0.5 * 6 = 7.5, b = 0.4 * 3.5 + 0.6 * 2 = 2.6.
TEST(Holt, FollowsItsRecursion) {
  const auto holt = made("holt", {{"alpha", 0.5}, {"beta", 0.4}, {"phi", 1.0}});
  observe(*holt, {2, 4, 9});
  EXPECT_THAT(means_ahead(*holt, 3),
              ElementsAre(DoubleNear(10.1, 1e-12), DoubleNear(12.7, 1e-12), DoubleNear(15.3, 1e-12)));
}

// The same with phi = 0.5: l = 0.5 * 9 + 0.5 * (4 + 1) = 7, b = 0.4 * 3 + 0.6 * 0.5 * 2 = 1.8, of which a half, three
// quarters, seven eighths are added.
TEST(Holt, DampsItsTrend) {
  const auto holt = made("holt", {{"alpha", 0.5}, {"beta", 0.4}, {"phi", 0.5}});
  observe(*holt, {2, 4, 9});
  EXPECT_THAT(means_ahead(*holt, 3),
              ElementsAre(DoubleNear(7.9, 1e-12), DoubleNear(8.35, 1e-12), DoubleNear(8.575, 1e-12)));
}

TEST(Holt, IsExactOnALineWhateverItsWeights) {
  for (const double alpha : {0.05, 0.5, 1.0})
    for (const double beta : {0.0, 0.3, 1.0}) {
      const auto holt = made("holt", {{"alpha", alpha}, {"beta", beta}, {"phi", 1.0}});
      for (int t = 0; t <= 200; ++t) holt->observe(7 - 0.25 * t);
      for (const int h : {1, 10, 100}) {
        EXPECT_NEAR(holt->ahead(h).mean, 7 - 0.25 * (200 + h), 1e-9);
      }
    }
}

TEST(SeasonalNaive, RepeatsTheLastPeriod) {
  const auto seasonal = made("seasonal_naive", {{"period", Duration{4min}}});
  observe(*seasonal, {10, 20, 30, 40, 12, 22, 32, 42, 14, 24, 34, 44});
  EXPECT_THAT(means_ahead(*seasonal, 5), ElementsAre(14, 24, 34, 44, 14));
}

TEST(SeasonalNaive, KeepsTheLastValueUntilAWholePeriodWasSeen) {
  const auto seasonal = made("seasonal_naive", {{"period", Duration{4min}}});
  observe(*seasonal, {10, 20, 30});
  EXPECT_THAT(means_ahead(*seasonal, 5), ElementsAre(30, 30, 30, 30, 30));
  seasonal->observe(40);
  EXPECT_THAT(means_ahead(*seasonal, 5), ElementsAre(10, 20, 30, 40, 10));
}

TEST(SeasonalNaive, IsExactOnAnyPeriodicSeriesAndSaysSo) {
  Stream words(1, "period", 0);
  std::vector<double> day(1440);
  for (double& value : day) value = 100 * words.uniform();
  const auto seasonal = made("seasonal_naive", {{"period", Duration{24h}}});
  for (int t = 0; t < 3 * 1440 + 77; ++t) seasonal->observe(day[static_cast<std::size_t>(t % 1440)]);
  for (const int h : {1, 600, 1440, 3000}) {
    EXPECT_EQ(seasonal->ahead(h).mean, day[static_cast<std::size_t>((77 + h - 1) % 1440)]);
    EXPECT_EQ(seasonal->ahead(h).standard_error, 0);  // the errors of the first day are a day ago
  }
}

TEST(SeasonalNaive, IsOnePeriodsErrorUncertainForEachPeriodAhead) {
  const auto seasonal = made("seasonal_naive", {{"period", Duration{4min}}});
  observe(*seasonal, {10, 20, 30, 40, 12, 22, 32, 42});
  const double first = seasonal->ahead(1).standard_error;
  EXPECT_GT(first, 0);
  EXPECT_DOUBLE_EQ(seasonal->ahead(4).standard_error, first);
  EXPECT_DOUBLE_EQ(seasonal->ahead(5).standard_error, first * std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(seasonal->ahead(9).standard_error, first * std::sqrt(3.0));
}

// The last two values are 14 + 24 = 38 against 12 + 22 = 34 one period before.
TEST(SeasonalNaive, ScalesThePeriodToThePresentLevelIfWanted) {
  const auto seasonal = made("seasonal_naive", {{"period", Duration{4min}}, {"level_window", Duration{2min}}});
  observe(*seasonal, {10, 20, 30, 40, 12, 22, 32, 42, 14, 24});
  EXPECT_THAT(means_ahead(*seasonal, 2),
              ElementsAre(DoubleNear(32 * 38 / 34.0, 1e-12), DoubleNear(42 * 38 / 34.0, 1e-12)));
}

TEST(SeasonalNaive, LeavesThePeriodAsItIsWhereThereWasNothingToCompareWith) {
  const auto seasonal = made("seasonal_naive", {{"period", Duration{4min}}, {"level_window", Duration{2min}}});
  observe(*seasonal, {0, 0, 30, 40, 5, 5});
  EXPECT_THAT(means_ahead(*seasonal, 2), ElementsAre(30, 40));
}

TEST(SeasonalQuantile, IsAQuantileOfTheSamePhaseOfTheLastPeriods) {
  const Fields fields = {{"period", Duration{2min}}, {"periods", 5}, {"quantile", Share{0.75}}};
  const auto quantile = made("seasonal_quantile", fields);
  // The first period is one too many. Phases: 40 10 30 20 50 and 1 1 1 1 3.
  observe(*quantile, {999, 999, 40, 1, 10, 1, 30, 1, 20, 1, 50, 3});
  EXPECT_THAT(means_ahead(*quantile, 4), ElementsAre(40, 1, 40, 1));
  EXPECT_NEAR(quantile->ahead(1).standard_error, std::sqrt(250.0), 1e-12);
  EXPECT_NEAR(quantile->ahead(2).standard_error, std::sqrt(0.8), 1e-12);
}

TEST(SeasonalQuantile, LiesBetweenTwoValuesInAStraightLine) {
  const auto quantile =
      made("seasonal_quantile", {{"period", Duration{1min}}, {"periods", 4}, {"quantile", Share{0.9}}});
  observe(*quantile, {10, 20, 30, 40});  // place 2.7
  EXPECT_NEAR(quantile->ahead(1).mean, 37, 1e-12);
}

TEST(SeasonalQuantile, TakesWhatThereIsOfTheLastPeriods) {
  const auto quantile =
      made("seasonal_quantile", {{"period", Duration{2min}}, {"periods", 9}, {"quantile", Share{0.5}}});
  quantile->observe(7);
  EXPECT_EQ(quantile->ahead(1).mean, 7);  // nothing at this phase: the last value
  EXPECT_EQ(quantile->ahead(2).mean, 7);
  observe(*quantile, {1, 9});
  EXPECT_EQ(quantile->ahead(1).mean, 1);
  EXPECT_EQ(quantile->ahead(2).mean, 8);
}

// --- all of them

std::vector<std::string> types() {
  std::vector<std::string> out;
  for (const ChoiceView::Entry& entry : ForecasterParams::registry().entries()) out.emplace_back(entry.type);
  return out;
}

class EveryForecaster : public ::testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(Registered, EveryForecaster, ::testing::ValuesIn(types()),
                         [](const auto& row) { return row.param; });

TEST_P(EveryForecaster, KnowsNothingBeforeItHasSeenAnything) {
  const auto forecaster = made(GetParam());
  EXPECT_EQ(forecaster->ahead(1).mean, 0);
  EXPECT_EQ(forecaster->ahead(1).standard_error, 0);
}

TEST_P(EveryForecaster, IsExactAndSureWhereNothingEverChanges) {
  const auto forecaster = made(GetParam());
  for (int t = 0; t < 3000; ++t) {
    forecaster->observe(42);
    for (const int h : {1, 7, 2000}) {
      ASSERT_NEAR(forecaster->ahead(h).mean, 42, 1e-9) << t;
      ASSERT_NEAR(forecaster->ahead(h).standard_error, 0, 1e-9) << t;
    }
  }
}

TEST_P(EveryForecaster, SurvivesSilenceAndItsEnd) {
  const auto forecaster = made(GetParam());
  for (int t = 0; t < 4000; ++t) forecaster->observe(t < 3000 ? 0 : 50);
  for (const int h : {1, 7, 2000}) {
    EXPECT_TRUE(std::isfinite(forecaster->ahead(h).mean));
    EXPECT_GE(forecaster->ahead(h).standard_error, 0);
    EXPECT_LT(forecaster->ahead(h).standard_error, 1e5);
  }
}

TEST_P(EveryForecaster, ForecastsTheSameHoweverOftenAndInWhateverOrderItIsAsked) {
  const auto asked = made(GetParam()), left_alone = made(GetParam());
  Stream words(1, "asked", 0);
  for (int t = 0; t < 3100; ++t) {
    const double value = 100 + 30 * turn_of(t / 1440.0).sine + 5 * normal(words);
    asked->observe(value);
    left_alone->observe(value);
    for (const int h : {30, 1, 7}) asked->ahead(h);
  }
  for (const int h : {1, 7, 30, 2000}) {
    EXPECT_EQ(asked->ahead(h).mean, left_alone->ahead(h).mean);
    EXPECT_EQ(asked->ahead(h).standard_error, left_alone->ahead(h).standard_error);
  }
}

// The error of a seasonal quantile is its phase's, whatever the horizon.
TEST(Forecaster, IsNeverSurerOfALaterStep) {
  for (const std::string& type : types()) {
    if (type == "seasonal_quantile") continue;
    const auto forecaster = made(type);
    Stream words(1, "later", 0);
    for (int t = 0; t < 3100; ++t) forecaster->observe(100 + normal(words));
    for (int h = 2; h <= 1440; ++h)
      ASSERT_GE(forecaster->ahead(h).standard_error, forecaster->ahead(h - 1).standard_error * (1 - 1e-12))
          << type << " " << h;
  }
}

TEST(Forecaster, NeedsPeriodsOfWholeSteps) {
  for (const char* type : {"seasonal_naive", "seasonal_quantile", "holt_winters"}) {
    Found found;
    chosen<ForecasterParams>(type, {{"period", Duration{1h}}})->check_step(7min, found);
    ASSERT_THAT(found.errors, SizeIs(1)) << type;
    EXPECT_THAT(found.errors[0], HasSubstr("/period: 1h is not a whole number of steps of 7m"));
  }
  Found found;
  chosen<ForecasterParams>("ridge")->check_step(7min, found);
  ASSERT_THAT(found.errors, SizeIs(1));
  EXPECT_THAT(found.errors[0], HasSubstr("/seasons/0/period: 1d is not a whole number of steps of 7m"));
}

}  // namespace
}  // namespace windtunnel::test
