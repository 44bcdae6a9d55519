#include "models/workload/replay_file.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "models/workload/arrival_process.hpp"
#include "models/workload/table.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel {
namespace {

constexpr double kLargestSize = 1e9;

struct Columns {
  std::size_t time = 0;
  std::optional<std::size_t> request_class, size;
};

std::optional<Columns> find_columns(const Table& table, const ReplayFormat& format, FileProblems& problems) {
  if (table.columns() == 0) {
    problems.error(0, "is empty; one row for each request fits");
    return std::nullopt;
  }
  Columns out;
  if (!format.time_column.empty()) out.time = table.column(format.time_column, problems).value_or(0);
  if (!format.class_column.empty()) out.request_class = table.column(format.class_column, problems);
  if (!format.size_column.empty()) out.size = table.column(format.size_column, problems);
  if (problems.errors() > 0) return std::nullopt;
  return out;
}

class Rows {
 public:
  Rows(const ReplayFormat& format, const Columns& columns, FileProblems& problems)
      : format_(format), columns_(columns), problems_(problems) {}

  void read(const Table& table, RecordedRequests& out) {
    const std::size_t needed =
        std::max({columns_.time, columns_.request_class.value_or(0), columns_.size.value_or(0)}) + 1;
    if (!table.well_formed()) return problems_.error(table.line(), "a quoted field has no end on this line");
    if (table.size() < needed) {
      return problems_.error(table.line(), "has " + std::to_string(table.size()) +
                                               " fields; the ones asked for go up to number " + std::to_string(needed));
    }
    RecordedRequest request{0, kClassByMix, 1};
    const std::string_view stamp = table[columns_.time];
    if (const auto at = parse_time_stamp(stamp)) {
      request.at = *at;
    } else {
      problems_.error(table.line(), shown(stamp) +
                                        " is not a point in time; \"2023-11-16 18:17:03.9799600\", "
                                        "\"2023-11-16T18:17:03Z\" and seconds or milliseconds since 1970 fit");
    }
    if (columns_.size) read_size(table, request);
    if (columns_.request_class) read_class(table, request, out);
    out.requests.push_back(request);
  }

 private:
  void read_size(const Table& table, RecordedRequest& request) {
    const std::string_view field = table[*columns_.size];
    const auto size = parse_number_field(field);
    if (!size || *size < 0 || *size / format_.size_unit > kLargestSize) {
      problems_.error(table.line(), shown(field) + " is not a size; a number from 0 to 1e9 times size_unit fits");
      return;
    }
    request.size = static_cast<float>(*size / format_.size_unit);
  }
  void read_class(const Table& table, RecordedRequest& request, RecordedRequests& out) {
    const auto found = indices_.find(table[*columns_.request_class]);
    if (found != indices_.end()) {
      request.request_class = found->second;
      return;
    }
    if (out.classes.size() == kClassByMix) {
      problems_.error(table.line(), "has the 65,536th different name of a class; at most 65,535 fit");
      return;
    }
    request.request_class = static_cast<std::uint16_t>(out.classes.size());
    out.classes.emplace_back(table[*columns_.request_class]);
    out.class_lines.push_back(table.line());
    indices_.emplace(out.classes.back(), request.request_class);
  }

  const ReplayFormat& format_;
  Columns columns_;
  FileProblems& problems_;
  std::map<std::string, std::uint16_t, std::less<>> indices_;
};

}  // namespace

RecordedRequests parse_replay(std::string_view bytes, const ReplayFormat& format, Problems& reported,
                              std::size_t limit) {
  RecordedRequests out;
  FileProblems problems(format.file, reported);
  std::string storage;
  const auto text = unpacked(bytes, storage, problems, limit);
  if (!text) return out;
  Table table(*text);
  const auto columns = find_columns(table, format, problems);
  if (!columns) return out;

  Rows rows(format, *columns, problems);
  std::size_t disordered = 0, first_disordered = 0;
  while (table.next()) {
    if (out.requests.size() == kMostRequests) {
      problems.error(table.line(), "is row " + std::to_string(kMostRequests + 1) + "; fewer rows fit");
      break;
    }
    const std::size_t before = out.requests.size();
    rows.read(table, out);
    if (before == 0 || out.requests.size() == before) continue;
    if (out.requests[before].at < out.requests[before - 1].at && disordered++ == 0) first_disordered = table.line();
  }
  if (problems.errors() > 0) return out;
  if (out.requests.empty()) {
    problems.error(0, "has a header and no rows");
    return out;
  }
  if (disordered > 0) {
    problems.warning(first_disordered, std::to_string(disordered) +
                                           " rows, this one first, are earlier than the row before them; all rows are "
                                           "put in time order");
    std::stable_sort(out.requests.begin(), out.requests.end(),
                     [](const RecordedRequest& a, const RecordedRequest& b) { return a.at < b.at; });
  }
  return out;
}

}  // namespace windtunnel
