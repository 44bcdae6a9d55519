#pragma once

#include <cstdint>
#include <optional>

namespace windtunnel::kpa {

enum class Metric { kConcurrency, kRequestRate };  // the annotation's "concurrency" and "rps"

struct TargetTerms {
  Metric metric = Metric::kConcurrency;
  std::int64_t container_concurrency = 0;  // of the revision; 0: no limit
  std::optional<double> target;            // annotation target
  std::optional<double> utilization;       // annotation target-utilization-percentage, as a fraction
  double concurrency_default = 100;        // container-concurrency-target-default
  double concurrency_utilization = 0.7;    // container-concurrency-target-percentage, as a fraction
  double request_rate_default = 200;       // requests-per-second-target-default
};

// What a pod should hold of the metric, and what it can.
struct Target {
  double value = 0;  // decides how many pods there should be; at least 0.01
  double total = 0;  // decides how large a burst the pods could take
};

// ResolveMetricTarget of knative/serving 1.23 (pkg/reconciler/autoscaling/resources/target.go).
Target resolve_target(const TargetTerms& terms);

}  // namespace windtunnel::kpa
