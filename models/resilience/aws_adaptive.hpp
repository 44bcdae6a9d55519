#pragma once

#include "models/resilience/client_throttle.hpp"

namespace windtunnel::aws {

// The rate that the AWS SDKs' adaptive mode aims at (botocore's CubicCalculator): cut by beta when the service
// throttles, and from there along CUBIC's curve back to what it was, and beyond. Times in seconds, rates per second.
class CubicRate {
 public:
  CubicRate(double start_rate, double now, double scale = 0.4, double beta = 0.7);
  double succeeded(double now) const;
  double throttled(double rate, double now);
  double k() const { return k_; }
  double w_max() const { return w_max_; }

 private:
  void place();

  double scale_, beta_, w_max_, k_ = 0, last_;
};

// How many calls end per second, smoothed over half-second buckets (botocore's RateClocker).
class MeasuredRate {
 public:
  explicit MeasuredRate(double now);
  double record(double now);

 private:
  double last_bucket_;
  std::int64_t count_ = 0;
  double rate_ = 0;
};

// botocore's TokenBucket: empty at first, and a call that finds no token looks again when one should be there.
class SendBucket {
 public:
  SendBucket(double rate, double now, double least = 0.5);
  double acquire(double now);  // 0: granted; else seconds after which to ask again
  void set_rate(double rate, double now);
  double rate() const { return rate_; }
  double capacity() const { return capacity_; }
  double tokens() const { return tokens_; }

 private:
  void refill(double now);

  double least_, rate_ = 1, capacity_ = 1, tokens_ = 0, last_;
};

// botocore's ClientRateLimiter: without effect until the service throttles for the first time.
class Adaptive final : public ClientThrottle {
 public:
  explicit Adaptive(Time now);
  Leave ask(Time now, std::uint64_t word) override;
  void ended(Time now, bool success, bool throttled) override;

 private:
  CubicRate cubic_;
  MeasuredRate measured_;
  SendBucket bucket_;
  bool enabled_ = false;
};

}  // namespace windtunnel::aws
