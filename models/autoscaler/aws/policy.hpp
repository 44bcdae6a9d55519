#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "models/autoscaler/aws/adjustment.hpp"
#include "models/autoscaler/aws/alarm.hpp"
#include "models/autoscaler/aws/metric_source.hpp"

namespace windtunnel::aws {

// What a scaling policy may ask about what it scales. EC2 groups and scalable targets of Application Auto Scaling
// answer differently.
class Capacity {
 public:
  virtual ~Capacity() = default;
  virtual std::int64_t desired() const = 0;
  // What an adjustment upwards is applied to. What has been added since and has not had its effect yet is not in it, so
  // that the same breach asks for the same capacity again.
  virtual std::int64_t out_base(Duration warmup) const = 0;
  virtual std::int64_t in_base() const = 0;
  virtual bool in_blocked(Duration warmup) const = 0;
  virtual bool simple_blocked() const = 0;  // an activity is going on, or its cooldown
};

// Rules on record. A cooldown of a simple policy includes the activity before it.
inline constexpr const char* kCooldown = "cooldown";
inline constexpr const char* kWarmup = "instance warm-up";

// What a policy wants at the end of a period.
struct Ask {
  enum class Direction { kNothing, kOut, kIn };
  Direction direction = Direction::kNothing;
  std::int64_t capacity = 0;
  const char* held_by = nullptr;  // the rule without which it would ask for `capacity`; the direction is kNothing then
  bool keeps = false;             // target tracking that is not ready to scale in: no other target tracking may
  std::string why;
  std::map<std::string, double> inputs;
};

class Policy {
 public:
  virtual ~Policy() = default;
  virtual Duration period() const = 0;
  virtual void keep(MetricWindow& window) const = 0;
  virtual Ask ask(const Capacity& capacity, const ServiceSignal& signal, MetricWindow& window) = 0;
  // Cooldowns that begin when what it asked for has been done; none: it has none.
  virtual std::optional<Duration> out_cooldown() const { return std::nullopt; }
  virtual std::optional<Duration> in_cooldown() const { return std::nullopt; }
  virtual bool tracks() const { return false; }
};

struct TargetTracking {
  MetricSource metric;
  double target = 0;
  bool scales_in = true;
  Duration warmup{};
  std::optional<Duration> out_cooldown{}, in_cooldown{};
  // The alarms that AWS makes for it. Their shape is not documented: observed, and parameters here.
  Duration period = std::chrono::minutes{1};
  std::int64_t high_datapoints = 3, low_datapoints = 15;
  double low_factor = 0.9;
};
std::unique_ptr<Policy> make_target_tracking(const TargetTracking& terms);

struct WatchedAlarm {
  MetricSource metric;
  Duration period{};
  AlarmTerms terms;
};

struct StepScaling {
  WatchedAlarm alarm;
  AdjustmentType type = AdjustmentType::kChangeInCapacity;
  std::int64_t min_magnitude = 0;
  std::vector<StepAdjustment> steps;
  Aggregation aggregation = Aggregation::kAverage;
  Duration warmup{};
  std::optional<Duration> cooldown{};  // of Application Auto Scaling, in both directions
};
std::unique_ptr<Policy> make_step_scaling(const StepScaling& terms);

struct SimpleScaling {
  WatchedAlarm alarm;
  AdjustmentType type = AdjustmentType::kChangeInCapacity;
  std::int64_t min_magnitude = 0;
  std::int64_t adjustment = 0;
  Duration cooldown{};
};
std::unique_ptr<Policy> make_simple_scaling(const SimpleScaling& terms);

}  // namespace windtunnel::aws
