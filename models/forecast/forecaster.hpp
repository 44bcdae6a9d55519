#pragma once

#include <cstdint>
#include <memory>

#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

struct Forecast {
  double mean = 0;
  double standard_error = 0;  // of the value that will be seen, not only of its mean
};

// Tells from values that came at a fixed step what comes next. One per series per run. Nothing here is clamped: the
// forecast of a rate may be below zero.
class Forecaster {
 public:
  virtual ~Forecaster() = default;
  virtual void observe(double value) = 0;  // the next step's, finite
  // Of the steps-th step after the last one observed, steps >= 1. 0 without error before anything was observed.
  virtual Forecast ahead(std::int64_t steps) const = 0;
};

// Parameters of one way to forecast. One .cpp per way in this folder. Lengths of time are whole numbers of steps.
class ForecasterParams {
 public:
  virtual ~ForecasterParams() = default;
  virtual void describe(FieldVisitor& v) = 0;
  virtual void check(Problems&) {}
  // Reports what does not fit values that come `step` apart.
  virtual void check_step(Duration /*step*/, Problems&) const {}
  virtual std::unique_ptr<Forecaster> make(Duration step) const = 0;  // once check_step() found nothing
  static const Registry<ForecasterParams>& registry();
};

}  // namespace windtunnel
