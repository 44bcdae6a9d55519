#include "models/autoscaler/aws/adjustment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "tests/models/assign.hpp"

namespace windtunnel::aws {
namespace {

using test::Found;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

constexpr auto kChange = AdjustmentType::kChangeInCapacity;
constexpr auto kExact = AdjustmentType::kExactCapacity;
constexpr auto kPercent = AdjustmentType::kPercentChangeInCapacity;

struct Row {
  const char* what;
  std::int64_t capacity;
  AdjustmentType type;
  std::int64_t adjustment, min_magnitude, expected;
};

TEST(Adjustment, IsRoundedAsTheUserGuideSays) {
  // EC2 Auto Scaling user guide, "Scaling adjustment types": 12.7 -> 12, .67 -> 1, -.58 -> -1, -6.67 -> -6, and its
  // examples.
  const Row rows[] = {
      {"3 and 5 more", 3, kChange, 5, 0, 8},
      {"3, exactly 5", 3, kExact, 5, 0, 5},
      {"10 % of 10", 10, kPercent, 10, 0, 11},
      {"12.7", 127, kPercent, 10, 0, 139},
      {"0.67", 67, kPercent, 1, 0, 68},
      {"-0.58", 58, kPercent, -1, 0, 57},
      {"-6.67", 667, kPercent, -1, 0, 661},
      {"25 % of 4, at least 2", 4, kPercent, 25, 2, 6},
      {"-25 % of 4, at least 2", 4, kPercent, -25, 2, 2},
      {"30 % of 11", 11, kPercent, 30, 0, 14},
      {"-10 % of 14", 14, kPercent, -10, 0, 13},
      {"-30 % of 13", 13, kPercent, -30, 0, 10},
      {"nothing of 10, at least 2", 10, kPercent, 0, 2, 10},
      {"25 % of nothing", 0, kPercent, 25, 0, 0},
  };
  for (const Row& row : rows)
    EXPECT_EQ(adjusted(row.capacity, row.type, row.adjustment, row.min_magnitude), row.expected) << row.what;
}

// The user guide's example: threshold 50, nothing between 40 and 60.
const std::vector<StepAdjustment> kOut = {{0, 10, 0}, {10, 20, 10}, {20, {}, 30}};
const std::vector<StepAdjustment> kIn = {{-10, 0, 0}, {-20, -10, -10}, {{}, -20, -30}};

TEST(Steps, FollowTheUserGuidesExample) {
  struct At {
    double metric;
    std::int64_t capacity, expected;
  };
  const auto next = [](const std::vector<StepAdjustment>& steps, const At& at) {
    const StepAdjustment* step = step_for(steps, at.metric - 50);
    EXPECT_NE(step, nullptr) << at.metric;
    return step == nullptr ? -1 : adjusted(at.capacity, kPercent, step->adjustment, 0);
  };
  for (const At& at : {At{50, 10, 10}, At{59.9, 10, 10}, At{60, 10, 11}, At{70, 11, 14}, At{99, 11, 14}})
    EXPECT_EQ(next(kOut, at), at.expected) << at.metric;
  for (const At& at : {At{49, 14, 14}, At{40.1, 14, 14}, At{40, 14, 13}, At{30, 13, 10}, At{1, 13, 10}})
    EXPECT_EQ(next(kIn, at), at.expected) << at.metric;
}

TEST(Steps, AreForTheirSideOfTheThreshold) {
  EXPECT_EQ(step_for(kOut, -1), nullptr);
  EXPECT_EQ(step_for(kIn, 5), nullptr);
  EXPECT_EQ(step_for(kIn, -10), &kIn[1]) << "below, upper bounds belong to the step";
  EXPECT_EQ(step_for(kOut, 10), &kOut[1]) << "above, lower bounds do";
}

std::vector<std::string> wrong(const std::vector<StepAdjustment>& steps) {
  Found found;
  check_steps(steps, found);
  return found.errors;
}

TEST(Steps, HaveNeitherGapNorOverlap) {
  EXPECT_THAT(wrong(kOut), IsEmpty());
  EXPECT_THAT(wrong(kIn), IsEmpty());
  EXPECT_THAT(wrong({{20, {}, 30}, {0, 10, 0}, {10, 20, 10}}), IsEmpty()) << "in any order";
  EXPECT_THAT(wrong({{0, {}, 1}}), IsEmpty());
  EXPECT_THAT(wrong({}), ElementsAre(StartsWith("/StepAdjustments: ")));
  EXPECT_THAT(wrong({{{}, {}, 1}}), ElementsAre(StartsWith("/StepAdjustments/0: has neither")));
  EXPECT_THAT(wrong({{0, 10, 1}, {15, {}, 2}}), ElementsAre(StartsWith("/StepAdjustments/1: does not begin")));
  EXPECT_THAT(wrong({{0, 10, 1}, {5, {}, 2}}), ElementsAre(StartsWith("/StepAdjustments/1: does not begin")));
  EXPECT_THAT(wrong({{0, 10, 1}}), ElementsAre(StartsWith("/StepAdjustments: has a positive upper bound")));
  EXPECT_THAT(wrong({{-10, 0, 1}}), ElementsAre(StartsWith("/StepAdjustments: has a negative lower bound")));
  EXPECT_THAT(wrong({{10, 10, 1}, {10, {}, 1}}), ElementsAre(StartsWith("/StepAdjustments/0: has a lower bound")));
}

TEST(Tracking, RoundsForAvailability) {
  // The user guide: up by what is left over, so that 1.5 more are 2, 1.5 less are 1.
  struct At {
    std::int64_t capacity;
    double metric, target;
    std::int64_t expected;
  };
  for (const At& at : {At{2, 75, 50, 3}, At{4, 70, 50, 6}, At{10, 30, 50, 6}, At{3, 40, 50, 3}, At{3, 75, 50, 5},
                       At{3, 25, 50, 2}, At{10, 0, 50, 0}, At{7, 50, 50, 7}})
    EXPECT_EQ(tracked(at.capacity, at.metric, at.target), at.expected) << at.capacity << " at " << at.metric;
  EXPECT_EQ(tracked(3, 50 * (1 + 1e-15), 50), 3) << "the last bits of a mean start no instance";
}

}  // namespace
}  // namespace windtunnel::aws
