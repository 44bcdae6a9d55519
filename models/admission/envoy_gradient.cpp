#include <algorithm>
#include <cmath>

#include "models/admission/limits.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

EnvoyGradientLimit::EnvoyGradientLimit(const Settings& settings, Stream words)
    : settings_(settings), words_(words), limit_(settings.min), before_(settings.min) {}

void EnvoyGradientLimit::begin_probe() {
  probing_ = true;
  before_ = std::max(limit_, settings_.min);
  limit_ = settings_.min;
  trips_.clear();
}

Duration EnvoyGradientLimit::quantile() {
  const auto at = static_cast<std::size_t>(settings_.percentile.value * static_cast<double>(trips_.size()));
  const auto nth = trips_.begin() + static_cast<std::ptrdiff_t>(std::min(at, trips_.size() - 1));
  std::nth_element(trips_.begin(), nth, trips_.end());
  return *nth;
}

// Time passes with the requests that end: nothing is measured without them.
void EnvoyGradientLimit::ended(const ConcurrencySample& sample) {
  if (sample.dropped) return;
  const Time now = sample.now;
  trips_.push_back(sample.round_trip());
  if (probing_) {
    if (static_cast<std::int64_t>(trips_.size()) < settings_.probe_requests) return;
    shortest_ = quantile();
    trips_.clear();
    probing_ = false;
    limit_ = before_;
    at_least_ = 0;
    window_ends_ = now + settings_.update_interval;
    const double jitter = settings_.probe_jitter.value * words_.uniform();
    next_probe_ = now + Duration{std::llrint(static_cast<double>(settings_.probe_interval.count()) * (1 + jitter))};
    return;
  }
  if (now >= next_probe_) return begin_probe();
  if (now < window_ends_) return;
  const double allowed = static_cast<double>(shortest_.count()) * (1 + settings_.buffer.value);
  const auto trip = static_cast<double>(std::max(Duration{1}, quantile()).count());
  trips_.clear();
  window_ends_ = now + settings_.update_interval;
  const double next = static_cast<double>(limit_) * std::max(0.5, std::min(2.0, allowed / trip));
  limit_ = std::max(settings_.min, std::min(settings_.max, static_cast<std::int64_t>(next + std::sqrt(next))));
  // It has lain at its least for so long that the shortest trip may be out of date.
  at_least_ = limit_ == settings_.min ? at_least_ + 1 : 0;
  if (at_least_ >= 5) begin_probe();
}

namespace {

class Params final : public ConcurrencyLimitParams {
 public:
  void describe_limit(FieldVisitor& v) override {
    v.field("min_concurrency", s_.min, "The limit at the beginning, while the shortest trip is measured, and at least",
            {.lo = 1});
    v.field("max_concurrency_limit", s_.max, "It never rises above", {.lo = 1});
    v.field("sample_aggregate_percentile", s_.percentile, "Which quantile of the trips of a window counts",
            {.lo = 0, .hi = 1});
    v.field("concurrency_update_interval", s_.update_interval, "How long a window is", kPositive);
    v.field("min_rtt_interval", s_.probe_interval, "Between two measurements of the shortest trip", kPositive);
    v.field("jitter", s_.probe_jitter, "Each of these intervals is longer by up to such a share of it",
            {.lo = 0, .hi = 1});
    v.field("request_count", s_.probe_requests, "Requests that such a measurement takes", {.lo = 1});
    v.field("buffer", s_.buffer, "Share of the shortest trip by which others may be longer before the limit falls",
            {.lo = 0, .hi = 1});
  }
  std::unique_ptr<ConcurrencyLimit> make_limit(Stream words) const override {
    return std::make_unique<EnvoyGradientLimit>(s_, words);
  }

 private:
  EnvoyGradientLimit::Settings s_;
};

}  // namespace

void add_envoy_gradient(Registry<ConcurrencyLimitParams>& limits) {
  limits.add<Params>(
      "envoy_gradient",
      "Envoy's adaptive concurrency filter: windows of trips against the shortest, measured anew at times");
}

}  // namespace windtunnel
