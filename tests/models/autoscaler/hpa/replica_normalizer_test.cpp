#include "models/autoscaler/hpa/replica_normalizer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/models/autoscaler/hpa/pods.hpp"

// Expectations are those of upstream's pkg/controller/podautoscaler/horizontal_test.go; rows name or describe its
// cases.
namespace windtunnel::hpa {
namespace {

using namespace test;

struct Aged {
  std::int32_t value;
  Duration age;
};

std::vector<History::Recommendation> recommendations(const std::vector<Aged>& from) {
  std::vector<History::Recommendation> out;
  for (const Aged& one : from) out.push_back({one.value, kNow - one.age});
  return out;
}
std::vector<History::Event> events(const std::vector<Aged>& from) {
  std::vector<History::Event> out;
  for (const Aged& one : from) out.push_back({one.value, kNow - one.age, false});
  return out;
}
std::vector<std::int32_t> values(const History& history) {
  std::vector<std::int32_t> out;
  for (const auto& one : history.recommendations) out.push_back(one.replicas);
  return out;
}

// --- without behavior
// --------------------------------------------------------------------------------------------------

struct LegacyRow {
  const char* name;
  std::vector<Aged> before;
  std::int32_t desired, expected;
  std::size_t kept;
};
void PrintTo(const LegacyRow& row, std::ostream* os) { *os << row.name; }

class LegacyStabilization : public testing::TestWithParam<LegacyRow> {};

TEST_P(LegacyStabilization, GivesUpstreamsReplicas) {
  const LegacyRow& row = GetParam();
  History history;
  history.recommendations = recommendations(row.before);
  EXPECT_EQ(stabilize(history, row.desired, 300s, kNow), row.expected);
  EXPECT_EQ(history.recommendations.size(), row.kept);
}

INSTANTIATE_TEST_SUITE_P(
    TestNormalizeDesiredReplicas, LegacyStabilization,
    testing::Values(LegacyRow{"empty log", {}, 5, 5, 1}, LegacyRow{"stabilize", {{4, 120s}, {5, 60s}}, 3, 5, 3},
                    LegacyRow{"no stabilize", {{1, 120s}, {2, 60s}}, 3, 3, 3},
                    LegacyRow{"no stabilize - old recommendations", {{10, 600s}, {9, 540s}}, 3, 3, 2},
                    LegacyRow{
                        "stabilize - old recommendations", {{10, 600s}, {4, 60s}, {5, 120s}, {9, 540s}}, 3, 5, 4}));

struct ClampRow {
  const char* name;
  std::int32_t current, desired, least, most, expected;
  LimitedBy by;
};
void PrintTo(const ClampRow& row, std::ostream* os) { *os << row.name; }

class LegacyLimits : public testing::TestWithParam<ClampRow> {};

TEST_P(LegacyLimits, GiveUpstreamsReplicas) {
  const ClampRow& row = GetParam();
  const Limited limited = limit(row.current, row.desired, row.least, row.most);
  EXPECT_EQ(limited.replicas, row.expected);
  EXPECT_EQ(limited.by, row.by);
}

// The last row with the controller's factor of 2; upstream's test process sets it to 8.
INSTANTIATE_TEST_SUITE_P(
    TestConvertDesiredReplicasWithRules, LegacyLimits,
    testing::Values(ClampRow{"prenormalized desired within range", 5, 7, 3, 8, 7, LimitedBy::kNothing},
                    ClampRow{"prenormalized desired < minReplicas", 3, 1, 2, 8, 2, LimitedBy::kMinReplicas},
                    ClampRow{"zero minReplicas", 1, 0, 0, 10, 0, LimitedBy::kNothing},
                    ClampRow{"maxReplicas < scaleUpLimit", 20, 1000, 1, 10, 10, LimitedBy::kMaxReplicas},
                    ClampRow{"scaleUpLimit < maxReplicas", 3, 1000, 1, 2000, 6, LimitedBy::kScaleUpLimit}));

// --- with behavior: stabilization
// ----------------------------------------------------------------------------------------

struct WindowRow {
  const char* name;
  std::vector<Aged> before;
  std::int32_t current, desired;
  Duration up, down;
  std::int32_t expected;
  std::vector<std::int32_t> after;
};
void PrintTo(const WindowRow& row, std::ostream* os) { *os << row.name; }

class Stabilization : public testing::TestWithParam<WindowRow> {};

TEST_P(Stabilization, GivesUpstreamsReplicas) {
  const WindowRow& row = GetParam();
  History history;
  history.recommendations = recommendations(row.before);
  Behavior behavior;
  behavior.up.window = row.up;
  behavior.down.window = row.down;
  EXPECT_EQ(stabilize(history, row.current, row.desired, behavior, kNow), row.expected);
  if (!row.after.empty()) {
    EXPECT_EQ(values(history), row.after);
  }
}

INSTANTIATE_TEST_SUITE_P(
    TestNormalizeDesiredReplicasWithBehavior, Stabilization,
    testing::Values(WindowRow{"empty recommendations for scaling down", {}, 100, 5, 0s, 0s, 5, {5}},
                    WindowRow{"simple scale down stabilization", {{4, 120s}, {5, 60s}}, 100, 3, 0s, 180s, 5, {4, 5, 3}},
                    WindowRow{"simple scale up stabilization", {{4, 120s}, {5, 60s}}, 1, 7, 300s, 0s, 4, {4, 5, 7}},
                    WindowRow{"no scale down stabilization", {{1, 120s}, {2, 60s}}, 100, 3, 300s, 0s, 3, {1, 2, 3}},
                    WindowRow{"no scale up stabilization", {{4, 120s}, {5, 60s}}, 1, 3, 0s, 300s, 3, {4, 5, 3}},
                    WindowRow{"no scale down stabilization, reuse recommendation element",
                              {{10, 600s}, {9, 540s}},
                              100,
                              3,
                              0s,
                              0s,
                              3,
                              {10, 3}},
                    WindowRow{"no scale up stabilization, reuse recommendation element",
                              {{10, 600s}, {9, 540s}},
                              1,
                              100,
                              0s,
                              0s,
                              100,
                              {10, 100}},
                    WindowRow{"scale down stabilization, reuse one of obsolete recommendation element",
                              {{10, 600s}, {4, 60s}, {5, 120s}, {9, 540s}},
                              100,
                              3,
                              0s,
                              180s,
                              5,
                              {10, 4, 5, 3}},
                    WindowRow{"scale up stabilization, reuse one of obsolete recommendation element",
                              {{10, 6000s}, {6, 60s}, {5, 120s}, {9, 180s}},
                              1,
                              100,
                              300s,
                              0s,
                              5,
                              {100, 6, 5, 9}},
                    WindowRow{"scale up and down stabilization, do not scale up when prev rec goes down",
                              {{2, 6000s}, {3, 180s}},
                              2,
                              1,
                              300s,
                              300s,
                              2,
                              {}},
                    WindowRow{"scale up and down stabilization, do not scale down when prev rec goes up",
                              {{2, 6000s}, {1, 180s}},
                              2,
                              3,
                              300s,
                              300s,
                              2,
                              {}}));

// --- with behavior: rate limits
// ------------------------------------------------------------------------------------------

ScalingPolicy pods(std::int32_t value, Duration period) { return {ScalingPolicy::Kind::kPods, value, period}; }
ScalingPolicy percent(std::int32_t value, Duration period) { return {ScalingPolicy::Kind::kPercent, value, period}; }
using Policies = std::vector<ScalingPolicy>;
const Policies kUpDefault = {pods(4, 15s), percent(100, 15s)};
const Policies kDownDefault = {percent(100, 15s)};

Behavior limited_to(const Policies& up, const Policies& down) {
  Behavior behavior;
  behavior.up.policies = up;
  behavior.down.policies = down;
  return behavior;
}

struct RateRow {
  const char* name;
  std::int32_t current, desired, least, most;
  Policies up, down;
  std::vector<std::int32_t> rises, falls;
  std::int32_t expected;
  LimitedBy by;
};
void PrintTo(const RateRow& row, std::ostream* os) { *os << row.name; }

// Upstream spreads the events of a row over 120 s, each in the middle of its part.
std::vector<History::Event> spread(const std::vector<std::int32_t>& changes) {
  std::vector<Aged> out;
  const auto part = 120s / std::max<std::int64_t>(1, static_cast<std::int64_t>(changes.size()));
  Duration age = 120s - part / 2;
  for (const std::int32_t change : changes) {
    out.push_back({change, age});
    age -= part;
  }
  return events(out);
}

class RateLimits : public testing::TestWithParam<RateRow> {};

TEST_P(RateLimits, GiveUpstreamsReplicas) {
  const RateRow& row = GetParam();
  History history;
  history.rises = spread(row.rises);
  history.falls = spread(row.falls);
  const Behavior behavior = limited_to(row.up, row.down);
  const Limited limited = limit(history, row.current, row.desired, row.least, row.most, behavior, kNow);
  EXPECT_EQ(limited.replicas, row.expected);
  EXPECT_EQ(limited.by, row.by);
}

constexpr LimitedBy kNothing = LimitedBy::kNothing, kMin = LimitedBy::kMinReplicas, kMax = LimitedBy::kMaxReplicas,
                    kUp = LimitedBy::kScaleUpLimit, kDown = LimitedBy::kScaleDownLimit;

INSTANTIATE_TEST_SUITE_P(
    TestScalingWithRules, RateLimits,
    testing::Values(
        RateRow{"desiredReplicas within range", 5, 7, 3, 8, kUpDefault, kDownDefault, {}, {}, 7, kNothing},
        RateRow{"desiredReplicas < minReplicas", 3, 1, 2, 8, kUpDefault, kDownDefault, {}, {}, 2, kMin},
        RateRow{"zero minReplicas", 1, 0, 0, 10, kUpDefault, kDownDefault, {}, {}, 0, kNothing},
        RateRow{"maxReplicas < scaleUpLimit", 20, 1000, 1, 10, kUpDefault, kDownDefault, {}, {}, 10, kMax},
        RateRow{"desiredReplicas > maxReplicas", 100, 1000, 100, 150, kUpDefault, kDownDefault, {}, {}, 150, kMax},
        RateRow{"scaleUpLimit < maxReplicas with user policies",
                3,
                1000,
                1,
                2000,
                {percent(1, 60s)},
                kDownDefault,
                {},
                {},
                4,
                kUp},
        // Upstream lists this row and its runner skips it.
        RateRow{"scaleDownLimit > minReplicas with user policies",
                1000,
                3,
                3,
                2000,
                kUpDefault,
                {pods(20, 60s)},
                {},
                {},
                980,
                kDown},
        RateRow{"scale up with default behavior", 10, 50, 1, 1000, kUpDefault, kDownDefault, {}, {}, 20, kUp},
        RateRow{"scale up with pod policy larger than percent policy",
                10,
                500,
                1,
                1000,
                {pods(100, 60s), percent(100, 60s)},
                kDownDefault,
                {},
                {},
                110,
                kUp},
        RateRow{"scale up with percent policy larger than pod policy",
                10,
                500,
                1,
                1000,
                {pods(2, 60s), percent(100, 60s)},
                kDownDefault,
                {},
                {},
                20,
                kUp},
        RateRow{
            "scale up with large pod policy", 10, 50, 1, 1000, {pods(100, 60s)}, kDownDefault, {}, {}, 50, kNothing},
        RateRow{
            "scale up with very large policy", 10, 50, 1, 1000, {pods(10000, 60s)}, kDownDefault, {}, {}, 50, kNothing},
        RateRow{"scale up with pod policy limitation", 10, 50, 1, 1000, {pods(30, 60s)}, kDownDefault, {}, {}, 40, kUp},
        RateRow{"scale up with percent policy limitation",
                10,
                50,
                1,
                1000,
                {percent(200, 60s)},
                kDownDefault,
                {},
                {},
                30,
                kUp},
        RateRow{"scale down with pod policy larger than percent policy",
                100,
                2,
                1,
                1000,
                kUpDefault,
                {pods(20, 60s), percent(1, 60s)},
                {},
                {},
                80,
                kDown},
        RateRow{"scale down with percent policy smaller than pod policy",
                100,
                2,
                1,
                1000,
                kUpDefault,
                {pods(2, 60s), percent(1, 60s)},
                {},
                {},
                98,
                kDown},
        RateRow{"scale down with min 1 and large pod policy",
                10,
                0,
                1,
                1000,
                kUpDefault,
                {pods(100, 60s)},
                {},
                {},
                1,
                kMin},
        RateRow{
            "scale down with min 5 and 100 percent", 10, 2, 5, 1000, kUpDefault, {percent(100, 60s)}, {}, {}, 5, kMin},
        RateRow{"scale down with pod policy limitation", 10, 2, 1, 1000, kUpDefault, {pods(5, 60s)}, {}, {}, 5, kDown},
        RateRow{"scale down with percent policy", 10, 5, 1, 1000, kUpDefault, {percent(50, 60s)}, {}, {}, 5, kNothing},
        RateRow{"scale up with spec max, pods, events",
                100,
                500,
                1,
                200,
                {pods(300, 60s)},
                kDownDefault,
                {1, 5, 9},
                {},
                200,
                kMax},
        RateRow{"scale up with spec max, percent, events",
                100,
                500,
                1,
                200,
                {percent(10000, 60s)},
                kDownDefault,
                {1, 5, 9},
                {},
                200,
                kMax},
        RateRow{"scale up blocked by recent rises",
                100,
                500,
                1,
                1000,
                {pods(5, 120s)},
                kDownDefault,
                {1, 5, 9},
                {},
                100,
                kUp},
        RateRow{"scale up with pods and events",
                100,
                500,
                1,
                1000,
                {pods(150, 120s)},
                kDownDefault,
                {1, 5, 9},
                {},
                235,
                kUp},
        RateRow{"scale up with percent and events",
                100,
                500,
                1,
                1000,
                {percent(200, 120s)},
                kDownDefault,
                {1, 5, 9},
                {},
                255,
                kUp},
        RateRow{"scale up with percent, rises and falls",
                6,
                24,
                1,
                1000,
                {percent(300, 300s)},
                kDownDefault,
                {4},
                {2},
                16,
                kUp},
        RateRow{
            "scale down by default with events", 10, 5, 1, 1000, kUpDefault, kDownDefault, {}, {1, 5, 9}, 5, kNothing},
        RateRow{"scale down with large pod policy and events",
                100,
                0,
                1,
                1000,
                kUpDefault,
                {pods(115, 120s)},
                {},
                {1, 5, 9},
                1,
                kMin},
        RateRow{"scale down with min 5, pods, events",
                100,
                0,
                5,
                1000,
                kUpDefault,
                {pods(130, 120s)},
                {},
                {1, 5, 9},
                5,
                kMin},
        RateRow{"scale down with min 5, 100 percent, events",
                100,
                2,
                5,
                1000,
                kUpDefault,
                {percent(100, 120s)},
                {},
                {1, 5, 9},
                5,
                kMin},
        RateRow{"scale down blocked by recent falls",
                100,
                2,
                1,
                1000,
                kUpDefault,
                {pods(5, 120s)},
                {},
                {1, 5, 9},
                100,
                kDown},
        RateRow{"scale down with percent and events",
                100,
                0,
                1,
                1000,
                kUpDefault,
                {percent(50, 120s)},
                {},
                {2, 4, 6},
                56,
                kDown},
        RateRow{"scale down with percent, rises and falls",
                10,
                1,
                1,
                1000,
                kUpDefault,
                {percent(50, 180s)},
                {2},
                {4},
                6,
                kDown},
        RateRow{"scale down prevented by events",
                100,
                0,
                1,
                1000,
                kUpDefault,
                {percent(10, 120s)},
                {},
                {10, 10, 10},
                100,
                kDown},
        RateRow{"scale down with a policy that allows less than zero",
                10,
                5,
                1,
                1000,
                kUpDefault,
                {percent(1000, 120s)},
                {},
                {10, 10, 10},
                5,
                kNothing},
        RateRow{
            "outdated rises", 100, 200, 1, 1000, {pods(1000, 60s)}, kDownDefault, {8, 12, 9, 11}, {}, 200, kNothing},
        RateRow{"rises not outdated, two policies",
                100,
                200,
                1,
                1000,
                {pods(1000, 120s), percent(100, 60s)},
                kDownDefault,
                {8, 12, 9, 11},
                {},
                200,
                kNothing},
        RateRow{"outdated rises, two policies",
                100,
                200,
                1,
                1000,
                {pods(1000, 30s), percent(100, 60s)},
                kDownDefault,
                {8, 12, 9, 11},
                {},
                200,
                kNothing},
        RateRow{"outdated falls", 100, 5, 1, 1000, kUpDefault, {pods(1000, 60s)}, {}, {8, 12, 9, 11}, 5, kNothing},
        RateRow{"falls not outdated, two policies",
                100,
                5,
                1,
                1000,
                kUpDefault,
                {pods(1000, 120s), percent(100, 60s)},
                {},
                {8, 12, 9, 11},
                5,
                kNothing},
        RateRow{"outdated falls, two policies",
                100,
                5,
                1,
                1000,
                kUpDefault,
                {pods(1000, 30s), percent(100, 60s)},
                {},
                {8, 12, 9, 11},
                5,
                kNothing}));

// The same cases as another reading of upstream's file has them; the validation catalogue's case V64 is those above.
INSTANTIATE_TEST_SUITE_P(
    TestScalingWithRulesReadAgain, RateLimits,
    testing::Values(
        RateRow{"desiredReplicas > maxReplicas", 100, 1000, 1, 150, kUpDefault, kDownDefault, {}, {}, 150, kMax},
        RateRow{"scale down with min 5, pods, events",
                100,
                5,
                5,
                1000,
                kUpDefault,
                {pods(130, 120s)},
                {},
                {1, 5, 9},
                5,
                kNothing},
        RateRow{"scale down with min 5, 100 percent, events",
                100,
                5,
                5,
                1000,
                kUpDefault,
                {percent(100, 120s)},
                {},
                {1, 5, 9},
                5,
                kNothing}));

// Computed with another program from upstream's order of double operations; exact arithmetic gives the figures in
// brackets.
INSTANTIATE_TEST_SUITE_P(
    DoubleArithmetic, RateLimits,
    testing::Values(
        RateRow{"10 % up from 100 (110)", 100, 900, 1, 1000, {percent(10, 60s)}, kDownDefault, {}, {}, 111, kUp},
        RateRow{"10 % up from 200 (220)", 200, 900, 1, 1000, {percent(10, 60s)}, kDownDefault, {}, {}, 221, kUp},
        RateRow{"68 % up from 25 (42)", 25, 900, 1, 1000, {percent(68, 60s)}, kDownDefault, {}, {}, 43, kUp},
        RateRow{"90 % down from 10 (1)", 10, 0, 0, 1000, kUpDefault, {percent(90, 60s)}, {}, {}, 0, kNothing},
        RateRow{"80 % down from 10 (2)", 10, 0, 0, 1000, kUpDefault, {percent(80, 60s)}, {}, {}, 1, kDown},
        RateRow{"10 % up from 50 (55)", 50, 900, 1, 1000, {percent(10, 60s)}, kDownDefault, {}, {}, 56, kUp},
        RateRow{"12 % up from 25 (28)", 25, 900, 1, 1000, {percent(12, 60s)}, kDownDefault, {}, {}, 29, kUp},
        RateRow{"120 % up from 45 (99)", 45, 900, 1, 1000, {percent(120, 60s)}, kDownDefault, {}, {}, 100, kUp},
        RateRow{"80 % down from 5 (1)", 5, 0, 0, 1000, kUpDefault, {percent(80, 60s)}, {}, {}, 0, kNothing},
        RateRow{"80 % down from 20 (4)", 20, 0, 0, 1000, kUpDefault, {percent(80, 60s)}, {}, {}, 3, kDown},
        RateRow{"92 % down from 25 (2)", 25, 0, 0, 1000, kUpDefault, {percent(92, 60s)}, {}, {}, 1, kDown}));

// As compiled Go does it on amd64: what an int32 cannot hold wraps around, and as a double it is the least number; a
// limit below the current replicas is none of theirs.
TEST(RateLimit, ThatRunsOverAllowsNoChange) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  for (const ScalingPolicy& policy : {pods(kMost, 60s), percent(kMost, 60s)})
    EXPECT_EQ(limit({}, 1000, 5000, 1, 9000, limited_to({policy}, kDownDefault), kNow).replicas, 1000);
  EXPECT_EQ(limit({}, 1'500'000'000, kMost, 1, kMost, limited_to({percent(100, 60s)}, kDownDefault), kNow).replicas,
            1'500'000'000);
  EXPECT_EQ(limit(1'500'000'000, kMost, 1, kMost).replicas, std::numeric_limits<std::int32_t>::min());
}

TEST(RateLimit, OfTheSmallestChangeTakeTheMoreCautiousPolicy) {
  // TestCalculateScaleUpLimitWithScalingRules, TestCalculateScaleDownLimitWithBehaviors
  const ScalingRules least_change{
      .window = {}, .select = SelectPolicy::kMin, .policies = {pods(2, 60s), percent(50, 60s)}};
  const Behavior behavior{least_change, least_change};
  EXPECT_EQ(limit({}, 1, 100, 0, 100, behavior, kNow).replicas, 2);
  EXPECT_EQ(limit({}, 5, 0, 0, 100, behavior, kNow).replicas, 3);
}

TEST(RateLimit, ThatAreDisabledAllowNoChange) {
  const ScalingRules disabled{.window = {}, .select = SelectPolicy::kDisabled, .policies = kDownDefault};
  const Behavior behavior{disabled, disabled};
  EXPECT_EQ(limit({}, 5, 100, 0, 100, behavior, kNow).replicas, 5);
  EXPECT_EQ(limit({}, 5, 0, 0, 100, behavior, kNow).replicas, 5);
}

TEST(RateLimit, NameThePolicyThatSetThem) {
  const Behavior behavior = limited_to({pods(2, 60s), percent(100, 30s)}, kDownDefault);
  const Limited limited = limit({}, 10, 500, 1, 1000, behavior, kNow);
  ASSERT_NE(limited.policy, nullptr);
  EXPECT_EQ(limited.policy->value, 100);
}

TEST(RateLimit, ForgetAnEventThatIsExactlyAsOldAsThePeriod) {
  History history;
  history.rises = events({{10, 60s}});
  const Behavior behavior = limited_to({pods(10, 60s)}, kDownDefault);
  EXPECT_EQ(limit(history, 100, 500, 1, 1000, behavior, kNow).replicas, 110);
  EXPECT_EQ(limit(history, 100, 500, 1, 1000, behavior, kNow - 1ns).replicas, 100);
}

// --- events
// --------------------------------------------------------------------------------------------------------------

struct EventRow {
  const char* name;
  std::vector<Aged> before;
  Policies policies;
  std::int32_t in_last_minute;     // changed, before the new event
  std::vector<std::string> after;  // changes, * where the entry may be reused
};
void PrintTo(const EventRow& row, std::ostream* os) { *os << row.name; }

class StoreScaleEvents : public testing::TestWithParam<EventRow> {};

std::vector<std::string> listed(const std::vector<History::Event>& from) {
  std::vector<std::string> out;
  for (const auto& one : from) out.push_back(std::to_string(one.change) + (one.outdated ? "*" : ""));
  return out;
}

TEST_P(StoreScaleEvents, KeepsUpstreamsListUpwards) {
  History history;
  history.rises = events(GetParam().before);
  store_event(history, 10, 15, limited_to(GetParam().policies, {}), kNow);
  EXPECT_EQ(listed(history.rises), GetParam().after);
  EXPECT_TRUE(history.falls.empty());
}

TEST_P(StoreScaleEvents, KeepsUpstreamsListDownwards) {
  History history;
  history.falls = events(GetParam().before);
  store_event(history, 10, 5, limited_to({}, GetParam().policies), kNow);
  EXPECT_EQ(listed(history.falls), GetParam().after);
  EXPECT_TRUE(history.rises.empty());
}

// Read off the limit of a policy of a thousand pods a minute.
TEST_P(StoreScaleEvents, CountsUpstreamsChangeOfTheLastMinute) {
  const Behavior behavior = limited_to({pods(1000, 60s)}, {pods(1000, 60s)});
  History history;
  history.rises = events(GetParam().before);
  EXPECT_EQ(limit(history, 5000, 9000, 0, 9000, behavior, kNow).replicas, 6000 - GetParam().in_last_minute);
  std::swap(history.rises, history.falls);
  EXPECT_EQ(limit(history, 5000, 0, 0, 9000, behavior, kNow).replicas, 4000 + GetParam().in_last_minute);
}

// The two cases without behavior are in controller_test.cpp: the controller does not store then.
INSTANTIATE_TEST_SUITE_P(
    TestStoreScaleEvents, StoreScaleEvents,
    testing::Values(
        EventRow{"empty entries, two policies", {}, {pods(10, 60s), percent(100, 60s)}, 0, {"5"}},
        EventRow{"one outdated entry to be replaced", {{7, 61s}}, {pods(10, 60s), percent(100, 60s)}, 0, {"5"}},
        EventRow{"one actual entry to be kept", {{7, 58s}}, {pods(10, 60s), percent(100, 60s)}, 7, {"7", "5"}},
        EventRow{"two entries, one of them to be replaced", {{7, 61s}, {6, 59s}}, {pods(10, 60s)}, 6, {"5", "6"}},
        EventRow{"replace one entry with different policies",
                 {{8, 29s}, {6, 59s}, {7, 61s}, {9, 61s}},
                 {pods(10, 60s), percent(100, 30s)},
                 14,
                 {"8", "6", "7*", "5"}},
        EventRow{"two entries, both actual",
                 {{7, 58s}, {6, 59s}},
                 {pods(10, 120s), percent(100, 30s)},
                 13,
                 {"7", "6", "5"}}));

}  // namespace
}  // namespace windtunnel::hpa
