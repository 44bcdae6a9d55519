#include "models/admission/too_busy.hpp"

#include <algorithm>

namespace windtunnel {

void TooBusy::describe(FieldVisitor& v) {
  v.field("max_lag", max_lag, "Up to this lag every request is served; from twice that on none", {.lo = 0.01});
  v.field("interval", interval, "Of the timer whose lateness is the lag; it is set anew when it has fired",
          {.lo = 0.016});
  v.field("smoothing_factor", smoothing_factor,
          "Weight of the last measurement in the lag, against what was known before",
          {.lo = 0, .hi = 1, .above_lo = true});
}

void SmoothedLag::measured(Duration lag) {
  const double factor = params_->smoothing_factor;
  lag_ = factor * static_cast<double>(lag.count()) + (1 - factor) * lag_;
}

double SmoothedLag::share_turned_away() const {
  const auto most = static_cast<double>(params_->max_lag.count());
  return std::clamp((lag_ - most) / most, 0.0, 1.0);
}

}  // namespace windtunnel
