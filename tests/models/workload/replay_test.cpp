#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/workload/replay_file.hpp"
#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr std::string_view kFour =
    "when,what,tokens\r\n2023-11-16 18:17:03.0000001,browse,100\r\n2023-11-16 18:17:04.0000001,pay,300\r\n"
    "2023-11-16 18:17:04.0000001,browse,50\r\n2023-11-16 18:17:07.5000001,browse,200";

std::vector<std::int64_t> milliseconds(const ArrivalsChoice& arrivals, const ArrivalContext& context) {
  std::vector<std::int64_t> out;
  for (const Arrival& arrival : all(arrivals, context)) out.push_back(arrival.at / 1ms);
  return out;
}

TEST(ReplayArrivals, ComeAsRecordedWithTheirClassAndSize) {
  Found found;
  const auto arrivals =
      loaded("replay", kFour, {{"class_column", "what"}, {"size_column", "tokens"}, {"size_unit", 200.0}}, found);
  EXPECT_THAT(found.errors, IsEmpty());
  auto context = web();
  context.classes = {"pay", "browse"};
  const auto seen = all(arrivals, context);
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_THAT(milliseconds(arrivals, context), ElementsAre(0, 1000, 1000, 4500));
  EXPECT_EQ(seen[0].request_class, 1);
  EXPECT_EQ(seen[1].request_class, 0);
  EXPECT_FLOAT_EQ(seen[0].size, 0.5F);
  EXPECT_FLOAT_EQ(seen[1].size, 1.5F);
}

TEST(ReplayArrivals, WithoutColumnsForThemAreOfTheMixAndOfSizeOne) {
  Found found;
  const auto seen = all(loaded("replay", kFour, {}, found), web());
  ASSERT_EQ(seen.size(), 4u);
  for (const Arrival& arrival : seen) {
    EXPECT_EQ(arrival.request_class, kClassByMix);
    EXPECT_EQ(arrival.size, 1);
  }
}

TEST(ReplayArrivals, KeepOutOfTheWarmUpAndEndWithTheRun) {
  Found found;
  const auto arrivals = loaded("replay", kFour, {}, found);
  EXPECT_THAT(milliseconds(arrivals, web({}, 10s)), ElementsAre(10000, 11000, 11000, 14500));
  EXPECT_THAT(milliseconds(arrivals, web(12s, 10s)), ElementsAre(10000, 11000, 11000));
}

TEST(ReplayArrivals, PlayThePartAndAtTheSpeedThatAreAskedFor) {
  Found found;
  EXPECT_THAT(milliseconds(loaded("replay", kFour, {{"start", "500ms"}}, found), web()), ElementsAre(500, 500, 4000));
  EXPECT_THAT(
      milliseconds(loaded("replay", kFour, {{"start", "2023-11-16 18:17:03.0000001"}, {"length", Duration{2s}}}, found),
                   web()),
      ElementsAre(0, 1000, 1000));
  EXPECT_THAT(milliseconds(loaded("replay", kFour, {{"time_warp", 2.0}}, found), web()),
              ElementsAre(0, 500, 500, 2250));
  EXPECT_THAT(found.errors, IsEmpty());
}

TEST(ReplayArrivals, ReportClassesThatTheSourceDoesNotHave) {
  Found found;
  const auto arrivals = loaded("replay", kFour, {{"class_column", "what"}}, found);
  const std::vector<std::string> classes{"browse", "search"};
  arrivals->check_classes(classes, found);
  ASSERT_EQ(found.errors.size(), 1u);
  EXPECT_THAT(found.errors[0],
              HasSubstr(".csv:3: 'pay' is not a request class of this source; its mix has 'browse', 'search'"));
}

std::vector<std::string> errors_of(std::string_view text, const ReplayFormat& format) {
  Found found;
  parse_replay(text, format, found);
  return found.errors;
}

TEST(ReplayFile, ReportsEveryRowThatIsWrongWithItsLine) {
  const ReplayFormat format{"log.csv", "", "", "size", 1};
  EXPECT_THAT(
      errors_of("time,size\n0,1\nnow,1\n2,\n3\n4,-1\n5,\"1\n", format),
      ElementsAre(StartsWith("/file: log.csv:3: 'now' is not a point in time"),
                  StartsWith("/file: log.csv:4: '' is not a size"),
                  StartsWith("/file: log.csv:5: has 1 fields; the ones asked for go up to number 2"),
                  StartsWith("/file: log.csv:6: '-1' is not a size"), StartsWith("/file: log.csv:7: a quoted field")));
  EXPECT_THAT(errors_of("time,bytes\n0,1\n", format),
              ElementsAre(HasSubstr("has no column 'size'; it has 'time', 'bytes'")));
  EXPECT_THAT(errors_of("", format), ElementsAre(HasSubstr("is empty")));
}

TEST(ReplayFile, PutsRowsInTimeOrderWithAWarning) {
  Found found;
  const auto recorded = parse_replay("time,c\n2,a\n1,b\n2,c\n0,d\n", {"log.csv", "", "c", "", 1}, found);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(found.warnings,
              ElementsAre(AllOf(StartsWith("/file: log.csv:3: 2 rows"), HasSubstr("put in time order"))));
  std::string order;
  for (const auto& request : recorded.requests) order += recorded.classes[request.request_class];
  EXPECT_EQ(order, "dbac");
}

TEST(ReplayFile, TakesTabsWithoutQuotes) {
  Found found;
  const auto recorded = parse_replay("t\turl\n0\t/a\"b\n1\t\"/c, d\n", {"log.tsv", "t", "url", "", 1}, found);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_THAT(recorded.classes, ElementsAre("/a\"b", "\"/c, d"));
}

}  // namespace
}  // namespace windtunnel::test
