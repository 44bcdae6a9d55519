#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;

TEST(BatchArrivals, ComeAtOneMoment) {
  const auto seen =
      all(chosen<Arrivals>("batch", {{"size", 1000}, {"at", Duration{2min}}}), web(Time{10min}, Time{1min}));
  ASSERT_EQ(seen.size(), 1000U);
  for (const Arrival& arrival : seen) EXPECT_EQ(arrival.at, Time{3min});
}

TEST(BatchArrivals, ComeAgainUntilTheEnd) {
  const auto seen =
      all(chosen<Arrivals>("batch", {{"size", 3}, {"at", Duration{1min}}, {"every", Duration{2min}}}), web(Time{5min}));
  std::vector<Time> moments;
  for (const Arrival& arrival : seen) moments.push_back(arrival.at);
  EXPECT_THAT(moments, testing::ElementsAre(1min, 1min, 1min, 3min, 3min, 3min, 5min, 5min, 5min));
}

TEST(BatchArrivals, EndWhereTimeDoes) {
  const auto seen = all(chosen<Arrivals>("batch", {{"size", 2}, {"every", Duration{kNever - 1ns}}}), web());
  EXPECT_EQ(seen.size(), 2U + 2U);
  EXPECT_EQ(all(chosen<Arrivals>("batch", {{"size", 2}, {"at", Duration{1h}}}), web(Time{1min})).size(), 0U);
}

}  // namespace
}  // namespace windtunnel::test
