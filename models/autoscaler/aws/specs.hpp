#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/autoscaler/aws/policy.hpp"
#include "models/autoscaler/aws/scheduled_actions.hpp"
#include "models/autoscaler/aws/warm_pool.hpp"

// What is written in AWS's own formats: CreateAutoScalingGroup, PutScalingPolicy, PutMetricAlarm. An alarm stands in
// the policy that it invokes.
namespace windtunnel::aws {

struct GroupSpec {
  std::int64_t min_size = 0, max_size = 0;
  std::int64_t default_cooldown = 300;
  std::optional<std::int64_t> default_instance_warmup;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  Duration cooldown() const { return std::chrono::seconds{default_cooldown}; }
  // Of a policy that names `own`, else the group's, else its cooldown.
  Duration warmup(std::optional<std::int64_t> own) const;
};

struct MetricAlarmSpec {
  std::string metric_name;
  Statistic statistic = Statistic::kAverage;
  std::string extended_statistic;
  std::int64_t period = 60, evaluation_periods = 1;
  std::optional<std::int64_t> datapoints_to_alarm;
  double threshold = 0;
  Comparison comparison = Comparison::kAtLeast;
  MissingData missing = MissingData::kMissing;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  WatchedAlarm alarm() const;  // once check() has found nothing
  bool needs_cpu_request() const;
};

struct PredefinedMetricSpec {
  PredefinedMetric type = PredefinedMetric::kGroupCpu;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct CustomizedMetricSpec {
  std::string metric_name;
  Statistic statistic = Statistic::kAverage;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

// The alarms that AWS makes for target tracking.
struct TrackingAlarms {
  Duration period = std::chrono::minutes{1};
  std::int64_t high_datapoints = 3, low_datapoints = 15;
  double low_factor = 0.9;
  void describe(FieldVisitor& v);
};

struct TargetTrackingSpec {
  double target = 0;
  std::optional<PredefinedMetricSpec> predefined;
  std::optional<CustomizedMetricSpec> customized;
  bool disable_scale_in = false;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  TargetTracking terms(const TrackingAlarms& alarms) const;
  bool needs_cpu_request() const;
};

enum class PolicyType { kSimple, kStep, kTargetTracking };
inline constexpr std::array<std::string_view, 3> kPolicyTypes = {"SimpleScaling", "StepScaling",
                                                                 "TargetTrackingScaling"};

// One policy of an EC2 group.
struct PolicySpec {
  std::string name;
  PolicyType type = PolicyType::kSimple;
  AdjustmentType adjustment_type = AdjustmentType::kChangeInCapacity;
  std::int64_t min_magnitude = 0;
  std::optional<std::int64_t> adjustment, cooldown;
  Aggregation aggregation = Aggregation::kAverage;
  std::vector<StepAdjustment> steps;
  std::optional<std::int64_t> estimated_warmup;
  std::optional<TargetTrackingSpec> tracking;
  std::optional<MetricAlarmSpec> alarm;
  bool enabled = true;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  std::unique_ptr<Policy> make(const GroupSpec& group, const TrackingAlarms& alarms) const;
  bool needs_cpu_request() const;
};

}  // namespace windtunnel::aws
