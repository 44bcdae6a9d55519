#include "models/forecast/judged_by_errors.hpp"

#include <string>

#include "models/scenario/units.hpp"

namespace windtunnel {

void check_whole_steps(std::string_view at, Duration length, Duration step, std::int64_t least, Problems& problems) {
  if (length % step == Duration{} && length / step >= least) return;
  problems.error(at, format_duration(length) + " is not a whole number of steps of " + format_duration(step) +
                         (least > 1 ? ", at least " + std::to_string(least) : ""));
}

namespace {

double root_mean_square(const RecentValues& values) {
  if (values.size() == 0) return 0;
  double sum = 0;
  for (std::int64_t back = values.size(); back >= 1; --back) sum += values.back(back) * values.back(back);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

void JudgedByErrors::observe(double value) {
  if (has_learnt_) {
    const double forecast = mean(1);
    errors_.push(value - forecast);
    if (relative()) forecasts_.push(forecast);
    spread_.reset();
  }
  learn(value);
  has_learnt_ = true;
}

Forecast JudgedByErrors::ahead(std::int64_t steps) const {
  if (!has_learnt_) return {};
  if (!spread_) {
    spread_ = root_mean_square(errors_);
    level_ = root_mean_square(forecasts_);
  }
  const double forecast = mean(steps);
  const double error = *spread_ * growth(steps);
  return {forecast, relative() && *level_ > 0 ? error * std::abs(forecast) / *level_ : error};
}

}  // namespace windtunnel
