#include "models/load_balancer/priority_load.hpp"

#include <algorithm>
#include <numeric>

namespace windtunnel {
namespace {

std::int64_t available(std::int64_t hosts, const PriorityLevel& level, std::int64_t overprovisioning) {
  const std::int64_t counted = level.hosts - level.excluded;
  return counted <= 0 ? 0 : std::min<std::int64_t>(100, overprovisioning * hosts / counted);
}

bool below(const PriorityLevel& level, double panic_threshold) {
  const std::int64_t counted = level.hosts - level.excluded;
  const double healthy =
      counted <= 0 ? 0 : 100.0 * static_cast<double>(level.healthy + level.degraded) / static_cast<double>(counted);
  return healthy < std::min(panic_threshold, 100.0);
}

// What whole percents leave over goes to the first that has any.
void give_rest(std::vector<std::int64_t>& loads, std::int64_t rest, std::span<const std::int64_t> has) {
  const auto first = std::find_if(has.begin(), has.end(), [](std::int64_t n) { return n > 0; });
  if (first != has.end()) loads[static_cast<std::size_t>(first - has.begin())] += rest;
}

}  // namespace

std::size_t PriorityLoads::level(std::int64_t hash) const {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < healthy.size(); ++i)
    if ((sum += healthy[i]) >= hash) return i;
  for (std::size_t i = 0; i < degraded.size(); ++i)
    if ((sum += degraded[i]) >= hash) return i;
  return 0;
}

PriorityLoads priority_loads(std::span<const PriorityLevel> levels, std::int64_t overprovisioning,
                             double panic_threshold) {
  const std::size_t n = levels.size();
  std::vector<std::int64_t> healthy, degraded, hosts;
  for (const PriorityLevel& level : levels) {
    healthy.push_back(available(level.healthy, level, overprovisioning));
    degraded.push_back(available(level.degraded, level, overprovisioning));
    hosts.push_back(level.hosts);
  }
  const std::int64_t sum = std::accumulate(healthy.begin(), healthy.end(), std::int64_t{0}) +
                           std::accumulate(degraded.begin(), degraded.end(), std::int64_t{0});
  const std::int64_t total = std::min<std::int64_t>(100, sum);

  PriorityLoads out{std::vector<std::int64_t>(n), std::vector<std::int64_t>(n), std::vector<bool>(n)};
  if (total > 0) {
    std::int64_t left = 100;
    for (std::size_t i = 0; i < n; ++i) left -= out.healthy[i] = std::min(left, healthy[i] * 100 / total);
    for (std::size_t i = 0; i < n; ++i) left -= out.degraded[i] = std::min(left, degraded[i] * 100 / total);
    const bool any = std::any_of(healthy.begin(), healthy.end(), [](std::int64_t h) { return h > 0; });
    give_rest(any ? out.healthy : out.degraded, left, any ? healthy : degraded);
  }
  if (total == 100) return out;
  for (std::size_t i = 0; i < n; ++i) out.panic[i] = below(levels[i], panic_threshold);
  if (!std::all_of(out.panic.begin(), out.panic.end(), [](bool panic) { return panic; })) return out;
  const std::int64_t all = std::accumulate(hosts.begin(), hosts.end(), std::int64_t{0});
  std::int64_t left = 100;
  for (std::size_t i = 0; i < n; ++i) {
    left -= out.healthy[i] = all == 0 ? 0 : 100 * hosts[i] / all;
    out.degraded[i] = 0;
  }
  give_rest(out.healthy, left, hosts);
  return out;
}

}  // namespace windtunnel
