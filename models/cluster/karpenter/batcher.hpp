#pragma once

#include <cstdint>
#include <optional>
#include <set>

#include "sim/time.hpp"

namespace windtunnel::karpenter {

// Collects pending pods before nodes are launched for them. The first pod opens a window, each new one keeps it open
// for `idle` longer, and it closes at the latest `longest` after it opened. A pod that is in the window already changes
// nothing.
class Batcher {
 public:
  Batcher(Duration idle, Duration longest) : idle_(idle), longest_(longest) {}

  void trigger(std::uint32_t pod, Time now);
  std::optional<Time> closes() const;  // none: no window is open
  void close();

 private:
  Duration idle_, longest_;
  std::set<std::uint32_t> pods_;
  Time opened_{}, last_{};
};

}  // namespace windtunnel::karpenter
