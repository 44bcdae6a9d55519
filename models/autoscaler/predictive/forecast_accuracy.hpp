#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/forecast/forecaster.hpp"

namespace windtunnel::predictive {

// How good forecasts were at the lead at which they were needed. Forecasts wait for the step that they are about.
class ForecastAccuracy {
 public:
  // For step number `target`, made `lead_s` ahead.
  void forecast(std::int64_t target, const Forecast& forecast, double lead_s);
  void observe(std::int64_t step, double value);

  // "forecast.mape": mean of |error| / value over steps with a value above 0; "forecast.bias": sum of the errors
  // (forecast less value) over the sum of the values; "forecast.coverage": share of the values within 1.96 standard
  // errors of their forecast; "forecast.lead": mean.
  std::vector<Figure> figures() const;

 private:
  struct Waiting {
    std::int64_t target;
    Forecast forecast;
    double lead_s;
  };
  std::deque<Waiting> waiting_;  // by target
  std::int64_t seen_ = 0, above_zero_ = 0, within_ = 0;
  double relative_ = 0, error_ = 0, value_ = 0, lead_s_ = 0;
};

}  // namespace windtunnel::predictive
