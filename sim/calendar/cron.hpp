#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace windtunnel {

// Seconds since 1970-01-01 00:00:00 UTC.
using UtcSeconds = std::int64_t;

// A recurring point in time: "minute hour day-of-month month day-of-week" with *, lists, ranges, steps (*/15, 5-50/15,
// 30/10 from 30 on) and English names of months and days, or @yearly, @annually, @monthly, @weekly, @daily, @midnight
// or @hourly. Where both days are restricted, either may match; 7 is Sunday as well as 0. UTC, to the minute.
class Cron {
 public:
  // What is wrong with the text as the end of a sentence, empty if nothing; `out` is set only then.
  static std::string parse(std::string_view text, Cron& out);

  bool matches(UtcSeconds time) const;  // the minute that `time` lies in
  // The first of its points after `time`; none: there is none (30 February).
  std::optional<UtcSeconds> next(UtcSeconds time) const;

 private:
  bool matches_day(std::int64_t days_since_1970) const;

  // A bit for each value.
  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
  bool any_day_ = false, any_weekday_ = false;
};

}  // namespace windtunnel
