#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <vector>

#include "models/autoscaler/hpa/pod.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"

// The fixtures of upstream's horizontal pod autoscaler tests, restated: pods and what is measured of them from short
// rows of numbers.
namespace windtunnel::hpa::test {

using namespace std::chrono_literals;

using Levels = std::vector<std::int64_t>;

inline constexpr Time kNow = 1'000'000s;  // far from the zero time that upstream leaves in its pods

// One letter for each pod; what is not given is the first of the letters named.
struct States {
  std::string_view ready = "";   // T, F: the Ready condition
  std::string_view start = "";   // z: at zero time, c: three minutes ago ("cool"), h: now ("hot")
  std::string_view phase = "";   // R, P: pending, X: failed
  std::string_view marked = "";  // -, D: has a deletion timestamp
};

inline char letter(std::string_view of, std::size_t i, char otherwise) { return i < of.size() ? of[i] : otherwise; }

// Pods of two containers with the same request each, and the containers that the pods look at.
class Pods {
 public:
  // `with_transition`: Ready changed when the pod started, as in the controller's tests; else at zero time, as in the
  // calculator's.
  Pods(std::size_t n, const Levels& requests, const States& states = {}, bool with_transition = false) : pods_(n) {
    for (std::size_t i = 0; i < n; ++i) {
      Pod& pod = pods_[i];
      pod.id = static_cast<std::uint32_t>(i);
      std::vector<Container>& containers = containers_.emplace_back();
      for (const std::string_view name : {"container1", "container2"}) {
        Container& container = containers.emplace_back();
        container.name = name;
        if (i < requests.size()) container.requests.cpu = requests[i];
      }
      pod.containers = containers;
      pod.ready = letter(states.ready, i, 'T') == 'T' ? ReadyCondition::kTrue : ReadyCondition::kFalse;
      switch (letter(states.start, i, 'z')) {
        case 'h':
          pod.started = kNow;
          break;
        case 'c':
          pod.started = kNow - 3min;
          break;
        default:
          pod.started = Time{0};
      }
      if (with_transition) pod.ready_changed = *pod.started;
      switch (letter(states.phase, i, 'R')) {
        case 'P':
          pod.phase = PodPhase::kPending;
          break;
        case 'X':
          pod.phase = PodPhase::kFailed;
          break;
        default:
          pod.phase = PodPhase::kRunning;
      }
      pod.deleted = letter(states.marked, i, '-') == 'D';
    }
  }
  operator std::span<const Pod>() const { return pods_; }  // NOLINT: it stands for them

 private:
  std::deque<std::vector<Container>> containers_;
  std::vector<Pod> pods_;
};

// What the resource metrics API says of CPU: both containers of a pod at `first` and `second`; a shorter list leaves
// the later pods' containers out.
inline std::vector<PodMetrics> cpu_metrics(const Levels& first, const Levels& second, Time at) {
  std::vector<PodMetrics> pods;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    PodMetrics& pod = pods.emplace_back();
    pod.pod = static_cast<std::uint32_t>(i);
    pod.at = at;
    pod.window = 60s;
    if (i < first.size()) pod.containers.push_back({"container1", {first[i], {}}});
    if (i < second.size()) pod.containers.push_back({"container2", {second[i], {}}});
  }
  return pods;
}

// What the custom metrics API says of pods.
inline Samples samples_of(const Levels& levels, Time at) {
  Samples samples;
  for (std::size_t i = 0; i < levels.size(); ++i) samples[static_cast<std::uint32_t>(i)] = {levels[i], at, 60s};
  return samples;
}

inline Terms upstream_terms(double down = 0.1, double up = 0.1) { return {down, up, 120s, 10s}; }

inline Metric metric_of(Metric::Type type, TargetType target, std::int64_t level) {
  Metric metric;
  metric.type = type;
  metric.target.type = target;
  switch (target) {
    case TargetType::kUtilization:
      metric.resource = Resource::kCpu;
      metric.target.average_utilization = static_cast<std::int32_t>(level);
      break;
    case TargetType::kValue:
      metric.target.value = level;
      break;
    case TargetType::kAverageValue:
      metric.target.average_value = level;
      break;
  }
  return metric;
}

}  // namespace windtunnel::hpa::test
