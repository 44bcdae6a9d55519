#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/workload/trace_file.hpp"
#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel::predictive {

// Traffic before the run, from a file of counts.
class RequestHistory {
 public:
  void describe(FieldVisitor& v);
  void check(Problems& problems) const;
  // Reads the file and turns its bins into steps: either is a whole number of the other.
  void load(const std::filesystem::path& folder, Duration step, Problems& problems);

  // Requests per second, one value per step, up to `before_end` steps before the history's end; empty until loaded.
  std::span<const double> rates(std::int64_t before_end) const;

 private:
  std::string file_, column_, time_column_, end_;
  std::optional<Duration> bin_;
  double scale_ = 1;
  MissingBins missing_ = MissingBins::kInterpolate;
  DuplicateBins duplicates_ = DuplicateBins::kError;

  std::shared_ptr<const std::vector<double>> rates_;
};

}  // namespace windtunnel::predictive
