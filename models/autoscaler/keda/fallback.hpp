#pragma once

#include <cstdint>
#include <optional>

#include "models/autoscaler/hpa/replica_calculator.hpp"

namespace windtunnel::keda {

enum class FallbackBehavior {
  kStatic,
  kCurrentReplicas,
  kCurrentReplicasIfHigher,
  kCurrentReplicasIfLower,
  kScalingModifiers
};

struct Fallback {
  std::int64_t failure_threshold = 0;
  std::int64_t replicas = 0;
  FallbackBehavior behavior = FallbackBehavior::kStatic;

  std::int64_t wanted(std::int64_t current) const;  // replicas it makes the horizontal pod autoscaler ask for
};

// What the horizontal pod autoscaler is told of one metric (KEDA 2.20, pkg/fallback): its value, or, once more queries
// than failure_threshold have failed in a row, the value at which it asks for the fallback's replicas.
class Health {
 public:
  explicit Health(std::optional<Fallback> fallback) : fallback_(fallback) {}

  // `value`: milli, none: the query failed. `current`: scale.spec.replicas, `ready`: of them. None: it stays failed.
  std::optional<std::int64_t> answer(std::optional<std::int64_t> value, const hpa::Target& target, std::int64_t current,
                                     std::int64_t ready);
  std::int64_t failures() const { return failures_; }
  bool falls_back() const { return fallback_ && failures_ > fallback_->failure_threshold; }

 private:
  std::optional<Fallback> fallback_;
  std::int64_t failures_ = 0;
};

}  // namespace windtunnel::keda
