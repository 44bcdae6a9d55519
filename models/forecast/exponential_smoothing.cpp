#include <chrono>
#include <cmath>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

// Brown's simple exponential smoothing; the level begins at the first value.
class ExponentialSmoothing final : public JudgedByErrors {
 public:
  ExponentialSmoothing(double alpha, std::int64_t error_window) : JudgedByErrors(error_window), alpha_(alpha) {}

 private:
  void learn(double value) override {
    level_ = has_level_ ? alpha_ * value + (1 - alpha_) * level_ : value;
    has_level_ = true;
  }
  double mean(std::int64_t) const override { return level_; }
  double growth(std::int64_t steps) const override {
    return std::sqrt(1 + static_cast<double>(steps - 1) * alpha_ * alpha_);
  }

  double alpha_;
  bool has_level_ = false;
  double level_ = 0;
};

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("alpha", alpha_, "Weight of the newest value in the level", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("error_window", error_window_, kErrorWindowMeaning, kPositive);
  }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<ExponentialSmoothing>(alpha_, steps_of(error_window_, step));
  }

 private:
  double alpha_ = 0.3;
  Duration error_window_ = std::chrono::hours{24};
};

}  // namespace

void add_exponential_smoothing(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("exponential_smoothing", "A mean in which a value's weight falls geometrically with its age");
}

}  // namespace windtunnel
