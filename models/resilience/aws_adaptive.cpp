#include "models/resilience/aws_adaptive.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel::aws {
namespace {

constexpr double kBucketsPerSecond = 2;
constexpr double kSmoothing = 0.8;
constexpr double kMostOfMeasured = 2;
constexpr double kRounding = 1e-9;  // of tokens

}  // namespace

CubicRate::CubicRate(double start_rate, double now, double scale, double beta)
    : scale_(scale), beta_(beta), w_max_(start_rate), last_(now) {
  place();
}

void CubicRate::place() { k_ = std::cbrt(w_max_ * (1 - beta_) / scale_); }

double CubicRate::succeeded(double now) const {
  const double t = now - last_ - k_;
  return scale_ * (t * t * t) + w_max_;
}

double CubicRate::throttled(double rate, double now) {
  w_max_ = rate;
  last_ = now;
  place();
  return rate * beta_;
}

MeasuredRate::MeasuredRate(double now) : last_bucket_(std::floor(now)) {}

double MeasuredRate::record(double now) {
  const double bucket = std::floor(now * kBucketsPerSecond) / kBucketsPerSecond;
  ++count_;
  if (bucket > last_bucket_) {
    const double rate = static_cast<double>(count_) / (bucket - last_bucket_);
    rate_ = rate * kSmoothing + rate_ * (1 - kSmoothing);
    count_ = 0;
    last_bucket_ = bucket;
  }
  return rate_;
}

SendBucket::SendBucket(double rate, double now, double least) : least_(least), last_(now) { set_rate(rate, now); }

void SendBucket::refill(double now) {
  tokens_ = std::min(capacity_, tokens_ + (now - last_) * rate_);
  last_ = now;
}

void SendBucket::set_rate(double rate, double now) {
  refill(now);
  rate_ = std::max(rate, least_);
  capacity_ = std::max(rate, 1.0);
  tokens_ = std::min(tokens_, capacity_);
}

double SendBucket::acquire(double now) {
  refill(now);
  if (tokens_ >= 1 - kRounding) {
    tokens_ = std::max(0.0, tokens_ - 1);
    return 0;
  }
  return (1 - tokens_) / rate_;
}

Adaptive::Adaptive(Time now) : cubic_(0, to_seconds(now)), measured_(to_seconds(now)), bucket_(1, to_seconds(now)) {}

ClientThrottle::Leave Adaptive::ask(Time now, std::uint64_t) {
  if (!enabled_) return {};
  const double wait = bucket_.acquire(to_seconds(now));
  if (wait == 0) return {};
  return {Leave::Kind::kLater, Duration{std::max<std::int64_t>(1, std::llrint(std::ceil(wait * 1e9)))}};
}

void Adaptive::ended(Time now_at, bool, bool throttled) {
  const double now = to_seconds(now_at);
  const double measured = measured_.record(now);
  double rate = 0;
  if (throttled) {
    rate = cubic_.throttled(enabled_ ? std::min(measured, bucket_.rate()) : measured, now);
    enabled_ = true;
  } else {
    rate = cubic_.succeeded(now);
  }
  bucket_.set_rate(std::min(rate, kMostOfMeasured * measured), now);
}

namespace {

class Params final : public ClientThrottleParams {
 public:
  void describe(FieldVisitor&) override {}
  std::unique_ptr<ClientThrottle> make(Time now) const override { return std::make_unique<Adaptive>(now); }
};

}  // namespace
}  // namespace windtunnel::aws

namespace windtunnel {

void add_aws_adaptive(Registry<ClientThrottleParams>& throttles) {
  throttles.add<aws::Params>("aws_adaptive",
                             "The AWS SDKs' adaptive mode: calls wait for a rate that a throttled answer cuts");
}

}  // namespace windtunnel
