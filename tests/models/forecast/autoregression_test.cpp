#include "models/forecast/autoregression.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/models/forecast/series.hpp"

namespace windtunnel::test {
namespace {

TEST(Autoregression, IsTheMeanOfFewValues) {
  EXPECT_EQ(next_by_autoregression(std::vector<double>{}), 0);
  EXPECT_EQ(next_by_autoregression(std::vector<double>{300}), 300);
  EXPECT_EQ(next_by_autoregression(std::vector<double>{300, 500}), 400);
}

TEST(Autoregression, IsTheValueThatNeverChanges) {
  EXPECT_DOUBLE_EQ(next_by_autoregression(std::vector<double>(10, 300)), 300);
}

// Deviations -50, 50, … about 350: autocovariances 2500 (1, -7/8, 6/8, …). Order 1 has phi = -7/8 and the error
// variance 2500 (1 - 49/64), worth -8 ln(64/15) + 2 = -9.6 against 0. Order 2: phi_2 = (6/8 - 49/64) / (15/64) = -1/15,
// which takes (14/15)(16/15) of the error: 8 ln(224/225) = -0.04 for 2. So does every further one.
TEST(Autoregression, ContinuesAnAlternation) {
  std::vector<double> values;
  for (int i = 0; i < 8; ++i) values.push_back(i % 2 == 0 ? 300 : 400);
  EXPECT_NEAR(next_by_autoregression(values), 350 - 7 / 8.0 * 50, 1e-9);
}

TEST(Autoregression, FindsOrderAndCoefficientsOfALongSeries) {
  Stream words(1, "ar", 0);
  std::vector<double> y = {50, 50};
  for (int i = 0; i < 20'000; ++i) y.push_back(20 + 1.2 * y[y.size() - 1] - 0.6 * y[y.size() - 2] + normal(words));
  const double exact = 20 + 1.2 * y[y.size() - 1] - 0.6 * y[y.size() - 2];
  EXPECT_NEAR(next_by_autoregression(y), exact, 0.05);
}

TEST(Autoregression, MostlyLeavesNoiseAtItsMean) {
  int mean = 0;
  for (std::uint64_t i = 0; i < 200; ++i) {
    Stream words(1, "noise", i);
    std::vector<double> y;
    for (int k = 0; k < 100; ++k) y.push_back(300 + 20 * normal(words));
    double sum = 0;
    for (const double value : y) sum += value;
    mean += std::abs(next_by_autoregression(y) - sum / 100) < 1e-9 ? 1 : 0;
  }
  // AIC picks order 0 of white noise about three times in four when five others are offered.
  EXPECT_GT(mean, 120);
  EXPECT_LT(mean, 180);
}

}  // namespace
}  // namespace windtunnel::test
