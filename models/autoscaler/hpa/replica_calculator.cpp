#include "models/autoscaler/hpa/replica_calculator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace windtunnel::hpa {
namespace {

struct Measured {
  std::string_view error;
  double ratio = 0;
  std::int32_t utilization = 0;
  std::int64_t average = 0;
};

bool within_tolerance(double ratio, const Terms& terms) {
  return 1.0 - terms.tolerance_down <= ratio && ratio <= 1.0 + terms.tolerance_up;
}

// The product is a double and so is the ceiling: 7 % of a target of 25 % on 25 pods gives 8, not 7. That is what the
// controller does.
std::int32_t ceil_product(double ratio, std::size_t pods) {
  const double n = std::ceil(ratio * static_cast<double>(pods));
  constexpr auto kMost = std::numeric_limits<std::int32_t>::max();
  return n >= static_cast<double>(kMost) ? kMost : static_cast<std::int32_t>(n);
}

bool cpu_unready(const Pod& pod, const Sample& sample, const Terms& terms, Time now) {
  if (pod.ready == ReadyCondition::kAbsent || !pod.started) return true;
  const bool not_ready = pod.ready == ReadyCondition::kFalse;
  if (*pod.started + terms.cpu_initialization_period > now)
    return not_ready || sample.at < pod.ready_changed + sample.window;
  // Later on a pod that is not ready counts if it ever was: its last transition is not the one at its start.
  return not_ready && *pod.started + terms.initial_readiness_delay > pod.ready_changed;
}

// What both kinds of targets have in common. `measure` gives the ratio of a set of samples; `stand_in` is what a pod
// without a sample is taken to use when the others ask for fewer replicas; `precondition` names what else is wrong with
// the pods.
template <class Measure, class StandIn, class Precondition>
Proposal propose(std::int32_t current, const Samples& samples, std::span<const Pod> pods, Resource resource,
                 const Terms& terms, Time now, Measure measure, StandIn stand_in, Precondition precondition) {
  Proposal out;
  const auto failed = [&out](std::string_view why) {
    out.error = why;
    return out;
  };
  if (samples.empty()) return failed("no metrics");
  if (pods.empty()) return failed("no pods");

  Samples usable = samples;
  std::vector<const Pod*> unready, missing;
  std::size_t ready = 0;
  for (const Pod& pod : pods) {
    const auto found = samples.find(pod.id);
    switch (classify(pod, found == samples.end() ? nullptr : &found->second, resource, terms, now)) {
      case PodClass::kReady:
        ++ready;
        break;
      case PodClass::kMissing:
        missing.push_back(&pod);
        break;
      case PodClass::kUnready:
        unready.push_back(&pod);
        usable.erase(pod.id);
        break;
      case PodClass::kIgnored:
        ++out.ignored;
        usable.erase(pod.id);
        break;
    }
  }
  out.ready = static_cast<std::int64_t>(ready);
  out.unready = static_cast<std::int64_t>(unready.size());
  out.missing = static_cast<std::int64_t>(missing.size());
  if (usable.empty()) return failed("no metrics of ready pods");
  if (const std::string_view wrong = precondition(); !wrong.empty()) return failed(wrong);

  const Measured first = measure(usable);
  if (!first.error.empty()) return failed(first.error);
  out.ratio = first.ratio;
  out.utilization = first.utilization;
  out.average = first.average;

  const bool up_with_unready = !unready.empty() && first.ratio > 1.0;
  if (!up_with_unready && missing.empty()) {
    out.replicas = within_tolerance(first.ratio, terms) ? current : ceil_product(first.ratio, ready);
    return out;
  }

  // Caution in both directions: pods we know nothing of do not help to decide for a change, and no pod that is not yet
  // ready lends its share to a rise.
  for (const Pod* pod : missing) {
    if (first.ratio < 1.0) usable[pod->id] = {.value = stand_in(*pod)};
    if (first.ratio > 1.0) usable[pod->id] = {};
  }
  if (up_with_unready)
    for (const Pod* pod : unready) usable[pod->id] = {};

  const Measured second = measure(usable);
  if (!second.error.empty()) return failed(second.error);
  const bool turned = (first.ratio < 1.0 && second.ratio > 1.0) || (first.ratio > 1.0 && second.ratio < 1.0);
  out.replicas = current;
  if (turned || within_tolerance(second.ratio, terms)) return out;
  const std::int32_t wanted = ceil_product(second.ratio, usable.size());
  if ((second.ratio < 1.0 && wanted > current) || (second.ratio > 1.0 && wanted < current)) return out;
  out.replicas = wanted;
  return out;
}

}  // namespace

PodClass classify(const Pod& pod, const Sample* sample, Resource resource, const Terms& terms, Time now) {
  if (pod.deleted || pod.phase == PodPhase::kFailed) return PodClass::kIgnored;
  if (pod.phase == PodPhase::kPending) return PodClass::kUnready;
  if (sample == nullptr) return PodClass::kMissing;
  if (resource == Resource::kCpu && cpu_unready(pod, *sample, terms, now)) return PodClass::kUnready;
  return PodClass::kReady;
}

Proposal propose_for_utilization(std::int32_t current, std::int32_t target, const Samples& samples,
                                 std::span<const Pod> pods, Resource resource, const Terms& terms, Time now) {
  std::map<std::uint32_t, std::int64_t> requests;
  const auto requests_known = [&]() -> std::string_view {
    for (const Pod& pod : pods) {
      if (!pod.request) return "a pod without a request";
      requests[pod.id] = *pod.request;
    }
    return {};
  };
  // A ratio of sums, and whole percents before anything else happens to it.
  const auto measure = [&](const Samples& of) {
    std::int64_t used = 0, requested = 0, count = 0;
    for (const auto& [pod, sample] : of) {
      const auto request = requests.find(pod);
      if (request == requests.end()) continue;
      used += sample.value;
      requested += request->second;
      ++count;
    }
    if (requested == 0) return Measured{.error = "no metrics match the pods"};
    const auto percent = static_cast<std::int32_t>(used * 100 / requested);
    return Measured{.error = {},
                    .ratio = static_cast<double>(percent) / static_cast<double>(target),
                    .utilization = percent,
                    .average = used / count};
  };
  const auto stand_in = [&](const Pod& pod) { return *pod.request * std::max<std::int64_t>(100, target) / 100; };
  return propose(current, samples, pods, resource, terms, now, measure, stand_in, requests_known);
}

Proposal propose_for_average(std::int32_t current, std::int64_t target, const Samples& samples,
                             std::span<const Pod> pods, Resource resource, const Terms& terms, Time now) {
  // Over all samples, also those of pods that are not listed.
  const auto measure = [&](const Samples& of) {
    std::int64_t used = 0;
    for (const auto& [unused, sample] : of) used += sample.value;
    const std::int64_t average = used / static_cast<std::int64_t>(of.size());
    return Measured{.error = {},
                    .ratio = static_cast<double>(average) / static_cast<double>(target),
                    .utilization = 0,
                    .average = average};
  };
  const auto stand_in = [&](const Pod&) { return target; };
  const auto nothing_else = []() -> std::string_view { return {}; };
  return propose(current, samples, pods, resource, terms, now, measure, stand_in, nothing_else);
}

}  // namespace windtunnel::hpa
