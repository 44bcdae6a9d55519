#include <chrono>
#include <cmath>
#include <optional>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

// Until a whole period was seen, the last value stays.
class SeasonalNaive final : public JudgedByErrors {
 public:
  SeasonalNaive(std::int64_t period, std::int64_t level_window, std::int64_t error_window)
      : JudgedByErrors(error_window), period_(period), level_window_(level_window), values_(period + level_window) {}

 private:
  void learn(double value) override { values_.push(value); }
  double mean(std::int64_t steps) const override {
    if (values_.size() < period_) return values_.back(1);
    const std::int64_t phase = (steps - 1) % period_;  // beyond a period the last one repeats
    return values_.back(period_ - phase) * level();
  }
  double growth(std::int64_t steps) const override {
    const std::int64_t terms = values_.size() < period_ ? steps : (steps - 1) / period_ + 1;
    return std::sqrt(static_cast<double>(terms));
  }

  // The last values over those of a period before.
  double level() const {
    if (level_window_ == 0 || values_.size() < period_ + level_window_) return 1;
    double now = 0, before = 0;
    for (std::int64_t back = level_window_; back >= 1; --back) {
      now += values_.back(back);
      before += values_.back(period_ + back);
    }
    return before == 0 ? 1 : now / before;
  }

  std::int64_t period_, level_window_;
  RecentValues values_;
};

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("period", period_, "After how long the course repeats: a day (24h), a week (7d)", kPositive);
    v.field("level_window", level_window_,
            "The last period's values are scaled by the mean of so long a time over the same time's mean a period "
            "before; none: taken as they are",
            kPositive);
    v.field("error_window", error_window_, kErrorWindowMeaning, kPositive);
  }
  void check_step(Duration step, Problems& p) const override {
    check_whole_steps("/period", period_, step, 1, p);
    if (level_window_) check_whole_steps("/level_window", *level_window_, step, 1, p);
  }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<SeasonalNaive>(period_ / step, level_window_ ? *level_window_ / step : 0,
                                           steps_of(error_window_, step));
  }

 private:
  Duration period_ = std::chrono::hours{24};
  std::optional<Duration> level_window_;
  Duration error_window_ = std::chrono::hours{24};
};

}  // namespace

void add_seasonal_naive(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("seasonal_naive",
                          "The value of one period before, corrected for the present level if wanted");
}

}  // namespace windtunnel
