#include <algorithm>
#include <cmath>

#include "models/admission/limits.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

VegasLimit::VegasLimit(const Settings& settings, Stream words)
    : settings_(settings),
      words_(words),
      limit_(static_cast<double>(settings.initial)),
      jitter_(0.5 + 0.5 * words_.uniform()) {}

std::int64_t VegasLimit::log10_root(std::int64_t n) {
  std::int64_t digits = 0;
  for (; n >= 10; n /= 10) ++digits;
  return std::max<std::int64_t>(1, digits);
}

void VegasLimit::ended(const ConcurrencySample& sample) {
  const Duration round_trip = std::max(sample.round_trip(), Duration{1});
  if (jitter_ * static_cast<double>(settings_.probe_multiplier) * limit_ <= static_cast<double>(++probes_)) {
    jitter_ = 0.5 + 0.5 * words_.uniform();
    probes_ = 0;
    baseline_ = round_trip;
    return;
  }
  if (baseline_ == Duration{0} || round_trip < baseline_) {
    baseline_ = round_trip;
    return;
  }
  const auto log = static_cast<double>(log10_root(static_cast<std::int64_t>(limit_)));
  const double decreased = settings_.halves ? limit_ / 2 : limit_ - log;
  const double queue =
      std::ceil(limit_ * (1 - static_cast<double>(baseline_.count()) / static_cast<double>(round_trip.count())));
  double next = limit_;
  if (!sample.dropped && static_cast<double>(sample.in_flight) * 2 < limit_) return;
  if (sample.dropped || queue > 6 * log)
    next = decreased;
  else if (queue <= log)
    next = limit_ + 6 * log;
  else if (queue < 3 * log)
    next = limit_ + log;
  next = std::max(1.0, std::min(static_cast<double>(settings_.max), next));
  limit_ = (1 - settings_.smoothing) * limit_ + settings_.smoothing * next;
}

namespace {

class Params final : public ConcurrencyLimitParams {
 public:
  void describe_limit(FieldVisitor& v) override {
    v.field("initial", s_.initial, "Limit at the beginning", {.lo = 1});
    v.field("max", s_.max, "It never rises above", {.lo = 1});
    v.field("smoothing", s_.smoothing, "Weight of each new limit over the old", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("probe_multiplier", s_.probe_multiplier,
            "The shortest round trip is measured anew after so many times the limit samples, or half as many",
            {.lo = 1});
  }
  std::unique_ptr<ConcurrencyLimit> make_limit(Stream words) const override {
    return std::make_unique<VegasLimit>(s_, words);
  }

 private:
  VegasLimit::Settings s_;
};

}  // namespace

void add_vegas(Registry<ConcurrencyLimitParams>& limits) {
  limits.add<Params>("vegas", "Keeps a short queue, which it infers from the shortest round trip it has seen");
}

}  // namespace windtunnel
