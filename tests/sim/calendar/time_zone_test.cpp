#include "sim/calendar/time_zone.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <span>

#include "sim/calendar/cron.hpp"

namespace windtunnel {
namespace {

using std::chrono::days;
using std::chrono::last;
using std::chrono::month;
using std::chrono::Sunday;
using std::chrono::sys_days;
using std::chrono::year;

constexpr std::int64_t kHour = 3600;

UtcSeconds midnight(sys_days date) { return date.time_since_epoch().count() * 24 * kHour; }

TimeZone zone(std::string_view name) {
  const auto found = TimeZone::named(name);
  EXPECT_TRUE(found) << name;
  return found.value_or(TimeZone());
}

// "2012-03-11T02:30:00-0400", as the rows of robfig/cron have it.
UtcSeconds at(const std::string& text) {
  const auto number = [&](std::size_t from, std::size_t length) { return std::stoi(text.substr(from, length)); };
  const sys_days date = year{number(0, 4)} / month(static_cast<unsigned>(number(5, 2))) / number(8, 2);
  const int east = number(20, 2) * 60 + number(22, 2);
  return midnight(date) + number(11, 2) * kHour + number(14, 2) * 60 + number(17, 2) -
         (text[19] == '-' ? -east : east) * 60;
}

TEST(TimeZone, ChangesWhereEuropeanLawSays) {
  // Directive 2000/84/EC: from the last Sunday of March, 1:00 UTC, to the last Sunday of October, 1:00 UTC.
  const TimeZone berlin = zone("Europe/Berlin");
  for (int y = 2002; y <= 2262; ++y) {
    const UtcSeconds spring = midnight(sys_days{year{y} / 3 / Sunday[last]}) + kHour;
    const UtcSeconds autumn = midnight(sys_days{year{y} / 10 / Sunday[last]}) + kHour;
    ASSERT_EQ(berlin.offset(spring - 1).seconds, 1 * kHour) << y;
    ASSERT_EQ(berlin.offset(spring - 1).until, spring) << y;
    ASSERT_EQ(berlin.offset(spring).seconds, 2 * kHour) << y;
    ASSERT_EQ(berlin.offset(autumn - 1).seconds, 2 * kHour) << y;
    ASSERT_EQ(berlin.offset(autumn - 1).until, autumn) << y;
    ASSERT_EQ(berlin.offset(autumn).seconds, 1 * kHour) << y;
  }
}

TEST(TimeZone, ChangesWhereAmericanLawSaid) {
  // Energy Policy Act of 2005: from the second Sunday of March to the first of November, both at 2:00 by the clock.
  const TimeZone new_york = zone("America/New_York");
  for (int y = 2007; y <= 2025; ++y) {
    const UtcSeconds spring = midnight(sys_days{year{y} / 3 / Sunday[2]}) + 7 * kHour;
    const UtcSeconds autumn = midnight(sys_days{year{y} / 11 / Sunday[1]}) + 6 * kHour;
    ASSERT_EQ(new_york.offset(spring - 1).seconds, -5 * kHour) << y;
    ASSERT_EQ(new_york.offset(spring).seconds, -4 * kHour) << y;
    ASSERT_EQ(new_york.offset(autumn - 1).seconds, -4 * kHour) << y;
    ASSERT_EQ(new_york.offset(autumn).seconds, -5 * kHour) << y;
  }
}

TEST(TimeZone, KnowsOffsetsThatAreNoWholeHours) {
  EXPECT_EQ(zone("Asia/Kolkata").offset(midnight(sys_days{year{2024} / 7 / 1})).seconds, 5 * kHour + 1800);
  EXPECT_EQ(zone("Asia/Kathmandu").offset(midnight(sys_days{year{2024} / 7 / 1})).seconds, 5 * kHour + 2700);
  EXPECT_EQ(zone("Australia/Lord_Howe").offset(midnight(sys_days{year{2024} / 7 / 1})).seconds, 10 * kHour + 1800);
  EXPECT_EQ(zone("Australia/Lord_Howe").offset(midnight(sys_days{year{2024} / 1 / 1})).seconds, 11 * kHour);
}

TEST(TimeZone, HasSeveralNamesForOne) {
  const UtcSeconds now = midnight(sys_days{year{2024} / 7 / 1});
  EXPECT_EQ(zone("Asia/Calcutta").offset(now).seconds, zone("Asia/Kolkata").offset(now).seconds);
  for (const char* name : {"UTC", "Etc/UTC", "GMT", "Etc/GMT", "Zulu"}) EXPECT_TRUE(zone(name).is_utc()) << name;
  EXPECT_FALSE(zone("Etc/GMT+9").is_utc());
  EXPECT_EQ(zone("Etc/GMT+9").offset(now).seconds, -9 * kHour);  // POSIX's sign
}

TEST(TimeZone, KnowsEveryNameThatItLists) {
  const std::vector<std::string> names = TimeZone::names();
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  for (const std::string& name : names) EXPECT_TRUE(TimeZone::named(name)) << name;
  for (const char* name : {"", "Europe", "europe/berlin", "Europe/Berlin ", "CET-1CEST", "../etc/localtime", "Local"})
    EXPECT_FALSE(TimeZone::named(name)) << name;
}

struct Next {
  const char *after, *expression, *expected;
};

TEST(CronInAZone, GoesByItsClockAsRobfigCronDoes) {
  // spec_test.go (TestNext), the rows with a time zone; seconds left out of the expressions, which are all 0 there.
  const Next new_york[] = {
      // What the clock leaves out never comes.
      {"2012-03-11T00:00:00-0500", "30 2 11 Mar ?", "2013-03-11T02:30:00-0400"},
      {"2012-03-11T00:00:00-0500", "0 * * * ?", "2012-03-11T01:00:00-0500"},
      {"2012-03-11T01:00:00-0500", "0 * * * ?", "2012-03-11T03:00:00-0400"},
      {"2012-03-11T03:00:00-0400", "0 * * * ?", "2012-03-11T04:00:00-0400"},
      {"2012-03-11T04:00:00-0400", "0 * * * ?", "2012-03-11T05:00:00-0400"},
      {"2012-03-11T00:00:00-0500", "0 1 * * ?", "2012-03-11T01:00:00-0500"},
      {"2012-03-11T01:00:00-0500", "0 1 * * ?", "2012-03-12T01:00:00-0400"},
      {"2012-03-11T00:00:00-0500", "0 2 * * ?", "2012-03-12T02:00:00-0400"},
      // What it shows twice comes twice.
      {"2012-11-04T00:00:00-0400", "30 2 04 Nov ?", "2012-11-04T02:30:00-0500"},
      {"2012-11-04T01:45:00-0400", "30 1 04 Nov ?", "2012-11-04T01:30:00-0500"},
      {"2012-11-04T00:00:00-0400", "0 * * * ?", "2012-11-04T01:00:00-0400"},
      {"2012-11-04T01:00:00-0400", "0 * * * ?", "2012-11-04T01:00:00-0500"},
      {"2012-11-04T01:00:00-0500", "0 * * * ?", "2012-11-04T02:00:00-0500"},
      {"2012-11-04T00:00:00-0400", "0 1 * * ?", "2012-11-04T01:00:00-0400"},
      {"2012-11-04T01:00:00-0400", "0 1 * * ?", "2012-11-04T01:00:00-0500"},
      {"2012-11-04T01:00:00-0500", "0 1 * * ?", "2012-11-05T01:00:00-0500"},
      {"2012-11-04T00:00:00-0400", "0 2 * * ?", "2012-11-04T02:00:00-0500"},
      {"2012-11-04T02:00:00-0500", "0 2 * * ?", "2012-11-05T02:00:00-0500"},
      {"2012-11-04T00:00:00-0400", "0 3 * * ?", "2012-11-04T03:00:00-0500"},
      {"2012-11-04T03:00:00-0500", "0 3 * * ?", "2012-11-05T03:00:00-0500"},
      {"2012-11-04T00:00:00-0400", "0 3 3 * ?", "2012-12-03T03:00:00-0500"},
  };
  // Midnight is no time of day there once a year.
  const Next sao_paulo[] = {
      {"2018-10-17T05:00:00-0400", "0 9 10 * ?", "2018-11-10T06:00:00-0500"},
      {"2018-02-14T05:00:00-0500", "0 9 22 * ?", "2018-02-22T07:00:00-0500"},
  };
  const Next kolkata[] = {
      {"2016-01-03T13:09:03+0530", "14 14 * * *", "2016-01-03T14:14:00+0530"},
      {"2016-01-03T04:09:03+0530", "14 14 * * ?", "2016-01-03T14:14:00+0530"},
  };
  const auto expect = [](std::string_view name, std::span<const Next> rows) {
    for (const Next& row : rows) {
      Cron cron;
      ASSERT_EQ(Cron::parse(row.expression, cron), "");
      cron.by_clock_of(zone(name));
      EXPECT_EQ(cron.next(at(row.after)), at(row.expected)) << row.after << ", \"" << row.expression << '"';
      EXPECT_TRUE(cron.matches(at(row.expected)));
    }
  };
  expect("America/New_York", new_york);
  expect("America/Sao_Paulo", sao_paulo);
  expect("Asia/Kolkata", kolkata);
}

TEST(CronInAZone, MatchesEveryMinuteThatItComesTo) {
  // The weeks around both changes, where one of them is of half an hour, minute by minute.
  for (const char* name : {"Europe/Berlin", "Australia/Lord_Howe", "America/New_York"})
    for (const char* expression : {"*/7 1-3 * * *", "30 2 * * *", "15 1 * * SUN"})
      for (const unsigned m : {3U, 4U, 10U, 11U}) {
        Cron cron;
        Cron::parse(expression, cron);
        cron.by_clock_of(zone(name));
        const UtcSeconds begin = midnight(sys_days{year{2024} / month{m} / 1}), end = begin + 31 * 24 * kHour;
        std::optional<UtcSeconds> next = cron.next(begin - 1);
        for (UtcSeconds minute = begin; minute < end; minute += 60) {
          ASSERT_EQ(cron.matches(minute), next == minute) << name << ", " << expression << ", " << minute;
          if (next == minute) next = cron.next(minute);
        }
      }
}

TEST(CronInAZone, NeverComesOnDaysThatThereAreNot) {
  Cron cron;
  Cron::parse("0 0 30 Feb ?", cron);
  cron.by_clock_of(zone("Europe/Berlin"));
  EXPECT_EQ(cron.next(0), std::nullopt);
}

}  // namespace
}  // namespace windtunnel
