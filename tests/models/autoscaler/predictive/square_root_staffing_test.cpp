// Expected values: the formula by another program's normal distribution function, and Erlang's own for comparison.
#include "models/autoscaler/predictive/square_root_staffing.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "models/autoscaler/predictive/sizing.hpp"
#include "tests/models/assign.hpp"

namespace windtunnel::predictive {
namespace {

using test::chosen;

TEST(SquareRootStaffing, WaitsAsHalfinAndWhittSay) {
  constexpr double kTable[][2] = {{0.1, 0.880287}, {0.5, 0.504539}, {1, 0.223361},
                                  {1.5, 0.084690}, {2, 0.026881},   {3, 0.001477}};
  for (const auto& [beta, probability] : kTable) EXPECT_NEAR(wait_probability(beta), probability, 1e-6) << beta;
  EXPECT_EQ(wait_probability(0), 1);
}

TEST(SquareRootStaffing, FindsTheRoomThatAWaitProbabilityAsksFor) {
  constexpr double kTable[][2] = {{0.5, 0.5061}, {0.2, 1.0615}, {0.1, 1.4202}, {0.05, 1.7398}, {0.01, 2.3749}};
  for (const auto& [probability, beta] : kTable) EXPECT_NEAR(beta_for(probability), beta, 5e-5) << probability;
}

TEST(SquareRootStaffing, NeedsLessSpareRoomTheMoreThereIs) {
  const auto sizing = chosen<Sizing>("square_root_staffing", {{"wait_probability", Share{0.05}}});
  EXPECT_EQ(std::ceil(sizing->servers(10)), 16);
  EXPECT_EQ(std::ceil(sizing->servers(100)), 118);
  EXPECT_EQ(std::ceil(sizing->servers(1000)), 1056);
  EXPECT_EQ(sizing->servers(0), 0);
}

// Servers by the approximation, and the exact wait probability of that many (Erlang C by its recursion).
TEST(SquareRootStaffing, IsCloseToErlangC) {
  for (const double load : {10.0, 100.0, 1000.0})
    for (const double wanted : {0.5, 0.2, 0.05}) {
      const auto n = static_cast<int>(std::ceil(load + beta_for(wanted) * std::sqrt(load)));
      double b = 1;
      for (int k = 1; k <= n; ++k) b = load * b / (k + load * b);
      const double c = b / (1 - load / n * (1 - b));
      EXPECT_LT(c, wanted * 1.2) << load;  // rounding up can only help, and does much where there are few
      EXPECT_GT(c, wanted * 0.6) << load;
    }
}

TEST(SquareRootStaffing, TakesAGivenNumberOfRoots) {
  const auto sizing = chosen<Sizing>("square_root_staffing", {{"beta", 2.0}});
  EXPECT_DOUBLE_EQ(sizing->servers(25), 35);
  EXPECT_EQ(sizing->words(), "with 2 square roots of the load above it");
}

TEST(UtilizationLaw, DividesTheLoadByTheTarget) {
  const auto sizing = chosen<Sizing>("utilization_law", {{"target", Share{0.5}}});
  EXPECT_DOUBLE_EQ(sizing->servers(7), 14);
  EXPECT_EQ(sizing->words(), "at 50 % utilization");
}

}  // namespace
}  // namespace windtunnel::predictive
