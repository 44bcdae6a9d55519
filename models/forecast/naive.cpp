#include <chrono>
#include <cmath>

#include "models/forecast/judged_by_errors.hpp"
#include "models/forecast/types.hpp"

namespace windtunnel {
namespace {

class Naive final : public JudgedByErrors {
 public:
  explicit Naive(std::int64_t error_window) : JudgedByErrors(error_window) {}

 private:
  void learn(double value) override { last_ = value; }
  double mean(std::int64_t) const override { return last_; }
  double growth(std::int64_t steps) const override { return std::sqrt(static_cast<double>(steps)); }

  double last_ = 0;
};

class Params final : public ForecasterParams {
 public:
  void describe(FieldVisitor& v) override { v.field("error_window", error_window_, kErrorWindowMeaning, kPositive); }
  std::unique_ptr<Forecaster> make(Duration step) const override {
    return std::make_unique<Naive>(steps_of(error_window_, step));
  }

 private:
  Duration error_window_ = std::chrono::hours{24};
};

}  // namespace

void add_naive(Registry<ForecasterParams>& forecasters) { forecasters.add<Params>("naive", "The last value stays"); }

}  // namespace windtunnel
