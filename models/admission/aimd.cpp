#include <algorithm>

#include "models/admission/limits.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

void AimdLimit::ended(const ConcurrencySample& sample) {
  std::int64_t next = limit_;
  if (sample.dropped || sample.round_trip() > settings_.timeout)
    next = static_cast<std::int64_t>(static_cast<double>(limit_) * settings_.backoff);
  else if (2 * sample.in_flight >= limit_)
    next = limit_ + 1;
  limit_ = std::min(settings_.max, std::max(settings_.min, next));
}

namespace {

class Params final : public ConcurrencyLimitParams {
 public:
  void describe_limit(FieldVisitor& v) override {
    v.field("initial", s_.initial, "Limit at the beginning", {.lo = 1});
    v.field("min", s_.min, "It never falls below", {.lo = 1});
    v.field("max", s_.max, "It never rises above", {.lo = 1});
    v.field("backoff", s_.backoff, "Factor on the limit when a request fails or is too slow", {.lo = 0.5, .hi = 1});
    v.field("timeout", s_.timeout, "What is slower counts as a failure", kPositive);
  }
  std::unique_ptr<ConcurrencyLimit> make_limit(Stream) const override { return std::make_unique<AimdLimit>(s_); }

 private:
  AimdLimit::Settings s_;
};

}  // namespace

void add_aimd(Registry<ConcurrencyLimitParams>& limits) {
  limits.add<Params>("aimd", "One more after each success near the limit, a tenth less after each failure");
}

}  // namespace windtunnel
