#include <algorithm>
#include <chrono>
#include <cmath>
#include <vector>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

// Values of the same phase in the last periods, as far as they were seen. Until one was, the last value stays.
class SeasonalQuantile final : public Forecaster {
 public:
  SeasonalQuantile(std::int64_t period, std::int64_t periods, double quantile)
      : period_(period), periods_(periods), quantile_(quantile), values_(period * periods) {}

  void observe(double value) override { values_.push(value); }

  Forecast ahead(std::int64_t steps) const override {
    if (values_.size() == 0) return {};
    std::vector<double> same;
    const std::int64_t latest = period_ - (steps - 1) % period_;
    for (std::int64_t k = 0; k < periods_ && latest + k * period_ <= values_.size(); ++k)
      same.push_back(values_.back(latest + k * period_));
    if (same.empty()) return {values_.back(1), 0};
    std::sort(same.begin(), same.end());
    return {quantile_of(same), deviation_of(same)};
  }

 private:
  // Between the two nearest in a straight line (type 7 of Hyndman and Fan 1996).
  double quantile_of(const std::vector<double>& sorted) const {
    const double place = quantile_ * static_cast<double>(sorted.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
  }
  static double deviation_of(const std::vector<double>& values) {
    if (values.size() < 2) return 0;
    const auto n = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (const double value : values) sum += value;
    for (const double value : values) squares += (value - sum / n) * (value - sum / n);
    return std::sqrt(squares / (n - 1));
  }

  std::int64_t period_, periods_;
  double quantile_;
  RecentValues values_;
};

constexpr std::int64_t kMostValues = 1 << 24;

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("period", period_, "After how long the course repeats: a day (24h), a week (7d)", kPositive);
    v.field("periods", periods_, "How many of the last periods are looked at", {.lo = 1, .hi = 1000});
    v.field("quantile", quantile_,
            "Which quantile of their values at the same phase is the forecast; the standard error is those values' "
            "standard deviation",
            {.lo = 0, .hi = 1});
  }
  void check_step(Duration step, Problems& p) const override {
    check_whole_steps("/period", period_, step, 1, p);
    if (period_ / step > kMostValues / periods_)
      p.error("/periods", "with this period and a step of its own length are more than 16 million values");
  }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<SeasonalQuantile>(period_ / step, periods_, quantile_.value);
  }

 private:
  Duration period_ = std::chrono::hours{24};
  std::int64_t periods_ = 7;
  Share quantile_{0.95};
};

}  // namespace

void add_seasonal_quantile(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("seasonal_quantile", "A quantile of the values at the same phase of the last periods");
}

}  // namespace windtunnel
