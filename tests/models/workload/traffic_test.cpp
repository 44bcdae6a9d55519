#include "models/workload/traffic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/workload/closed_loop.hpp"
#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

TEST(Traffic, SaysWhatTheSharesOfItsMixSumTo) {
  Traffic traffic;
  traffic.mix = {{"browse", Share{0.92}}, {"pay", Share{0.07}}};
  Found found;
  traffic.check(found);
  EXPECT_THAT(found.errors, ::testing::ElementsAre("/mix: shares sum to 0.99; they must sum to 1"));
}

TEST(Traffic, TakesAMixWhoseSharesSumToOneUpToRounding) {
  Traffic traffic;
  for (int i = 0; i < 10; ++i) traffic.mix["class " + std::to_string(i)] = Share{0.1};
  Found found;
  traffic.check(found);
  EXPECT_THAT(found.errors, ::testing::IsEmpty());
}

TEST(Traffic, IsDescribedWithItsSpellings) {
  Traffic traffic;
  assign(traffic, {{"name", "web"},
                   {"to", "checkout"},
                   {"arrivals", Fields{{"type", "poisson"}, {"rate", Rate{40}}}},
                   {"timeout", Duration{std::chrono::seconds(2)}},
                   {"on_timeout", "cancel"},
                   {"patience", Fields{{"type", "exponential"}, {"mean", 1.5}}}});
  EXPECT_EQ(traffic.on_timeout, OnTimeout::kCancel);
  EXPECT_EQ(traffic.timeout, std::chrono::seconds(2));
  EXPECT_EQ(traffic.arrivals.type(), "poisson");
  EXPECT_DOUBLE_EQ(traffic.patience->mean(), 1.5);
}

TEST(ArrivalTypes, AreAllListedOnce) {
  std::vector<std::string> types;
  for (const auto& entry : Arrivals::registry().entries()) types.emplace_back(entry.type);
  EXPECT_THAT(types, ::testing::UnorderedElementsAre("constant", "poisson", "renewal", "steps", "ramp", "spike",
                                                     "diurnal", "burst", "batch", "trace", "replay", "closed_loop"));
  EXPECT_EQ(Arrivals::registry().kind(), "arrivals");
}

TEST(ClosedLoopArrivals, AreDrivenByCompletions) {
  auto choice = chosen<Arrivals>("closed_loop",
                                 {{"clients", 25}, {"think_time", Fields{{"type", "exponential"}, {"mean", 5.0}}}});
  EXPECT_TRUE(choice->closed_loop());
  const auto& loop = dynamic_cast<const ClosedLoop&>(*choice);
  EXPECT_EQ(loop.clients, 25);
  EXPECT_DOUBLE_EQ(loop.think_time->mean(), 5);
  EXPECT_FALSE(poisson_arrivals(1)->closed_loop());
}

}  // namespace
}  // namespace windtunnel::test
