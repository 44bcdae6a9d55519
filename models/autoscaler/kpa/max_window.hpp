#pragma once

#include <cstdint>
#include <deque>

#include "sim/time.hpp"

namespace windtunnel::kpa {

// The largest of the values recorded within a sliding window, in slots of time: what a scale-down delay keeps the
// replicas at (knative/serving 1.23, pkg/autoscaler/aggregation/max). A value counts while its slot is less than
// ceil(length / slot) before the newest one; of several in a slot the largest counts.
class MaxWindow {
 public:
  MaxWindow(Duration length, Duration slot);

  void record(Time at, std::int64_t value);                           // times must not go back
  std::int64_t current() const { return candidates_.front().value; }  // after the first record()

 private:
  struct Candidate {
    std::int64_t slot = 0;
    std::int64_t value = 0;
  };

  std::int64_t slots_;
  Duration slot_;
  std::deque<Candidate> candidates_;  // values descend: what a later, larger one outlives is gone
};

}  // namespace windtunnel::kpa
