#include "models/cluster/karpenter/schedule.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace windtunnel::karpenter {
namespace {

constexpr std::int64_t kMinute = 60, kDay = 86'400;
constexpr std::int64_t kLongestSearch = 8 * 366 * kDay;  // 29 February may be eight years away

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct Alias {
  std::string_view name, stands_for;
};
constexpr std::array<Alias, 7> kAliases = {{{"@yearly", "0 0 1 1 *"},
                                            {"@annually", "0 0 1 1 *"},
                                            {"@monthly", "0 0 1 * *"},
                                            {"@weekly", "0 0 * * 0"},
                                            {"@daily", "0 0 * * *"},
                                            {"@midnight", "0 0 * * *"},
                                            {"@hourly", "0 * * * *"}}};

struct Field {
  std::string_view what;
  int low, high;
  std::span<const std::string_view> names;  // of low, low + 1, …
};

std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> out(1);
  for (const char c : text)
    if (c == at)
      out.emplace_back();
    else
      out.back() += c;
  return out;
}

std::optional<int> number_of(const std::string& word, const Field& field) {
  std::string lower = word;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t i = 0; i < field.names.size(); ++i)
    if (field.names[i] == lower) return field.low + static_cast<int>(i);
  int value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

// Sets what a field of the schedule names; `any` says whether that is all there is.
template <std::size_t N>
std::string parse_field(const std::string& text, const Field& field, std::bitset<N>& out, bool& any) {
  const auto wrong = [&](const std::string& why) { return std::string(field.what) + " \"" + text + "\" " + why; };
  any = text == "*" || text == "?";
  for (const std::string& item : split(text, ',')) {
    const std::vector<std::string> with_step = split(item, '/');
    if (with_step.size() > 2) return wrong("has more than one step");
    int step = 1;
    if (with_step.size() == 2) {
      const std::optional<int> read = number_of(with_step[1], {field.what, 1, 1, {}});
      if (!read || *read < 1) return wrong("has a step that is no number from 1");
      step = *read;
    }
    int from = field.low, to = field.high;
    if (with_step[0] != "*" && with_step[0] != "?") {
      const std::vector<std::string> range = split(with_step[0], '-');
      if (range.size() > 2) return wrong("has more than one range");
      const std::optional<int> first = number_of(range[0], field);
      const std::optional<int> last = range.size() == 2 ? number_of(range[1], field) : first;
      if (!first || !last) return wrong("is neither *, a number, a range nor a name");
      from = *first;
      to = range.size() == 1 && with_step.size() == 2 ? field.high : *last;
      if (from < field.low || to > field.high)
        return wrong("is outside " + std::to_string(field.low) + " to " + std::to_string(field.high));
      if (from > to) return wrong("has a range whose beginning lies beyond its end");
    }
    for (int value = from; value <= to; value += step) out.set(static_cast<std::size_t>(value));
  }
  return {};
}

struct Date {
  int month, day;
};
// Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
Date date_of(std::int64_t days) {
  const std::int64_t z = days + 719'468;
  const std::int64_t era = (z >= 0 ? z : z - 146'096) / 146'097;
  const std::int64_t day_of_era = z - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const std::int64_t day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
  const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
  return {static_cast<int>(month), static_cast<int>(day)};
}

std::int64_t floor_to(std::int64_t value, std::int64_t unit) {
  return value >= 0 ? value / unit * unit : -((-value + unit - 1) / unit) * unit;
}

}  // namespace

std::string Schedule::parse(const std::string& text, Schedule& out) {
  std::string expression = text;
  for (const Alias& alias : kAliases)
    if (text == alias.name) expression = alias.stands_for;
  if (expression.starts_with('@')) return "\"" + text + "\" is no schedule; @hourly, @daily, @weekly … are";
  std::vector<std::string> fields = split(expression, ' ');
  std::erase(fields, "");
  if (fields.size() != 5) return "\"" + text + "\" has " + std::to_string(fields.size()) + " fields; a schedule has 5";
  Schedule read;
  bool any = false;
  for (const std::string& wrong : {
           parse_field(fields[0], {"the minute", 0, 59, {}}, read.minutes_, any),
           parse_field(fields[1], {"the hour", 0, 23, {}}, read.hours_, any),
           parse_field(fields[2], {"the day of the month", 1, 31, {}}, read.days_, read.any_day_),
           parse_field(fields[3], {"the month", 1, 12, kMonths}, read.months_, any),
           parse_field(fields[4], {"the day of the week", 0, 6, kWeekdays}, read.weekdays_, read.any_weekday_),
       })
    if (!wrong.empty()) return wrong;
  out = read;
  return {};
}

std::int64_t Schedule::next(std::int64_t time) const {
  std::int64_t at = floor_to(time, kMinute) + kMinute;
  const std::int64_t end = time + kLongestSearch;
  while (at < end) {
    const std::int64_t day_start = floor_to(at, kDay), days = day_start / kDay;
    const Date date = date_of(days);
    const auto weekday = static_cast<std::size_t>(((days + 4) % 7 + 7) % 7);  // 1970 began on a Thursday
    const bool day = days_.test(static_cast<std::size_t>(date.day)), week = weekdays_.test(weekday);
    const bool fits = any_day_ || any_weekday_ ? day && week : day || week;
    if (!fits || !months_.test(static_cast<std::size_t>(date.month))) {
      at = day_start + kDay;
      continue;
    }
    const auto minute = static_cast<std::size_t>((at - day_start) / kMinute);
    if (hours_.test(minute / 60) && minutes_.test(minute % 60)) return at;
    at += kMinute;
  }
  return end;
}

}  // namespace windtunnel::karpenter
