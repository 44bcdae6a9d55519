#include "models/workload/table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "models/workload/time_stamp.hpp"

namespace windtunnel {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

char delimiter_of(std::string_view line) {
  constexpr std::array<char, 3> kKnown{',', '\t', ';'};
  std::array<std::size_t, 3> found{};
  bool in_quotes = false;
  for (const char c : line) {
    if (c == '"') in_quotes = !in_quotes;
    for (std::size_t i = 0; i < kKnown.size(); ++i) found[i] += !in_quotes && c == kKnown[i];
  }
  return kKnown[static_cast<std::size_t>(std::max_element(found.begin(), found.end()) - found.begin())];
}

}  // namespace

std::optional<double> parse_number_field(std::string_view text) {
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Table::Table(std::string_view text) : rest_(text) {
  if (rest_.substr(0, 3) == "\xef\xbb\xbf") rest_.remove_prefix(3);
  // Leading empty lines say nothing about the delimiter.
  std::string_view first = rest_;
  while (!first.empty() && (first[0] == '\n' || first[0] == '\r')) first.remove_prefix(1);
  delimiter_ = delimiter_of(first.substr(0, first.find('\n')));
  if (!read_line()) return;
  columns_ = fields_.size();
  const bool data = std::all_of(fields_.begin(), fields_.end(), [](std::string_view field) {
    return field.empty() || parse_number_field(field) || parse_time_stamp(field);
  });
  if (data)
    first_waits_ = true;
  else
    header_.assign(fields_.begin(), fields_.end());
}

std::optional<std::size_t> Table::column(std::string_view name, FileProblems& problems) const {
  for (std::size_t i = 0; i < header_.size(); ++i)
    if (header_[i] == name) return i;
  std::size_t number = 0;
  const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
  const bool is_number = code == std::errc() && end == name.data() + name.size();
  if (is_number && number >= 1 && number <= columns_) return number - 1;
  std::string message = "has no column " + shown(name);
  if (!has_header()) {
    message +=
        "; it has no header and " + std::to_string(columns_) + " columns, which are named by their number from 1";
  } else {
    message += "; it has";
    constexpr std::size_t kListed = 20;
    for (std::size_t i = 0; i < std::min(header_.size(), kListed); ++i)
      message += (i == 0 ? " " : ", ") + shown(header_[i]);
    if (header_.size() > kListed) message += " and " + std::to_string(header_.size() - kListed) + " more";
  }
  problems.error(header_.empty() ? 0 : line_, std::move(message));
  return std::nullopt;
}

bool Table::next() {
  if (first_waits_) {
    first_waits_ = false;
    return true;
  }
  return read_line();
}

bool Table::read_line() {
  while (!rest_.empty()) {
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    ++line_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (trimmed(line).empty()) continue;
    split(line);
    return true;
  }
  return false;
}

void Table::split(std::string_view line) {
  fields_.clear();
  well_formed_ = true;
  unescaped_.clear();
  unescaped_.reserve(line.size());  // fields point into it
  while (true) {
    std::size_t quote = 0;
    while (quote < line.size() && line[quote] == ' ') ++quote;
    std::size_t end;
    if (delimiter_ != '\t' && quote < line.size() && line[quote] == '"') {
      const std::size_t begin = unescaped_.size();
      std::size_t i = quote + 1;
      bool closed = false;
      for (; i < line.size(); ++i) {
        if (line[i] == '"') {
          if (i + 1 < line.size() && line[i + 1] == '"') {
            ++i;
          } else {
            closed = true;
            ++i;
            break;
          }
        }
        unescaped_ += line[i];
      }
      end = std::min(line.find(delimiter_, i), line.size());
      well_formed_ = well_formed_ && closed && trimmed(line.substr(i, end - i)).empty();
      fields_.push_back(std::string_view(unescaped_).substr(begin));
    } else {
      end = std::min(line.find(delimiter_), line.size());
      fields_.push_back(trimmed(line.substr(0, end)));
    }
    if (end >= line.size()) return;
    line.remove_prefix(end + 1);
  }
}

}  // namespace windtunnel
