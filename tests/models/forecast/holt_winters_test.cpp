// Expected values of the additive season: the recursion worked out in a spreadsheet for y = 10 20 30 40 | 12 22 32 42 |
// 14 24 34 44, m = 4, alpha 0.5, beta 0.1, gamma 0.3.
#include "models/forecast/holt_winters.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "tests/models/forecast/series.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

constexpr HoltWinters::Weights kWeights{.alpha = 0.5, .beta = 0.1, .gamma = 0.3};
const std::vector<double> kFirst = {10, 20, 30, 40}, kLater = {12, 22, 32, 42, 14, 24, 34, 44};
const std::vector<double> kNextStep = {10.5, 21.825, 32.49625, 42.807063, 13.147116, 23.936036, 34.431757, 44.712096};

HoltWinters additive() { return {HoltWinters::Seasonality::kAdditive, kWeights, 4, 100}; }

TEST(HoltWinters, ForecastsEachNextStepFromAKnownState) {
  HoltWinters forecaster = additive();
  forecaster.begin({.level = 25, .trend = 0.5, .season = {-15, -5, 5, 15}});
  std::vector<double> forecasts;
  for (const double value : kLater) {
    const HoltWinters::State state = *forecaster.state();
    forecasts.push_back(state.level + state.trend + state.season[0]);
    forecaster.observe(value);
  }
  EXPECT_THAT(forecasts, Pointwise(DoubleNear(1e-6), kNextStep));
  const HoltWinters::State last = *forecaster.state();
  EXPECT_NEAR(last.level, 29.477107, 1e-6);
  EXPECT_NEAR(last.trend, 0.507234, 1e-6);
  EXPECT_THAT(last.season, Pointwise(DoubleNear(1e-6), {-14.647067, -4.964155, 4.860799, 14.772126}));
}

TEST(HoltWinters, TakesItsFirstStateFromTheFirstTwoPeriods) {
  HoltWinters forecaster = additive();
  observe(forecaster, kFirst);
  for (std::size_t i = 0; i < kLater.size(); ++i) {
    if (i >= 4) {
      EXPECT_NEAR(forecaster.ahead(1).mean, kNextStep[i], 1e-6) << i;
    }
    forecaster.observe(kLater[i]);
  }
  EXPECT_THAT(means_ahead(forecaster, 4), Pointwise(DoubleNear(1e-6), {15.337274, 25.527420, 35.859608, 46.278170}));
}

TEST(HoltWinters, RepeatsThePeriodUntilItHasSeenTwo) {
  HoltWinters forecaster = additive();
  observe(forecaster, {10, 20, 30});
  EXPECT_FALSE(forecaster.state());
  EXPECT_THAT(means_ahead(forecaster, 2), ElementsAre(30, 30));
  observe(forecaster, {40, 12});
  EXPECT_FALSE(forecaster.state());
  EXPECT_THAT(means_ahead(forecaster, 5), ElementsAre(20, 30, 40, 12, 20));
}

TEST(HoltWinters, IsExactOnATrendWithASeasonOnTop) {
  const std::vector<double> season = {5, -3, 0, 7, -9};
  const auto forecaster = made("holt_winters", {{"period", Duration{5min}}, {"beta", 0.2}});
  const auto value = [&](int t) { return 100 + 2 * t + season[static_cast<std::size_t>(t % 5)]; };
  // The level begins at the first period's mean, two steps behind its end: what that costs dies out.
  for (int t = 0; t < 600; ++t) forecaster->observe(value(t));
  for (const int h : {1, 2, 5, 23}) EXPECT_NEAR(forecaster->ahead(h).mean, value(599 + h), 1e-6) << h;
}

// l = 0.5 * 60 / 0.5 + 0.5 * 100 = 110, b = 0.1 * 10 = 1, s of that phase = 0.3 * 60 / 110 + 0.7 * 0.5.
TEST(HoltWinters, MultipliesTheSeasonIfWanted) {
  HoltWinters forecaster(HoltWinters::Seasonality::kMultiplicative, kWeights, 2, 100);
  forecaster.begin({.level = 100, .trend = 0, .season = {0.5, 1.5}});
  forecaster.observe(60);
  const double phase = 0.3 * 60 / 110 + 0.7 * 0.5;
  EXPECT_THAT(means_ahead(forecaster, 4), ElementsAre(DoubleNear(111 * 1.5, 1e-12), DoubleNear(112 * phase, 1e-12),
                                                      DoubleNear(113 * 1.5, 1e-12), DoubleNear(114 * phase, 1e-12)));
}

TEST(HoltWinters, IsExactOnASeasonOfFactors) {
  const auto forecaster =
      made("holt_winters", {{"period", Duration{3min}}, {"seasonality", "multiplicative"}, {"beta", 0.2}});
  const std::vector<double> season = {20, 90, 40};
  for (int t = 0; t < 31; ++t) forecaster->observe(season[static_cast<std::size_t>(t % 3)]);
  for (const int h : {1, 2, 3, 100})
    EXPECT_NEAR(forecaster->ahead(h).mean, season[static_cast<std::size_t>((31 + h - 1) % 3)], 1e-9);
}

TEST(HoltWinters, HasErrorsAsSharesOfTheForecastWhereTheSeasonIsAFactor) {
  HoltWinters forecaster(HoltWinters::Seasonality::kMultiplicative, {.alpha = 0.01, .beta = 0, .gamma = 0}, 2, 2000);
  forecaster.begin({.level = 505, .trend = 0, .season = {10 / 505.0, 1000 / 505.0}});
  Stream words(1, "factor", 0);
  for (int t = 0; t < 4000; ++t) forecaster.observe((t % 2 == 0 ? 10 : 1000) * (1 + 0.05 * normal(words)));
  // Four standard deviations of a root mean square of which the thousand large values decide.
  for (const int h : {1, 2})
    EXPECT_NEAR(forecaster.ahead(h).standard_error / forecaster.ahead(h).mean, 0.05, 4 * 0.05 / std::sqrt(2 * 1000.0));
}

}  // namespace
}  // namespace windtunnel::test
