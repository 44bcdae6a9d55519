#pragma once

#include <cstdint>

#include "models/admission/concurrency_limit.hpp"

// Adaptive limits of Netflix's concurrency-limits.
namespace windtunnel {

class AimdLimit final : public ConcurrencyLimit {
 public:
  struct Settings {
    std::int64_t initial = 20, min = 20, max = 200;
    double backoff = 0.9;
    Duration timeout = std::chrono::seconds{5};
  };
  explicit AimdLimit(const Settings& settings) : settings_(settings), limit_(settings.initial) {}
  std::int64_t limit() const override { return limit_; }
  void ended(const ConcurrencySample& sample) override;

 private:
  Settings settings_;
  std::int64_t limit_;
};

// TCP Vegas' idea: the queue is what the round trip has grown by over the shortest one known.
class VegasLimit final : public ConcurrencyLimit {
 public:
  struct Settings {
    std::int64_t initial = 20, max = 1000;
    double smoothing = 1;
    std::int64_t probe_multiplier = 30;
    bool halves = false;  // decreases to the half, not by log10
  };
  VegasLimit(const Settings& settings, Stream words);
  std::int64_t limit() const override { return static_cast<std::int64_t>(limit_); }
  void ended(const ConcurrencySample& sample) override;
  static std::int64_t log10_root(std::int64_t n);  // whole part, at least 1

 private:
  Settings settings_;
  Stream words_;
  double limit_;
  double jitter_;
  std::int64_t probes_ = 0;
  Duration baseline_{0};  // 0: none yet
};

// The long-term round trip over that of each sample.
class Gradient2Limit final : public ConcurrencyLimit {
 public:
  struct Settings {
    std::int64_t initial = 20, min = 20, max = 200, queue = 4, long_window = 600;
    double smoothing = 0.2, tolerance = 1.5;
  };
  explicit Gradient2Limit(const Settings& settings);
  std::int64_t limit() const override { return static_cast<std::int64_t>(limit_); }
  double exact() const { return limit_; }
  void ended(const ConcurrencySample& sample) override;

 private:
  Settings settings_;
  double limit_;
  class Average {  // exponential, after a plain mean of the first samples
   public:
    explicit Average(std::int64_t window) : window_(window) {}
    double add(double value);
    void scale(double factor) { value_ *= factor; }

   private:
    static constexpr std::int64_t kWarmUp = 10;
    std::int64_t window_, count_ = 0;
    double sum_ = 0, value_ = 0;
  } long_;
};

}  // namespace windtunnel
