#include <chrono>
#include <vector>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

// Holt's linear trend (1957), damped as Gardner and McKenzie (1985) do. Level and trend begin with the first two
// values.
class Holt final : public JudgedByErrors {
 public:
  Holt(double alpha, double beta, double phi, std::int64_t error_window)
      : JudgedByErrors(error_window), alpha_(alpha), beta_(beta), phi_(phi) {}

 private:
  void learn(double value) override {
    if (seen_ < 2) {
      trend_ = seen_ == 0 ? 0 : value - level_;
      level_ = value;
      ++seen_;
      return;
    }
    const double before = level_;
    level_ = alpha_ * value + (1 - alpha_) * (level_ + phi_ * trend_);
    trend_ = beta_ * (level_ - before) + (1 - beta_) * phi_ * trend_;
  }
  double mean(std::int64_t steps) const override { return level_ + damped_steps(steps) * trend_; }
  // An error moves the level by alpha and the trend by alpha beta.
  double growth(std::int64_t steps) const override {
    return growth_.at(steps, [this](std::int64_t j) { return alpha_ + alpha_ * beta_ * damped_steps(j); });
  }
  double damped_steps(std::int64_t steps) const {  // phi + phi^2 + … + phi^steps
    for (auto j = static_cast<std::int64_t>(damped_.size()); j <= steps; ++j)
      damped_.push_back(phi_ * (1 + damped_.back()));
    return damped_[static_cast<std::size_t>(steps)];
  }

  double alpha_, beta_, phi_;
  int seen_ = 0;
  double level_ = 0, trend_ = 0;
  mutable std::vector<double> damped_ = {0};  // as far as it was asked for
  mutable CumulativeGrowth growth_;
};

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("alpha", alpha_, "Weight of the newest value in the level", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("beta", beta_, "Weight of the newest change of level in the trend", {.lo = 0, .hi = 1});
    v.field("phi", phi_, "Factor on the trend from one step to the next; 1: it goes on for ever", {.lo = 0, .hi = 1});
    v.field("error_window", error_window_, kErrorWindowMeaning, kPositive);
  }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<Holt>(alpha_, beta_, phi_, steps_of(error_window_, step));
  }

 private:
  double alpha_ = 0.3, beta_ = 0.1, phi_ = 0.95;
  Duration error_window_ = std::chrono::hours{24};
};

}  // namespace

void add_holt(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("holt", "A smoothed level and a smoothed trend, damped");
}

}  // namespace windtunnel
