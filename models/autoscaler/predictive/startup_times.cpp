#include "models/autoscaler/predictive/startup_times.hpp"

#include <algorithm>

namespace windtunnel::predictive {

void StartupTimes::look(std::span<const InstanceSignal> instances) {
  std::vector<std::uint32_t> known;
  for (const InstanceSignal& instance : instances) {
    const bool before = std::binary_search(known_.begin(), known_.end(), instance.id);
    if (!before && instance.state != InstanceSignal::State::kReady) continue;
    known.push_back(instance.id);
    // Those of the run's begin were ready at once.
    if (before || instance.ready_since == instance.created) continue;
    times_.push_back(instance.ready_since - instance.created);
    if (times_.size() > kLast) times_.pop_front();
  }
  known_ = std::move(known);
}

std::optional<Duration> StartupTimes::longest() const {
  if (times_.empty()) return std::nullopt;
  return *std::max_element(times_.begin(), times_.end());
}

}  // namespace windtunnel::predictive
