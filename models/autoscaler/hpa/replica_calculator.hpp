#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>

#include "sim/time.hpp"

// How the Kubernetes horizontal pod autoscaler turns per-pod samples into a number of replicas: pure functions with the
// integer and double arithmetic of its replica calculator (release 1.34), to the last bit. All levels and plain targets
// are whole milli-units (1 core = 1000); divisions of integers truncate.
namespace windtunnel::hpa {

enum class PodPhase { kPending, kRunning, kSucceeded, kFailed };
enum class ReadyCondition { kAbsent, kFalse, kTrue, kUnknown };

struct Pod {
  std::uint32_t id = 0;
  PodPhase phase = PodPhase::kRunning;
  bool deleted = false;  // has a deletion timestamp
  ReadyCondition ready = ReadyCondition::kAbsent;
  Time ready_changed{};  // last transition of the condition
  std::optional<Time> started;
  std::optional<std::int64_t> request;  // of the metric's resource, milli
};

struct Sample {
  std::int64_t value = 0;  // milli
  Time at{};               // covers [at - window, at]
  Duration window{};
};
using Samples = std::map<std::uint32_t, Sample>;  // by pod

// Only samples of CPU are doubted while a pod starts; memory and custom metrics count as they are.
enum class Resource { kCpu, kOther };

struct Terms {
  double tolerance_down = 0.1, tolerance_up = 0.1;  // no change while the ratio is in [1 - down, 1 + up]
  Duration cpu_initialization_period = std::chrono::minutes{5};
  Duration initial_readiness_delay = std::chrono::seconds{30};
};

enum class PodClass { kReady, kUnready, kMissing, kIgnored };

// What a pod's sample (null: none) is worth.
PodClass classify(const Pod& pod, const Sample* sample, Resource resource, const Terms& terms, Time now);

// What one metric asks for.
struct Proposal {
  std::string_view error;        // why it asks for nothing; empty: it is valid
  std::int32_t replicas = 0;     // asked for
  std::int32_t utilization = 0;  // percent of the requests, of utilization targets
  std::int64_t average = 0;      // per pod, milli
  double ratio = 0;              // usage over target, before missing and unready pods are accounted for
  std::int64_t ready = 0, unready = 0, missing = 0, ignored = 0;  // pods by class

  bool valid() const { return error.empty(); }
};

// Replicas that bring the pods' usage to `target` percent of their requests. `current` is scale.spec.replicas.
Proposal propose_for_utilization(std::int32_t current, std::int32_t target, const Samples& samples,
                                 std::span<const Pod> pods, Resource resource, const Terms& terms, Time now);

// Replicas that bring the average over pods to `target` milli: AverageValue of a resource, or a Pods metric (kOther).
Proposal propose_for_average(std::int32_t current, std::int64_t target, const Samples& samples,
                             std::span<const Pod> pods, Resource resource, const Terms& terms, Time now);

}  // namespace windtunnel::hpa
