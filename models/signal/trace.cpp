#include <algorithm>
#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "models/signal/types.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/trace_file.hpp"
#include "models/workload/window.hpp"

namespace windtunnel {
namespace {

class TraceSignal final : public Signal {
 public:
  void describe(FieldVisitor& v) override {
    v.field("file", file_, "Text with a value, not negative, for each interval of time (\"bin\"), plain or gzip",
            kRequired);
    v.field("column", column_,
            "Column of the values: its name in the header, or its number from 1; empty: the only one beside the time");
    v.field("time_column", time_column_,
            "Column of the time at which each bin begins; empty: the first one; \"none\": one bin after the other");
    v.field("bin", bin_, "Length of a bin; none: the time between the first two rows", kPositive);
    v.field("start", start_,
            "What is played first: a time after the trace's begin (\"2h\") or a time stamp (\"1998-06-30 00:00:00\")");
    v.field("length", length_, "How much of the trace is played; none: to its end", kPositive);
    v.field("repeat", repeat_, "Begin again when the end is reached; else the last value holds");
    v.field("scale", scale_, "Factor on the values", kNonNegative);
    v.choice("missing", missing_, kMissingBinsNames,
             "Bins that have no row or no value: error, zero, or interpolate (the straight line between neighbours)");
    v.choice("duplicates", duplicates_, kDuplicateBinsNames,
             "Bins that have several rows: error, sum, or last (the last row counts)");
  }
  void check(Problems& p) override { check_window_start(start_, p); }

  void load(const std::filesystem::path& folder, Problems& problems) override {
    TraceCounts trace;
    {
      FileProblems file_problems(file_, problems);
      const auto bytes = read_bytes(folder / file_, file_problems);
      if (!bytes) return;
      CountingProblems counted(problems);
      trace = parse_trace(*bytes, {file_, column_, time_column_, bin_, missing_, duplicates_}, counted);
      if (counted.errors > 0) return;
    }
    const std::int64_t length = static_cast<std::int64_t>(trace.counts.size()) * trace.bin.count();
    const auto window = find_window(start_, length_, trace.first, length, problems);
    if (!window) return;
    played_ = *window;
    trace_ = std::make_shared<const TraceCounts>(std::move(trace));
  }

  double at(Time since_warmup) const override {
    assert(trace_ && "a trace is loaded before it is played");
    const std::int64_t length = played_.end - played_.begin;
    std::int64_t into = std::max(since_warmup, Time{}).count();
    into = repeat_ ? into % length : std::min(into, length - 1);
    return scale_ * trace_->counts[static_cast<std::size_t>((played_.begin + into) / trace_->bin.count())];
  }

 private:
  std::string file_, column_, time_column_, start_;
  std::optional<Duration> bin_, length_;
  bool repeat_ = false;
  double scale_ = 1;
  MissingBins missing_ = MissingBins::kInterpolate;
  DuplicateBins duplicates_ = DuplicateBins::kError;

  std::shared_ptr<const TraceCounts> trace_;
  Window played_;
};

}  // namespace

void add_trace_signal(Registry<Signal>& signals) {
  signals.add<TraceSignal>("trace", "Values per minute, hour, … from a file");
}

}  // namespace windtunnel
