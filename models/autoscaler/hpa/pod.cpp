#include "models/autoscaler/hpa/pod.hpp"

#include <algorithm>

#include "models/autoscaler/hpa/arithmetic.hpp"

namespace windtunnel::hpa {
namespace {

// What the scheduler sets aside: the containers that run side by side, or an init container with the sidecars that run
// by then, whichever is more. Containers without a request count as nothing; none: no container has one.
std::optional<std::int64_t> set_aside(const Pod& pod, Resource resource) {
  std::optional<std::int64_t> together, sidecars, starting;
  const auto plus = [](const std::optional<std::int64_t>& a, const std::optional<std::int64_t>& b) {
    return a || b ? std::optional(add(a.value_or(0), b.value_or(0))) : std::nullopt;
  };
  for (const Container& container : pod.containers) {
    const std::optional<std::int64_t>& request = container.requests.of(resource);
    if (container.kind != Container::Kind::kInit) together = plus(together, request);
    if (container.kind == Container::Kind::kMain) continue;
    const std::optional<std::int64_t> with_sidecars = plus(sidecars, request);
    starting = std::max(starting, with_sidecars);
    if (container.kind == Container::Kind::kSidecar) sidecars = with_sidecars;
  }
  return std::max(together, starting);
}

}  // namespace

Request request_of(const Pod& pod, Resource resource, std::string_view container) {
  if (container.empty() && (pod.requests.cpu || pod.requests.memory)) {
    const std::optional<std::int64_t> own = pod.requests.of(resource);
    const std::optional<std::int64_t> request = own ? own : set_aside(pod, resource);
    return request ? Request{{}, *request} : Request{"a pod without a request"};
  }
  Request sum;
  for (const Container& one : pod.containers) {
    if (one.kind == Container::Kind::kInit || (!container.empty() && one.name != container)) continue;
    const std::optional<std::int64_t>& request = one.requests.of(resource);
    if (!request) return {"a container without a request"};
    sum.milli = add(sum.milli, *request);
    if (!container.empty()) return sum;
  }
  return container.empty() ? sum : Request{"a pod without the container"};
}

Samples samples_of(std::span<const PodMetrics> pods, Resource resource, std::string_view container) {
  Samples samples;
  for (const PodMetrics& pod : pods) {
    std::optional<std::int64_t> usage;
    for (const PodMetrics::ContainerUsage& one : pod.containers) {
      if (!container.empty() && one.name != container) continue;
      const std::optional<std::int64_t>& figure = one.usage.of(resource);
      if (!figure) {
        usage.reset();
        break;
      }
      usage = add(usage.value_or(0), *figure);
      if (!container.empty()) break;
    }
    if (usage) samples[pod.pod] = {*usage, pod.at, pod.window};
  }
  return samples;
}

}  // namespace windtunnel::hpa
