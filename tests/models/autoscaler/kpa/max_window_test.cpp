#include "models/autoscaler/kpa/max_window.hpp"

#include <gtest/gtest.h>

#include <vector>

// Expectations are those of upstream's pkg/autoscaler/aggregation/max/window_test.go and timewindow_test.go
// (knative/serving 1.23); every row names its subtest.
namespace windtunnel::kpa {
namespace {

using namespace std::chrono_literals;
using Values = std::vector<std::int64_t>;

struct Row {
  const char* name;
  Values values;
  Values largest;          // after each of them
  std::vector<int> slots;  // empty: 0, 1, 2, …
};

void PrintTo(const Row& row, std::ostream* os) { *os << row.name; }

class MaxOfFiveSlots : public testing::TestWithParam<Row> {};

TEST_P(MaxOfFiveSlots, IsUpstreams) {
  const Row& row = GetParam();
  MaxWindow window(5s, 1s);
  Values largest;
  for (std::size_t i = 0; i < row.values.size(); ++i) {
    const int slot = row.slots.empty() ? static_cast<int>(i) : row.slots[i];
    window.record(slot * 1s, row.values[i]);
    largest.push_back(window.current());
  }
  EXPECT_EQ(largest, row.largest);
}

INSTANTIATE_TEST_SUITE_P(
    TestWindowMax, MaxOfFiveSlots,
    testing::Values(
        Row{"single value", {1}, {1}, {}}, Row{"ascending values", {1, 2}, {1, 2}, {}},
        Row{"descending values", {2, 1}, {2, 2}, {}}, Row{"up, down, up", {1, 2, 1}, {1, 2, 2}, {}},
        Row{"windowing out", {5, 6, 5, 5, 5, 5, 5}, {5, 6, 6, 6, 6, 6, 5}, {}},
        Row{"windowing out with gaps", {6, 5, 2, 1}, {6, 6, 6, 2}, {0, 1, 2, 6}},
        Row{"windowing out 2", {5, 6, 5, 7, 5, 5, 1}, {5, 6, 6, 7, 7, 7, 7}, {}},
        Row{"windowing out 3", {5, 8, 5, 7, 5, 5}, {5, 8, 8, 8, 8, 8}, {}},
        Row{"windowing out 4", {5, 8, 5, 7, 5, 5, 1}, {5, 8, 8, 8, 8, 8, 7}, {}},
        Row{"windowing out 5", {5, 8, 5, 7, 5, 5, 1, 4, 4, 4}, {5, 8, 8, 8, 8, 8, 7, 7, 5, 5}, {}},
        Row{"windowing out 6", {5, 8, 5, 7, 5, 5, 1, 4, 4, 4, 4}, {5, 8, 8, 8, 8, 8, 7, 7, 5, 5, 4}, {}},
        Row{"windowing out 7", {5, 8, 5, 7, 5, 5, 1, 4, 4, 4, 4, 9}, {5, 8, 8, 8, 8, 8, 7, 7, 5, 5, 4, 9}, {}},
        Row{"windowing out 8",
            {5, 8, 5, 7, 5, 5, 1, 4, 4, 4, 4, 9, 3, 4, 2, 1, 0},
            {5, 8, 8, 8, 8, 8, 7, 7, 5, 5, 4, 9, 9, 9, 9, 9, 4},
            {}},
        Row{"multiple with same index, ascending",
            {1, 2, 3, 4, 5, 6, 7},
            {1, 2, 3, 4, 5, 6, 7},
            std::vector<int>(7, 1)},
        Row{"multiple with same index, descending",
            {7, 6, 5, 4, 3, 2, 1},
            {7, 7, 7, 7, 7, 7, 7},
            std::vector<int>(7, 1)}));

struct TimedRow {
  const char* name;
  std::vector<std::pair<Duration, std::int64_t>> values;
  std::int64_t largest;
};

TEST(MaxWindow, GoesByTime) {  // TestTimedWindowMax
  for (const TimedRow& row :
       {TimedRow{"single value", {{0s, 5}}, 5}, TimedRow{"two values in same second", {{0s, 6}, {500ms, 5}}, 6},
        TimedRow{"two values", {{0s, 5}, {1s, 8}}, 8}, TimedRow{"time gap", {{0s, 5}, {6s, 4}}, 4}}) {
    MaxWindow window(5s, 1s);
    for (const auto& [after, value] : row.values) window.record(1000s + after, value);
    EXPECT_EQ(window.current(), row.largest) << row.name;
  }
}

}  // namespace
}  // namespace windtunnel::kpa
