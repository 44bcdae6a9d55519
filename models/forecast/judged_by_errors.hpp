#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/forecast/forecaster.hpp"
#include "models/forecast/recent_values.hpp"

// What most ways to forecast share. Private to models/forecast.
namespace windtunnel {

inline constexpr std::string_view kErrorWindowMeaning =
    "The standard error is that of the one-step forecasts of so long a time; it grows with the horizon as the method's "
    "errors do";

// A length of time in steps, rounded, at least 1.
inline std::int64_t steps_of(Duration length, Duration step) {
  return std::max<std::int64_t>(1, (length + step / 2) / step);
}

// Reports a length of time that is not a whole number of steps, at least `least` of them.
void check_whole_steps(std::string_view at, Duration length, Duration step, std::int64_t least, Problems& problems);

// The standard error of a forecast is the root of the mean square of the errors that its own forecasts of the next step
// made lately, times what the method says about the growth of errors with the horizon.
class JudgedByErrors : public Forecaster {
 public:
  void observe(double value) final;
  Forecast ahead(std::int64_t steps) const final;

 protected:
  explicit JudgedByErrors(std::int64_t error_window) : errors_(error_window), forecasts_(error_window) {}
  virtual void learn(double value) = 0;
  // All below are asked once something was learnt.
  virtual double mean(std::int64_t steps) const = 0;
  // Standard error of the steps-th forecast over that of the first.
  virtual double growth(std::int64_t steps) const = 0;
  // Whether errors are shares of the forecast. The share is then the root mean square of the errors over that of the
  // forecasts they belong to.
  virtual bool relative() const { return false; }

 private:
  bool has_learnt_ = false;
  RecentValues errors_, forecasts_;               // the latter for relative errors only
  mutable std::optional<double> spread_, level_;  // root mean squares of both until the next value
};

// sqrt(1 + c(1)^2 + … + c(h - 1)^2): how errors grow where one of a step moves the forecast j steps later by c(j) times
// itself. Kept as far as it was asked for.
class CumulativeGrowth {
 public:
  template <class Effect>
  double at(std::int64_t steps, Effect c) {
    if (sums_.empty()) sums_.push_back(1);
    for (auto j = static_cast<std::int64_t>(sums_.size()); j < steps; ++j) {
      const double effect = c(j);
      sums_.push_back(sums_.back() + effect * effect);
    }
    return std::sqrt(sums_[static_cast<std::size_t>(steps - 1)]);
  }
  void forget() { sums_.clear(); }

 private:
  std::vector<double> sums_;
};

}  // namespace windtunnel
