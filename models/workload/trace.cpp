#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "models/workload/builtin.hpp"
#include "models/workload/nanoseconds.hpp"
#include "models/workload/profile.hpp"
#include "models/workload/text_file.hpp"
#include "models/workload/trace_file.hpp"
#include "models/workload/window.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

// Gamma variates of any shape from a fixed number of words each, so that bin n meets the same numbers whatever the bins
// before it held: Marsaglia and Tsang 2000, with the normal variate by inversion. An attempt is taken with probability
// above 0.95; that all of them fail has probability below 1e-9, and then the last one stands.
double gamma_variate(double shape, Stream& stream) {
  constexpr int kAttempts = 7;
  std::array<double, 2 * kAttempts> u;
  const double boost = stream.uniform();
  for (double& value : u) value = stream.uniform();
  const double d = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  double result = d;
  for (std::size_t i = 0; i < kAttempts; ++i) {
    const double z = normal_quantile(u[2 * i]);
    const double v = 1 + c * z;
    if (v <= 0) continue;
    const double cube = v * v * v;
    result = d * cube;
    if (log_of(u[2 * i + 1]) < 0.5 * z * z + d - d * cube + 3 * d * log_of(v)) break;
  }
  return shape < 1 ? result * exp_of(log_of(boost) / shape) : result;
}

struct Play {
  double scale = 1, time_warp = 1, dispersion = 1;
  bool repeat = false;
  std::int64_t start = 0,
               end = 0;  // the part that is played, in ns of the trace's own time after its first bin's begin
};

class Bins final : public Profile {
 public:
  Bins(std::shared_ptr<const TraceCounts> trace, const Play& play, Stream dispersion)
      : trace_(std::move(trace)), play_(play), stream_(dispersion), at_(play.start) {}

  bool next(Segment& out) override {
    if (at_ == play_.end) {
      if (!play_.repeat) return false;
      before_ += play_.end - play_.start;
      at_ = play_.start;
    }
    const std::int64_t bin = trace_->bin.count();
    const std::int64_t index = at_ / bin;
    const std::int64_t end = std::min((index + 1) * bin, play_.end);
    // From whole numbers of nanoseconds, so that warped bins do not drift.
    const Time begin = simulated(at_), until = simulated(end);
    if (until == kNever) return false;
    double count = play_.scale * trace_->counts[static_cast<std::size_t>(index)];
    if (play_.dispersion > 1) {
      // A Poisson count whose mean is gamma distributed with variance (dispersion - 1) * count (negative binomial).
      const double excess = play_.dispersion - 1;
      const double drawn = gamma_variate(std::max(count / excess, 1e-9), stream_) * excess;
      if (count > 0) count = drawn;
    }
    out = Segment::flat(until - begin, count * play_.time_warp / to_seconds(trace_->bin));
    at_ = end;
    return true;
  }

 private:
  Time simulated(std::int64_t trace_time) const {
    const std::int64_t since = before_ + trace_time - play_.start;
    if (play_.time_warp == 1) return since < kLongest ? Time{since} : kNever;
    const double ns = static_cast<double>(since) / play_.time_warp;
    return ns < static_cast<double>(kLongest) ? nanoseconds(ns) : kNever;
  }

  static constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4;
  std::shared_ptr<const TraceCounts> trace_;
  Play play_;
  Stream stream_;
  std::int64_t before_ = 0;  // trace time in earlier repetitions
  std::int64_t at_;
};

class Trace final : public Arrivals {
 public:
  void describe(FieldVisitor& v) override {
    v.field("file", file_, "Text with a count of requests for each interval of time (\"bin\"), plain or gzip",
            kRequired);
    v.field("column", column_,
            "Column of the counts: its name in the header, or its number from 1; empty: the only one beside the time");
    v.field("time_column", time_column_,
            "Column of the time at which each bin begins; empty: the first one; \"none\": one bin after the other");
    v.field("bin", bin_, "Length of a bin; none: the time between the first two rows", kPositive);
    v.field("start", start_,
            "What is played first: a time after the trace's begin (\"2h\") or a time stamp (\"1998-06-30 00:00:00\")");
    v.field("length", length_, "How much of the trace is played, in its own time; none: to its end", kPositive);
    v.field("repeat", repeat_, "Begin again when the end is reached; else there are no arrivals after it");
    v.field("scale", scale_, "Factor on the counts", kNonNegative);
    v.field("time_warp", time_warp_,
            "Factor on the speed of time: at 2 a bin takes half as long and has as many requests, so the rate doubles",
            kPositive);
    v.choice("within_bin", within_bin_, kSpacingNames, "How requests lie within a bin: poisson or even");
    v.field("dispersion", dispersion_,
            "Variance of a bin's number of requests over its mean: 1 is Poisson's, more makes neighbouring bins uneven",
            {.lo = 1});
    v.choice("missing", missing_, kMissingBinsNames,
             "Bins that have no row or no count: error, zero, or interpolate (the straight line between neighbours)");
    v.choice("duplicates", duplicates_, kDuplicateBinsNames,
             "Bins that have several rows: error, sum, or last (the last row counts)");
  }
  void check(Problems& p) override {
    check_window_start(start_, p);
    if (dispersion_ > 1 && within_bin_ == Spacing::kEven)
      p.error("/dispersion", "is above 1 while within_bin is even; \"within_bin\": \"poisson\" fits");
  }

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
    const auto bin_at = [&](std::int64_t ns) { return trace.counts.begin() + ns / trace.bin.count(); };
    const bool silent = scale_ == 0 || std::all_of(bin_at(window->begin), bin_at(window->end - 1) + 1,
                                                   [](double count) { return count == 0; });
    if (silent) FileProblems(file_, problems).warning(0, "has no requests in the part that is played");
    // Silence is not searched for requests again and again.
    play_ = {scale_, time_warp_, dispersion_, repeat_ && !silent, window->begin, window->end};
    trace_ = std::make_shared<const TraceCounts>(std::move(trace));
  }

  std::unique_ptr<ArrivalProcess> make(const ArrivalContext& context) const override {
    assert(trace_ && "a trace is loaded before it is played");
    return follow(std::make_unique<Bins>(trace_, play_, context.streams.named(context.name + "/dispersion")),
                  within_bin_, context.origin, context);
  }

 private:
  std::string file_, column_, time_column_, start_;
  std::optional<Duration> bin_, length_;
  bool repeat_ = false;
  double scale_ = 1, time_warp_ = 1, dispersion_ = 1;
  Spacing within_bin_ = Spacing::kPoisson;
  MissingBins missing_ = MissingBins::kInterpolate;
  DuplicateBins duplicates_ = DuplicateBins::kError;

  std::shared_ptr<const TraceCounts> trace_;
  Play play_;
};

}  // namespace

void add_trace(Registry<Arrivals>& registry) {
  registry.add<Trace>("trace", "Counts of requests per minute, hour, … from a file");
}

}  // namespace windtunnel
