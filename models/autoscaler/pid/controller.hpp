#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace windtunnel::pid {

// What keeps the integral from growing while the output can't follow.
enum class AntiWindup { kNone, kFreeze, kBackCalculation };
inline constexpr std::array<std::string_view, 3> kAntiWindup = {"none", "freeze", "back_calculation"};

struct Gains {
  double kp = 0, ki = 0, kd = 0;  // of the error, its integral over seconds, its change per second
  double in_factor = 1;           // on all of them while the error is negative
  double dead_band = 0;           // errors smaller than this are none
  double filter_time = 0;         // seconds, of a low-pass on the change
  double integral_limit = 0;      // of the integral's part of the output; 0: none
  AntiWindup anti_windup = AntiWindup::kFreeze;
  double tracking_time = 60;  // seconds, of back calculation
};

// u = kp e + ki sum(e dt) + kd de/dt, to be added to a base. `dt` in seconds, > 0; `lowest` and `highest` are what the
// output may be.
class Positional {
 public:
  explicit Positional(const Gains& gains) : gains_(gains) {}
  double next(double error, double dt, double lowest, double highest);
  double integral() const { return integral_; }

 private:
  Gains gains_;
  double previous_ = 0, change_ = 0;
  double integral_ = 0;  // already times ki
};

// dn = kp (e - e1) + ki e dt + kd (e - 2 e1 + e2) / dt, which needs no base and has no integral to wind up.
class Velocity {
 public:
  explicit Velocity(const Gains& gains) : gains_(gains) {}
  double next(double error, double dt);

 private:
  Gains gains_;
  std::optional<double> before_, before_that_;
  double change_ = 0;
};

}  // namespace windtunnel::pid
