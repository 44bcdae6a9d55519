#pragma once

#include <cstdint>
#include <vector>

#include "models/admission/concurrency_limit.hpp"
#include "models/admission/exponential_average.hpp"

// Adaptive limits: those of Netflix's concurrency-limits, and Envoy's.
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
  ExponentialAverage long_;
};

// The shortest round trip over that of each sample.
class GradientLimit final : public ConcurrencyLimit {
 public:
  struct Settings {
    std::int64_t initial = 50, min = 1, max = 1000, probe_interval = 1000;
    double smoothing = 0.2, tolerance = 2, backoff = 0.9;
  };
  GradientLimit(const Settings& settings, Stream words);
  std::int64_t limit() const override { return static_cast<std::int64_t>(limit_); }
  void ended(const ConcurrencySample& sample) override;
  static std::int64_t square_root(std::int64_t n);  // whole part, at least 4

 private:
  std::int64_t next_probe();

  Settings settings_;
  Stream words_;
  double limit_;
  std::int64_t countdown_ = 0;
  Duration shortest_{0};  // 0: none yet
};

// Envoy's adaptive concurrency filter.
class EnvoyGradientLimit final : public ConcurrencyLimit {
 public:
  struct Settings {
    std::int64_t min = 3, max = 1000, probe_requests = 50;
    Share percentile{0.5}, probe_jitter{0.15}, buffer{0.25};
    Duration update_interval = std::chrono::milliseconds{100}, probe_interval = std::chrono::seconds{60};
  };
  EnvoyGradientLimit(const Settings& settings, Stream words);
  std::int64_t limit() const override { return limit_; }
  void ended(const ConcurrencySample& sample) override;

 private:
  void begin_probe();
  Duration quantile();

  Settings settings_;
  Stream words_;
  std::int64_t limit_, before_ = 0;  // the latter: when the probe began
  bool probing_ = true;
  std::int64_t at_least_ = 0;  // windows in a row with the limit at its least
  Duration shortest_{0};
  Time window_ends_{}, next_probe_{};
  std::vector<Duration> trips_;
};

}  // namespace windtunnel
