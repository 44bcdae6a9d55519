#include "models/workload/time_stamp.hpp"

#include <cstdio>

namespace windtunnel {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Days from 1970-01-01 to a date of the Gregorian calendar (years counted from March, so that leap days come last).
std::int64_t days_from_date(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2;
  const std::int64_t era = year / 400, of_era = year % 400;
  const std::int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  bool done() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_[0] != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // Exactly so many digits; -1 if they are not there.
  std::int64_t digits(std::size_t count) {
    if (rest_.size() < count) return -1;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!is_digit(rest_[i])) return -1;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  // One to nine digits of a decimal fraction, in billionths; -1 if there are none or more.
  std::int64_t fraction() {
    std::int64_t value = 0, unit = kSecond;
    while (!rest_.empty() && is_digit(rest_[0])) {
      if (unit == 1) return -1;
      unit /= 10;
      value += (rest_[0] - '0') * unit;
      rest_.remove_prefix(1);
    }
    return unit == kSecond ? -1 : value;
  }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::size_t length = 0;
  std::int64_t whole = 0;
  while (length < text.size() && is_digit(text[length])) {
    if (length == 19) return std::nullopt;
    const int digit = text[length++] - '0';
    if (whole > (INT64_MAX - digit) / 10) return std::nullopt;
    whole = whole * 10 + digit;
  }
  if (length == 0) return std::nullopt;
  // Whatever the unit, at most nanoseconds are kept: trace writers print doubles with 15 decimals and more.
  std::int64_t billionths = 0;
  if (length < text.size()) {
    if (text[length] != '.') return std::nullopt;
    std::int64_t unit = kSecond;
    for (const char c : text.substr(length + 1)) {
      if (!is_digit(c)) return std::nullopt;
      unit /= 10;
      billionths += (c - '0') * unit;
    }
  }
  std::int64_t unit = 1;
  if (whole < 100'000'000'000) {
    unit = kSecond;
  } else if (whole < 100'000'000'000'000) {
    unit = 1'000'000;
  } else if (whole < 100'000'000'000'000'000) {
    unit = 1'000;
  }
  if (whole > 9'000'000'000'000'000'000 / unit) return std::nullopt;
  return whole * unit + billionths / (kSecond / unit);
}

}  // namespace

std::optional<std::int64_t> parse_time_stamp(std::string_view text) {
  if (text.size() < 5 || text[4] != '-') return parse_number(text);
  Cursor at(text);
  const std::int64_t year = at.digits(4);
  if (year < 1970 || year > 2261 || !at.take('-')) return std::nullopt;
  const std::int64_t month = at.digits(2);
  if (month < 1 || month > 12 || !at.take('-')) return std::nullopt;
  const std::int64_t day = at.digits(2);
  if (day < 1) return std::nullopt;
  const std::int64_t date = days_from_date(year, month, day);
  const std::int64_t next_month = month == 12 ? days_from_date(year + 1, 1, 1) : days_from_date(year, month + 1, 1);
  if (date >= next_month) return std::nullopt;

  std::int64_t hour = 0, minute = 0, second = 0, fraction = 0, offset = 0;
  if (!at.done()) {
    if (!at.take(' ') && !at.take('T')) return std::nullopt;
    hour = at.digits(2);
    if (hour < 0 || hour > 23 || !at.take(':')) return std::nullopt;
    minute = at.digits(2);
    if (minute < 0 || minute > 59) return std::nullopt;
    if (at.take(':')) {
      second = at.digits(2);
      if (second < 0 || second > 60) return std::nullopt;  // 60: a leap second, taken as the next minute's first
      if (at.take('.')) fraction = at.fraction();
      if (fraction < 0) return std::nullopt;
    }
    if (!at.take('Z') && !at.done()) {
      const std::int64_t sign = at.take('-') ? -1 : 1;
      if (sign > 0 && !at.take('+')) return std::nullopt;
      const std::int64_t hours = at.digits(2);
      at.take(':');
      const std::int64_t minutes = at.digits(2);
      if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
      offset = sign * (hours * 3600 + minutes * 60);
    }
    if (!at.done()) return std::nullopt;
  }
  return (date * kDay + hour * 3600 + minute * 60 + second - offset) * kSecond + fraction;
}

std::string format_time_stamp(std::int64_t ns) {
  std::int64_t seconds = ns / kSecond, fraction = ns % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --seconds;
  }
  std::int64_t days = seconds / kDay, of_day = seconds % kDay;
  if (of_day < 0) {
    of_day += kDay;
    --days;
  }
  // The year whose first day is the last one not after it.
  std::int64_t year = 1969 + days / 366;
  while (days_from_date(year + 1, 1, 1) <= days) ++year;
  std::int64_t month = 1;
  while (month < 12 && days_from_date(year, month + 1, 1) <= days) ++month;
  const std::int64_t day = days - days_from_date(year, month, 1) + 1;
  char text[64];
  std::snprintf(text, sizeof text, "%04lld-%02lld-%02lld %02lld:%02lld:%02lld", static_cast<long long>(year),
                static_cast<long long>(month), static_cast<long long>(day), static_cast<long long>(of_day / 3600),
                static_cast<long long>(of_day / 60 % 60), static_cast<long long>(of_day % 60));
  std::string out = text;
  if (fraction != 0) {
    std::snprintf(text, sizeof text, ".%09lld", static_cast<long long>(fraction));
    out += text;
    while (out.back() == '0') out.pop_back();
  }
  return out;
}

}  // namespace windtunnel
