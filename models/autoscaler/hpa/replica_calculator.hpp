#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/autoscaler/hpa/pod.hpp"
#include "sim/time.hpp"

// How the Kubernetes horizontal pod autoscaler turns one metric into a number of replicas: pure functions with the
// integer and double arithmetic of its replica calculator (release 1.37 on amd64), to the last bit. All levels and
// plain targets are whole milli-units (1 core = 1000); divisions of integers truncate.
namespace windtunnel::hpa {

struct Terms {
  double tolerance_down = 0.1, tolerance_up = 0.1;  // no change while the ratio is in [1 - down, 1 + up]
  Duration cpu_initialization_period = std::chrono::minutes{5};
  Duration initial_readiness_delay = std::chrono::seconds{30};
};

enum class PodClass { kReady, kUnready, kMissing, kIgnored };

// What a pod's sample (null: none) is worth. Only samples of CPU are doubted while a pod starts; memory and metrics
// that are no resource count as they are.
PodClass classify(const Pod& pod, const Sample* sample, Resource resource, const Terms& terms, Time now);

// What one metric asks for.
struct Proposal {
  std::string_view error;          // why it asks for nothing; empty: it is valid
  std::int32_t replicas = 0;       // asked for
  std::int32_t utilization = 0;    // percent of the requests, of utilization targets
  std::int64_t usage = 0;          // milli, as the status reports it: the average over pods or replicas, or the value
  std::int64_t value = 0;          // milli, of an Object or External metric
  double ratio = 0;                // usage over target; infinite or no number for an average over no replicas
  bool tolerated = false;          // no change, as the ratio is within the tolerance
  std::optional<double> cautious;  // the same once missing and unready pods are accounted for; none: there are none
  std::int64_t ready = 0, unready = 0, missing = 0, ignored = 0;  // pods by class; of a Value only those ready

  bool valid() const { return error.empty(); }
};

// In what follows `current` is scale.spec.replicas and `counted` scale.status.replicas.

// Replicas that bring the pods' usage to `target` percent of their requests; `container`: of this one only.
Proposal propose_for_utilization(std::int32_t current, std::int32_t target, const Samples& samples,
                                 std::span<const Pod> pods, Resource resource, std::string_view container,
                                 const Terms& terms, Time now);

// Replicas that bring the average over pods to `target`: AverageValue of a resource, or a Pods metric (kNone).
Proposal propose_for_average(std::int32_t current, std::int64_t target, const Samples& samples,
                             std::span<const Pod> pods, Resource resource, const Terms& terms, Time now);

// Object and External metrics. With a Value the ratio is taken times the pods that are ready, or times one if there are
// no replicas; with an AverageValue, which no pod is looked at for, `counted` stands only for the tolerance.
Proposal propose_for_object_value(std::int32_t current, std::int64_t target, std::int64_t value,
                                  std::span<const Pod> pods, const Terms& terms);
Proposal propose_for_object_average(std::int32_t counted, std::int64_t target, std::int64_t value, const Terms& terms);
Proposal propose_for_external_value(std::int32_t current, std::int64_t target, std::span<const std::int64_t> series,
                                    std::span<const Pod> pods, const Terms& terms);
Proposal propose_for_external_average(std::int32_t counted, std::int64_t target, std::span<const std::int64_t> series,
                                      const Terms& terms);

// --- one entry of spec.metrics ---------------------------------------------------------------------------------------

enum class TargetType { kUtilization, kValue, kAverageValue };
struct Target {
  TargetType type = TargetType::kUtilization;
  std::optional<std::int32_t> average_utilization;  // percent
  std::optional<std::int64_t> average_value, value;
};

struct Metric {
  enum class Type { kResource, kContainerResource, kPods, kObject, kExternal };
  Type type = Type::kResource;
  Resource resource = Resource::kNone;  // of the first two
  std::string container;                // of kContainerResource
  Target target;
};

// What the metrics APIs answer about it.
struct Reading {
  std::string_view error;            // why there is nothing; empty: there is
  Samples samples;                   // metrics of pods
  std::int64_t value = 0;            // kObject
  std::vector<std::int64_t> series;  // kExternal
};

Proposal propose(const Metric& metric, const Reading& reading, std::int32_t current, std::int32_t counted,
                 std::span<const Pod> pods, const Terms& terms, Time now);

}  // namespace windtunnel::hpa
