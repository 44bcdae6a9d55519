#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view kFive = "time,n\n0,4\n60,6\n120,0\n180,10\n240,2\n";

std::vector<double> even_counts(Fields fields, const ArrivalContext& context, Duration window, std::size_t windows,
                                std::string_view text = kFive) {
  Found found;
  fields.emplace_back("within_bin", "even");
  const auto arrivals = loaded("trace", text, fields, found);
  EXPECT_THAT(found.errors, IsEmpty());
  if (!found.errors.empty()) return {};
  return counts_per(window, windows, all(arrivals, context));
}

TEST(TraceArrivals, EvenlySpacedHaveExactlyTheCountOfEachBinAndEndWithTheTrace) {
  EXPECT_THAT(even_counts({}, web(), 60s, 8), ElementsAre(4, 6, 0, 10, 2, 0, 0, 0));
}

TEST(TraceArrivals, BeginWhereAsked) {
  EXPECT_THAT(even_counts({{"start", "1m"}}, web(), 60s, 5), ElementsAre(6, 0, 10, 2, 0));
  EXPECT_THAT(even_counts({{"start", "1970-01-01 00:03:00"}}, web(), 60s, 3), ElementsAre(10, 2, 0));
  EXPECT_THAT(even_counts({{"start", "30s"}}, web(), 30s, 4), ElementsAre(2, 3, 3, 0));  // in the middle of a bin
}

TEST(TraceArrivals, RepeatThePartThatIsPlayed) {
  EXPECT_THAT(even_counts({{"start", "1m"}, {"length", Duration{3min}}, {"repeat", true}}, web(8min), 60s, 8),
              ElementsAre(6, 0, 10, 6, 0, 10, 6, 0));
  EXPECT_THAT(even_counts({{"length", Duration{2min}}}, web(8min), 60s, 4), ElementsAre(4, 6, 0, 0));
}

TEST(TraceArrivals, RepeatForADayWithoutDrift) {
  // 22 in 5 minutes, a third faster: 3m45s. 384 times 3m45s is a day, and every repetition begins as the first did.
  Found found;
  const auto arrivals =
      loaded("trace", kFive, {{"repeat", true}, {"time_warp", 4.0 / 3}, {"within_bin", "even"}}, found);
  const auto seen = all(arrivals, web(24h));
  ASSERT_EQ(seen.size(), 384u * 22);
  for (std::size_t k = 22; k < seen.size(); ++k)
    ASSERT_NEAR(static_cast<double>((seen[k].at - seen[k - 22].at - 225s).count()), 0, 2) << k;
  EXPECT_NEAR(static_cast<double>((seen[383 * 22].at - seen[0].at - 383 * 225s).count()), 0, 2);
}

TEST(TraceArrivals, AreScaledInNumberAndInTime) {
  EXPECT_THAT(even_counts({{"scale", 2.0}}, web(), 60s, 5), ElementsAre(8, 12, 0, 20, 4));
  EXPECT_THAT(even_counts({{"scale", 0.5}}, web(), 60s, 5), ElementsAre(2, 3, 0, 5, 1));
  EXPECT_THAT(even_counts({{"time_warp", 2.0}}, web(), 30s, 6), ElementsAre(4, 6, 0, 10, 2, 0));
}

TEST(TraceArrivals, HoldTheFirstBinDuringTheWarmUp) {
  EXPECT_THAT(even_counts({}, web({}, 2min), 60s, 8), ElementsAre(4, 4, 4, 6, 0, 10, 2, 0));
}

TEST(TraceArrivals, WithPoissonBinsHaveThePoissonVariance) {
  constexpr std::size_t kBins = 20'000;
  Found found;
  const auto arrivals = loaded("trace", "0,50\n1,50\n", {{"repeat", true}}, found);
  const auto m = moments(counts_per(1s, kBins, all(arrivals, web(std::chrono::seconds(kBins)))));
  EXPECT_NEAR(m.mean, 50, 5 * std::sqrt(50.0 / kBins));
  EXPECT_NEAR(m.variance / m.mean, 1, 5 * std::sqrt(2.0 / kBins));
}

// The counts are negative binomial with mean c and variance c d; excess kurtosis 6/r + 1/(c d), r = c/(d-1), so that
// the sample variance has relative standard error sqrt((2 + excess)/n).
void expect_dispersion(double count, double dispersion) {
  constexpr std::size_t kBins = 40'000;
  Found found;
  const std::string n = std::to_string(count);
  const auto arrivals =
      loaded("trace", "0," + n + "\n1," + n + "\n", {{"repeat", true}, {"dispersion", dispersion}}, found);
  ASSERT_THAT(found.errors, IsEmpty());
  const auto m = moments(counts_per(1s, kBins, all(arrivals, web(std::chrono::seconds(kBins)))));
  EXPECT_NEAR(m.mean, count, 5 * std::sqrt(count * dispersion / kBins));
  const double excess = 6 * (dispersion - 1) / count + 1 / (count * dispersion);
  EXPECT_NEAR(m.variance / m.mean / dispersion, 1, 6 * std::sqrt((2 + excess) / kBins));
}
TEST(TraceArrivals, HaveTheDispersionThatIsAskedFor) {
  expect_dispersion(50, 4);
  expect_dispersion(400, 1.5);
}
TEST(TraceArrivals, HaveTheDispersionThatIsAskedForAlsoWhereMostBinsAreEmpty) { expect_dispersion(2, 9); }

TEST(TraceArrivals, CannotBeEvenAndDispersed) {
  Found found;
  loaded("trace", kFive, {{"dispersion", 2.0}, {"within_bin", "even"}}, found);
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("/dispersion: ")));
}

TEST(TraceArrivals, OfMoreRequestsAreTheSameSequenceStretched) {
  Found found;
  const auto once = loaded("trace", "0,600\n60,600\n", {}, found);
  const auto twice = loaded("trace", "0,600\n60,600\n", {{"scale", 2.0}}, found);
  const auto seen = all(once, web()), more = all(twice, web());
  ASSERT_GT(seen.size(), 1000u);
  for (std::size_t k = 0; k < seen.size(); ++k)
    ASSERT_NEAR(static_cast<double>(seen[k].at.count()), 2 * static_cast<double>(more[k].at.count()), 4) << k;
}

TEST(TraceArrivals, SayWhatIsWrongWithTheirWindow) {
  Found found;
  loaded("trace", kFive, {{"start", "soon"}}, found);
  loaded("trace", kFive, {{"start", "5m"}}, found);
  loaded("trace", kFive, {{"start", "1969-07-20 20:17:40"}}, found);
  loaded("trace", kFive, {{"start", "4m"}, {"length", Duration{2min}}}, found);
  loaded("trace", "1\n2\n", {{"bin", Duration{1s}}, {"start", "1998-06-30"}}, found);
  EXPECT_THAT(
      found.errors,
      ElementsAre(HasSubstr("/start: 'soon' is neither a duration"),
                  "/start: '5m' is outside the recording, which goes from 1970-01-01 00:00:00 to 1970-01-01 00:05:00",
                  HasSubstr("/start: '1969-07-20 20:17:40' is neither"),
                  "/length: 2m is more than the 1m that are left from the start on",
                  HasSubstr("/start: is a time stamp, but the file has no time column")));
}

TEST(TraceArrivals, SayThatTheirFileIsNotThere) {
  Found found;
  auto choice = chosen<Arrivals>("trace", {{"file", "no such file.csv"}});
  choice.mutable_params().load(::testing::TempDir(), found);
  EXPECT_THAT(found.errors, ElementsAre("/file: no such file.csv: does not exist"));
}

TEST(TraceArrivals, OfZeroesEndAtOnceEvenIfRepeated) {
  Found found;
  EXPECT_THAT(all(loaded("trace", "0,0\n1,0\n", {{"repeat", true}}, found), web()), IsEmpty());
  EXPECT_THAT(found.warnings, ElementsAre(AllOf(StartsWith("/file: "), HasSubstr("has no requests in the part"))));
}

}  // namespace
}  // namespace windtunnel::test
