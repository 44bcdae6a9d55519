#include "models/autoscaler/predictive/request_history.hpp"

#include <algorithm>

#include "models/scenario/units.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/time_stamp.hpp"
#include "models/workload/window.hpp"

namespace windtunnel::predictive {

void RequestHistory::describe(FieldVisitor& v) {
  v.field("file", file_, "Text with a count of requests for each interval of time (\"bin\"), plain or gzip", kRequired);
  v.field("column", column_,
          "Column of the counts: its name in the header, or its number from 1; empty: the only one beside the time");
  v.field("time_column", time_column_,
          "Column of the time at which each bin begins; empty: the first one; \"none\": one bin after the other");
  v.field("bin", bin_, "Length of a bin; none: the time between the first two rows", kPositive);
  v.field("end", end_,
          "What in the file is the run's end of warm-up, from where on nothing is known: a time after the file's begin "
          "(\"7d\") or a time stamp (\"1998-06-30 00:00:00\"); empty: the file's end");
  v.field("scale", scale_, "Factor on the counts", kNonNegative);
  v.choice("missing", missing_, kMissingBinsNames,
           "Bins that have no row or no count: error, zero, or interpolate (the straight line between neighbours)");
  v.choice("duplicates", duplicates_, kDuplicateBinsNames,
           "Bins that have several rows: error, sum, or last (the last row counts)");
}

void RequestHistory::check(Problems& problems) const {
  Duration offset{};
  if (end_.empty() || parse_time_stamp(end_) || parse_duration(end_, offset).empty()) return;
  problems.error("/end", shown(end_) + " is neither a duration (\"7d\") nor a time stamp (\"1998-06-30 00:00:00\")");
}

void RequestHistory::load(const std::filesystem::path& folder, Duration step, Problems& problems) {
  TraceCounts trace;
  {
    FileProblems file_problems(file_, problems);
    const auto bytes = read_bytes(folder / file_, file_problems);
    if (!bytes) return;
    CountingProblems counted(problems);
    trace = parse_trace(*bytes, {file_, column_, time_column_, bin_, missing_, duplicates_}, counted);
    if (counted.errors > 0) return;
  }
  const std::int64_t bin = trace.bin.count(), length = static_cast<std::int64_t>(trace.counts.size()) * bin;
  if (bin % step.count() != 0 && step.count() % bin != 0)
    return problems.error("/file", "has bins of " + format_duration(trace.bin) +
                                       ", which are no whole number of steps of " + format_duration(step) +
                                       ", nor is a step one of bins");
  std::int64_t end = length;
  Duration offset{};
  if (const auto stamp = parse_time_stamp(end_)) {
    if (!trace.first)
      return problems.error("/end", "is a time stamp, but the file has no time column; a duration fits");
    end = *stamp - *trace.first;
  } else if (!end_.empty() && parse_duration(end_, offset).empty()) {
    end = offset.count();
  }
  const std::int64_t unit = std::min(bin, step.count());
  if (end <= 0 || end > length || end % unit != 0)
    return problems.error("/end", shown(end_) + " is not a whole number of steps within the file, which is " +
                                      format_duration(Duration{length}) + " long");

  std::vector<double> rates;
  const std::int64_t steps = end / step.count();
  rates.reserve(static_cast<std::size_t>(steps));
  for (std::int64_t i = 0; i < steps; ++i) {
    // Backwards from the end, so that a part of a step is left over at the begin.
    const std::int64_t from = end - (steps - i) * step.count();
    double count = 0;
    if (bin >= step.count())
      count = trace.counts[static_cast<std::size_t>(from / bin)] * static_cast<double>(step.count()) /
              static_cast<double>(bin);
    else
      for (std::int64_t at = from; at < from + step.count(); at += bin)
        count += trace.counts[static_cast<std::size_t>(at / bin)];
    rates.push_back(scale_ * count * 1e9 / static_cast<double>(step.count()));
  }
  rates_ = std::make_shared<const std::vector<double>>(std::move(rates));
}

std::span<const double> RequestHistory::rates(std::int64_t before_end) const {
  if (!rates_) return {};
  const auto left_out = static_cast<std::size_t>(before_end);
  return std::span(*rates_).first(rates_->size() - std::min(left_out, rates_->size()));
}

}  // namespace windtunnel::predictive
