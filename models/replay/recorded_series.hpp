#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/describe/field.hpp"

namespace windtunnel {

// A value over time as something has recorded it. Each holds from its time to the next one's, but for no longer than
// twice the usual step: after that, and where the record has an empty field or NaN, there is none.
class RecordedSeries {
 public:
  struct Point {
    std::int64_t at;  // ns since 1970
    double value;     // NaN: none
  };
  RecordedSeries() = default;
  // In order of time, none twice, at least two; `step` 0: the median of those between them.
  explicit RecordedSeries(std::vector<Point> points, std::int64_t step = 0);

  std::int64_t begin() const { return points_.front().at; }
  std::int64_t step() const { return step_; }
  std::int64_t end() const { return points_.back().at + step_; }
  std::optional<double> at(std::int64_t ns) const;
  std::int64_t next(std::int64_t ns) const;  // the next moment at which that may change; kNever: none

 private:
  std::vector<Point> points_;
  std::int64_t step_ = 0;
};

enum class Per { kFleet, kInstance };
inline constexpr std::array<std::string_view, 2> kPerNames{"fleet", "instance"};
enum class Combine { kSum, kMean };
inline constexpr std::array<std::string_view, 2> kCombineNames{"sum", "mean"};

// Where a metric is recorded.
struct RecordedMetric {
  std::string file, column, time_column;
  double scale = 1;
  Combine combine = Combine::kSum;
  Per per = Per::kFleet;

  void describe(FieldVisitor& v);
  // Reads the file, relative to `folder`: rows with a time (models/workload/time_stamp.hpp), or the matrix that
  // Prometheus' query_range answers with; either plain or gzip. Several of its series are combined where all that are
  // there at a time have their say.
  std::optional<RecordedSeries> load(const std::filesystem::path& folder, Problems& problems) const;
};

}  // namespace windtunnel
