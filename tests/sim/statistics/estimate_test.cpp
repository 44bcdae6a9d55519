#include "sim/statistics/estimate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace windtunnel {
namespace {

// Validation case V112 (tables of Student's t).
TEST(StudentT, GivesTheTabulatedQuantiles) {
  EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262157163, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 19), 2.093024054, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.975, 29), 2.045229642, 1e-9);
  EXPECT_NEAR(student_t_quantile(0.025, 9), -2.262157163, 1e-9);
}

// 1 … 10: mean 5.5, sample variance 55/6.
TEST(Estimate, IsTheMeanWithItsStudentInterval) {
  const std::vector<double> values{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const Estimate e = estimate(values);
  EXPECT_EQ(e.n, 10u);
  EXPECT_DOUBLE_EQ(e.mean, 5.5);
  EXPECT_DOUBLE_EQ(e.standard_error, std::sqrt(55. / 6 / 10));
  EXPECT_NEAR(e.half_width_95, 2.262157163 * std::sqrt(55. / 60), 1e-8);
  EXPECT_DOUBLE_EQ(e.low(), 5.5 - e.half_width_95);
  EXPECT_DOUBLE_EQ(e.high(), 5.5 + e.half_width_95);
  EXPECT_EQ(e.least, 1);
  EXPECT_EQ(e.most, 10);
}

TEST(Estimate, LeavesOutWhatDoesNotExist) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> values{nan, 2, nan, 4};
  const Estimate e = estimate(values);
  EXPECT_EQ(e.n, 2u);
  EXPECT_EQ(e.mean, 3);
  EXPECT_EQ(e.standard_error, 1);
  EXPECT_EQ(e.least, 2);
}

TEST(Estimate, OfOneValueHasNoWidthAndOfNoneIsNothing) {
  const std::vector<double> one{7};
  EXPECT_EQ(estimate(one).mean, 7);
  EXPECT_EQ(estimate(one).half_width_95, 0);
  EXPECT_TRUE(std::isnan(estimate({}).mean));
  EXPECT_EQ(estimate({}).n, 0u);
}

TEST(Estimate, OfEqualValuesIsExact) {
  const std::vector<double> values(20, 0.1);
  EXPECT_EQ(estimate(values).mean, 0.1);
  EXPECT_EQ(estimate(values).half_width_95, 0);
}

}  // namespace
}  // namespace windtunnel
