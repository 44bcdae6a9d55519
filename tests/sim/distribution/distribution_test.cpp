#include "sim/distribution/distribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "tests/sim/distribution/law.hpp"

namespace windtunnel {
namespace {

using test::law;
using test::Tree;

struct Named {
  std::string name;
  DistributionChoice distribution;
  double mean, scv;        // closed forms
  bool is_inverse = true;  // a true inverse transform: increasing in the uniform
};

// Moments by formula, or from mpmath's gamma function and quadrature to 17 digits.
std::vector<Named> laws() {
  const double mean_mixture = 0.75 * 0.01 + 0.25 * 0.15;
  const double second_mixture = 0.75 * 2 * 0.01 * 0.01 + 0.25 * (0.15 * 0.15 + 0.01 / 12);
  return {
      {"constant", constant(0.25), 0.25, 0},
      {"exponential", exponential(0.01), 0.01, 1},
      {"uniform", law("uniform", {{"low", 0.002}, {"high", 0.008}}), 0.005, 0.12},
      {"erlang 3", law("erlang", {{"stages", 3}, {"mean", 0.01}}), 0.01, 1. / 3},
      {"gamma cv 0.1", law("gamma", {{"mean", 2}, {"cv", 0.1}}), 2, 0.01},
      {"gamma cv 2", law("gamma", {{"mean", 0.01}, {"cv", 2}}), 0.01, 4},
      {"lognormal cv 0.3", law("lognormal", {{"mean", 3}, {"cv", 0.3}}), 3, 0.09},
      {"lognormal cv 1.5", law("lognormal", {{"mean", 0.01}, {"cv", 1.5}}), 0.01, 2.25},
      {"weibull 0.7", law("weibull", {{"mean", 0.01}, {"shape", 0.7}}), 0.01, 2.1386856318511678},
      {"weibull 3", law("weibull", {{"mean", 5}, {"shape", 3}}), 5, 0.1320933607263194},
      {"bounded_pareto 2", law("bounded_pareto", {{"shape", 2}, {"low", 1}, {"high", 1000}}), 1.998001998001998,
       2.4607923094399996},
      {"bounded_pareto 0.5", law("bounded_pareto", {{"shape", 0.5}, {"low", 2}, {"high", 3}}), 2.4494897427831781,
       0.013747150773105027},
      {"hyperexponential cv 3", law("hyperexponential", {{"mean", 0.01}, {"cv", 3}}), 0.01, 9, false},
      // Mean 0.5 + 0.5 * 3, second moment 2 (0.5 + 0.5 * 9).
      {"hyperexponential branches",
       law("hyperexponential", {{"branches", Tree::list({Tree::object({{"share", 0.5}, {"mean", 1}}),
                                                         Tree::object({{"share", 0.5}, {"mean", 3}})})}}),
       2, 10. / 4 - 1, false},
      {"bimodal", law("bimodal", {{"low", 0.001}, {"high", 0.1}, {"share_high", 0.01}}), 0.00199,
       0.01 * 0.99 * 0.099 * 0.099 / (0.00199 * 0.00199)},
      // 1, 2, 3, 6: mean 3, population variance 14 / 4.
      {"empirical values", law("empirical", {{"values", Tree::list({3, 1, 6, 2})}}), 3, 14. / 4 / 9},
      // Half uniform on (0, 1), half on (1, 3): second moment (1/3 + 13/3) / 2.
      {"empirical quantiles",
       law("empirical", {{"quantiles", Tree::list({Tree::object({{"share", 0}, {"value", 0}}),
                                                   Tree::object({{"share", 0.5}, {"value", 1}}),
                                                   Tree::object({{"share", 1}, {"value", 3}})})}}),
       1.25, (7. / 3 - 1.25 * 1.25) / (1.25 * 1.25)},
      {"shifted", law("shifted", {{"by", 0.03}, {"distribution", Tree::choice("exponential", {{"mean", 0.01}})}}), 0.04,
       1. / 16},
      {"mixture",
       law("mixture",
           {{"parts",
             Tree::list(
                 {Tree::object({{"share", 0.75}, {"distribution", Tree::choice("exponential", {{"mean", 0.01}})}}),
                  Tree::object(
                      {{"share", 0.25}, {"distribution", Tree::choice("uniform", {{"low", 0.1}, {"high", 0.2}})}})})}}),
       mean_mixture, second_mixture / (mean_mixture * mean_mixture) - 1, false},
  };
}

TEST(Distribution, StatesItsExactMoments) {
  for (const Named& l : laws()) {
    EXPECT_NEAR(l.distribution->mean(), l.mean, 1e-12 * l.mean) << l.name;
    EXPECT_NEAR(l.distribution->scv(), l.scv, 1e-11 * std::max(1.0, l.scv)) << l.name;
  }
}

// 2^20 draws; each deviation is held against its own standard error, estimated from the draws.
TEST(Distribution, DrawsHaveItsMoments) {
  for (const Named& l : laws()) {
    Sampler sampler(Stream(11, l.name, 0), *l.distribution);
    const int n = 1 << 20;
    std::vector<double> x(n);
    for (double& v : x) v = sampler.next();
    double sum = 0;
    for (const double v : x) sum += v;
    const double mean = sum / n;
    double m2 = 0;
    double m4 = 0;
    for (const double v : x) {
      const double d2 = (v - l.mean) * (v - l.mean);
      m2 += d2 / n;
      m4 += d2 * d2 / n;
    }
    const double variance = l.scv * l.mean * l.mean;
    EXPECT_NEAR(mean, l.mean, 4 * std::sqrt(m2 / n) + 1e-15) << l.name;
    EXPECT_NEAR(m2, variance, 4 * std::sqrt(std::max(0.0, m4 - m2 * m2) / n) + 1e-15) << l.name;
  }
}

// The midpoints of 2^20 equal cells of (0, 1), a quadrature: 100 times finer than drawing.
TEST(Distribution, TransformIntegratesToItsMean) {
  const std::size_t n = 1 << 20;
  std::vector<std::uint64_t> words(n);
  for (std::size_t i = 0; i < n; ++i) words[i] = (2 * static_cast<std::uint64_t>(i) + 1) << 43;
  std::vector<double> x(n);
  for (const Named& l : laws()) {
    l.distribution->transform()->apply(words.data(), x.data(), n);
    double sum = 0;
    for (const double v : x) sum += v;
    EXPECT_NEAR(sum / static_cast<double>(n), l.mean, 3e-5 * std::max(1.0, std::sqrt(l.scv)) * l.mean) << l.name;
  }
}

TEST(Distribution, InverseTransformsIncreaseWithTheUniform) {
  for (const Named& l : laws()) {
    if (!l.is_inverse) continue;
    std::vector<std::uint64_t> words;
    for (std::uint64_t i = 0; i < 200000; ++i) words.push_back(i * 92233720368547u);
    for (int bit = 12; bit < 63; ++bit) {  // and far out
      words.push_back(std::uint64_t{1} << bit);
      words.push_back(~(std::uint64_t{1} << bit));
    }
    std::sort(words.begin(), words.end());
    std::vector<double> x(words.size());
    l.distribution->transform()->apply(words.data(), x.data(), x.size());
    for (std::size_t i = 1; i < x.size(); ++i)  // the last bits may differ where two cubics of a table meet
      ASSERT_GE(x[i], x[i - 1] * (1 - 4e-15)) << l.name << " at " << i;
  }
}

TEST(Distribution, BatchesOfAnySizeGiveTheSameDraws) {
  std::vector<std::uint64_t> words(1000);
  Stream(4, "batch", 0).fill(words.data(), words.size());
  for (const Named& l : laws()) {
    const auto transform = l.distribution->transform();
    std::vector<double> together(words.size());
    std::vector<double> apart(words.size());
    transform->apply(words.data(), together.data(), words.size());
    for (std::size_t i = 0; i < words.size(); ++i) transform->apply(&words[i], &apart[i], 1);
    EXPECT_EQ(together, apart) << l.name;
  }
}

// Nanoseconds for seed 42, stream "golden", replication 3, from numpy's Philox words w, u = ((w >> 12) + 1/2) / 2^52
// and, in mpmath with 40 digits or scipy.stats.gamma.ppf, the formula beside the law.
TEST(Sampler, GivesTheNanosecondsComputedElsewhere) {
  struct Case {
    DistributionChoice distribution;
    std::vector<std::int64_t> expected;
    double relative;  // 0: to the nanosecond
  };
  const std::vector<Case> cases{
      // -mean log(1 - u)
      {exponential(0.01), {20212696, 32212529, 9940019, 1697970, 2788060, 356588, 2180, 43875077}, 0},
      // low + (high - low) u
      {law("uniform", {{"low", 0.002}, {"high", 0.008}}),
       {7205077, 7760570, 5779444, 2936984, 3459880, 2210183, 2001308, 7925410},
       0},
      // mean / gamma(1 + 1/k) (-log(1 - u))^(1/k)
      {law("weibull", {{"mean", 0.01}, {"shape", 0.7}}),
       {21589019, 42012313, 7832390, 627375, 1274093, 67499, 46, 65325235},
       0},
      // low (1 - u (1 - (low/high)^a))^(-1/a)
      {law("bounded_pareto", {{"shape", 1.1}, {"low", 0.001}, {"high", 10}}),
       {6279441, 18681643, 2468416, 1166904, 1288461, 1032947, 1000198, 53826876},
       0},
      // s² = log(1 + cv²): mean exp(-s²/2 + s sqrt(2) erfinv(2u - 1))
      {law("lognormal", {{"mean", 0.01}, {"cv", 1.5}}),
       {18605428, 37155171, 7950786, 1852179, 2606431, 776134, 121811, 63367685},
       1e-6},
      // mean cv² gamma.ppf(u, 1/cv²)
      {law("gamma", {{"mean", 0.01}, {"cv", 0.5}}),
       {15554331, 20222229, 10848775, 5180897, 6260398, 3035971, 711569, 24366950},
       1e-6},
      {law("gamma", {{"mean", 0.01}, {"cv", 2}}), {23298200, 54825797, 4656643, 16062, 94805, 41, 0, 90383714}, 1e-6},
      // mean / 3 gamma.ppf(u, 3)
      {law("erlang", {{"mean", 0.01}, {"stages", 3}}),
       {16364889, 22007046, 10824776, 4522698, 5673440, 2357526, 374916, 27097521},
       1e-6},
      // p = (1 + sqrt(8/10)) / 2; below p: -mean/(2p) log(1 - u/p), else -mean/(2(1-p)) log(1 - (u-p)/(1-p))
      {law("hyperexponential", {{"mean", 0.01}, {"cv", 3}}),
       {13065932, 26498423, 5773023, 951020, 1567164, 198920, 1215, 136967667},
       0},
      // 75 % exponential with mean 10 ms, else uniform on 100 to 200 ms
      {law("mixture",
           {{"parts",
             Tree::list(
                 {Tree::object({{"share", 0.75}, {"distribution", Tree::choice("exponential", {{"mean", 0.01}})}}),
                  Tree::object(
                      {{"share", 0.25}, {"distribution", Tree::choice("uniform", {{"low", 0.1}, {"high", 0.2}})}})})}}),
       {147005141, 184037988, 18318098, 2334699, 3921803, 478334, 2907, 195027331},
       0},
  };
  for (const Case& c : cases) {
    Sampler sampler(Stream(42, "golden", 3), *c.distribution);
    for (const std::int64_t expected : c.expected)
      EXPECT_NEAR(static_cast<double>(sampler.next_ns()), static_cast<double>(expected),
                  c.relative * static_cast<double>(expected) + (c.relative > 0 ? 1 : 0))
          << c.distribution.type();
  }
}

TEST(Sampler, NumbersAndNanosecondsEachFollowTheWords) {
  const DistributionChoice d = exponential(2);
  Sampler numbers(Stream(1, "n", 0), *d);
  Sampler times(Stream(1, "n", 0), *d);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(times.next_ns(), std::llround(numbers.next() * 1e9));
}

// sqrt(n) times the largest distance to the exact distribution function; 1.95 is exceeded once in a thousand.
double kolmogorov_smirnov(const Distribution& d, const std::function<double(double)>& cdf) {
  Sampler sampler(Stream(21, "ks", 0), d);
  std::vector<double> x(200000);
  for (double& v : x) v = sampler.next();
  std::sort(x.begin(), x.end());
  const auto n = static_cast<double>(x.size());
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = cdf(x[i]);
    distance = std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
  }
  return distance * std::sqrt(n);
}

TEST(Distribution, DrawsFollowTheExactDistributionFunction) {
  EXPECT_LT(kolmogorov_smirnov(*exponential(3), [](double x) { return -std::expm1(-x / 3); }), 1.95);
  const double sigma = std::sqrt(std::log(1 + 1.5 * 1.5));
  EXPECT_LT(kolmogorov_smirnov(
                *law("lognormal", {{"mean", 1}, {"cv", 1.5}}),
                [=](double x) { return 0.5 * std::erfc(-(std::log(x) + sigma * sigma / 2) / sigma / std::sqrt(2.0)); }),
            1.95);
  EXPECT_LT(kolmogorov_smirnov(*law("erlang", {{"mean", 2}, {"stages", 2}}),
                               [](double x) { return 1 - std::exp(-x) * (1 + x); }),
            1.95);
  const double p = (1 + std::sqrt(0.8)) / 2;
  EXPECT_LT(
      kolmogorov_smirnov(*law("hyperexponential", {{"mean", 1}, {"cv", 3}}),
                         [=](double x) { return 1 - p * std::exp(-2 * p * x) - (1 - p) * std::exp(-2 * (1 - p) * x); }),
      1.95);
  // And the statistic can tell: a mean wrong by 2 % is found out.
  EXPECT_GT(kolmogorov_smirnov(*exponential(3.06), [](double x) { return -std::expm1(-x / 3); }), 1.95);
}

// One uniform per draw keeps two variants in step. With X = -ln(U) / mu the variance of X - Y falls from
// 1 / mu1² + 1 / mu2² to (1 / mu1 - 1 / mu2)²: by a factor of 221 for mu 1 and 1.1.
TEST(Distribution, CommonRandomNumbersReduceTheVarianceOfADifference) {
  const auto variance_of_difference = [](const char* stream_of_second) {
    Sampler a(Stream(8, "crn", 0), *exponential(1));
    Sampler b(Stream(8, stream_of_second, 0), *exponential(1 / 1.1));
    const int n = 200000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; ++i) {
      const double d = a.next() - b.next();
      sum += d;
      squares += d * d;
    }
    return (squares - sum * sum / n) / (n - 1);
  };
  const double common = variance_of_difference("crn");
  const double independent = variance_of_difference("other");
  EXPECT_NEAR(common, 0.00826446281, 0.15 * 0.00826446281);
  EXPECT_NEAR(independent, 1.826446281, 0.15 * 1.826446281);
  EXPECT_NEAR(independent / common, 221, 0.15 * 221);
}

TEST(Distribution, EveryTypeIsListedWithASummary) {
  const Registry<Distribution>& registry = Distribution::registry();
  std::vector<std::string> types;
  for (const auto& entry : registry.entries()) {
    types.emplace_back(entry.type);
    EXPECT_FALSE(entry.summary.empty()) << entry.type;
  }
  EXPECT_THAT(types, testing::UnorderedElementsAre("constant", "exponential", "uniform", "erlang", "gamma", "lognormal",
                                                   "weibull", "bounded_pareto", "hyperexponential", "bimodal",
                                                   "empirical", "shifted", "mixture"));
  EXPECT_EQ(registry.shorthand_type(), "constant");
}

TEST(Distribution, ReportsCombinationsThatMakeNoSense) {
  using testing::ElementsAre;
  using testing::IsEmpty;
  for (const Named& l : laws()) EXPECT_THAT(test::problems(l.distribution), IsEmpty()) << l.name;

  const auto branch = [](double share) { return Tree::object({{"share", share}, {"mean", 1}}); };
  const auto point = [](double share, double value) { return Tree::object({{"share", share}, {"value", value}}); };
  EXPECT_THAT(test::problems(law("uniform", {{"low", 2}, {"high", 1}})),
              ElementsAre("/high: must not be less than low"));
  EXPECT_THAT(test::problems(law("bimodal", {{"low", 2}, {"high", 1}})),
              ElementsAre("/high: must not be less than low"));
  EXPECT_THAT(test::problems(law("bounded_pareto", {{"low", 2}, {"high", 2}})),
              ElementsAre("/high: must be larger than low"));
  EXPECT_THAT(test::problems(law("hyperexponential", {{"mean", 2}})),
              ElementsAre(": needs either mean and cv, or branches"));
  EXPECT_THAT(test::problems(law("hyperexponential", {{"cv", 2}, {"branches", Tree::list({branch(1)})}})),
              ElementsAre(": takes either mean and cv, or branches, not both"));
  EXPECT_THAT(test::problems(law("hyperexponential", {{"branches", Tree::list({branch(0.5), branch(0.25)})}})),
              ElementsAre("/branches: shares sum to 75 %, not 100 %"));
  EXPECT_THAT(test::problems(law("mixture", {})), ElementsAre("/parts: needs at least one part"));
  EXPECT_THAT(test::problems(law("empirical", {})), ElementsAre(": needs either values or quantiles"));
  EXPECT_THAT(test::problems(law("empirical", {{"quantiles", Tree::list({point(0, 1), point(0.9, 2)})}})),
              ElementsAre("/quantiles: must begin with the least value, at 0 %, and end with the largest, at 100 %"));
  EXPECT_THAT(test::problems(law(
                  "empirical", {{"quantiles", Tree::list({point(0, 1), point(0.5, 3), point(0.5, 2), point(1, 4)})}})),
              ElementsAre("/quantiles/2/share: must be larger than the share before it",
                          "/quantiles/2/value: must not be less than the value before it"));
}

}  // namespace
}  // namespace windtunnel
