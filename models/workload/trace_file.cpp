#include "models/workload/trace_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/scenario/units.hpp"
#include "models/workload/table.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/time_stamp.hpp"

namespace windtunnel {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

struct Row {
  std::size_t line;
  std::int64_t at;  // ns since 1970; its number where rows have no time
  double count;     // or kMissing
};

struct Columns {
  std::size_t count = 0;
  std::optional<std::size_t> time;
};

std::optional<Columns> find_columns(const Table& table, const TraceFormat& format, FileProblems& problems) {
  Columns out;
  if (table.columns() == 0) {
    problems.error(0, "is empty; rows with a count for each bin fit");
    return std::nullopt;
  }
  if (format.time_column.empty()) {
    if (table.columns() > 1) out.time = 0;
  } else if (format.time_column != "none") {
    out.time = table.column(format.time_column, problems);
    if (!out.time) return std::nullopt;
  }
  if (!format.column.empty()) {
    const auto found = table.column(format.column, problems);
    if (!found) return std::nullopt;
    out.count = *found;
    if (out.time == out.count) {
      // Counts in the first column, and nobody said where the time is: there is none.
      if (format.time_column.empty()) {
        out.time.reset();
      } else {
        problems.error(0, "has time and counts in one column, " + shown(format.column) + "; they are two columns");
        return std::nullopt;
      }
    }
    return out;
  }
  const std::size_t others = table.columns() - (out.time ? 1 : 0);
  if (others != 1) {
    problems.error(
        0, "has " + std::to_string(table.columns()) + " columns; name the one that has the counts (\"column\")");
    return std::nullopt;
  }
  out.count = out.time == std::size_t{0} ? 1 : 0;
  return out;
}

std::optional<Row> read_row(const Table& table, const Columns& columns, std::size_t number, FileProblems& problems) {
  if (!table.well_formed()) {
    problems.error(table.line(), "a quoted field has no end on this line");
    return std::nullopt;
  }
  const std::size_t needed = std::max(columns.count, columns.time.value_or(0)) + 1;
  if (table.size() < needed) {
    problems.error(table.line(), "has " + std::to_string(table.size()) + " fields; the one asked for is number " +
                                     std::to_string(needed));
    return std::nullopt;
  }
  Row row{table.line(), static_cast<std::int64_t>(number), kMissing};
  bool fits = true;
  if (columns.time) {
    const std::string_view field = table[*columns.time];
    if (const auto at = parse_time_stamp(field)) {
      row.at = *at;
    } else {
      problems.error(row.line, shown(field) +
                                   " is not a point in time; \"1998-06-30 21:42:00\", "
                                   "\"1998-06-30T21:42:00Z\" and seconds or milliseconds since 1970 fit");
      fits = false;
    }
  }
  const std::string_view field = table[columns.count];
  if (!field.empty()) {
    const auto count = parse_number_field(field);
    if (!count || *count < 0 || *count > kLargestCount) {
      problems.error(row.line, shown(field) +
                                   " is not a count; a number from 0 to 1e15 fits, or nothing where the "
                                   "count is not known");
      fits = false;
    } else {
      row.count = *count;
    }
  }
  if (!fits) return std::nullopt;
  return row;
}

// The length of a bin, where rows have a time.
std::optional<Duration> find_bin(const std::vector<Row>& rows, const TraceFormat& format, FileProblems& problems) {
  if (format.bin) return format.bin;
  if (rows.size() < 2) {
    problems.error(0, "has one row, which does not tell how long a bin is; give \"bin\"");
    return std::nullopt;
  }
  const std::int64_t gap = rows[1].at - rows[0].at;
  if (gap > 0) return Duration{gap};
  problems.error(rows[1].line,
                 "is not after the row before it, so that it does not tell how long a bin is; give \"bin\"");
  return std::nullopt;
}

void place(const std::vector<Row>& rows, Duration bin, const TraceFormat& format, FileProblems& problems,
           std::vector<double>& counts) {
  const std::int64_t first = rows[0].at;
  std::size_t latest = 0;
  std::vector<bool> seen;
  for (const Row& row : rows) {
    const std::int64_t after = row.at - first;
    const auto stamp = [&row] { return format_time_stamp(row.at); };
    if (after < 0) {
      problems.error(row.line, stamp() + " is before the first row; rows come in time order");
      continue;
    }
    if (after % bin.count() != 0) {
      problems.error(row.line,
                     stamp() + " is not a whole number of bins of " + format_duration(bin) + " after the first row");
      continue;
    }
    const auto index = static_cast<std::size_t>(after / bin.count());
    if (index >= kMostBins) {
      problems.error(row.line, stamp() + " is more than " + std::to_string(kMostBins) + " bins of " +
                                   format_duration(bin) + " after the first row");
      continue;
    }
    if (index >= counts.size()) {
      counts.resize(index + 1, kMissing);
      seen.resize(index + 1, false);
    }
    if (seen[index]) {
      if (format.duplicates == DuplicateBins::kError)
        problems.error(row.line, stamp() + " was there before; \"duplicates\": \"sum\" or \"last\" allow that");
      else if (format.duplicates == DuplicateBins::kSum && !std::isnan(row.count))
        counts[index] = (std::isnan(counts[index]) ? 0 : counts[index]) + row.count;
      else if (format.duplicates == DuplicateBins::kLast)
        counts[index] = row.count;
      latest = index;
      continue;
    }
    // A clock that was set back (the end of summer time) repeats bins; what it then never repeats is out of order.
    if (index < latest) problems.error(row.line, stamp() + " is before the row before it; rows come in time order");
    seen[index] = true;
    counts[index] = row.count;
    latest = index;
  }
}

void fill_missing(TraceCounts& trace, const TraceFormat& format, FileProblems& problems) {
  std::vector<double>& counts = trace.counts;
  const auto known = [&](std::size_t i) { return !std::isnan(counts[i]); };
  std::size_t runs = 0, first_missing = 0, longest = 0;
  for (std::size_t i = 0; i < counts.size();) {
    if (known(i)) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < counts.size() && !known(end)) ++end;
    if (runs++ == 0) first_missing = i;
    trace.missing += end - i;
    longest = std::max(longest, end - i);
    // The straight line between the neighbours; beside the trace's ends, the one neighbour's value.
    const double before = i > 0 ? counts[i - 1] : end < counts.size() ? counts[end] : 0;
    const double after = end < counts.size() ? counts[end] : before;
    const double width = static_cast<double>(end - i + 1);
    for (std::size_t k = i; k < end; ++k)
      counts[k] = format.missing == MissingBins::kInterpolate
                      ? before + (after - before) * static_cast<double>(k - i + 1) / width
                      : 0;
    i = end;
  }
  if (trace.missing == 0) return;
  if (trace.missing == counts.size()) return problems.error(0, "has no count in any row");
  std::string message = "lacks " + std::to_string(trace.missing) + " of " + std::to_string(counts.size()) +
                        " bins, up to " + std::to_string(longest) + " in a row, the first one ";
  message +=
      trace.first
          ? "at " + format_time_stamp(*trace.first + static_cast<std::int64_t>(first_missing) * trace.bin.count())
          : "number " + std::to_string(first_missing + 1);
  if (format.missing == MissingBins::kError)
    problems.error(0, message + "; \"missing\": \"zero\" or \"interpolate\" allow that");
  else if (format.missing == MissingBins::kZero)
    problems.warning(0, message + "; they are taken as 0");
  else
    problems.warning(0, message + "; they are taken from the straight line between their neighbours");
}

}  // namespace

TraceCounts parse_trace(std::string_view bytes, const TraceFormat& format, Problems& reported, std::size_t limit) {
  TraceCounts out;
  FileProblems problems(format.file, reported);
  std::string storage;
  const auto text = unpacked(bytes, storage, problems, limit);
  if (!text) return out;
  Table table(*text);
  const auto columns = find_columns(table, format, problems);
  if (!columns) return out;

  std::vector<Row> rows;
  while (table.next()) {
    if (rows.size() == kMostBins) {
      problems.error(table.line(), "is row " + std::to_string(kMostBins + 1) + "; fewer rows fit");
      break;
    }
    if (const auto row = read_row(table, *columns, rows.size(), problems)) rows.push_back(*row);
  }
  if (problems.errors() > 0) return out;
  if (rows.empty()) {
    problems.error(0, "has a header and no rows");
    return out;
  }
  out.rows = rows.size();
  if (columns->time) {
    const auto bin = find_bin(rows, format, problems);
    if (!bin) return out;
    out.bin = *bin;
    out.first = rows[0].at;
    place(rows, out.bin, format, problems, out.counts);
  } else {
    if (!format.bin) {
      problems.error(0, "has no time column, so that it does not tell how long a bin is; give \"bin\"");
      return out;
    }
    out.bin = *format.bin;
    out.counts.reserve(rows.size());
    for (const Row& row : rows) out.counts.push_back(row.count);
  }
  if (problems.errors() > 0) return out;
  fill_missing(out, format, problems);
  return out;
}

}  // namespace windtunnel
