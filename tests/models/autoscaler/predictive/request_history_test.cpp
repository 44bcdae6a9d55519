#include "models/autoscaler/predictive/request_history.hpp"

#include <gmock/gmock.h>

#include "tests/models/workload/play.hpp"

namespace windtunnel::predictive {
namespace {

using namespace std::chrono_literals;
using test::assign;
using test::Fields;
using test::Found;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

RequestHistory loaded(std::string_view text, Duration step, Fields fields, Found& found) {
  const std::string name = std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()) + ".csv";
  fields.emplace_back("file", name);
  RequestHistory history;
  assign(history, fields);
  history.check(found);
  history.load(write_file(name, text), step, found);
  return history;
}

std::vector<double> rates(const RequestHistory& history, std::int64_t before_end = 0) {
  const auto values = history.rates(before_end);
  return {values.begin(), values.end()};
}

const std::string kMinutes =
    "time,requests\n2024-03-04 00:00,60\n2024-03-04 00:01,120\n2024-03-04 00:02,180\n2024-03-04 00:03,240\n"
    "2024-03-04 00:04,300\n";

TEST(RequestHistory, IsARatePerStep) {
  Found found;
  EXPECT_THAT(rates(loaded(kMinutes, 1min, {}, found)), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(found.errors, IsEmpty());
}

TEST(RequestHistory, SpreadsABinOverItsSteps) {
  Found found;
  EXPECT_THAT(rates(loaded(kMinutes, 30s, {{"end", "2m"}}, found)), ElementsAre(1, 1, 2, 2));
}

TEST(RequestHistory, GathersTheBinsOfAStepFromTheEndBackwards) {
  Found found;
  EXPECT_THAT(rates(loaded(kMinutes, 2min, {}, found)), ElementsAre(2.5, 4.5));
}

TEST(RequestHistory, EndsWhereTheMeasuredTimeBegins) {
  Found found;
  EXPECT_THAT(rates(loaded(kMinutes, 1min, {{"end", "2024-03-04 00:03"}}, found)), ElementsAre(1, 2, 3));
  EXPECT_THAT(found.errors, IsEmpty());
}

TEST(RequestHistory, LeavesTheLastStepsToTheWarmup) {
  Found found;
  const RequestHistory history = loaded(kMinutes, 1min, {}, found);
  EXPECT_THAT(rates(history, 2), ElementsAre(1, 2, 3));
  EXPECT_THAT(rates(history, 99), IsEmpty());
}

TEST(RequestHistory, ScalesItsCounts) {
  Found found;
  EXPECT_THAT(rates(loaded(kMinutes, 1min, {{"scale", 10.0}}, found)), ElementsAre(10, 20, 30, 40, 50));
}

TEST(RequestHistory, HasNothingBeforeItIsLoaded) { EXPECT_THAT(rates(RequestHistory()), IsEmpty()); }

TEST(RequestHistory, SaysWhatDoesNotFit) {
  struct Row {
    Duration step;
    Fields fields;
    const char* message;
  };
  for (const Row& row : {
           Row{7s, {}, "/file: has bins of 1m, which are no whole number of steps of 7s"},
           Row{1min, {{"end", "9m"}}, "/end: '9m' is not a whole number of steps within the file, which is 5m long"},
           Row{1min, {{"end", "90s"}}, "/end: '90s' is not a whole number of steps"},
           Row{1min, {{"end", "soon"}}, "/end: 'soon' is neither a duration"},
           Row{1min,
               {{"time_column", "none"}, {"column", "requests"}, {"bin", Duration{1min}}, {"end", "2024-03-04 00:03"}},
               "/end: is a time stamp, but the file has no time column"},
           Row{1min, {{"column", "hits"}}, "hits"},
       }) {
    Found found;
    loaded(kMinutes, row.step, row.fields, found);
    ASSERT_THAT(found.errors, SizeIs(1)) << row.message;
    EXPECT_THAT(found.errors[0], HasSubstr(row.message));
  }
}

}  // namespace
}  // namespace windtunnel::predictive
