#include "models/replay/recorded_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "models/scenario/json_document.hpp"
#include "models/workload/table.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

using Points = std::vector<RecordedSeries::Point>;

std::optional<double> value_of(std::string_view text) {
  if (text.empty() || text == "NaN") return kNone;
  return parse_number_field(text);
}

Points read_table(std::string_view text, const RecordedMetric& metric, FileProblems& problems) {
  Points out;
  const Table names(text);
  if (names.columns() == 0) {
    problems.error(0, "is empty; rows with a time and a value fit");
    return out;
  }
  std::size_t time = 0, value = 1;
  if (!metric.time_column.empty()) {
    const auto found = names.column(metric.time_column, problems);
    if (!found) return out;
    time = *found;
  }
  if (!metric.column.empty()) {
    const auto found = names.column(metric.column, problems);
    if (!found) return out;
    value = *found;
  } else if (names.columns() != 2) {
    problems.error(0, "has " + std::to_string(names.columns()) + " columns; name the one that is meant (\"column\")");
    return out;
  }
  Table table(text);
  while (table.next()) {
    if (!table.well_formed() || table.size() <= std::max(time, value)) {
      problems.error(table.line(), "has " + std::to_string(table.size()) + " fields; the one asked for is number " +
                                       std::to_string(std::max(time, value) + 1));
      continue;
    }
    const auto at = parse_time_stamp(table[time]);
    if (!at) {
      problems.error(table.line(), shown(table[time]) +
                                       " is not a point in time; \"2024-05-01T10:00:00Z\" and seconds or milliseconds "
                                       "since 1970 fit");
    }
    const auto read = value_of(table[value]);
    if (!read || *read < 0)
      problems.error(table.line(), shown(table[value]) +
                                       " is not a value; a number from 0 fits, or nothing where it is "
                                       "not known");
    if (!at || !read) continue;
    if (!out.empty() && *at <= out.back().at)
      problems.error(table.line(), format_time_stamp(*at) + " is not after the row before it; rows come in time order");
    else
      out.push_back({*at, *read});
  }
  return out;
}

Points read_prometheus(std::string_view text, const RecordedMetric& metric, FileProblems& problems) {
  const JsonDocument document = parse_json(text);
  for (const JsonProblem& p : document.problems)
    problems.error(static_cast<std::size_t>(p.line), p.pointer + (p.pointer.empty() ? "" : ": ") + p.message);
  if (!document.complete) return {};
  const JsonNode* data = document.root.find("data");
  const JsonNode* kind = data == nullptr ? nullptr : data->find("resultType");
  const JsonNode* result = data == nullptr ? nullptr : data->find("result");
  if (kind == nullptr || kind->text != "matrix" || result == nullptr || result->kind != JsonNode::Kind::kArray) {
    problems.error(static_cast<std::size_t>(document.root.line),
                   "is not what Prometheus' query_range answers: {\"data\": {\"resultType\": \"matrix\", …}} fits");
    return {};
  }
  struct Sum {
    double sum = 0;
    int series = 0;
  };
  std::map<std::int64_t, Sum> sums;
  for (const JsonNode& series : result->items) {
    const JsonNode* values = series.find("values");
    if (values == nullptr || values->kind != JsonNode::Kind::kArray) {
      problems.error(static_cast<std::size_t>(series.line), "is a series without \"values\"");
      continue;
    }
    for (const JsonNode& pair : values->items) {
      const bool fits = pair.kind == JsonNode::Kind::kArray && pair.items.size() == 2 && pair.items[0].is_number();
      const auto at = fits ? parse_time_stamp(pair.items[0].text) : std::nullopt;
      const auto value = fits ? value_of(pair.items[1].text) : std::nullopt;
      if (!at || !value || *value < 0) {
        problems.error(static_cast<std::size_t>(pair.line),
                       "is not a pair of a time and a value from 0, [1714557600, \"1.5\"]");
        continue;
      }
      if (std::isnan(*value)) continue;
      Sum& sum = sums[*at];
      sum.sum += *value;
      ++sum.series;
    }
  }
  Points out;
  for (const auto& [at, sum] : sums)
    out.push_back({at, metric.combine == Combine::kSum ? sum.sum : sum.sum / sum.series});
  return out;
}

}  // namespace

RecordedSeries::RecordedSeries(std::vector<Point> points, std::int64_t step) : points_(std::move(points)), step_(step) {
  if (step_ > 0) return;
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < points_.size(); ++i) steps.push_back(points_[i].at - points_[i - 1].at);
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  step_ = *middle;
}

std::optional<double> RecordedSeries::at(std::int64_t ns) const {
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), ns, [](std::int64_t t, const Point& p) { return t < p.at; });
  if (after == points_.begin()) return std::nullopt;
  const Point& point = *(after - 1);
  if (std::isnan(point.value) || ns - point.at >= 2 * step_) return std::nullopt;
  return point.value;
}

std::int64_t RecordedSeries::next(std::int64_t ns) const {
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), ns, [](std::int64_t t, const Point& p) { return t < p.at; });
  std::int64_t soonest = after == points_.end() ? kNever.count() : after->at;
  if (after != points_.begin())
    if (const std::int64_t stale = (after - 1)->at + 2 * step_; stale > ns) soonest = std::min(soonest, stale);
  return soonest;
}

void RecordedMetric::describe(FieldVisitor& v) {
  v.field("file", file, "Rows with a time and values, or the JSON of Prometheus' query_range; plain or gzip",
          kRequired);
  v.field("column", column, "Of the values, by name or by number from 1; empty: the only one beside the time");
  v.field("time_column", time_column, "Of the time; empty: the first");
  v.field("scale", scale, "Factor on the values, as 0.001 for millicores", kPositive);
  v.choice("combine", combine, kCombineNames, "What several series of Prometheus make: their sum, or their mean");
  v.choice(
      "per", per, kPerNames,
      "Whose the values are: the whole service's, or the average of an instance, of which there were \"replicas\"");
}

std::optional<RecordedSeries> RecordedMetric::load(const std::filesystem::path& folder, Problems& reported) const {
  FileProblems problems(file, reported);
  const auto bytes = read_bytes(folder / file, problems);
  if (!bytes) return std::nullopt;
  std::string storage;
  const auto text = unpacked(*bytes, storage, problems);
  if (!text) return std::nullopt;
  const std::size_t first = text->find_first_not_of(" \t\r\n");
  const bool is_json = first != std::string_view::npos && (*text)[first] == '{';
  Points points = is_json ? read_prometheus(*text, *this, problems) : read_table(*text, *this, problems);
  if (problems.errors() > 0) return std::nullopt;
  if (points.size() < 2) {
    problems.error(0, "has " + std::to_string(points.size()) + " values; at least two fit");
    return std::nullopt;
  }
  for (RecordedSeries::Point& p : points) p.value *= scale;
  return RecordedSeries(std::move(points));
}

}  // namespace windtunnel
