// Rates that change with time. The strongest statement about them needs no statistics: by Cinlar's inversion the k-th
// arrival of any profile lies where the profile's cumulative rate reaches the k-th point of the unit-rate process on
// the same stream. The cumulative rates are written out here in long double, independently of the code under test.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;

using Cumulative = std::function<long double(long double)>;  // expected arrivals in the first t seconds

// The unit-rate points are known to a nanosecond, 1e-9 arrivals; an arrival to half a nanosecond of time.
void expect_inversion(const ArrivalsChoice& arrivals, const Cumulative& cumulative, long double highest_rate, Time end,
                      std::size_t at_least) {
  const std::vector<Arrival> seen = all(arrivals, web(end));
  ASSERT_GE(seen.size(), at_least);
  const std::vector<Arrival> unit = all(poisson_arrivals(1), web(), seen.size());
  const long double tolerance = highest_rate * 1e-9L + 1e-6L;
  for (std::size_t k = 0; k < seen.size(); ++k) {
    const long double reached = cumulative(static_cast<long double>(seen[k].at.count()) * 1e-9L);
    const long double expected = static_cast<long double>(unit[k].at.count()) * 1e-9L;
    ASSERT_NEAR(static_cast<double>(reached - expected), 0, static_cast<double>(tolerance)) << k;
  }
}

TEST(PoissonArrivals, HaveTheirMeanAndVarianceInEverySecond) {
  constexpr std::size_t kWindows = 10'000;
  const double rate = 250;
  const auto m = moments(counts_per(1s, kWindows, all(poisson_arrivals(rate), web(std::chrono::seconds(kWindows)))));
  EXPECT_NEAR(m.mean, rate, 5 * std::sqrt(rate / kWindows));
  EXPECT_NEAR(m.variance / m.mean, 1, 5 * std::sqrt(2.0 / kWindows));
}

TEST(PoissonArrivals, HaveExponentialGaps) {
  const auto seen = all(poisson_arrivals(1000), web(200s));
  std::vector<double> gaps;
  for (std::size_t i = 1; i < seen.size(); ++i) gaps.push_back(to_seconds(seen[i].at - seen[i - 1].at) * 1000);
  const double n = static_cast<double>(gaps.size());
  const auto m = moments(gaps);
  EXPECT_NEAR(m.mean, 1, 5 / std::sqrt(n));
  EXPECT_NEAR(m.variance, 1, 5 * std::sqrt(8 / n));  // Var of the sample variance of an exponential: (9 - 1)/n
}

TEST(PoissonArrivals, AtTwiceTheRateAreTheSameTwiceAsFast) {
  const auto slow = all(poisson_arrivals(40), web(), 100'000);
  const auto fast = all(poisson_arrivals(80), web(), 100'000);
  for (std::size_t k = 0; k < 100'000; ++k)
    ASSERT_NEAR(static_cast<double>(slow[k].at.count()), 2.0 * static_cast<double>(fast[k].at.count()), 2);
}

TEST(PoissonArrivals, AreAsExactLateAsEarly) {
  // Long runs are followed in pieces; across three million arrivals no piece may lose its place.
  expect_inversion(
      poisson_arrivals(3e5), [](long double t) { return 3e5L * t; }, 3e5, 10s, 2'990'000);
}

TEST(PoissonArrivals, DoNotDependOnTheSizeOfBatches) {
  const auto arrivals = poisson_arrivals(100);
  const auto whole = all(arrivals, web(100s));
  const auto process = arrivals->make(web(100s));
  std::vector<Arrival> one(1);
  std::size_t k = 0;
  while (process->fill(one) == 1) ASSERT_EQ(one[0].at, whole.at(k++).at);
  EXPECT_EQ(k, whole.size());
}

TEST(PoissonArrivals, AreOthersForAnotherSourceOrReplication) {
  const auto arrivals = poisson_arrivals(100);
  auto other = web();
  other.name = "mobile";
  EXPECT_NE(all(arrivals, web(), 1)[0].at, all(arrivals, other, 1)[0].at);
  EXPECT_NE(all(arrivals, web(), 1)[0].at, all(arrivals, web({}, {}, 1), 1)[0].at);
}

const Items kStages{Fields{{"at", Duration{0s}}, {"rate", Rate{50}}}, Fields{{"at", Duration{60s}}, {"rate", Rate{0}}},
                    Fields{{"at", Duration{90s}}, {"rate", Rate{200}}}};

TEST(StepArrivals, LieWhereTheCumulativeRateSaysSo) {
  const auto cumulative = [](long double t) {
    if (t < 60) return 50 * t;
    return 3000 + (t > 90 ? 200 * (t - 90) : 0.0L);
  };
  expect_inversion(chosen<Arrivals>("steps", {{"steps", kStages}}), cumulative, 200, 300s, 44'000);
}

TEST(StepArrivals, EvenlySpacedHaveExactlyTheNumberOfEachStep) {
  const auto seen = all(chosen<Arrivals>("steps", {{"steps", kStages}, {"spacing", "even"}}), web(120s));
  ASSERT_EQ(seen.size(), 3000u + 6000u);
  EXPECT_EQ(seen[0].at, 10ms);
  EXPECT_EQ(seen[2999].at, 60s - 10ms);
  EXPECT_EQ(seen[3000].at, 90s + 2500us);
  EXPECT_EQ(seen[8999].at, 120s - 2500us);
}

TEST(StepArrivals, HoldTheFirstRateDuringTheWarmUp) {
  const auto seen = all(chosen<Arrivals>("steps", {{"steps", kStages}, {"spacing", "even"}}), web(220s, 100s));
  const auto counts = counts_per(10s, 22, seen);
  EXPECT_EQ(counts[0], 500);
  EXPECT_EQ(counts[15], 500);  // the first step ends at 160 s
  EXPECT_EQ(counts[16], 0);
  EXPECT_EQ(counts[19], 2000);
}

TEST(StepArrivals, EndWhereTheLastRateIsZero) {
  const Items stages{Fields{{"at", Duration{0s}}, {"rate", Rate{10}}}, Fields{{"at", Duration{1s}}, {"rate", Rate{0}}}};
  EXPECT_EQ(all(chosen<Arrivals>("steps", {{"steps", stages}, {"spacing", "even"}}), web()).size(), 10u);
}

TEST(StepArrivals, MustBeInOrderAndBeginAtZero) {
  Found found;
  const Items stages{Fields{{"at", Duration{1s}}, {"rate", Rate{10}}}, Fields{{"at", Duration{1s}}, {"rate", Rate{0}}}};
  chosen<Arrivals>("steps", {{"steps", stages}}).mutable_params().check(found);
  EXPECT_THAT(found.errors,
              ::testing::ElementsAre(::testing::StartsWith("/steps/0/at: "), ::testing::StartsWith("/steps/1/at: ")));
}

TEST(RampArrivals, LieWhereTheCumulativeRateSaysSo) {
  const auto up = [](long double t) { return t < 100 ? 2 * t * t : 20'000 + 400 * (t - 100); };
  expect_inversion(chosen<Arrivals>("ramp", {{"from", Rate{0}}, {"to", Rate{400}}, {"over", Duration{100s}}}), up, 400,
                   150s, 39'000);
  const auto down = [](long double t) { return t < 100 ? 400 * t - 2 * t * t : 20'000.0L; };
  expect_inversion(chosen<Arrivals>("ramp", {{"from", Rate{400}}, {"to", Rate{0}}, {"over", Duration{100s}}}), down,
                   400, 150s, 19'000);
}

TEST(RampArrivals, LongerThanAPieceLieWhereTheCumulativeRateSaysSo) {
  const auto cumulative = [](long double t) { return 1000 * t + 500 * t * t; };
  expect_inversion(chosen<Arrivals>("ramp", {{"from", Rate{1000}}, {"to", Rate{101'000}}, {"over", Duration{100s}}}),
                   cumulative, 101'000, 80s, 3'200'000);
}

TEST(SpikeArrivals, LieWhereTheCumulativeRateSaysSo) {
  const auto arrivals = chosen<Arrivals>("spike", {{"base", Rate{20}},
                                                   {"peak", Rate{500}},
                                                   {"at", Duration{30s}},
                                                   {"rise", Duration{10s}},
                                                   {"hold", Duration{20s}},
                                                   {"fall", Duration{40s}}});
  const auto cumulative = [](long double t) {
    long double above = 0;  // the part over the base, by pieces
    const auto within = [t](long double begin, long double end) {
      return std::min(std::max(t - begin, 0.0L), end - begin);
    };
    const long double rise = within(30, 40), hold = within(40, 60), fall = within(60, 100);
    above = 480 * (rise * rise / 20 + hold + fall - fall * fall / 80);
    return 20 * t + above;
  };
  expect_inversion(arrivals, cumulative, 500, 200s, 25'000);
}

TEST(SpikeArrivals, AtOnceHoldTheBaseDuringTheWarmUp) {
  const auto seen = all(
      chosen<Arrivals>(
          "spike",
          {{"base", Rate{10}}, {"peak", Rate{100}}, {"at", Duration{0s}}, {"hold", Duration{1s}}, {"spacing", "even"}}),
      web(12s, 10s));
  EXPECT_EQ(seen.size(), 100u + 100u + 10u);
}

const Fields kDay{
    {"mean", Rate{3}}, {"amplitude", Share{0.8}}, {"peak_at", Duration{15h}}, {"starts_at", Duration{7h}}};
constexpr long double kPi = 3.14159265358979323846264338327950288L;

TEST(DiurnalArrivals, LieWhereTheCumulativeRateSaysSo) {
  const auto cumulative = [](long double t) {
    const long double omega = 2 * kPi / 86'400, phase = omega * (7 - 15) * 3600;
    return 3 * (t + 0.8L / omega * (std::sin(omega * t + phase) - std::sin(phase)));
  };
  expect_inversion(chosen<Arrivals>("diurnal", kDay), cumulative, 6, 72h, 700'000);
}

TEST(DiurnalArrivals, OfFullAmplitudeAndHighRateLieWhereTheCumulativeRateSaysSo) {
  const auto cumulative = [](long double t) {
    const long double omega = 2 * kPi / 60;  // the peak in the middle: the trough at 0
    return 50'000 * (t - std::sin(omega * t) / omega);
  };
  expect_inversion(
      chosen<Arrivals>("diurnal", {{"mean", Rate{50'000}}, {"amplitude", Share{1}}, {"period", Duration{60s}}}),
      cumulative, 100'000, 60s, 2'990'000);
}

TEST(DiurnalArrivals, EvenlySpacedHaveExactlyTheMeanOfADay) {
  Fields day = kDay;
  day.emplace_back("spacing", "even");
  const auto seen = all(chosen<Arrivals>("diurnal", day), web(240h));
  EXPECT_EQ(seen.size(), 3u * 86'400 * 10);
  // The hour around the peak has 3 * (1 + 0.8 * sin(pi/24)/(pi/24)) a second; it begins 7.5 h after 7:00.
  const auto counts = counts_per(30min, 48, seen);
  EXPECT_NEAR(counts[15] + counts[16], 3 * 3600 * (1 + 0.8 * std::sin(M_PI / 24) / (M_PI / 24)), 2);
  EXPECT_EQ(std::max_element(counts.begin(), counts.end()) - counts.begin(), 15);
}

TEST(DiurnalArrivals, HaveQuieterWeekends) {
  const auto seen =
      all(chosen<Arrivals>("diurnal",
                           {{"mean", Rate{1}}, {"amplitude", Share{0.5}}, {"weekend", 0.25}, {"spacing", "even"}}),
          web(24h * 14));
  const auto counts = counts_per(24h, 14, seen);
  for (std::size_t day = 0; day < 14; ++day) EXPECT_NEAR(counts[day], day % 7 < 5 ? 86'400 : 21'600, 1) << day;
}

TEST(DiurnalArrivals, HoldTheFirstRateDuringTheWarmUp) {
  // The trough, at 0:00: 1 - 0.5 a second.
  const auto seen = all(
      chosen<Arrivals>("diurnal", {{"mean", Rate{1}}, {"amplitude", Share{0.5}}, {"spacing", "even"}}), web(1h, 1h));
  EXPECT_EQ(seen.size(), 1800u);
}

// Two states of .4 and 1.2 a second, left at .03 and .05 a second (mean rate (.05*.4 + .03*1.2)/.08 = .7).
const Items kTwoStates{Fields{{"rate", Rate{0.4}}, {"mean_duration", Duration{from_seconds(1 / 0.03)}}},
                       Fields{{"rate", Rate{1.2}}, {"mean_duration", Duration{from_seconds(1 / 0.05)}}}};
// Index of dispersion of the counts in windows of t seconds (Heffes and Lucantoni 1986, their equation for I(t)).
double two_state_dispersion(double t) {
  const double s = 0.08;
  const double limit = 2 * 0.03 * 0.05 * 0.8 * 0.8 / (s * s * (0.4 * 0.05 + 1.2 * 0.03));
  return 1 + limit * (1 - (1 - std::exp(-s * t)) / (s * t));
}

TEST(BurstArrivals, OfTwoStatesHaveTheirMeanRateAndDispersion) {
  constexpr std::size_t kWindows = 20'000;
  const auto m = moments(
      counts_per(1000s, kWindows,
                 all(chosen<Arrivals>("burst", {{"states", kTwoStates}}), web(std::chrono::seconds(1000 * kWindows)))));
  const double expected = two_state_dispersion(1000);
  EXPECT_NEAR(expected, 6.357, 0.07);  // the limit, 1 + 5.357
  EXPECT_NEAR(m.mean, 700, 5 * std::sqrt(700 * expected / kWindows));
  EXPECT_NEAR(m.variance / m.mean, expected, 5 * expected * std::sqrt(2.0 / kWindows));
}

TEST(BurstArrivals, AreInBalanceFromTheBegin) {
  constexpr std::size_t kRuns = 4000;
  const auto arrivals = chosen<Arrivals>("burst", {{"states", kTwoStates}});
  std::vector<double> counts;
  for (std::size_t run = 0; run < kRuns; ++run)
    counts.push_back(static_cast<double>(all(arrivals, web(10s, {}, run)).size()));
  const auto m = moments(counts);
  EXPECT_NEAR(m.mean, 7, 5 * std::sqrt(7 * two_state_dispersion(10) / kRuns));
  EXPECT_NEAR(m.variance / m.mean, two_state_dispersion(10), 0.1 * two_state_dispersion(10));
}

TEST(BurstArrivals, GoFromStateToStateAsTheSharesSay) {
  // 0 -> 1 -> 2 -> 0: time in the states as 1 : 2 : 3, rates 6, 3, 0; mean (6*1 + 3*2)/6 = 2.
  const auto state = [](double rate, int seconds, Items next) {
    return Fields{{"rate", Rate{rate}}, {"mean_duration", Duration{std::chrono::seconds(seconds)}}, {"next", next}};
  };
  const Share none{0}, all_of_it{1};
  const Items cycle{state(6, 1, {none, all_of_it, none}), state(3, 2, {none, none, all_of_it}),
                    state(0, 3, {all_of_it, none, none})};
  const auto seen = all(chosen<Arrivals>("burst", {{"states", cycle}}), web(2'000'000s));
  const auto m = moments(counts_per(100s, 20'000, seen));
  EXPECT_NEAR(m.mean, 200, 5 * std::sqrt(m.variance / 20'000));
  // Renewal reward over cycles of 6 s: 1 + Var(4 X0 + X1 - 2 X2)/(6 * 2) = 1 + (16 + 4 + 36)/12; windows of a finite
  // length have about 2 % less.
  EXPECT_NEAR(m.variance / m.mean, 17.0 / 3, 0.07 * 17 / 3);
}

TEST(BurstArrivals, SayWhatIsWrongWithTheirStates) {
  Found found;
  chosen<Arrivals>("burst", {{"states", Items{kTwoStates[0]}}}).mutable_params().check(found);
  Fields odd = std::get<Fields>(kTwoStates[0].value);
  odd.emplace_back("next", Items{Share{0.5}, Share{0.4}});
  Fields few = std::get<Fields>(kTwoStates[0].value);
  few.emplace_back("next", Items{Share{1}});
  chosen<Arrivals>("burst", {{"states", Items{odd, few}}}).mutable_params().check(found);
  using ::testing::HasSubstr;
  EXPECT_THAT(found.errors, ::testing::ElementsAre(HasSubstr("fewer than 2"), HasSubstr("sum to 0.9"),
                                                   HasSubstr("has 1 shares; one for each of the 2")));
}

}  // namespace
}  // namespace windtunnel::test
