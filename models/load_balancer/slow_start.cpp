#include "models/load_balancer/slow_start.hpp"

#include <algorithm>
#include <chrono>

#include "sim/random/math.hpp"

namespace windtunnel {

void SlowStart::describe(FieldVisitor& v) {
  v.field("window", window, "How long a new instance gets less than its weight", kPositive);
  v.field("aggression", aggression,
          "The share of its weight grows like (time in the window)^(1/aggression): 1 is linear, more is faster early",
          kPositive);
  v.field("min_weight", min_weight, "The share of its weight that it has at least",
          {.lo = 0, .hi = 1, .above_lo = true});
}

double SlowStart::factor(Time now, Time ready_since) const {
  const Duration since = now - ready_since;
  if (since >= window) return 1;
  double share = to_seconds(std::max<Duration>(since, std::chrono::milliseconds{1})) / to_seconds(window);
  if (aggression != 1) share = exp_of(log_of(share) / aggression);
  return std::max(share, min_weight.value);
}

}  // namespace windtunnel
