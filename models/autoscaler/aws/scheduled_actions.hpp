#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/calendar/cron.hpp"
#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel::aws {

// A scheduled action of an EC2 group, as PutScheduledUpdateGroupAction has it.
struct ScheduledAction {
  std::string name, recurrence, time_zone = "Etc/UTC", start_time, end_time;
  std::optional<std::int64_t> min_size, max_size, desired;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

// Scheduled actions over time: which are due, in their order. Recurrences go by their TimeZone, all else is UTC.
class Schedule {
 public:
  explicit Schedule(const std::vector<ScheduledAction>& actions);
  // The actions that have become due since the last call, at first since `begun`, up to and at `utc` (both since 1970):
  // in the order of their times, and at one time in the order given.
  std::vector<const ScheduledAction*> due(Time utc, Time begun);

 private:
  struct Entry {
    ScheduledAction action;
    Cron cron;
    std::optional<Time> next;  // none: it will not come again
    Time end = kNever;
  };
  static std::optional<Time> first_from(const Entry& entry, Time utc);

  std::vector<Entry> entries_;
  bool begun_ = false;
};

}  // namespace windtunnel::aws
