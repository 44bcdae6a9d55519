#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/forecast/judged_by_errors.hpp"

namespace windtunnel {

// Exponential smoothing of level, trend and a season of m phases (P. R. Winters 1960), with s updated from the error
// against the new level:
//   additive        l' = alpha (y - s) + (1 - alpha) (l + b)      s' = gamma (y - l') + (1 - gamma) s
//   multiplicative  l' = alpha y / s + (1 - alpha) (l + b)        s' = gamma y / l' + (1 - gamma) s
//   both            b' = beta (l' - l) + (1 - beta) b             forecast (l + h b) + s, or times s
// It begins after two periods: l is the mean of the first, b the second's mean less that over m, s the first period's
// values less, or over, l; and then goes through the second. Before, the value one period ago is the forecast, or
// the last one. A multiplicative phase is at least a thousandth, and the level at least 1e-9, so that hours without any
// request divide nothing by 0.
class HoltWinters final : public JudgedByErrors {
 public:
  enum class Seasonality { kAdditive, kMultiplicative };
  struct Weights {
    double alpha = 0.3, beta = 0.01, gamma = 0.3;
  };
  struct State {
    double level = 0, trend = 0;
    std::vector<double> season;  // of the next m steps
  };

  HoltWinters(Seasonality seasonality, Weights weights, std::int64_t period, std::int64_t error_window)
      : JudgedByErrors(error_window), seasonality_(seasonality), weights_(weights), period_(period) {}

  // Goes on from a known state.
  void begin(State state);
  // None: it has not begun.
  std::optional<State> state() const;

 private:
  void learn(double value) override;
  double mean(std::int64_t steps) const override;
  double growth(std::int64_t steps) const override;
  bool relative() const override { return seasonality_ == Seasonality::kMultiplicative; }

  void begin_from_two_periods();
  void update(double value);
  bool has_begun() const { return !season_.empty(); }

  Seasonality seasonality_;
  Weights weights_;
  std::int64_t period_;
  std::vector<double> first_;  // what was seen until it began
  double level_ = 0, trend_ = 0;
  std::vector<double> season_;
  std::size_t phase_ = 0;  // of the next value, in season_
  mutable CumulativeGrowth growth_;
};

}  // namespace windtunnel
