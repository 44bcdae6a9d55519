#include <algorithm>
#include <cmath>

#include "models/admission/limits.hpp"
#include "models/admission/types.hpp"

namespace windtunnel {

GradientLimit::GradientLimit(const Settings& settings, Stream words)
    : settings_(settings), words_(words), limit_(static_cast<double>(settings.initial)) {
  countdown_ = next_probe();
}

std::int64_t GradientLimit::square_root(std::int64_t n) {
  return std::max<std::int64_t>(4, static_cast<std::int64_t>(std::sqrt(static_cast<double>(n))));
}

std::int64_t GradientLimit::next_probe() {
  return settings_.probe_interval + words_.below(static_cast<std::uint32_t>(settings_.probe_interval));
}

void GradientLimit::ended(const ConcurrencySample& sample) {
  const auto queue = static_cast<double>(square_root(limit()));
  const double least = static_cast<double>(settings_.min), most = static_cast<double>(settings_.max);
  // From time to time it lets the queue run empty, to see the round trip without one.
  if (countdown_-- <= 0) {
    countdown_ = next_probe();
    limit_ = std::max(least, queue);
    shortest_ = Duration{0};
    return;
  }
  const Duration trip = std::max(Duration{1}, sample.round_trip());
  shortest_ = shortest_ == Duration{0} ? trip : std::min(shortest_, trip);
  const double ratio = static_cast<double>(shortest_.count()) / static_cast<double>(trip.count());
  double next = limit_ * std::max(0.5, std::min(1.0, settings_.tolerance * ratio)) + queue;
  if (sample.dropped)
    next = limit_ * settings_.backoff;
  else if (static_cast<double>(sample.in_flight) < limit_ / 2)
    return;
  if (next < limit_) next = std::max(least, limit_ * (1 - settings_.smoothing) + settings_.smoothing * next);
  limit_ = std::max(queue, std::min(most, next));
}

namespace {

class Params final : public ConcurrencyLimitParams {
 public:
  void describe_limit(FieldVisitor& v) override {
    v.field("initial", s_.initial, "Limit at the beginning", {.lo = 1});
    v.field("min", s_.min, "It never falls below", {.lo = 1});
    v.field("max", s_.max, "It never rises above", {.lo = 1});
    v.field("smoothing", s_.smoothing, "Weight of a lower limit over the old; a higher one counts at once",
            {.lo = 0, .hi = 1, .above_lo = true});
    v.field("tolerance", s_.tolerance, "A round trip may be so many times the shortest one before the limit falls",
            {.lo = 1});
    v.field("backoff", s_.backoff, "Factor on the limit after a failure", {.lo = 0, .hi = 1, .above_lo = true});
    v.field(
        "probe_interval", s_.probe_interval,
        "After so many samples, up to twice as many by chance, the limit falls to its queue for a new shortest trip",
        {.lo = 1, .hi = 1e9});
  }
  std::unique_ptr<ConcurrencyLimit> make_limit(Stream words) const override {
    return std::make_unique<GradientLimit>(s_, words);
  }

 private:
  GradientLimit::Settings s_;
};

}  // namespace

void add_gradient(Registry<ConcurrencyLimitParams>& limits) {
  limits.add<Params>("gradient", "Follows the ratio of the shortest round trip to the present one (Netflix)");
}

}  // namespace windtunnel
