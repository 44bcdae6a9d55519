#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "models/autoscaler/hpa/replica_calculator.hpp"
#include "models/autoscaler/hpa/replica_normalizer.hpp"

namespace windtunnel::hpa {

struct Limits {
  std::int32_t min_replicas = 1;
  std::int32_t max_replicas = 1;
  std::optional<Behavior> behavior;
  Duration downscale_stabilization = std::chrono::minutes{5};  // without behavior
  bool wakes_from_zero = false;  // one of its metrics is of type Object or External: of the only ones that say
                                 // something while nothing runs
};

enum class Path {
  kDisabled,        // nothing runs, and it was not this autoscaler that saw to it: somebody has switched it off
  kAboveMax,        // more than max_replicas: at once to max_replicas, no metric is looked at
  kBelowMin,        // the same at the other end
  kMetricsInvalid,  // no metric says anything, or one is silent and the others ask for fewer
  kMetrics,
};

struct SyncResult {
  Path path = Path::kMetrics;
  std::int32_t desired = 0;             // what the scale is to be set to
  std::optional<std::size_t> deciding;  // the metric with the highest proposal
  std::int32_t recommended = 0;         // by that metric
  std::int32_t stabilized = 0;
  Limited limited;
};

// One horizontal pod autoscaler of release 1.37 (feature gate HPAScaleToZero on, as it is by default), from the
// metrics' proposals to the scale. Call sync() once per sync period, with the proposals in the order of spec.metrics;
// it takes for granted that `desired` is carried out.
class Controller {
 public:
  explicit Controller(Limits limits, History history = {});
  Path path(std::int32_t current) const;  // of the next sync; kMetrics also where the metrics turn out invalid
  SyncResult sync(std::int32_t current, std::span<const Proposal> proposals, Time now);
  const History& history() const { return history_; }

 private:
  void decide(SyncResult& out, std::int32_t current, std::span<const Proposal> proposals, Time now);

  Limits limits_;
  History history_;
};

}  // namespace windtunnel::hpa
