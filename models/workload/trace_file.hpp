#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

// Traces of counts: one row, one interval of time ("bin").
namespace windtunnel {

enum class MissingBins { kError, kZero, kInterpolate };
inline constexpr std::array<std::string_view, 3> kMissingBinsNames{"error", "zero", "interpolate"};
enum class DuplicateBins { kError, kSum, kLast };
inline constexpr std::array<std::string_view, 3> kDuplicateBinsNames{"error", "sum", "last"};

struct TraceFormat {
  std::string file;           // as the user wrote it, for messages
  std::string column{};       // of the counts; by name, or number from 1; empty: the only one beside the time column
  std::string time_column{};  // of the time at which each bin begins; empty: the first column; "none": bins in order
  std::optional<Duration> bin{};  // none: the time between the first two rows
  MissingBins missing = MissingBins::kInterpolate;
  DuplicateBins duplicates = DuplicateBins::kError;
};

struct TraceCounts {
  std::optional<std::int64_t> first;  // when the first bin begins, in ns since 1970; none where rows have no time
  Duration bin{};
  std::vector<double> counts;  // one per bin, without gaps
  std::size_t rows = 0;        // that the file has
  std::size_t missing = 0;     // bins without a row or with an empty field, filled in as `missing` says
};

inline constexpr std::size_t kMostBins = std::size_t{1} << 25;  // a year of seconds
inline constexpr double kLargestCount = 1e15;

// Understands text and gzip. What is wrong goes to `problems`, with lines; the counts are then worth nothing.
// `limit` bounds the unpacked text.
TraceCounts parse_trace(std::string_view bytes, const TraceFormat& format, Problems& problems,
                        std::size_t limit = std::size_t{1} << 30);

}  // namespace windtunnel
