#include "models/workload/time_stamp.hpp"

#include <gtest/gtest.h>

namespace windtunnel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// Seconds since 1970 from Python's calendar.timegm.
TEST(TimeStamp, ReadsDatesOfTheGregorianCalendar) {
  EXPECT_EQ(parse_time_stamp("1970-01-01 00:00:00"), 0);
  EXPECT_EQ(parse_time_stamp("2000-02-29 00:00:00"), 951782400 * kSecond);
  EXPECT_EQ(parse_time_stamp("1998-06-30 21:42:00"), 899242920 * kSecond);
  EXPECT_EQ(parse_time_stamp("2100-03-01"), 4107542400 * kSecond);
  EXPECT_EQ(parse_time_stamp("2261-12-31 23:59:59"), 9214646399 * kSecond);
}

TEST(TimeStamp, ReadsIsoSpellingsZonesAndFractions) {
  const std::int64_t expected = 1700158623 * kSecond;
  EXPECT_EQ(parse_time_stamp("2023-11-16 18:17:03"), expected);
  EXPECT_EQ(parse_time_stamp("2023-11-16T18:17:03Z"), expected);
  EXPECT_EQ(parse_time_stamp("2023-11-16T20:17:03+02:00"), expected);
  EXPECT_EQ(parse_time_stamp("2023-11-16T13:47:03-0430"), expected);
  EXPECT_EQ(parse_time_stamp("2023-11-16 18:17:03.9799600"), expected + 979'960'000);
  EXPECT_EQ(parse_time_stamp("2023-11-16 18:17:03.123456789Z"), expected + 123'456'789);
  EXPECT_EQ(parse_time_stamp("2023-11-16 18:17"), expected - 3 * kSecond);
}

TEST(TimeStamp, ReadsNumbersByTheirSize) {
  EXPECT_EQ(parse_time_stamp("807256800"), 807256800 * kSecond);
  EXPECT_EQ(parse_time_stamp("1446249499123"), 1446249499123 * 1'000'000);
  EXPECT_EQ(parse_time_stamp("1446249499123456"), 1446249499123456 * 1000);
  EXPECT_EQ(parse_time_stamp("1446249499123456789"), 1446249499123456789);
  EXPECT_EQ(parse_time_stamp("0.07949090003967285"), 79'490'900);
  EXPECT_EQ(parse_time_stamp("1446249499123.5"), 1446249499123 * 1'000'000 + 500'000);
  EXPECT_EQ(parse_time_stamp("60"), 60 * kSecond);
}

TEST(TimeStamp, RefusesWhatIsNone) {
  for (const char* text : {"",
                           "-",
                           "yesterday",
                           "1998-02-29",
                           "1998-13-01",
                           "1998-00-10",
                           "1998-6-30",
                           "1998-06-31",
                           "1998-06-30 24:00:00",
                           "1998-06-30 21:60:00",
                           "1998-06-30 21:42:61",
                           "1998-06-30 21:42:00.",
                           "1998-06-30 21:42:00 CET",
                           "1998-06-30  21:42:00",
                           "1998-06-30 21:42:00+2",
                           "1969-12-31",
                           "2262-01-01",
                           "1e9",
                           "-5",
                           "1.2.3",
                           "0x10",
                           "99999999999999999999",
                           "1998-06-30 21:42:00.1234567890"})
    EXPECT_EQ(parse_time_stamp(text), std::nullopt) << text;
}

TEST(TimeStamp, IsWrittenAsItIsRead) {
  for (const char* text : {"1970-01-01 00:00:00", "1998-06-30 21:42:00", "2000-02-29 23:59:59", "2000-12-31 00:00:01",
                           "2023-11-16 18:17:03.97996", "2261-12-31 23:59:59"})
    EXPECT_EQ(format_time_stamp(*parse_time_stamp(text)), text);
}

}  // namespace
}  // namespace windtunnel
