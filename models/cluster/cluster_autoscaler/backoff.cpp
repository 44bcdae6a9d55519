#include "models/cluster/cluster_autoscaler/backoff.hpp"

#include <algorithm>

namespace windtunnel::cluster_autoscaler {

Time Backoff::fail(std::uint32_t group, Time now) {
  Duration length = initial_;
  if (const auto known = groups_.find(group); known != groups_.end()) {
    length = known->second.length;
    if (known->second.until < now) length = std::min(2 * length, longest_);
  }
  groups_[group] = {length, now + length, now};
  return now + length;
}

bool Backoff::active(std::uint32_t group, Time now) const {
  const auto known = groups_.find(group);
  return known != groups_.end() && known->second.until > now;
}

void Backoff::forget_old(Time now) {
  std::erase_if(groups_, [&](const auto& entry) { return entry.second.last_failure + reset_ < now; });
}

}  // namespace windtunnel::cluster_autoscaler
