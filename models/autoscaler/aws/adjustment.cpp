#include "models/autoscaler/aws/adjustment.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace windtunnel::aws {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double lower_of(const StepAdjustment& step) { return step.lower.value_or(-kInfinity); }
double upper_of(const StepAdjustment& step) { return step.upper.value_or(kInfinity); }

}  // namespace

std::int64_t percent_of(std::int64_t capacity, std::int64_t adjustment) {
  const std::int64_t hundredths = capacity * adjustment;
  if (hundredths == 0) return 0;
  const std::int64_t whole = hundredths / 100;  // toward zero
  return whole != 0 ? whole : hundredths > 0 ? 1 : -1;
}

std::int64_t adjusted(std::int64_t capacity, AdjustmentType type, std::int64_t adjustment, std::int64_t min_magnitude) {
  switch (type) {
    case AdjustmentType::kChangeInCapacity:
      return capacity + adjustment;
    case AdjustmentType::kExactCapacity:
      return adjustment;
    case AdjustmentType::kPercentChangeInCapacity:
      break;
  }
  if (adjustment == 0) return capacity;
  const std::int64_t change = percent_of(capacity, adjustment);
  return capacity + (adjustment > 0 ? std::max(change, min_magnitude) : std::min(change, -min_magnitude));
}

void StepAdjustment::describe(FieldVisitor& v) {
  v.field("MetricIntervalLowerBound", lower, "Where the step begins, from the alarm's threshold; none: at no end");
  v.field("MetricIntervalUpperBound", upper, "Where it ends, from the alarm's threshold; none: at no end");
  v.field("ScalingAdjustment", adjustment, "What is added, or the new capacity, as AdjustmentType says", kRequired);
}

const StepAdjustment* step_for(std::span<const StepAdjustment> steps, double offset) {
  for (const StepAdjustment& step : steps) {
    const bool inside = offset >= 0 ? lower_of(step) <= offset && offset < upper_of(step)
                                    : lower_of(step) < offset && offset <= upper_of(step);
    if (inside) return &step;
  }
  return nullptr;
}

void check_steps(std::span<const StepAdjustment> steps, Problems& p) {
  if (steps.empty()) return p.error("/StepAdjustments", "needs at least one step");
  std::vector<std::size_t> order(steps.size());
  for (std::size_t i = 0; i < steps.size(); ++i) {
    order[i] = i;
    const std::string at = "/StepAdjustments/" + std::to_string(i);
    if (!steps[i].lower && !steps[i].upper)
      p.error(at, "has neither bound; one is needed, such as \"MetricIntervalLowerBound\": 0");
    else if (lower_of(steps[i]) >= upper_of(steps[i]))
      p.error(at, "has a lower bound that is not below the upper one");
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lower_of(steps[a]) < lower_of(steps[b]); });
  for (std::size_t k = 1; k < order.size(); ++k)
    if (upper_of(steps[order[k - 1]]) != lower_of(steps[order[k]]))
      p.error("/StepAdjustments/" + std::to_string(order[k]),
              "does not begin where the step below it ends; there must be no gap and no overlap");
  const StepAdjustment &lowest = steps[order.front()], &highest = steps[order.back()];
  if (lowest.lower && *lowest.lower < 0)
    p.error("/StepAdjustments", "has a negative lower bound and no step without one");
  if (highest.upper && *highest.upper > 0)
    p.error("/StepAdjustments", "has a positive upper bound and no step without one");
}

std::int64_t tracked(std::int64_t capacity, double metric, double target) {
  // The margin forgives the last bits of a mean: 50.000000000000007 over 50 is no reason to start an instance.
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(capacity) * metric / target - 1e-9));
}

}  // namespace windtunnel::aws
