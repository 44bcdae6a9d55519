#include "models/cluster/karpenter/budget.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace windtunnel::karpenter {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Reason kAll[] = {Reason::kEmpty, Reason::kUnderutilized, Reason::kDrifted};

Budget budget(const std::string& nodes, std::vector<Reason> reasons = {}, const std::string& schedule = "",
              Duration duration = 0s) {
  Budget out;
  EXPECT_THAT(parse_nodes(nodes, out), IsEmpty());
  out.reasons = std::move(reasons);
  if (!schedule.empty()) {
    out.schedule.emplace();
    EXPECT_THAT(Cron::parse(schedule, *out.schedule), IsEmpty());
    out.duration = duration;
  }
  return out;
}

TEST(Budgets, AllowAShareRoundedUpOrANumberOfNodes) {
  const auto allowed = [](std::vector<Budget> budgets, std::int64_t nodes, std::int64_t disrupted) {
    return allowed_disruptions(budgets, Reason::kEmpty, nodes, disrupted, 0);
  };
  EXPECT_EQ(allowed({budget("10%")}, 10, 0), 1);
  EXPECT_EQ(allowed({budget("10%")}, 11, 0), 2);
  EXPECT_EQ(allowed({budget("5%")}, 10, 0), 1);
  EXPECT_EQ(allowed({budget("10%"), budget("3")}, 50, 0), 3);
  EXPECT_EQ(allowed({budget("0")}, 50, 0), 0);
  EXPECT_EQ(allowed({budget("20%")}, 19, 2), 2);  // two of the nodes are not ready
  EXPECT_EQ(allowed({budget("1")}, 50, 4), 0);
}

TEST(Budgets, AreANumberOrAPercentage) {
  Budget out;
  for (const char* wrong : {"", "%", "1000a%", "-1", "101%", "3 nodes", "1.5"})
    EXPECT_THAT(parse_nodes(wrong, out), HasSubstr("neither")) << wrong;
}

// karpenter, pkg/apis/v1/nodepool_budgets_test.go, at 12:30:30 on Thursday, 15 June 2000. Left out are the rows on
// values that do not parse, which are errors of the scenario here, and on GetDecisionRatioThreshold, which 1.14 does
// not have.
constexpr std::int64_t kNow = 961'072'230;

std::vector<Budget> upstream_budgets() {
  return {budget("10", {}, "* * * * *", 1h),
          budget("100", {}, "* * * * *", 1h),
          budget("100%", {}, "* * * * *", 1h),
          budget("15", {Reason::kDrifted, Reason::kUnderutilized}, "* * * * *", 1h),
          budget("5", {Reason::kDrifted}, "* * * * *", 1h),
          budget("0", {Reason::kUnderutilized, Reason::kDrifted, Reason::kEmpty}, "@weekly", 1h)};
}

TEST(Budgets, BlockAllReasonsIfTheyAreActiveForAll) {
  std::vector<Budget> budgets = upstream_budgets();
  budgets[5] = budget("0", {Reason::kUnderutilized, Reason::kDrifted, Reason::kEmpty}, "* * * * *", 1h);
  for (const Reason reason : kAll) EXPECT_EQ(allowed_disruptions(budgets, reason, 100, 0, kNow), 0);
}

TEST(Budgets, AllowAnyNumberWhileNoneIsActive) {
  std::vector<Budget> budgets = upstream_budgets();
  for (Budget& one : budgets) {
    EXPECT_THAT(Cron::parse("@yearly", *one.schedule), IsEmpty());
    EXPECT_FALSE(one.active(kNow));
  }
  for (const Reason reason : kAll) EXPECT_EQ(allowed_disruptions(budgets, reason, 100, 0, kNow), std::nullopt);
}

TEST(Budgets, OfAReasonAreIgnoredWhileInactive) {
  std::vector<Budget> budgets = upstream_budgets();
  for (const std::size_t i : {3U, 4U}) EXPECT_THAT(Cron::parse("@yearly", *budgets[i].schedule), IsEmpty());
  for (const Reason reason : kAll) EXPECT_EQ(allowed_disruptions(budgets, reason, 100, 0, kNow), 10);
}

TEST(Budgets, WithoutReasonsHoldForAll) {
  const std::vector<Budget> budgets = {upstream_budgets().front()};
  for (const Reason reason : kAll) EXPECT_EQ(allowed_disruptions(budgets, reason, 100, 0, kNow), 10);
}

TEST(Budgets, AreAsStrictAsTheStrictestForTheReason) {
  std::vector<Budget> budgets = upstream_budgets();
  budgets.push_back(budget("4", {Reason::kEmpty}, "* * * * *", 1h));
  EXPECT_EQ(allowed_disruptions(budgets, Reason::kEmpty, 100, 0, kNow), 4);
  EXPECT_EQ(allowed_disruptions(budgets, Reason::kDrifted, 100, 0, kNow), 5);
  EXPECT_EQ(allowed_disruptions(budgets, Reason::kUnderutilized, 100, 0, kNow), 10);
}

TEST(Budgets, AreActiveFromEachMomentOfTheirScheduleOn) {
  struct Row {
    const char* name;
    std::int64_t now;
    const char* schedule;
    Duration duration;
    bool active;
  };
  constexpr std::int64_t kSunday = 1'704'585'600;  // 7 January 2024, 00:00 UTC
  const Row rows[] = {
      {"a schedule and time in UTC: 23:00 of the day before", 959'727'600, "@daily", 30min, false},
      {"a schedule that is active", kNow, "* * * * *", 1h, true},
      {"a schedule that is inactive", kNow, "@yearly", 1h, false},
      {"the schedule hit is in the middle of the duration: 1 January 1000, 12:00", -30'610'180'800, "@yearly", 24h,
       true},
      {"the duration is longer than the recurrence", kSunday, "@daily", 48h, true},
      {"the schedule hit is after the duration", kSunday, "30 6 * * SUN", 6h, false},
  };
  for (const Row& row : rows)
    EXPECT_EQ(budget("1", {}, row.schedule, row.duration).active(row.now), row.active) << row.name;
  EXPECT_TRUE(budget("1").active(kNow));  // neither schedule nor duration
}

}  // namespace
}  // namespace windtunnel::karpenter
