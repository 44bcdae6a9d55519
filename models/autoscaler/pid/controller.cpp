#include "models/autoscaler/pid/controller.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel::pid {
namespace {

double effective(double error, const Gains& gains) { return std::fabs(error) < gains.dead_band ? 0 : error; }
double factor(double error, const Gains& gains) { return error < 0 ? gains.in_factor : 1; }

// One step of a first-order low-pass.
double filtered(double state, double input, double dt, double time) {
  return state + dt / (time + dt) * (input - state);
}

}  // namespace

double Positional::next(double error, double dt, double lowest, double highest) {
  const double e = effective(error, gains_), g = factor(e, gains_);
  change_ = filtered(change_, (e - previous_) / dt, dt, gains_.filter_time);
  previous_ = e;
  const double others = g * (gains_.kp * e + gains_.kd * change_);
  double integral = integral_ + g * gains_.ki * e * dt;
  if (gains_.integral_limit > 0) integral = std::clamp(integral, -gains_.integral_limit, gains_.integral_limit);
  const double free = others + integral, bounded = std::clamp(free, lowest, highest);
  switch (gains_.anti_windup) {
    case AntiWindup::kNone:
      break;
    case AntiWindup::kFreeze:
      if ((free > highest && e > 0) || (free < lowest && e < 0)) integral = integral_;
      break;
    case AntiWindup::kBackCalculation:
      integral += (bounded - free) / gains_.tracking_time * dt;
      break;
  }
  integral_ = integral;
  return bounded;
}

double Velocity::next(double error, double dt) {
  const double e = effective(error, gains_), g = factor(e, gains_);
  const double e1 = before_.value_or(e), e2 = before_that_.value_or(e1);
  change_ = filtered(change_, (e - 2 * e1 + e2) / dt, dt, gains_.filter_time);
  before_that_ = e1;
  before_ = e;
  return g * (gains_.kp * (e - e1) + gains_.ki * e * dt + gains_.kd * change_);
}

}  // namespace windtunnel::pid
