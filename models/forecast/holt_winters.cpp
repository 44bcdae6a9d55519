#include "models/forecast/holt_winters.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <chrono>
#include <numeric>
#include <string_view>
#include <utility>

#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

constexpr double kLeastPhase = 1e-3;
constexpr double kLeastLevel = 1e-9;
constexpr std::int64_t kLongestPeriod = 1 << 22;

using Seasonality = HoltWinters::Seasonality;
constexpr std::array<std::string_view, 2> kSeasonalityNames = {"additive", "multiplicative"};

}  // namespace

void HoltWinters::begin(State state) {
  assert(static_cast<std::int64_t>(state.season.size()) == period_);
  level_ = state.level;
  trend_ = state.trend;
  season_ = std::move(state.season);
  phase_ = 0;
}

std::optional<HoltWinters::State> HoltWinters::state() const {
  if (!has_begun()) return std::nullopt;
  State out{level_, trend_, season_};
  std::rotate(out.season.begin(), out.season.begin() + static_cast<std::ptrdiff_t>(phase_), out.season.end());
  return out;
}

void HoltWinters::learn(double value) {
  if (has_begun()) return update(value);
  first_.push_back(value);
  if (static_cast<std::int64_t>(first_.size()) == 2 * period_) begin_from_two_periods();
}

void HoltWinters::begin_from_two_periods() {
  const auto m = static_cast<double>(period_);
  const auto middle = first_.begin() + period_;
  State state;
  state.level = std::accumulate(first_.begin(), middle, 0.0) / m;
  state.trend = (std::accumulate(middle, first_.end(), 0.0) / m - state.level) / m;
  if (seasonality_ == Seasonality::kMultiplicative) state.level = std::max(state.level, kLeastLevel);
  for (auto value = first_.begin(); value != middle; ++value)
    state.season.push_back(seasonality_ == Seasonality::kAdditive ? *value - state.level
                                                                  : std::max(*value / state.level, kLeastPhase));
  const std::vector<double> seen = std::move(first_);
  begin(std::move(state));
  for (std::size_t i = season_.size(); i < seen.size(); ++i) update(seen[i]);
}

void HoltWinters::update(double value) {
  const auto [alpha, beta, gamma] = weights_;
  const double before = level_;
  double& season = season_[phase_];
  if (seasonality_ == Seasonality::kAdditive) {
    level_ = alpha * (value - season) + (1 - alpha) * (level_ + trend_);
    season = gamma * (value - level_) + (1 - gamma) * season;
  } else {
    level_ = std::max(alpha * value / season + (1 - alpha) * (level_ + trend_), kLeastLevel);
    season = std::max(gamma * value / level_ + (1 - gamma) * season, kLeastPhase);
  }
  trend_ = beta * (level_ - before) + (1 - beta) * trend_;
  phase_ = phase_ + 1 == season_.size() ? 0 : phase_ + 1;
}

double HoltWinters::mean(std::int64_t steps) const {
  const std::int64_t ahead = (steps - 1) % period_;
  if (!has_begun()) {
    const auto seen = static_cast<std::int64_t>(first_.size());
    return seen < period_ ? first_.back() : first_[static_cast<std::size_t>(seen - period_ + ahead)];
  }
  const double season = season_[(phase_ + static_cast<std::size_t>(ahead)) % season_.size()];
  const double line = level_ + static_cast<double>(steps) * trend_;
  return seasonality_ == Seasonality::kAdditive ? line + season : line * season;
}

// An error moves the level by alpha, the trend by alpha beta and its phase by gamma (1 - alpha) (R. J. Hyndman et al.,
// Forecasting with Exponential Smoothing, 2008, section 6.2). For the multiplicative season the same of relative
// errors, which holds as far as they are small.
double HoltWinters::growth(std::int64_t steps) const {
  return growth_.at(steps, [this](std::int64_t j) {
    const auto [alpha, beta, gamma] = weights_;
    return alpha * (1 + static_cast<double>(j) * beta) + (j % period_ == 0 ? gamma * (1 - alpha) : 0.0);
  });
}

namespace {

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("period", period_, "After how long the course repeats: a day (24h), a week (7d)", kPositive);
    v.choice("seasonality", seasonality_, kSeasonalityNames,
             "How the time within a period acts: as an amount beside the level, or as a factor on it");
    v.field("alpha", weights_.alpha, "Weight of the newest value in the level", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("beta", weights_.beta, "Weight of the newest change of level in the trend", {.lo = 0, .hi = 1});
    v.field("gamma", weights_.gamma, "Weight of the newest value in its phase of the season", {.lo = 0, .hi = 1});
    v.field("error_window", error_window_, kErrorWindowMeaning, kPositive);
  }
  void check_step(Duration step, Problems& p) const override {
    check_whole_steps("/period", period_, step, 2, p);
    if (period_ / step > kLongestPeriod) p.error("/period", "is more than four million steps");
  }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<HoltWinters>(seasonality_, weights_, period_ / step, steps_of(error_window_, step));
  }

 private:
  Duration period_ = std::chrono::hours{24};
  Seasonality seasonality_ = Seasonality::kAdditive;
  HoltWinters::Weights weights_;
  Duration error_window_ = std::chrono::hours{24};
};

}  // namespace

void add_holt_winters(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("holt_winters", "A smoothed level, trend and season");
}

}  // namespace windtunnel
