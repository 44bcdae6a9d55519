#pragma once

#include <string_view>
#include <vector>

#include "models/autoscaler/hpa/replica_calculator.hpp"

// The fixtures of upstream's horizontal pod autoscaler tests, restated: pods and samples from short rows of numbers.
namespace windtunnel::hpa::test {

using namespace std::chrono_literals;

inline constexpr Time kNow = 1'000'000s;  // far from the zero time that upstream leaves in its pods

// One letter for each pod; what is not given is the first of the letters named.
struct States {
  std::string_view ready = "";   // T, F: the Ready condition
  std::string_view start = "";   // z: at zero time, c: three minutes ago ("cool"), h: now ("hot")
  std::string_view phase = "";   // R, P: pending, X: failed
  std::string_view marked = "";  // -, D: has a deletion timestamp
};

inline char letter(std::string_view of, std::size_t i, char otherwise) { return i < of.size() ? of[i] : otherwise; }

// `with_transition`: Ready changed when the pod started, as in the controller's tests; else at zero time, as in the
// calculator's.
inline std::vector<Pod> pods_of(std::size_t n, const std::vector<std::int64_t>& requests, const States& states,
                                bool with_transition) {
  std::vector<Pod> pods(n);
  for (std::size_t i = 0; i < n; ++i) {
    Pod& pod = pods[i];
    pod.id = static_cast<std::uint32_t>(i);
    if (i < requests.size()) pod.request = requests[i];
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
  return pods;
}

inline Samples samples_of(const std::vector<std::int64_t>& levels, Time at) {
  Samples samples;
  for (std::size_t i = 0; i < levels.size(); ++i) samples[static_cast<std::uint32_t>(i)] = {levels[i], at, 60s};
  return samples;
}

inline std::vector<std::int64_t> scaled(std::vector<std::int64_t> values, std::int64_t factor) {
  for (std::int64_t& v : values) v *= factor;
  return values;
}

inline Terms upstream_terms(double down = 0.1, double up = 0.1) { return {down, up, 120s, 10s}; }

}  // namespace windtunnel::hpa::test
