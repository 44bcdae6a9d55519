#include "models/autoscaler/gce/recommendation.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace windtunnel::gce {
namespace {

std::int64_t rounded_up(double instances) { return static_cast<std::int64_t>(std::ceil(instances * (1 - 1e-12))); }

}  // namespace

std::int64_t recommended_by_cpu(std::int64_t current, double initialized, double all, double target) {
  const std::int64_t out = rounded_up(initialized / target), in = rounded_up(all / target);
  if (out > current) return out;
  return std::min(in, current);
}

std::int64_t History::peak(std::deque<Entry>& entries, Entry entry, Duration window) {
  while (!entries.empty() && entries.back().size <= entry.size) entries.pop_back();
  entries.push_back(entry);
  while (entries.front().at < entry.at - window) entries.pop_front();
  return entries.front().size;
}

History::Size History::settle(Time now, std::int64_t current, std::int64_t recommended) {
  Size out;
  // What is there at first was asked for by somebody.
  if (!std::exchange(begun_, true)) recommended_.push_back({now, current});
  const std::int64_t highest =
      stabilization_ > Duration::zero() ? peak(recommended_, {now, recommended}, stabilization_) : recommended;
  out.stabilized = recommended >= current ? recommended : std::min(current, highest);
  out.controlled = out.stabilized;
  if (!control_) return out;
  const std::int64_t from = peak(sizes_, {now, current}, std::chrono::seconds{control_->window_seconds});
  const std::int64_t allowed = control_->most.fixed
                                   ? *control_->most.fixed
                                   : std::max<std::int64_t>(1, from * control_->most.percent.value_or(0) / 100);
  if (out.stabilized < current) out.controlled = std::min(current, std::max(out.stabilized, from - allowed));
  return out;
}

}  // namespace windtunnel::gce
