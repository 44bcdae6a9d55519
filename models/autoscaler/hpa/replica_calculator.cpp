#include "models/autoscaler/hpa/replica_calculator.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "models/autoscaler/hpa/arithmetic.hpp"

namespace windtunnel::hpa {
namespace {

constexpr auto kMostReplicas = std::numeric_limits<std::int32_t>::max();

struct Measured {
  std::string_view error;
  double ratio = 0;
  std::int32_t utilization = 0;
  std::int64_t usage = 0;
};

bool within_tolerance(double ratio, const Terms& terms) {
  return 1.0 - terms.tolerance_down <= ratio && ratio <= 1.0 + terms.tolerance_up;
}

// The product is a double and so is the ceiling: 7 % of a target of 25 % on 25 pods gives 8, not 7. That is what the
// controller does.
std::int32_t ceil_product(double ratio, std::size_t pods) { return ceil_to_int32(ratio * static_cast<double>(pods)); }

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
Proposal propose_for_pods(std::int32_t current, const Samples& samples, std::span<const Pod> pods, Resource resource,
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
  out.usage = first.usage;

  const bool up_with_unready = !unready.empty() && first.ratio > 1.0;
  if (!up_with_unready && missing.empty()) {
    out.tolerated = within_tolerance(first.ratio, terms);
    out.replicas = out.tolerated ? current : ceil_product(first.ratio, ready);
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
  out.cautious = second.ratio;
  const bool turned = (first.ratio < 1.0 && second.ratio > 1.0) || (first.ratio > 1.0 && second.ratio < 1.0);
  out.replicas = current;
  out.tolerated = !turned && within_tolerance(second.ratio, terms);
  if (turned || out.tolerated) return out;
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
                                 std::span<const Pod> pods, Resource resource, std::string_view container,
                                 const Terms& terms, Time now) {
  std::map<std::uint32_t, std::int64_t> requests;
  const auto requests_known = [&]() -> std::string_view {
    for (const Pod& pod : pods) {
      const Request request = request_of(pod, resource, container);
      if (!request.error.empty()) return request.error;
      requests[pod.id] = request.milli;
    }
    return {};
  };
  // A ratio of sums, and whole percents before anything else happens to it.
  const auto measure = [&](const Samples& of) {
    std::int64_t used = 0, requested = 0, count = 0;
    for (const auto& [pod, sample] : of) {
      const auto request = requests.find(pod);
      if (request == requests.end()) continue;
      used = add(used, sample.value);
      requested = add(requested, request->second);
      ++count;
    }
    if (requested == 0) return Measured{.error = "no metrics match the pods"};
    const auto percent = static_cast<std::int32_t>(divide(multiply(used, 100), requested));
    return Measured{.error = {},
                    .ratio = static_cast<double>(percent) / static_cast<double>(target),
                    .utilization = percent,
                    .usage = used / count};
  };
  const auto stand_in = [&](const Pod& pod) {
    return multiply(requests[pod.id], std::max<std::int64_t>(100, target)) / 100;
  };
  return propose_for_pods(current, samples, pods, resource, terms, now, measure, stand_in, requests_known);
}

Proposal propose_for_average(std::int32_t current, std::int64_t target, const Samples& samples,
                             std::span<const Pod> pods, Resource resource, const Terms& terms, Time now) {
  // Over all samples, also those of pods that are not listed.
  const auto measure = [&](const Samples& of) {
    std::int64_t used = 0;
    for (const auto& [unused, sample] : of) used = add(used, sample.value);
    const std::int64_t average = used / static_cast<std::int64_t>(of.size());
    return Measured{.error = {},
                    .ratio = static_cast<double>(average) / static_cast<double>(target),
                    .utilization = 0,
                    .usage = average};
  };
  const auto stand_in = [&](const Pod&) { return target; };
  const auto nothing_else = []() -> std::string_view { return {}; };
  return propose_for_pods(current, samples, pods, resource, terms, now, measure, stand_in, nothing_else);
}

namespace {

// Where the value is that of one thing, and what `pods` there are is the only thing known of them.
Proposal propose_for_value(std::int32_t current, std::int64_t target, std::int64_t value, std::span<const Pod> pods,
                           const Terms& terms) {
  Proposal out;
  out.usage = out.value = value;
  out.ratio = static_cast<double>(value) / static_cast<double>(target);
  out.ready = std::count_if(pods.begin(), pods.end(), [](const Pod& pod) {
    return pod.phase == PodPhase::kRunning && pod.ready == ReadyCondition::kTrue;
  });
  if (current == 0) {
    out.replicas = ceil_to_int32(out.ratio);
  } else if (within_tolerance(out.ratio, terms)) {
    out.tolerated = true;
    out.replicas = current;
  } else if (pods.empty()) {
    out.error = "no pods";
  } else {
    const double product = out.ratio * static_cast<double>(out.ready);
    out.replicas = product > static_cast<double>(kMostReplicas) ? kMostReplicas : ceil_to_int32(product);
  }
  return out;
}

Proposal propose_for_share(std::int32_t counted, std::int64_t target, std::int64_t value, const Terms& terms) {
  Proposal out;
  out.value = value;
  out.ratio = static_cast<double>(value) / (static_cast<double>(target) * static_cast<double>(counted));
  out.tolerated = within_tolerance(out.ratio, terms);
  out.replicas = out.tolerated ? counted : ceil_to_int32(static_cast<double>(value) / static_cast<double>(target));
  out.usage = to_int64(std::ceil(static_cast<double>(value) / static_cast<double>(counted)));
  return out;
}

constexpr auto kMostUsage = std::numeric_limits<std::int64_t>::max();

}  // namespace

Proposal propose_for_object_value(std::int32_t current, std::int64_t target, std::int64_t value,
                                  std::span<const Pod> pods, const Terms& terms) {
  return propose_for_value(current, target, value, pods, terms);
}

Proposal propose_for_external_value(std::int32_t current, std::int64_t target, std::span<const std::int64_t> series,
                                    std::span<const Pod> pods, const Terms& terms) {
  std::int64_t sum = 0;
  for (const std::int64_t one : series) {
    if (one > 0 && sum > kMostUsage - one) {
      sum = kMostUsage;
      break;
    }
    sum = add(sum, one);
  }
  return propose_for_value(current, target, sum, pods, terms);
}

Proposal propose_for_object_average(std::int32_t counted, std::int64_t target, std::int64_t value, const Terms& terms) {
  return propose_for_share(counted, target, value, terms);
}

Proposal propose_for_external_average(std::int32_t counted, std::int64_t target, std::span<const std::int64_t> series,
                                      const Terms& terms) {
  // A sum below zero is taken for one that has run over, whether or not it has.
  std::int64_t sum = 0;
  for (const std::int64_t one : series) {
    sum = add(sum, one);
    if (sum >= 0) continue;
    sum = kMostUsage;
    break;
  }
  Proposal out = propose_for_share(counted, target, sum, terms);
  if (!out.tolerated &&
      std::ceil(static_cast<double>(sum) / static_cast<double>(target)) > static_cast<double>(kMostReplicas))
    out.replicas = kMostReplicas;
  if (static_cast<double>(sum) >= static_cast<double>(kMostUsage)) out.usage = kMostUsage;
  return out;
}

// Which of the targets counts where several are given, or where the type says another, differs between the kinds.
Proposal propose(const Metric& metric, const Reading& reading, std::int32_t current, std::int32_t counted,
                 std::span<const Pod> pods, const Terms& terms, Time now) {
  const auto failed = [](std::string_view why) {
    Proposal out;
    out.error = why;
    return out;
  };
  if (!reading.error.empty()) return failed(reading.error);
  const Target& target = metric.target;
  switch (metric.type) {
    case Metric::Type::kResource:
    case Metric::Type::kContainerResource:
      if (target.average_value)
        return propose_for_average(current, *target.average_value, reading.samples, pods, metric.resource, terms, now);
      if (target.average_utilization)
        return propose_for_utilization(current, *target.average_utilization, reading.samples, pods, metric.resource,
                                       metric.container, terms, now);
      break;
    case Metric::Type::kPods:
      if (target.average_value)
        return propose_for_average(current, *target.average_value, reading.samples, pods, Resource::kNone, terms, now);
      break;
    case Metric::Type::kObject:
      if (target.type == TargetType::kValue && target.value)
        return propose_for_object_value(current, *target.value, reading.value, pods, terms);
      if (target.type == TargetType::kAverageValue && target.average_value)
        return propose_for_object_average(counted, *target.average_value, reading.value, terms);
      break;
    case Metric::Type::kExternal:
      if (reading.series.empty()) return failed("no metrics");
      if (target.average_value)
        return propose_for_external_average(counted, *target.average_value, reading.series, terms);
      if (target.value) return propose_for_external_value(current, *target.value, reading.series, pods, terms);
      break;
  }
  return failed("no target");
}

}  // namespace windtunnel::hpa
