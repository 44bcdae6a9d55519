#include <algorithm>
#include <cmath>

#include "models/admission/limits.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {
namespace {

constexpr std::int64_t kWarmUp = 10;  // samples

}  // namespace

Gradient2Limit::Gradient2Limit(const Settings& settings)
    : settings_(settings), limit_(static_cast<double>(settings.initial)), long_(settings.long_window, kWarmUp) {}

// Failures tell it nothing. The gradient takes the average as it was before its correction.
void Gradient2Limit::ended(const ConcurrencySample& sample) {
  const auto brief = static_cast<double>(std::max<std::int64_t>(1, sample.round_trip().count()));
  const double lasting = long_.add(brief);
  if (lasting / brief > 2) long_.scale(0.95);
  if (static_cast<double>(sample.in_flight) < limit_ / 2) return;
  const double gradient = std::max(0.5, std::min(1.0, settings_.tolerance * lasting / brief));
  const double next = limit_ * gradient + static_cast<double>(settings_.queue);
  limit_ = limit_ * (1 - settings_.smoothing) + next * settings_.smoothing;
  limit_ = std::max(static_cast<double>(settings_.min), std::min(static_cast<double>(settings_.max), limit_));
}

namespace {

class Params final : public ConcurrencyLimitParams {
 public:
  void describe_limit(FieldVisitor& v) override {
    v.field("initial", s_.initial, "Limit at the beginning", {.lo = 1});
    v.field("min", s_.min, "It never falls below", {.lo = 1});
    v.field("max", s_.max, "It never rises above", {.lo = 1});
    v.field("queue_size", s_.queue, "Requests that may queue beyond what the round trips allow", kNonNegative);
    v.field("smoothing", s_.smoothing, "Weight of each new limit over the old", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("tolerance", s_.tolerance, "A round trip may be so many times the long-term one before the limit falls",
            {.lo = 1});
    v.field("long_window", s_.long_window, "Samples in the long-term round trip", {.lo = 1});
  }
  std::unique_ptr<ConcurrencyLimit> make_limit(Stream) const override { return std::make_unique<Gradient2Limit>(s_); }

 private:
  Gradient2Limit::Settings s_;
};

}  // namespace

void add_gradient2(Registry<ConcurrencyLimitParams>& limits) {
  limits.add<Params>("gradient2", "Follows the ratio of the long-term round trip to the present one");
}

}  // namespace windtunnel
