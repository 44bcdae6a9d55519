#pragma once

#include "models/autoscaler/aws/engine.hpp"
#include "models/autoscaler/aws/specs.hpp"

namespace windtunnel::aws {

// RegisterScalableTarget, and PutScalingPolicy of Application Auto Scaling.
struct TargetSpec {
  std::int64_t min_capacity = 0, max_capacity = 0;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct StepScalingSpec {
  AdjustmentType adjustment_type = AdjustmentType::kChangeInCapacity;
  std::int64_t min_magnitude = 0;
  std::int64_t cooldown = 300;
  Aggregation aggregation = Aggregation::kAverage;
  std::vector<StepAdjustment> steps;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct CooledTrackingSpec : TargetTrackingSpec {
  std::int64_t out_cooldown = 300, in_cooldown = 300;
  void describe(FieldVisitor& v);
};
enum class TargetPolicyType { kStep, kTargetTracking };
inline constexpr std::array<std::string_view, 2> kTargetPolicyTypes = {"StepScaling", "TargetTrackingScaling"};
struct TargetPolicySpec {
  std::string name;
  TargetPolicyType type = TargetPolicyType::kStep;
  std::optional<CooledTrackingSpec> tracking;
  std::optional<StepScalingSpec> step;
  std::optional<MetricAlarmSpec> alarm;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  std::unique_ptr<Policy> make(const TrackingAlarms& alarms) const;
  bool needs_cpu_request() const;
};

struct TargetSettings {
  TargetSpec target;
  std::vector<TargetPolicySpec> policies;
  TrackingAlarms tracking_alarms;
};

// A scalable target of Application Auto Scaling, such as an ECS service. There is no warm-up; after scaling out, for
// the cooldown, needs are worked out from the capacity before, so that only what exceeds the amount added is added;
// after scaling in, for the cooldown, nothing is taken away, and scaling out ends it.
class ScalableTarget final : public Engine {
 public:
  explicit ScalableTarget(const TargetSettings& settings);

 private:
  class View final : public Capacity {
   public:
    std::int64_t desired() const override { return now_desired; }
    std::int64_t out_base(Duration) const override { return now < out_until ? before_out : now_desired; }
    std::int64_t in_base() const override { return now_desired; }
    bool in_blocked(Duration) const override { return now < in_until; }
    bool simple_blocked() const override { return false; }

    Time now{}, out_until{}, in_until{};
    std::int64_t now_desired = 0, before_out = 0;
  };

  void look(const ServiceSignal& signal) override;
  void carried_out(const Policy& by, std::int64_t before, std::int64_t after, const ServiceSignal& signal) override;
  const Capacity& capacity() const override { return view_; }

  View view_;
};

}  // namespace windtunnel::aws
