#pragma once

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// toobusy-js (STRML/node-toobusy, toobusy.js of 0.5.1), whose defaults these are: each process of an event loop
// measures how late its own timer is, and turns a request away with a probability that grows with that.
struct TooBusy {
  Duration max_lag = std::chrono::milliseconds{70};
  Duration interval = std::chrono::milliseconds{500};
  double smoothing_factor = 1.0 / 3;

  void describe(FieldVisitor& v);
};

// Of one process.
class SmoothedLag {
 public:
  explicit SmoothedLag(const TooBusy& params) : params_(&params) {}

  void measured(Duration lag);  // its timer was so late
  Duration lag() const { return Duration{static_cast<Duration::rep>(lag_)}; }
  // From 0 at max_lag to 1 at twice that.
  double share_turned_away() const;

 private:
  const TooBusy* params_;
  double lag_ = 0;  // ns
};

}  // namespace windtunnel
