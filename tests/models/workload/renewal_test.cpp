#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;

Moments gap_moments(const ArrivalsChoice& arrivals, std::size_t n) {
  const auto seen = all(arrivals, web(), n);
  std::vector<double> gaps{to_seconds(seen[0].at)};
  for (std::size_t i = 1; i < n; ++i) gaps.push_back(to_seconds(seen[i].at - seen[i - 1].at));
  return moments(gaps);
}

TEST(RenewalArrivals, HaveTheirLawsMeanAndVarianceBetweenThem) {
  constexpr std::size_t kGaps = 200'000;
  const auto erlang =
      chosen<Arrivals>("renewal", {{"inter_arrival", Fields{{"type", "erlang"}, {"mean", 0.01}, {"stages", 2}}}});
  const auto m = gap_moments(erlang, kGaps);
  EXPECT_NEAR(m.mean, 0.01, 5 * 0.01 * std::sqrt(0.5 / kGaps));
  // Var of a sample variance: (kurtosis - 1)/n of its square; Erlang-2 has kurtosis 3 + 6/2.
  EXPECT_NEAR(m.variance / 1e-4, 0.5, 5 * 0.5 * std::sqrt(5.0 / kGaps));
}

TEST(RenewalArrivals, OfConstantGapsDoNotDrift) {
  const auto seen = all(renewal_arrivals(constant(1.0 / 3)), web(), 3'000'000);
  // A million seconds in three million gaps of 1/3 s, each of which is half a nanosecond off when rounded.
  EXPECT_NEAR(static_cast<double>((seen[2'999'999].at - 1'000'000s).count()), 0, 60);
}

TEST(RenewalArrivals, EndWithTheRun) {
  EXPECT_EQ(all(renewal_arrivals(constant(0.25)), web(1s)).size(), 4u);  // at .25, .5, .75 and 1
}

TEST(RenewalArrivals, NeedAMeanAboveZero) {
  Found found;
  renewal_arrivals(constant(0)).mutable_params().check(found);
  EXPECT_THAT(found.errors, ::testing::ElementsAre(::testing::StartsWith("/inter_arrival: ")));
}

}  // namespace
}  // namespace windtunnel::test
