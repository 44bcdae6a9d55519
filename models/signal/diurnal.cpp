#include <algorithm>
#include <optional>

#include "models/signal/types.hpp"
#include "models/workload/turn.hpp"

namespace windtunnel {
namespace {

class DiurnalSignal final : public Signal {
 public:
  void describe(FieldVisitor& v) override {
    v.field("mean", mean_, "Value averaged over a (working) day", kRequired);
    v.field("amplitude", amplitude_, "How far the value swings to either side, as a share of the mean",
            {.lo = 0, .hi = 1});
    v.field("period", period_, "Length of a day", {.lo = 0.001});
    v.field("peak_at", peak_at_, "Time of day of the highest value; none: the middle of the day", kNonNegative);
    v.field("starts_at", starts_at_, "Time at the end of the warm-up, from the first day's begin (a Monday)",
            kNonNegative);
    v.field("weekend", weekend_, "Factor on the value on days 6 and 7 of each week", kNonNegative);
  }
  void check(Problems& p) override {
    if (peak_at_ && *peak_at_ > period_) p.error("/peak_at", "is later than the end of the day (period)");
  }
  double at(Time since_warmup) const override {
    const Time t = std::max(since_warmup, Time{}) + starts_at_;
    const Duration into = t % period_ - peak_at_.value_or(period_ / 2);
    const Turn phase = turn(static_cast<double>(into.count()) / static_cast<double>(period_.count()));
    const bool weekend = t / period_ % 7 >= 5;
    return mean_ * (weekend ? weekend_ : 1) * (1 + amplitude_.value * phase.cosine);
  }

 private:
  double mean_ = 0;
  Share amplitude_{0.5};
  Duration period_ = std::chrono::hours(24);
  std::optional<Duration> peak_at_;
  Duration starts_at_{};
  double weekend_ = 1;
};

}  // namespace

void add_diurnal_signal(Registry<Signal>& signals) {
  signals.add<DiurnalSignal>("diurnal", "A value that follows the time of day as a sine wave");
}

}  // namespace windtunnel
