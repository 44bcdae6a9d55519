#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/autoscaler/keda/trigger.hpp"
#include "sim/describe/field.hpp"

// A ScaledJob as keda.sh/v1alpha1 writes it (KEDA 2.20), and how many jobs its operator creates
// (pkg/scaling/scaledjob, pkg/scaling/executor/scale_jobs.go).
namespace windtunnel::keda {

enum class JobStrategy { kDefault, kCustom, kAccurate, kEager };
enum class ScalersCalculation { kMax, kMin, kAvg, kSum };

struct ScalingStrategySpec {
  JobStrategy strategy = JobStrategy::kDefault;
  std::int64_t custom_deduction = 0;
  std::string custom_percentage;  // of running jobs, from 0 to 1; empty: custom is the default strategy
  std::vector<std::string> pending_conditions;
  ScalersCalculation calculation = ScalersCalculation::kMax;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

struct JobTargetSpec {
  std::int64_t parallelism = 1;
  void describe(FieldVisitor& v);
};

struct ScaledJobSpec {
  std::int64_t polling_interval = 30, min_replicas = 0, max_replicas = 100;
  JobTargetSpec job;
  ScalingStrategySpec scaling;
  std::vector<TriggerSpec> triggers;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

// What one trigger says: its value, over its target, and whether it is active.
struct JobTrigger {
  double queue_length = 0, max_value = 0;
  bool active = false;
};
struct JobDemand {
  bool active = false;
  std::int64_t scale_to = 0, max_scale = 0;
};
JobDemand demand_of(std::span<const JobTrigger> triggers, ScalersCalculation calculation, std::int64_t min_replicas,
                    std::int64_t max_replicas);

// `scale_to` jobs, but no more than `max_scale`.
struct JobScale {
  std::int64_t max_scale = 0, scale_to = 0;
  std::int64_t jobs() const;
};
// `running`: jobs that have not finished; `pending`: of them, those without a pod that runs.
JobScale effective(const ScalingStrategySpec& strategy, std::int64_t max_scale, std::int64_t running,
                   std::int64_t pending, std::int64_t max_replicas, std::int64_t scale_to);
JobScale scaling_decision(const ScaledJobSpec& spec, const JobDemand& demand, std::int64_t running,
                          std::int64_t pending);

}  // namespace windtunnel::keda
