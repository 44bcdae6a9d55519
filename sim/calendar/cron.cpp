#include "sim/calendar/cron.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <span>
#include <vector>

namespace windtunnel {
namespace {

constexpr std::int64_t kDay = 86'400;
// Between two 29 February lie eight years where a century's last one is no leap year.
constexpr std::int64_t kDaysSearched = 9 * 366;

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays = {"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view what;
  int low, high;                            // of * and of steps without an end
  std::span<const std::string_view> names;  // of low, low + 1, …
  int highest;
};
constexpr Field kMinute{"minute", 0, 59, {}, 59};
constexpr Field kHour{"hour", 0, 23, {}, 23};
constexpr Field kDayOfMonth{"day of the month", 1, 31, {}, 31};
constexpr Field kMonth{"month", 1, 12, kMonths, 12};
constexpr Field kWeekday{"day of the week", 0, 6, kWeekdays, 7};

struct Macro {
  std::string_view name, meaning;
};
constexpr std::array<Macro, 7> kMacros = {{{"@yearly", "0 0 1 1 *"},
                                           {"@annually", "0 0 1 1 *"},
                                           {"@monthly", "0 0 1 * *"},
                                           {"@weekly", "0 0 * * 0"},
                                           {"@daily", "0 0 * * *"},
                                           {"@midnight", "0 0 * * *"},
                                           {"@hourly", "0 * * * *"}}};

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  for (std::size_t end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
    out.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  out.push_back(text);
  return out;
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return value;
}

std::optional<int> value_of(std::string_view text, const Field& field) {
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (std::equal(text.begin(), text.end(), field.names[i].begin(), field.names[i].end(),
                   [](char a, char b) { return upper(a) == b; }))
      return field.low + static_cast<int>(i);
  return whole_number(text);
}

// One item of a field's list; what is wrong with it, or nothing.
std::string parse_item(std::string_view text, const Field& field, std::uint64_t& bits) {
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() > 2) return "has two steps";
  std::optional<int> step = 1;
  if (parts.size() == 2) step = whole_number(parts[1]);
  if (!step || *step == 0) return "has a step that is not a whole number from 1";
  int from = field.low, to = field.high;
  if (parts[0] != "*" && parts[0] != "?") {
    const std::vector<std::string_view> ends = split(parts[0], '-');
    if (ends.size() > 2) return "has two ranges in one";
    const std::optional<int> first = value_of(ends[0], field), last = value_of(ends.back(), field);
    if (!first || !last) return "is not *, a number, a range" + std::string(field.names.empty() ? "" : " or a name");
    from = *first;
    if (from < field.low || *last > field.highest)
      return "is outside " + std::to_string(field.low) + " to " + std::to_string(field.highest);
    to = ends.size() == 1 && parts.size() == 2 ? field.high : *last;
    if (from > to) return "has a range that ends before it begins";
  }
  for (int value = from; value <= to; value += *step) bits |= std::uint64_t{1} << value;
  return {};
}

std::string parse_field(std::string_view text, const Field& field, std::uint64_t& bits) {
  for (const std::string_view item : split(text, ','))
    if (const std::string wrong = parse_item(item, field, bits); !wrong.empty())
      return "has a " + std::string(field.what) + ", \"" + std::string(text) + "\", that " + wrong;
  return {};
}

bool has(std::uint64_t bits, unsigned value) { return (bits >> value & 1) != 0; }

std::int64_t day_of(UtcSeconds time) { return (time >= 0 ? time : time - kDay + 1) / kDay; }

// The first value that is set from `from` on; 64: none.
int first_from(std::uint64_t bits, unsigned from) {
  return from > 63 ? 64 : std::countr_zero(bits & ~std::uint64_t{0} << from);
}

}  // namespace

std::string Cron::parse(std::string_view text, Cron& out) {
  std::string_view expression = text;
  for (const Macro& macro : kMacros)
    if (text == macro.name) expression = macro.meaning;
  std::vector<std::string_view> fields = split(expression, ' ');
  std::erase(fields, std::string_view());
  if (fields.size() != 5)
    return "has " + std::to_string(fields.size()) + (fields.size() == 1 ? " field" : " fields") +
           "; minute, hour, day of the month, month and day of the week fit";
  Cron read;
  const auto any = [](std::string_view field) { return field == "*" || field == "?"; };
  read.any_day_ = any(fields[2]);
  read.any_weekday_ = any(fields[4]);
  for (const std::string& wrong :
       {parse_field(fields[0], kMinute, read.minutes_), parse_field(fields[1], kHour, read.hours_),
        parse_field(fields[2], kDayOfMonth, read.days_), parse_field(fields[3], kMonth, read.months_),
        parse_field(fields[4], kWeekday, read.weekdays_)})
    if (!wrong.empty()) return wrong;
  if (has(read.weekdays_, 7)) read.weekdays_ |= 1;
  out = read;
  return {};
}

bool Cron::matches_day(std::int64_t days_since_1970) const {
  const std::chrono::sys_days date{std::chrono::days{days_since_1970}};
  const std::chrono::year_month_day civil{date};
  if (!has(months_, static_cast<unsigned>(civil.month()))) return false;
  const bool day = has(days_, static_cast<unsigned>(civil.day()));
  const bool weekday = has(weekdays_, std::chrono::weekday{date}.c_encoding());
  return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

bool Cron::matches(UtcSeconds time) const {
  time += zone_.offset(time).seconds;
  const std::int64_t day = day_of(time), minute = (time - day * kDay) / 60;
  return has(minutes_, static_cast<unsigned>(minute % 60)) && has(hours_, static_cast<unsigned>(minute / 60)) &&
         matches_day(day);
}

std::optional<UtcSeconds> Cron::next(UtcSeconds time) const {
  if (zone_.is_utc()) return next_shown(time);
  for (UtcSeconds from = time;;) {
    const TimeZone::Offset offset = zone_.offset(from);
    const std::optional<UtcSeconds> shown = next_shown(time + offset.seconds);
    if (!shown || *shown - offset.seconds < offset.until) return shown ? std::optional(*shown - offset.seconds) : shown;
    from = offset.until;
    time = from - 1;
  }
}

std::optional<UtcSeconds> Cron::next_shown(UtcSeconds time) const {
  const std::int64_t today = day_of(time);
  // Of today only what comes after this minute.
  std::int64_t from = (time - today * kDay) / 60 + 1;
  for (std::int64_t day = today; day < today + kDaysSearched; ++day, from = 0) {
    if (from >= kDay / 60 || !matches_day(day)) continue;
    for (int hour = first_from(hours_, static_cast<unsigned>(from / 60)); hour < 24;
         hour = first_from(hours_, static_cast<unsigned>(hour + 1))) {
      const int minute = first_from(minutes_, hour == from / 60 ? static_cast<unsigned>(from % 60) : 0);
      if (minute < 60) return day * kDay + hour * 3600 + minute * 60;
    }
  }
  return std::nullopt;
}

}  // namespace windtunnel
