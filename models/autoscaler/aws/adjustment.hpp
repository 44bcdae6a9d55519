#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "sim/describe/field.hpp"

// How EC2 Auto Scaling and Application Auto Scaling get from a capacity to the next: pure functions after the EC2 Auto
// Scaling user guide (June 2023, the last one in public markdown).
namespace windtunnel::aws {

enum class AdjustmentType { kChangeInCapacity, kExactCapacity, kPercentChangeInCapacity };
inline constexpr std::array<std::string_view, 3> kAdjustmentTypes = {"ChangeInCapacity", "ExactCapacity",
                                                                     "PercentChangeInCapacity"};

// `adjustment` percent of `capacity`, in whole instances: fractions are dropped, but a change of less than one instance
// is one.
std::int64_t percent_of(std::int64_t capacity, std::int64_t adjustment);

// The capacity that an adjustment makes of another. `min_magnitude` is the least change in percent, where there is any.
std::int64_t adjusted(std::int64_t capacity, AdjustmentType type, std::int64_t adjustment, std::int64_t min_magnitude);

// Bounds are offsets of the metric from the alarm's threshold, in its unit; none: infinite.
struct StepAdjustment {
  std::optional<double> lower, upper;
  std::int64_t adjustment = 0;
  void describe(FieldVisitor& v);
};
// Above the threshold (offset >= 0) lower bounds belong to a step and upper bounds do not; below, the other way round.
// Null: no step is for this offset.
const StepAdjustment* step_for(std::span<const StepAdjustment> steps, double offset);
// Gaps, overlaps, missing infinite steps.
void check_steps(std::span<const StepAdjustment> steps, Problems& p);

// The capacity at which a metric that is spread over `capacity` instances falls (or rises) to the target, never above
// it: what is added is rounded up, what is removed down. AWS says no more than "proportional".
std::int64_t tracked(std::int64_t capacity, double metric, double target);

}  // namespace windtunnel::aws
