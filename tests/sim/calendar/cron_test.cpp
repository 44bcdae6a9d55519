#include "sim/calendar/cron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace windtunnel {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Dates by the C++ library's calendar.
UtcSeconds at(int year, unsigned month, unsigned day, int hour = 0, int minute = 0, int second = 0) {
  const std::chrono::sys_days date = std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
  return date.time_since_epoch().count() * 86'400LL + hour * 3600 + minute * 60 + second;
}

Cron cron(std::string_view text) {
  Cron out;
  const std::string wrong = Cron::parse(text, out);
  EXPECT_THAT(wrong, IsEmpty()) << text;
  return out;
}

struct Next {
  const char* expression;
  UtcSeconds after, expected;
};

TEST(Cron, FindsTheNextPointInTime) {
  // Rows from robfig/cron's spec_test.go (TestNext), those that need neither seconds nor a time zone, and the same
  // kind of question about what it does not ask.
  const Next rows[] = {
      {"0/15 * * * *", at(2012, 7, 9, 14, 45), at(2012, 7, 9, 15, 0)},
      {"0/15 * * * *", at(2012, 7, 9, 14, 59), at(2012, 7, 9, 15, 0)},
      {"0/15 * * * *", at(2012, 7, 9, 14, 59, 59), at(2012, 7, 9, 15, 0)},
      {"20-35/15 * * * *", at(2012, 7, 9, 15, 45), at(2012, 7, 9, 16, 20)},
      {"*/15 * * * *", at(2012, 7, 9, 23, 46), at(2012, 7, 10, 0, 0)},
      {"20-35/15 * * * *", at(2012, 7, 9, 23, 45), at(2012, 7, 10, 0, 20)},
      {"20-35/15 1/2 * * *", at(2012, 7, 9, 23, 35, 51), at(2012, 7, 10, 1, 20)},
      {"20-35/15 10-12 * * *", at(2012, 7, 9, 23, 35, 51), at(2012, 7, 10, 10, 20)},
      {"20-35/15 1/2 */2 * *", at(2012, 7, 9, 23, 35, 51), at(2012, 7, 11, 1, 20)},
      {"20-35/15 * 9-20 * *", at(2012, 7, 9, 23, 35, 51), at(2012, 7, 10, 0, 20)},
      {"20-35/15 * 9-20 JUL *", at(2012, 7, 9, 23, 35, 51), at(2012, 7, 10, 0, 20)},
      {"0 0 9 Apr-Oct *", at(2012, 7, 9, 23, 35), at(2012, 8, 9)},
      {"0 0 */5 Apr,Aug,Oct Mon", at(2012, 7, 9, 23, 35), at(2012, 8, 1)},
      {"0 0 */5 Oct Mon", at(2012, 7, 9, 23, 35), at(2012, 10, 1)},
      {"0 0 * Feb Mon", at(2012, 7, 9, 23, 35), at(2013, 2, 4)},
      {"0 0 * Feb Mon/2", at(2012, 7, 9, 23, 35), at(2013, 2, 1)},
      {"0 0 29 Feb ?", at(2012, 7, 9, 23, 35), at(2016, 2, 29)},
      {"0 0 29 2 *", at(2097, 1, 1), at(2104, 2, 29)},
      {"59 23 31 12 5", at(2012, 7, 9, 23, 35), at(2012, 12, 7, 23, 59)},  // either day
      {"0 9 * * 1-5", at(2024, 1, 5, 9, 0), at(2024, 1, 8, 9, 0)},         // Friday's is over
      {"0 9 * * 7", at(2024, 1, 1), at(2024, 1, 7, 9, 0)},
      {"0 9 * * Mon/2", at(2024, 1, 5, 9, 0), at(2024, 1, 8, 9, 0)},  // Monday, Wednesday, Friday
      {"0 9 * * SUN", at(2024, 1, 1), at(2024, 1, 7, 9, 0)},
      {"*/40 * * * *", at(2024, 1, 1, 0, 40), at(2024, 1, 1, 1, 0)},
      {"0,30 8,20 * * *", at(2024, 1, 1, 8, 0), at(2024, 1, 1, 8, 30)},
      {"0 0 1 1 *", at(1969, 6, 1), at(1970, 1, 1)},  // before 1970
      {"@hourly", at(2024, 1, 1, 5, 59, 59), at(2024, 1, 1, 6)},
      {"@daily", at(2024, 2, 28, 5), at(2024, 2, 29)},
      {"@midnight", at(2023, 2, 28, 5), at(2023, 3, 1)},
      {"@weekly", at(2024, 1, 1), at(2024, 1, 7)},
      {"@monthly", at(2024, 1, 1), at(2024, 2, 1)},
      {"@yearly", at(2024, 1, 1), at(2025, 1, 1)},
      {"@annually", at(2024, 7, 1), at(2025, 1, 1)},
  };
  for (const Next& row : rows) {
    EXPECT_EQ(cron(row.expression).next(row.after), row.expected) << row.expression;
    EXPECT_TRUE(cron(row.expression).matches(row.expected)) << row.expression;
    EXPECT_TRUE(cron(row.expression).matches(row.expected + 59)) << row.expression;
  }
}

TEST(Cron, NeverComesOnDaysThatThereAreNot) {
  EXPECT_EQ(cron("0 0 30 Feb ?").next(at(2012, 7, 9)), std::nullopt);
  EXPECT_EQ(cron("0 0 31 Apr ?").next(at(2012, 7, 9)), std::nullopt);
}

TEST(Cron, MatchesEveryMinuteThatItComesTo) {
  // All minutes of two weeks, one by one against one after the other.
  for (const char* expression : {"*/7 */5 * * *", "13 4-9 2,11 * TUE", "0-10/3 22 * * 1-5", "59 23 14 1 *"}) {
    const Cron schedule = cron(expression);
    const UtcSeconds end = at(2024, 1, 15);
    std::optional<UtcSeconds> next = schedule.next(at(2024, 1, 1) - 1);
    for (UtcSeconds minute = at(2024, 1, 1); minute < end; minute += 60) {
      ASSERT_EQ(schedule.matches(minute), next == minute) << expression << " at " << minute;
      if (next == minute) next = schedule.next(minute);
    }
  }
}

TEST(Cron, SaysWhatIsWrong) {
  const auto wrong = [](std::string_view text) {
    Cron unused;
    return Cron::parse(text, unused);
  };
  EXPECT_THAT(wrong(""), HasSubstr("has 0 fields"));
  EXPECT_THAT(wrong("* * * *"), HasSubstr("has 4 fields"));
  EXPECT_THAT(wrong("0 0 * * * *"), HasSubstr("has 6 fields"));
  EXPECT_THAT(wrong("@fortnightly"), HasSubstr("has 1 field;"));
  EXPECT_THAT(wrong("60 * * * *"), HasSubstr("minute, \"60\", that is outside 0 to 59"));
  EXPECT_THAT(wrong("* 24 * * *"), HasSubstr("is outside 0 to 23"));
  EXPECT_THAT(wrong("* * 0 * *"), HasSubstr("is outside 1 to 31"));
  EXPECT_THAT(wrong("* * * 13 *"), HasSubstr("is outside 1 to 12"));
  EXPECT_THAT(wrong("* * * * 8"), HasSubstr("is outside 0 to 7"));
  EXPECT_THAT(wrong("* * * * FRY"), HasSubstr("is not *, a number, a range or a name"));
  EXPECT_THAT(wrong("noon * * * *"), HasSubstr("is not *, a number, a range"));
  EXPECT_THAT(wrong("-5 * * * *"), HasSubstr("is not *"));
  EXPECT_THAT(wrong("1,,2 * * * *"), HasSubstr("is not *"));
  EXPECT_THAT(wrong("5-2 * * * *"), HasSubstr("ends before it begins"));
  EXPECT_THAT(wrong("70-80/2 * * * *"), HasSubstr("is outside"));
  EXPECT_THAT(wrong("1-2-3 * * * *"), HasSubstr("two ranges"));
  EXPECT_THAT(wrong("*/2/3 * * * *"), HasSubstr("two steps"));
  EXPECT_THAT(wrong("*/0 * * * *"), HasSubstr("step"));
  EXPECT_THAT(wrong("*/x * * * *"), HasSubstr("step"));
  EXPECT_THAT(wrong("*/ * * * *"), HasSubstr("step"));
}

}  // namespace
}  // namespace windtunnel
