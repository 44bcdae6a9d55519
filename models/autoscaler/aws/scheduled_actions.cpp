#include "models/autoscaler/aws/scheduled_actions.hpp"

#include <algorithm>

#include "models/autoscaler/zoned_cron.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel::aws {
namespace {

constexpr Bounds kCapacity{.lo = 0, .hi = 1e6};

}  // namespace

void ScheduledAction::describe(FieldVisitor& v) {
  v.field("ScheduledActionName", name, "What it is called in decisions");
  v.field("Recurrence", recurrence, "When it comes again: a cron expression of five fields; empty: only at StartTime");
  v.field("TimeZone", time_zone, kZoneMeaning);
  v.field("StartTime", start_time, "When it comes, or from when Recurrence counts; empty: from the run's begin");
  v.field("EndTime", end_time, "After it Recurrence does not count any more; empty: never");
  v.field("MinSize", min_size, "Least capacity from then on; none: as before", kCapacity);
  v.field("MaxSize", max_size, "Most capacity from then on; none: as before", kCapacity);
  v.field("DesiredCapacity", desired, "Capacity at that moment; none: as before, within least and most", kCapacity);
  v.not_modelled("AutoScalingGroupName", "the group is the one it stands in");
}

void ScheduledAction::check(Problems& p) const {
  if (recurrence.empty() && start_time.empty()) p.error("", "needs Recurrence or StartTime");
  Cron unused;
  if (!recurrence.empty())
    if (const std::string wrong = Cron::parse(recurrence, unused); !wrong.empty())
      p.error("/Recurrence", "\"" + recurrence + "\" " + wrong);
  if (const std::string wrong = wrong_zone(time_zone); !wrong.empty())
    p.error("/TimeZone", "\"" + time_zone + "\" " + wrong);
  for (const auto& [key, text] : {std::pair{"/StartTime", &start_time}, {"/EndTime", &end_time}})
    if (!text->empty() && !parse_time_stamp(*text))
      p.error(key, "is not a point in time; \"2024-01-01T08:00:00Z\" fits");
  if (!min_size && !max_size && !desired) p.error("", "changes nothing; MinSize, MaxSize and DesiredCapacity fit");
  if (min_size && max_size && *max_size < *min_size)
    p.error("/MaxSize", std::to_string(*max_size) + " is below MinSize, " + std::to_string(*min_size));
}

Schedule::Schedule(const std::vector<ScheduledAction>& actions) {
  for (const ScheduledAction& action : actions) {
    Entry& entry = entries_.emplace_back();
    entry.action = action;
    if (!action.recurrence.empty()) entry.cron = zoned_cron(action.recurrence, action.time_zone);
    if (!action.end_time.empty()) entry.end = Time{parse_time_stamp(action.end_time).value_or(0)};
  }
}

std::optional<Time> Schedule::first_from(const Entry& entry, Time utc) {
  const std::optional<Time> start = entry.action.start_time.empty()
                                        ? std::nullopt
                                        : std::optional(Time{parse_time_stamp(entry.action.start_time).value_or(0)});
  if (entry.action.recurrence.empty()) return start && *start >= utc ? start : std::nullopt;
  // The points of the schedule that are not before `utc`, nor before StartTime.
  const Time from = start ? std::max(*start, utc) : utc;
  const std::optional<UtcSeconds> next = entry.cron.next((from.count() - 1) / 1'000'000'000);
  if (!next) return std::nullopt;
  const Time at = std::chrono::seconds{*next};
  return at <= entry.end ? std::optional(at) : std::nullopt;
}

std::vector<const ScheduledAction*> Schedule::due(Time utc, Time begun) {
  if (!begun_) {
    for (Entry& entry : entries_) entry.next = first_from(entry, begun);
    begun_ = true;
  }
  std::vector<std::pair<Time, const ScheduledAction*>> found;
  for (Entry& entry : entries_)
    while (entry.next && *entry.next <= utc) {
      found.emplace_back(*entry.next, &entry.action);
      entry.next = entry.action.recurrence.empty() ? std::nullopt : first_from(entry, *entry.next + Time{1});
    }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<const ScheduledAction*> out;
  out.reserve(found.size());
  for (const auto& [at, action] : found) out.push_back(action);
  return out;
}

}  // namespace windtunnel::aws
