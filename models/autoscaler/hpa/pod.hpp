#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/time.hpp"

// Pods and what the resource metrics API says of them, as far as the horizontal pod autoscaler looks at them. Amounts
// are whole milli-units: 1 core = 1000, 1 byte = 1000.
namespace windtunnel::hpa {

enum class Resource { kCpu, kMemory, kNone };  // kNone: a metric that is no resource

struct ResourceAmounts {
  std::optional<std::int64_t> cpu, memory;
  const std::optional<std::int64_t>& of(Resource resource) const { return resource == Resource::kCpu ? cpu : memory; }
};

struct Container {
  enum class Kind { kMain, kSidecar, kInit };  // kSidecar: an init container that is restarted always
  std::string name;
  ResourceAmounts requests;
  Kind kind = Kind::kMain;
};

enum class PodPhase { kPending, kRunning, kSucceeded, kFailed };
enum class ReadyCondition { kAbsent, kFalse, kTrue, kUnknown };

struct Pod {
  std::uint32_t id = 0;
  PodPhase phase = PodPhase::kRunning;
  bool deleted = false;  // has a deletion timestamp
  ReadyCondition ready = ReadyCondition::kAbsent;
  Time ready_changed{};  // last transition of the condition
  std::optional<Time> started;
  std::span<const Container> containers;  // of its template; not owned
  ResourceAmounts requests;               // of the pod as a whole; none: those of its containers
};

// What a utilization target of the resource relates to. `container`: of that one only; empty: of the pod.
struct Request {
  std::string_view error;  // why there is none
  std::int64_t milli = 0;
};
Request request_of(const Pod& pod, Resource resource, std::string_view container);

// One pod of the resource metrics API's answer.
struct PodMetrics {
  struct ContainerUsage {
    std::string name;
    ResourceAmounts usage;
  };
  std::uint32_t pod = 0;
  Time at{};  // covers [at - window, at]
  Duration window{};
  std::vector<ContainerUsage> containers;
};

struct Sample {
  std::int64_t value = 0;  // milli
  Time at{};               // covers [at - window, at]
  Duration window{};
};
using Samples = std::map<std::uint32_t, Sample>;  // by pod

// The pods' usage of the resource. A pod of which a container has no figure (with `container`: that one) is not there.
Samples samples_of(std::span<const PodMetrics> pods, Resource resource, std::string_view container);

}  // namespace windtunnel::hpa
