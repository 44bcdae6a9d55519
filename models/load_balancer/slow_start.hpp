#pragma once

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// Envoy's slow start: a new backend begins with part of its weight.
struct SlowStart {
  Duration window = std::chrono::seconds{60};
  double aggression = 1;  // above 1 is faster early
  Share min_weight{0.1};  // of the weight

  void describe(FieldVisitor& v);
  // max(min_weight, (t / window)^(1 / aggression)) with t >= 1 ms since it became ready; 1 once the window is over.
  double factor(Time now, Time ready_since) const;
  bool covers(Time now, Time ready_since) const { return now - ready_since <= window; }
};

}  // namespace windtunnel
