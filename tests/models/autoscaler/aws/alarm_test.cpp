#include "models/autoscaler/aws/alarm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace windtunnel::aws {
namespace {

using State = Alarm::State;

constexpr State kOk = State::kOk, kAlarm = State::kAlarm, kInsufficient = State::kInsufficientData;

// 0: does not breach, X: breaches, -: missing; the oldest first.
Alarm after(std::string_view points, AlarmTerms terms) {
  terms.threshold = 5;
  Alarm alarm(terms);
  for (const char c : points) {
    if (c == ' ') continue;
    alarm.add(c == '-' ? std::nullopt : std::optional(c == 'X' ? 9.0 : 1.0));
  }
  return alarm;
}

struct Row {
  const char* points;
  State missing, ignore, breaching, not_breaching;
};

// CloudWatch user guide, "How alarm state is evaluated when data is missing": both tables. "Retain current state" is
// that of the points before, which the rows with five missing or bad points do not have: insufficient data.
void check(const Row& row, std::int64_t datapoints) {
  const auto state = [&](MissingData treat) {
    return after(row.points, {.evaluation_periods = 3, .datapoints_to_alarm = datapoints, .missing = treat}).state();
  };
  EXPECT_EQ(state(MissingData::kMissing), row.missing) << row.points;
  EXPECT_EQ(state(MissingData::kIgnore), row.ignore) << row.points;
  EXPECT_EQ(state(MissingData::kBreaching), row.breaching) << row.points;
  EXPECT_EQ(state(MissingData::kNotBreaching), row.not_breaching) << row.points;
}

TEST(Alarm, TreatsMissingDataAsInTheFirstTable) {
  const Row rows[] = {
      {"0 - X - X", kOk, kOk, kOk, kOk},
      {"0 - - - -", kOk, kOk, kOk, kOk},
      {"- - - - -", kInsufficient, kInsufficient, kAlarm, kOk},
      {"0 X X - X", kAlarm, kAlarm, kAlarm, kAlarm},
      {"- - - - X", kInsufficient, kInsufficient, kAlarm, kOk},
      {"- - X - -", kAlarm, kInsufficient, kAlarm, kOk},
      {"X - - - -", kAlarm, kInsufficient, kAlarm, kOk},
  };
  for (const Row& row : rows) check(row, 3);
}

TEST(Alarm, TreatsMissingDataAsInTheSecondTable) {
  const Row rows[] = {
      {"0 - X - X", kAlarm, kAlarm, kAlarm, kAlarm},
      {"0 0 X 0 X", kAlarm, kAlarm, kAlarm, kAlarm},
      {"0 - X - -", kOk, kOk, kAlarm, kOk},
      {"- - - - 0", kOk, kOk, kAlarm, kOk},
      {"- - - X -", kAlarm, kInsufficient, kAlarm, kOk},
      {"- - - - X", kInsufficient, kInsufficient, kAlarm, kOk},
  };
  for (const Row& row : rows) check(row, 2);
}

TEST(Alarm, RetainsItsStateWhereMissingDataIsIgnored) {
  const AlarmTerms terms{.evaluation_periods = 3, .datapoints_to_alarm = 3, .missing = MissingData::kIgnore};
  EXPECT_EQ(after("X X X - - - - - -", terms).state(), kAlarm);
  EXPECT_EQ(after("0 0 0 - - - - - -", terms).state(), kOk);
}

TEST(Alarm, ForgetsAGoodPointOnceItIsOutOfSight) {
  // The guide on the second row of its first table.
  const AlarmTerms terms{.evaluation_periods = 3, .datapoints_to_alarm = 3, .missing = MissingData::kBreaching};
  EXPECT_EQ(after("0 - - - -", terms).state(), kOk);
  EXPECT_EQ(after("0 - - - - -", terms).state(), kAlarm);
}

TEST(Alarm, FollowsTheUserGuidesPicture) {
  // Threshold 3, three of three: alarm in the third to fifth period of breaching, OK at the sixth, OK at the ninth.
  Alarm alarm({.threshold = 3, .evaluation_periods = 3, .datapoints_to_alarm = 3});
  std::string states;
  for (const double value : {2.0, 2.0, 4.0, 5.0, 6.0, 2.0, 2.0, 2.0, 4.0, 2.0}) {
    alarm.add(value);
    states += alarm.state() == kAlarm ? 'A' : alarm.state() == kOk ? 'o' : '?';
  }
  EXPECT_EQ(states, "ooooAooooo");
}

TEST(Alarm, ComparesAsItsOperatorSays) {
  const auto breaches = [](Comparison how, double value) {
    return Alarm({.comparison = how, .threshold = 5}).breaches(value);
  };
  EXPECT_TRUE(breaches(Comparison::kAtLeast, 5));
  EXPECT_FALSE(breaches(Comparison::kAbove, 5));
  EXPECT_TRUE(breaches(Comparison::kAbove, 6));
  EXPECT_FALSE(breaches(Comparison::kBelow, 5));
  EXPECT_TRUE(breaches(Comparison::kBelow, 4));
  EXPECT_TRUE(breaches(Comparison::kAtMost, 5));
  EXPECT_FALSE(breaches(Comparison::kAtMost, 6));
}

TEST(Alarm, AggregatesThePointsThatItLookedAt) {
  Alarm alarm({.threshold = 5, .evaluation_periods = 3});
  EXPECT_EQ(alarm.aggregate(Aggregation::kAverage), std::nullopt);
  for (const double value : {100.0, 6.0, 9.0, 12.0}) alarm.add(value);
  EXPECT_EQ(alarm.aggregate(Aggregation::kAverage), 9);
  EXPECT_EQ(alarm.aggregate(Aggregation::kMinimum), 6);
  EXPECT_EQ(alarm.aggregate(Aggregation::kMaximum), 12);
  EXPECT_EQ(alarm.breaching(), 3);
}

}  // namespace
}  // namespace windtunnel::aws
