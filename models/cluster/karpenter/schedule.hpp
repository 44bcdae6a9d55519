#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>

#include "sim/time.hpp"

namespace windtunnel::karpenter {

// A cron schedule, "minute hour day-of-month month day-of-week" with *, lists, ranges, steps and names, or one of
// @yearly,
// @annually, @monthly, @weekly, @daily, @midnight and @hourly. Where both kinds of day are restricted, either may
// match. UTC.
class Schedule {
 public:
  // What is wrong with the text, or nothing.
  static std::string parse(const std::string& text, Schedule& out);

  // The first moment after `time` that it names. Times count from 1970-01-01 00:00, in seconds. It searches eight
  // years: a schedule for a day that never comes gives the end of them.
  std::int64_t next(std::int64_t time) const;

 private:
  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;  // 0: Sunday
  bool any_day_ = true, any_weekday_ = true;
};

}  // namespace windtunnel::karpenter
