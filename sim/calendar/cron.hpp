#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/calendar/time_zone.hpp"

namespace windtunnel {

// A recurring point in time: "minute hour day-of-month month day-of-week" with *, lists, ranges, steps (*/15, 5-50/15,
// 30/10 from 30 on) and English names of months and days, or @yearly, @annually, @monthly, @weekly, @daily, @midnight
// or @hourly. Where both days are restricted, either may match; 7 is Sunday as well as 0. To the minute.
// The clock is that of a time zone, UTC unless told otherwise: where it jumps, what it leaves out never comes, and what
// it shows twice comes twice (as with robfig/cron, which KEDA uses).
class Cron {
 public:
  // What is wrong with the text as the end of a sentence, empty if nothing; `out` is set only then.
  static std::string parse(std::string_view text, Cron& out);
  void by_clock_of(const TimeZone& zone) { zone_ = zone; }

  bool matches(UtcSeconds time) const;  // the minute that `time` lies in
  // The first of its points after `time`; none: there is none (30 February).
  std::optional<UtcSeconds> next(UtcSeconds time) const;

 private:
  bool matches_day(std::int64_t days_since_1970) const;
  std::optional<UtcSeconds> next_shown(UtcSeconds shown) const;  // on a clock that never jumps

  // A bit for each value.
  std::uint64_t minutes_ = 0, hours_ = 0, days_ = 0, months_ = 0, weekdays_ = 0;
  bool any_day_ = false, any_weekday_ = false;
  TimeZone zone_;
};

}  // namespace windtunnel
