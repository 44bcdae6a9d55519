#include "models/autoscaler/predictive/forecast_accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace windtunnel::predictive {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kNineteenInTwenty = 1.96;

double ratio(double a, double b) { return b == 0 ? kNaN : a / b; }

}  // namespace

// A lead that has become shorter aims at a step that was aimed at before: the newest forecast counts.
void ForecastAccuracy::forecast(std::int64_t target, const Forecast& forecast, double lead_s) {
  while (!waiting_.empty() && waiting_.back().target >= target) waiting_.pop_back();
  waiting_.push_back({target, forecast, lead_s});
}

void ForecastAccuracy::observe(std::int64_t step, double value) {
  while (!waiting_.empty() && waiting_.front().target < step) waiting_.pop_front();
  if (waiting_.empty() || waiting_.front().target != step) return;
  const auto [target, forecast, lead_s] = waiting_.front();
  waiting_.pop_front();
  const double error = forecast.mean - value;
  ++seen_;
  error_ += error;
  value_ += value;
  lead_s_ += lead_s;
  if (std::abs(error) <= kNineteenInTwenty * forecast.standard_error) ++within_;
  if (value <= 0) return;
  ++above_zero_;
  relative_ += std::abs(error) / value;
}

std::vector<Figure> ForecastAccuracy::figures() const {
  const auto seen = static_cast<double>(seen_);
  return {{"forecast.mape", "share", ratio(relative_, static_cast<double>(above_zero_))},
          {"forecast.bias", "share", ratio(error_, value_)},
          {"forecast.coverage", "share", ratio(static_cast<double>(within_), seen)},
          {"forecast.lead", "s", ratio(lead_s_, seen)}};
}

}  // namespace windtunnel::predictive
