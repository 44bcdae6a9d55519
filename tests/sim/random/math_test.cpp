#include "sim/random/math.hpp"

#include <gtest/gtest.h>

#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

double ulps(double got, long double exact) {
  const double near = std::fabs(static_cast<double>(exact));
  const double ulp = std::nextafter(near, std::numeric_limits<double>::infinity()) - near;
  return static_cast<double>(std::fabs(static_cast<long double>(got) - exact) / static_cast<long double>(ulp));
}

// The reference is the C library's long double, 11 bits wider.
TEST(Log, IsWithinOneUlp) {
  Stream stream(1, "log", 0);
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    double x = stream.uniform();
    if (i % 4 == 1) x = 1 - x * 1e-3;
    if (i % 4 == 2) x = std::ldexp(x, -static_cast<int>(stream.below(900)));
    if (i % 4 == 3) x = 1 / x;
    worst = std::max(worst, ulps(log_of(x), std::log(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1);
  EXPECT_EQ(log_of(1.0), 0);
}

TEST(Exp, IsWithinOneUlp) {
  Stream stream(1, "exp", 0);
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    const double x = (stream.uniform() - 0.5) * (i % 2 == 0 ? 1400 : 2);
    worst = std::max(worst, ulps(exp_of(x), std::exp(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1);
  EXPECT_EQ(exp_of(0.0), 1);
}

TEST(Exp, StopsAtTheBoundsOfItsDomain) {
  EXPECT_EQ(exp_of(-1e6), exp_of(-708.0));
  EXPECT_EQ(exp_of(1e6), exp_of(709.0));
  EXPECT_GT(exp_of(-1e6), 0);
  EXPECT_LT(exp_of(1e6), std::numeric_limits<double>::infinity());
}

TEST(Turn, IsCosineAndSineOfItsAngle) {
  Stream stream(1, "turn", 0);
  const long double full = 2 * std::acos(-1.0L);
  double worst = 0;
  for (int i = 0; i < 1000000; ++i) {
    const double turns = (stream.uniform() - 0.5) * (i % 2 == 0 ? 2 : 1000);
    const auto [cosine, sine] = turn_of(turns);
    // The C library's long double loses what its argument's rounding does: reduced first, exactly.
    const long double angle = (static_cast<long double>(turns) - std::floor(turns)) * full;
    const long double off = std::max(std::fabs(static_cast<long double>(cosine) - std::cos(angle)),
                                     std::fabs(static_cast<long double>(sine) - std::sin(angle)));
    worst = std::max(worst, static_cast<double>(off) / (1 + std::fabs(turns)));
  }
  EXPECT_LT(worst, 5e-16);
}

TEST(Turn, IsExactAtRightAngles) {
  for (const double turns : {0.0, 1.0, -3.0, 1000.0}) {
    EXPECT_EQ(turn_of(turns).cosine, 1);
    EXPECT_EQ(turn_of(turns).sine, 0);
    EXPECT_EQ(turn_of(turns + 0.25).cosine, 0);
    EXPECT_EQ(turn_of(turns + 0.25).sine, 1);
    EXPECT_EQ(turn_of(turns + 0.5).cosine, -1);
    EXPECT_EQ(turn_of(turns - 0.25).sine, -1);
  }
}

// The arrays run vectorised, on other instructions.
TEST(ArrayFunctions, GiveTheBitsOfTheScalarOnes) {
  for (const std::size_t n : {0u, 1u, 2u, 3u, 4u, 7u, 256u, 1001u}) {
    Stream stream(n, "array", 0);
    std::vector<std::uint64_t> words(n);
    stream.fill(words.data(), n);
    std::vector<double> u(n);
    std::vector<double> logs(n);
    std::vector<double> exponentials(n);
    for (std::size_t i = 0; i < n; ++i) u[i] = Stream::to_unit(words[i]);
    log_of(u.data(), logs.data(), n);
    exponential_of(words.data(), 2.5, exponentials.data(), n);
    for (std::size_t i = 0; i < n; ++i) {
      ASSERT_EQ(logs[i], log_of(u[i]));
      ASSERT_EQ(exponentials[i], -2.5 * log_of(1 - u[i]));
    }
    std::vector<double> back = logs;
    exp_of(back.data(), back.data(), n);
    for (std::size_t i = 0; i < n; ++i) ASSERT_EQ(back[i], exp_of(logs[i]));
  }
}

TEST(Nanoseconds, RoundToTheNearestAndStayInRange) {
  const std::vector<double> seconds{0,      -1,     1e-9, 0.4e-9, 0.6e-9, 1.5e-9, 2.5e-9, 0.01, 12345.678901234,
                                    2.25e6, 2.26e6, 1e8,  1e9,    9.3e9,  1e300};
  const std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  const std::vector<std::int64_t> expected{0,
                                           0,
                                           1,
                                           0,
                                           1,
                                           2,
                                           2,
                                           10000000,
                                           12345678901234,
                                           2250000000000000,
                                           2260000000000000,
                                           100000000000000000,
                                           1000000000000000000,
                                           largest,
                                           largest};
  std::vector<std::int64_t> ns(seconds.size());
  nanoseconds_of(seconds.data(), ns.data(), ns.size());
  EXPECT_EQ(ns, expected);
}

TEST(NormalQuantile, AgreesWithBoostsInverseErrorFunction) {
  Stream stream(1, "normal", 0);
  for (int i = 0; i < 100000; ++i) {
    double p = stream.uniform();
    if (i % 2 == 1) p = std::ldexp(p, -static_cast<int>(stream.below(900)));
    const double z = -std::sqrt(2.0) * boost::math::erfc_inv(2 * p);
    ASSERT_NEAR(normal_quantile(p), z, 3e-15 * std::max(1.0, std::fabs(z))) << p;
  }
}

// From mpmath: mp.loggamma(x), 40 digits.
TEST(LogGamma, AgreesWithMpmath) {
  const double cases[][2] = {{0.001, 6.9071788853838537}, {0.5, 0.57236494292470009}, {1.5, -0.12078223763524522},
                             {7, 6.579251212010101},      {11.9, 17.258477450595521}, {250, 1128.5237708729907},
                             {10000, 82099.717496442377}};
  for (const auto& [x, expected] : cases) EXPECT_NEAR(log_gamma(x), expected, 4e-15 * std::max(10.0, expected)) << x;
}

TEST(Expm1AndLog1p, KeepTheirDigitsNearZero) {
  for (const double x : {-0.9, -0.3, -0.0201, -0.0199, -1e-3, -1e-9, 1e-300, 1e-12, 1e-5, 0.0199, 0.0201, 0.7}) {
    EXPECT_NEAR(expm1_of(x) / std::expm1(x), 1, 2e-14) << x;
    EXPECT_NEAR(log1p_of(x) / std::log1p(x), 1, 2e-15) << x;
  }
}

}  // namespace
}  // namespace windtunnel
