#pragma once

#include "models/autoscaler/aws/group.hpp"

// Short ways to write the policies of the tests.
namespace windtunnel::test {

inline aws::GroupSpec group_of(std::int64_t min_size, std::int64_t max_size,
                               std::optional<std::int64_t> warmup = std::nullopt) {
  aws::GroupSpec out;
  out.min_size = min_size;
  out.max_size = max_size;
  out.default_instance_warmup = warmup;
  return out;
}

inline aws::PolicySpec tracking_cpu(double target, bool disable_scale_in = false) {
  aws::PolicySpec out;
  out.type = aws::PolicyType::kTargetTracking;
  out.tracking.emplace();
  out.tracking->target = target;
  out.tracking->predefined.emplace();
  out.tracking->disable_scale_in = disable_scale_in;
  return out;
}

inline aws::PolicySpec tracking(const std::string& metric, double target) {
  aws::PolicySpec out = tracking_cpu(target);
  out.tracking->predefined.reset();
  out.tracking->customized.emplace();
  out.tracking->customized->metric_name = metric;
  return out;
}

inline aws::MetricAlarmSpec cpu_alarm(aws::Comparison comparison, double threshold, std::int64_t periods = 1) {
  aws::MetricAlarmSpec out;
  out.metric_name = "CPUUtilization";
  out.comparison = comparison;
  out.threshold = threshold;
  out.evaluation_periods = periods;
  return out;
}

inline aws::PolicySpec steps_on(aws::MetricAlarmSpec alarm, aws::AdjustmentType type,
                                std::vector<aws::StepAdjustment> steps) {
  aws::PolicySpec out;
  out.type = aws::PolicyType::kStep;
  out.alarm = std::move(alarm);
  out.adjustment_type = type;
  out.steps = std::move(steps);
  return out;
}

inline aws::PolicySpec simple_on(aws::MetricAlarmSpec alarm, aws::AdjustmentType type, std::int64_t adjustment) {
  aws::PolicySpec out;
  out.alarm = std::move(alarm);
  out.adjustment_type = type;
  out.adjustment = adjustment;
  return out;
}

}  // namespace windtunnel::test
