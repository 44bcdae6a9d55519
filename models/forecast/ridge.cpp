#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/linear_fit.hpp"
#include "models/forecast/types.hpp"
#include "sim/random/math.hpp"

namespace windtunnel {
namespace {

struct Season {
  Duration period = std::chrono::hours{24};
  std::int64_t harmonics = 3;
  bool lag = true;

  void describe(FieldVisitor& v) {
    v.field("period", period, "After how long the course repeats: a day (24h), a week (7d)", kRequiredPositive);
    v.field("harmonics", harmonics,
            "Pairs of a cosine and a sine, the first with this period, the second with half of it, …: the calendar",
            {.lo = 0, .hi = 20});
    v.field("lag", lag, "Whether the value of one period ago is a feature");
  }
};

struct Terms {
  std::int64_t last_values = 3;
  std::vector<Season> seasons = {Season{}};
  double penalty = 1;
  Duration refit = std::chrono::hours{1};
  std::optional<Duration> half_life;
  Duration error_window = std::chrono::hours{24};
};

// A linear model of the next step on values seen and on the calendar. Further steps are forecast one after the other,
// each from the forecasts before it.
class Ridge final : public JudgedByErrors {
 public:
  Ridge(const Terms& terms, Duration step)
      : JudgedByErrors(steps_of(terms.error_window, step)),
        lags_(lags_of(terms, step)),
        waves_(waves_of(terms, step)),
        penalty_(terms.penalty),
        refit_(steps_of(terms.refit, step)),
        fading_(terms.half_life ? exp_of(-kLn2 * to_seconds(step) / to_seconds(*terms.half_life)) : 1.0),
        longest_(lags_.empty() ? 1 : *std::max_element(lags_.begin(), lags_.end())),
        values_(longest_),
        features_(lags_.size() + count_of_waves()),
        fit_(features_.size()) {}

 private:
  static constexpr double kLn2 = 0.69314718055994530942;

  struct Waves {
    std::int64_t period;      // in steps
    std::vector<Turn> first;  // by phase
    std::int64_t harmonics;
  };

  static std::vector<std::int64_t> lags_of(const Terms& terms, Duration step) {
    std::vector<std::int64_t> lags;
    for (std::int64_t lag = 1; lag <= terms.last_values; ++lag) lags.push_back(lag);
    for (const Season& season : terms.seasons)
      if (season.lag && season.period / step > terms.last_values) lags.push_back(season.period / step);
    return lags;
  }
  static std::vector<Waves> waves_of(const Terms& terms, Duration step) {
    std::vector<Waves> out;
    for (const Season& season : terms.seasons) {
      if (season.harmonics == 0) continue;
      Waves waves{season.period / step, {}, season.harmonics};
      for (std::int64_t phase = 0; phase < waves.period; ++phase)
        waves.first.push_back(turn_of(static_cast<double>(phase) / static_cast<double>(waves.period)));
      out.push_back(std::move(waves));
    }
    return out;
  }
  std::size_t count_of_waves() const {
    std::size_t count = 0;
    for (const Waves& waves : waves_) count += 2 * static_cast<std::size_t>(waves.harmonics);
    return count;
  }

  void learn(double value) override {
    if (values_.size() == longest_) {
      fit_.add(features_of(1), value, fading_);
      if (!model_ || ++since_fit_ >= refit_) fit_again();
    }
    values_.push(value);
    ++seen_;
    path_.clear();
  }
  // Twice as many rows as there are coefficients, before it may speak.
  void fit_again() {
    if (fit_.weight() < 2 * static_cast<double>(features_.size() + 1)) return;
    model_ = fit_.fit(penalty_);
    since_fit_ = 0;
    responses_.clear();
    growth_.forget();
  }

  // Of the steps-th step ahead, whose predecessors path_ has.
  std::span<const double> features_of(std::int64_t steps) const {
    std::size_t i = 0;
    for (const std::int64_t lag : lags_)
      features_[i++] = lag < steps ? path_[static_cast<std::size_t>(steps - lag - 1)] : values_.back(lag - steps + 1);
    for (const Waves& waves : waves_) {
      const std::int64_t phase = (seen_ + steps - 1) % waves.period;
      for (std::int64_t k = 1; k <= waves.harmonics; ++k) {
        const Turn& turn = waves.first[static_cast<std::size_t>(phase * k % waves.period)];
        features_[i++] = turn.cosine;
        features_[i++] = turn.sine;
      }
    }
    return features_;
  }

  double mean(std::int64_t steps) const override {
    if (!model_) return values_.back(1);
    while (static_cast<std::int64_t>(path_.size()) < steps)
      path_.push_back((*model_)(features_of(static_cast<std::int64_t>(path_.size()) + 1)));
    return path_[static_cast<std::size_t>(steps - 1)];
  }

  // An error of one step reaches later ones through the lags.
  double growth(std::int64_t steps) const override {
    if (!model_) return std::sqrt(static_cast<double>(steps));
    return growth_.at(steps, [this](std::int64_t j) {
      if (responses_.empty()) responses_.push_back(1);
      double sum = 0;
      for (std::size_t i = 0; i < lags_.size(); ++i)
        if (lags_[i] <= j) sum += model_->slopes[i] * responses_[static_cast<std::size_t>(j - lags_[i])];
      responses_.push_back(sum);
      return sum;
    });
  }

  std::vector<std::int64_t> lags_;
  std::vector<Waves> waves_;
  double penalty_;
  std::int64_t refit_;
  double fading_;
  std::int64_t longest_;
  RecentValues values_;
  mutable std::vector<double> features_;
  LinearFit fit_;
  std::optional<LinearFit::Model> model_;
  std::int64_t since_fit_ = 0;
  std::int64_t seen_ = 0;
  mutable std::vector<double> path_;       // the forecasts made since the last value
  mutable std::vector<double> responses_;  // to an error of 1, by steps after it
  mutable CumulativeGrowth growth_;
};

constexpr std::int64_t kLongestPeriod = 1 << 22;

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("last_values", terms_.last_values, "How many of the last values are features", {.lo = 0, .hi = 100});
    v.field("seasons", terms_.seasons, "Features of the time of day, of week, …");
    v.field("penalty", terms_.penalty,
            "Weight of the sum of squared coefficients, each in units of its feature's standard deviation, beside the "
            "sum of squared errors",
            kNonNegative);
    v.field("refit", terms_.refit, "Time between two fits; until the first one the last value is the forecast",
            kPositive);
    v.field("half_life", terms_.half_life, "After how long a value counts half in a fit; none: all count alike",
            kPositive);
    v.field("error_window", terms_.error_window, kErrorWindowMeaning, kPositive);
  }
  void check(Problems& p) override {
    bool any = terms_.last_values > 0;
    for (const Season& season : terms_.seasons) any = any || season.lag || season.harmonics > 0;
    if (!any) p.error("", "has no features; last_values or seasons give some");
  }
  void check_step(Duration step, Problems& p) const override {
    for (std::size_t i = 0; i < terms_.seasons.size(); ++i) {
      const std::string at = "/seasons/" + std::to_string(i) + "/period";
      check_whole_steps(at, terms_.seasons[i].period, step, 2, p);
      const std::int64_t steps = terms_.seasons[i].period / step;
      if (steps > kLongestPeriod) p.error(at, "is more than four million steps");
      if (2 * terms_.seasons[i].harmonics > steps && steps >= 2)
        p.error("/seasons/" + std::to_string(i) + "/harmonics",
                "is more than " + std::to_string(steps / 2) + ", half of the steps of a period");
    }
  }
  std::unique_ptr<Forecaster> make(Duration step) const override { return std::make_unique<Ridge>(terms_, step); }

 private:
  Terms terms_;
};

}  // namespace

void add_ridge(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("ridge", "Ridge regression on the last values, on those of a period ago and on the calendar");
}

}  // namespace windtunnel
