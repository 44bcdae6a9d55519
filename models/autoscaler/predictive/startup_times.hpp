#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"

namespace windtunnel::predictive {

// How long instances take from their creation to being ready, from those that did.
class StartupTimes {
 public:
  void look(std::span<const InstanceSignal> instances);  // by ascending id
  // The longest of the last kLast; none: no start was seen.
  std::optional<Duration> longest() const;

 private:
  static constexpr std::size_t kLast = 10;

  std::vector<std::uint32_t> known_;  // instances that are there and have been ready, by ascending id
  std::deque<Duration> times_;
};

}  // namespace windtunnel::predictive
