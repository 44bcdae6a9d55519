#include <chrono>
#include <cmath>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

// The straight line through the first value and the last one: a random walk with drift.
class Drift final : public JudgedByErrors {
 public:
  explicit Drift(std::int64_t error_window) : JudgedByErrors(error_window) {}

 private:
  void learn(double value) override {
    if (seen_++ == 0) first_ = value;
    last_ = value;
  }
  double mean(std::int64_t steps) const override {
    if (seen_ < 2) return last_;
    return last_ + static_cast<double>(steps) * (last_ - first_) / static_cast<double>(seen_ - 1);
  }
  // Of the walk itself, and of the drift, which is a mean over the steps seen.
  double growth(std::int64_t steps) const override {
    const auto h = static_cast<double>(steps), n = static_cast<double>(seen_ - 1);
    return seen_ < 2 ? std::sqrt(h) : std::sqrt(h * (n + h) / (n + 1));
  }

  std::int64_t seen_ = 0;
  double first_ = 0, last_ = 0;
};

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override { v.field("error_window", error_window_, kErrorWindowMeaning, kPositive); }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<Drift>(steps_of(error_window_, step));
  }

 private:
  Duration error_window_ = std::chrono::hours{24};
};

}  // namespace

void add_drift(Registry<ForecasterParams>& forecasters) {
  forecasters.add<Params>("drift", "The straight line through the first value and the last one goes on");
}

}  // namespace windtunnel
