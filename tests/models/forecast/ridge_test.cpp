#include <gmock/gmock.h>

#include <cmath>

#include "tests/models/forecast/series.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

Fields season(Duration period, int harmonics, bool lag) {
  return {{"period", period}, {"harmonics", harmonics}, {"lag", lag}};
}

TEST(Ridge, LearnsARecursionOfTheLastValues) {
  const auto ridge =
      made("ridge", {{"last_values", 2}, {"seasons", Items{}}, {"penalty", 0.0}, {"refit", Duration{10min}}});
  std::vector<double> y = {1, 9};
  while (y.size() < 230) y.push_back(10 + 1.6 * y[y.size() - 1] - 0.98 * y[y.size() - 2]);
  observe(*ridge, {y.begin(), y.begin() + 200});
  for (const std::size_t h : {1u, 2u, 30u})
    EXPECT_NEAR(ridge->ahead(static_cast<std::int64_t>(h)).mean, y[199 + h], 1e-6) << h;
}

TEST(Ridge, LearnsTheTimeOfDayFromTheCalendarAlone) {
  const auto ridge = made(
      "ridge",
      {{"last_values", 0}, {"seasons", Items{season(24h, 2, false)}}, {"penalty", 0.0}, {"refit", Duration{6h}}}, 5min);
  const auto value = [](std::int64_t t) {
    return 80 + 30 * turn_of(static_cast<double>(t) / 288).sine + 9 * turn_of(static_cast<double>(2 * t) / 288).cosine;
  };
  for (std::int64_t t = 0; t < 3 * 288; ++t) ridge->observe(value(t));
  for (const std::int64_t h : {1, 100, 288, 1000}) EXPECT_NEAR(ridge->ahead(h).mean, value(3 * 288 - 1 + h), 1e-6) << h;
}

TEST(Ridge, UsesTheValueOfOnePeriodAgo) {
  Stream words(1, "day", 0);
  std::vector<double> day(24);
  for (double& value : day) value = 100 * words.uniform();
  const auto ridge = made(
      "ridge",
      {{"last_values", 0}, {"seasons", Items{season(24h, 0, true)}}, {"penalty", 0.0}, {"refit", Duration{24h}}}, 1h);
  for (std::size_t t = 0; t < 120; ++t) ridge->observe(day[t % 24]);
  for (const std::size_t h : {1u, 24u, 30u})
    EXPECT_NEAR(ridge->ahead(static_cast<std::int64_t>(h)).mean, day[(120 + h - 1) % 24], 1e-9);
}

TEST(Ridge, KeepsTheLastValueUntilItsFirstFit) {
  const auto ridge = made("ridge", {{"last_values", 1}, {"seasons", Items{}}});
  // The first row is complete with the second value; four rows are twice as many as there are coefficients.
  observe(*ridge, {1, 2, 3, 4});
  EXPECT_EQ(ridge->ahead(5).mean, 4);
  ridge->observe(5);
  EXPECT_GT(ridge->ahead(5).mean, 5);
}

TEST(Ridge, ForgetsAtItsHalfLife) {
  const Fields fields = {{"last_values", 0}, {"seasons", Items{season(10min, 1, false)}}, {"refit", Duration{1min}}};
  Fields forgetful = fields;
  forgetful.emplace_back("half_life", Duration{30min});
  const auto remembers = made("ridge", fields), forgets = made("ridge", forgetful);
  for (int t = 0; t < 1500; ++t) {
    const double value = t < 1000 ? 10 : 50;
    remembers->observe(value);
    forgets->observe(value);
  }
  EXPECT_NEAR(remembers->ahead(1).mean, (1000 * 10 + 500 * 50) / 1500.0, 0.1);
  EXPECT_NEAR(forgets->ahead(1).mean, 50, 0.01);  // 500 minutes are 17 half-lives
}

TEST(Ridge, NeedsFeatures) {
  Found found;
  auto params = chosen<ForecasterParams>("ridge", {{"last_values", 0}, {"seasons", Items{}}});
  params.mutable_params().check(found);
  ASSERT_THAT(found.errors, SizeIs(1));
  EXPECT_THAT(found.errors[0], HasSubstr("has no features"));
}

TEST(Ridge, RefusesHarmonicsThatNoStepsCanShow) {
  Found found;
  chosen<ForecasterParams>("ridge", {{"seasons", Items{season(4h, 3, true)}}})->check_step(1h, found);
  ASSERT_THAT(found.errors, SizeIs(1));
  EXPECT_THAT(found.errors[0], HasSubstr("/seasons/0/harmonics: is more than 2"));
}

}  // namespace
}  // namespace windtunnel::test
