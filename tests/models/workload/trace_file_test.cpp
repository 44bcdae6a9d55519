#include "models/workload/trace_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/workload/play.hpp"

namespace windtunnel::test {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TraceFormat web_csv() { return {"web.csv", "", "", {}, MissingBins::kInterpolate, DuplicateBins::kError}; }

std::vector<double> counts_of(std::string_view text, const TraceFormat& format = web_csv()) {
  Found found;
  auto trace = parse_trace(text, format, found);
  EXPECT_THAT(found.errors, IsEmpty()) << text;
  return trace.counts;
}

std::vector<std::string> errors_of(std::string_view text, const TraceFormat& format = web_csv()) {
  Found found;
  parse_trace(text, format, found);
  return found.errors;
}

TEST(TraceFile, TellsTheBinAndTheBeginFromTheTimeColumn) {
  Found found;
  const auto trace = parse_trace("period,count\n1998-04-30 21:30:00,2\n1998-04-30 21:31:00,11\n", web_csv(), found);
  EXPECT_THAT(found.errors, IsEmpty());
  EXPECT_EQ(trace.bin, 60s);
  EXPECT_EQ(trace.first, 893971800 * std::int64_t{1'000'000'000});  // Python: calendar.timegm
  EXPECT_THAT(trace.counts, ElementsAre(2, 11));
  EXPECT_EQ(trace.rows, 2u);
  EXPECT_EQ(trace.missing, 0u);
}

TEST(TraceFile, ReadsEverySpellingOfATable) {
  const auto expected = ElementsAre(1, 2.5, 3);
  EXPECT_THAT(counts_of("time,count\n0,1\n60,2.5\n120,3\n"), expected);
  EXPECT_THAT(counts_of("time,count\r\n0,1\r\n60,2.5\r\n120,3"), expected);
  EXPECT_THAT(counts_of("\xef\xbb\xbftime;count\n0;1\n60;2.5\n120;3\n"), expected);
  EXPECT_THAT(counts_of("time\tcount\n0\t1\n60\t2.5\n120\t3\n"), expected);
  EXPECT_THAT(counts_of("0,1\n60,2.5\n120,3\n"), expected);
  EXPECT_THAT(counts_of("\n\n0, 1\n\n60, 2.5e0\n120, +3\n\n"), expected);
  EXPECT_THAT(counts_of("\"the \"\"time\"\", UTC\",\"count\"\n\"0\",\"1\"\n\"60\",2.5\n120,\"3\"\n"), expected);
  EXPECT_THAT(counts_of("Datetime,0\n2007-05-22 22:00:00,1\n2007-05-22 23:00:00,2.5\n2007-05-23 00:00:00,3\n"),
              expected);
  EXPECT_THAT(counts_of("2023-11-16T18:00:00Z,1\n2023-11-16T18:05:00Z,2.5\n2023-11-16T18:10:00Z,3\n"), expected);
  EXPECT_THAT(counts_of("1446249600000,1\n1446249660000,2.5\n1446249720000,3\n"), expected);
}

TEST(TraceFile, FindsColumnsByNameAndByNumber) {
  auto format = web_csv();
  format.column = "errors";
  EXPECT_THAT(counts_of("time,requests,errors\n0,10,1\n60,20,2\n", format), ElementsAre(1, 2));
  format.column = "2";
  EXPECT_THAT(counts_of("time,requests,errors\n0,10,1\n60,20,2\n", format), ElementsAre(10, 20));
  EXPECT_THAT(counts_of("0,10,1\n60,20,2\n", format), ElementsAre(10, 20));
  format.column = "0";  // a header's name that looks like a number
  EXPECT_THAT(counts_of("Datetime,0,9\n0,10,1\n60,20,2\n", format), ElementsAre(10, 20));
  format.column = "requests";
  format.time_column = "when";
  EXPECT_THAT(counts_of("requests,when\n10,0\n20,60\n", format), ElementsAre(10, 20));
}

TEST(TraceFile, TakesBinsInOrderWhereThereIsNoTimeColumn) {
  auto format = web_csv();
  format.bin = 10s;
  EXPECT_THAT(counts_of("5\n6\n7\n", format), ElementsAre(5, 6, 7));
  EXPECT_THAT(counts_of("requests\n5\n6\n", format), ElementsAre(5, 6));
  format.time_column = "none";
  format.column = "2";
  EXPECT_THAT(counts_of("a,5\nb,6\n", format), ElementsAre(6));  // a row that isn't numbers is taken as the header
  format.bin.reset();
  EXPECT_THAT(errors_of("5\n6\n"), ElementsAre(AllOf(StartsWith("/file: web.csv: "), HasSubstr("give \"bin\""))));
}

TEST(TraceFile, ReadsGzip) {
  // Made by Python's gzip module from "time,count\n0,1\n60,2\n120,3\n".
  constexpr std::string_view packed(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x2b\xc9\xcc\x4d\xd5\x49\xce\x2f\xcd\x2b\xe1\x32\xd0\x31\xe4\x32\x33\xd0"
      "\x31\xe2\x32\x34\x32\xd0\x31\xe6\x02\x00\x18\x1e\x64\x90\x1a\x00\x00\x00",
      46);
  EXPECT_THAT(counts_of(packed), ElementsAre(1, 2, 3));
  EXPECT_THAT(errors_of(packed.substr(0, 30)), ElementsAre("/file: web.csv: has gzip data that end too early"));
  EXPECT_THAT(errors_of(packed.substr(0, 2)), ElementsAre("/file: web.csv: has gzip data that end too early"));
  std::string damaged(packed);
  damaged[40] ^= 1;  // of the checksum
  EXPECT_THAT(errors_of(damaged), ElementsAre(StartsWith("/file: web.csv: has damaged gzip data")));
  Found found;
  parse_trace(packed, web_csv(), found, 20);  // 26 bytes when unpacked
  EXPECT_THAT(found.errors, ElementsAre(HasSubstr("unpacks to more than 20 bytes")));
  // Two archives, one after the other, are one text.
  EXPECT_THAT(errors_of(std::string(packed) + std::string(packed)),
              ElementsAre(StartsWith("/file: web.csv:5: 'time'"), StartsWith("/file: web.csv:5: 'count'")));
}

TEST(TraceFile, ReportsEveryRowThatIsWrongWithItsLine) {
  EXPECT_THAT(errors_of("time,count\n0,1\n60,many\nnoon,3\n180\n240,-4\n300,nan\n360,1e99\n420,\"5\n"),
              ElementsAre(AllOf(StartsWith("/file: web.csv:3: 'many' is not a count"), HasSubstr("a number from 0")),
                          AllOf(StartsWith("/file: web.csv:4: 'noon' is not a point in time"), HasSubstr("1998-06-30")),
                          StartsWith("/file: web.csv:5: has 1 fields; the one asked for is number 2"),
                          StartsWith("/file: web.csv:6: '-4' is not a count"),
                          StartsWith("/file: web.csv:7: 'nan' is not a count"),
                          StartsWith("/file: web.csv:8: '1e99' is not a count"),
                          StartsWith("/file: web.csv:9: a quoted field has no end")));
}

TEST(TraceFile, ReportsRowsThatAreNotAWholeNumberOfBinsApart) {
  EXPECT_THAT(
      errors_of("0,1\n60,2\n130,3\n180,4\n60,5\n"),
      ElementsAre("/file: web.csv:3: 1970-01-01 00:02:10 is not a whole number of bins of 1m after the first row",
                  AllOf(StartsWith("/file: web.csv:5: 1970-01-01 00:01:00 was there before"), HasSubstr("\"sum\""))));
  EXPECT_THAT(errors_of("300,1\n360,2\n480,2\n420,3\n0,1\n"),
              ElementsAre(StartsWith("/file: web.csv:4: 1970-01-01 00:07:00 is before the row before it"),
                          StartsWith("/file: web.csv:5: 1970-01-01 00:00:00 is before the first row")));
  EXPECT_THAT(errors_of("0,1\n0,2\n"), ElementsAre(AllOf(StartsWith("/file: web.csv:2: "), HasSubstr("give \"bin\""))));
  EXPECT_THAT(errors_of("1970-01-01,1\n1970-01-01 00:00:01,1\n2200-01-01,1\n"),
              ElementsAre(AllOf(StartsWith("/file: web.csv:3: "), HasSubstr("33554432 bins"))));
}

TEST(TraceFile, SaysWhatColumnsThereAre) {
  auto format = web_csv();
  format.column = "hits";
  EXPECT_THAT(errors_of("time,requests\n0,1\n", format),
              ElementsAre("/file: web.csv:1: has no column 'hits'; it has 'time', 'requests'"));
  EXPECT_THAT(
      errors_of("0,1\n60,1\n", format),
      ElementsAre("/file: web.csv: has no column 'hits'; it has no header and 2 columns, which are named by their "
                  "number from 1"));
  EXPECT_THAT(errors_of("time,requests,errors\n0,1,2\n"),
              ElementsAre("/file: web.csv: has 3 columns; name the one that has the counts (\"column\")"));
  format = web_csv();
  format.column = format.time_column = "time";
  EXPECT_THAT(errors_of("time,requests\n0,1\n", format), ElementsAre(HasSubstr("in one column, 'time'")));
}

TEST(TraceFile, SaysThatThereIsNothing) {
  EXPECT_THAT(errors_of(""), ElementsAre(StartsWith("/file: web.csv: is empty")));
  EXPECT_THAT(errors_of("\n\r\n\n"), ElementsAre(StartsWith("/file: web.csv: is empty")));
  EXPECT_THAT(errors_of("time,count\n"), ElementsAre("/file: web.csv: has a header and no rows"));
  EXPECT_THAT(errors_of("time,count\n0,1\n"), ElementsAre(HasSubstr("has one row")));
  EXPECT_THAT(errors_of("time,count\n0,\n60,\n"), ElementsAre("/file: web.csv: has no count in any row"));
}

TEST(TraceFile, ShowsTwentyErrorsAndCountsTheRest) {
  std::string text = "time,count\n";
  for (int i = 0; i < 50; ++i) text += std::to_string(60 * i) + ",x\n";
  const auto errors = errors_of(text);
  ASSERT_EQ(errors.size(), 21u);
  EXPECT_THAT(errors[19], StartsWith("/file: web.csv:21: "));
  EXPECT_EQ(errors[20], "/file: web.csv: has 30 more problems");
}

TEST(TraceFile, FillsMissingBinsAsAsked) {
  const std::string_view text = "0,10\n60,20\n240,50\n300,\n360,70\n420,\n";  // 120 and 180 have no row
  auto format = web_csv();
  Found found;
  auto trace = parse_trace(text, format, found);
  EXPECT_THAT(trace.counts, ElementsAre(10, 20, 30, 40, 50, 60, 70, 70));
  EXPECT_EQ(trace.missing, 4u);
  EXPECT_THAT(found.warnings,
              ElementsAre("/file: web.csv: lacks 4 of 8 bins, up to 2 in a row, the first one at 1970-01-01 "
                          "00:02:00; they are taken from the straight line between their neighbours"));
  format.missing = MissingBins::kZero;
  EXPECT_THAT(counts_of(text, format), ElementsAre(10, 20, 0, 0, 50, 0, 70, 0));
  format.missing = MissingBins::kError;
  EXPECT_THAT(errors_of(text, format), ElementsAre(AllOf(StartsWith("/file: web.csv: lacks 4 of 8 bins"),
                                                         HasSubstr("\"interpolate\" allow that"))));
  format.bin = 60s;
  format.missing = MissingBins::kInterpolate;
  EXPECT_THAT(counts_of("0,\n60,\n120,4\n", format), ElementsAre(4, 4, 4));  // at an end: the one neighbour
}

TEST(TraceFile, MergesDuplicatesAsAsked) {
  const std::string_view text = "0,1\n60,2\n120,3\n60,10\n120,20\n180,4\n";  // a clock set back, as DST does
  auto format = web_csv();
  format.duplicates = DuplicateBins::kSum;
  EXPECT_THAT(counts_of(text, format), ElementsAre(1, 12, 23, 4));
  format.duplicates = DuplicateBins::kLast;
  EXPECT_THAT(counts_of(text, format), ElementsAre(1, 10, 20, 4));
}

TEST(TraceFile, SurvivesAnyBytes) {
  // Every prefix of a file, and each of its bytes replaced by awkward ones: only messages may come of it.
  const std::string good = "time,\"count\"\r\n1998-04-30 21:30:00,2\n1998-04-30 21:31:00,\"1\"\"1\"\n";
  for (std::size_t n = 0; n <= good.size(); ++n) {
    Found found;
    parse_trace(std::string_view(good).substr(0, n), web_csv(), found);
    for (const char c : {'\0', '"', ',', '\n', '\t', '9', '\xff', '-'}) {
      std::string bad = good;
      if (n < bad.size()) bad[n] = c;
      const auto trace = parse_trace(bad, web_csv(), found);
      for (const double count : trace.counts) EXPECT_FALSE(count < 0);
    }
  }
}

}  // namespace
}  // namespace windtunnel::test
