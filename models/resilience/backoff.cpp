#include "models/resilience/backoff.hpp"

#include <algorithm>
#include <cmath>

#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

constexpr double kLongest = 9e18;  // ns; what is longer than 285 years is as good as that

Duration rounded(double ns) { return Duration{std::llrint(std::min(ns, kLongest))}; }

double between(double low, double high, std::uint64_t word) { return low + (high - low) * Stream::to_unit(word); }

}  // namespace

void Backoff::describe(FieldVisitor& v) {
  v.field("base", base, "Before the first retry", kNonNegative);
  v.field("multiplier", multiplier, "Each interval is so many times the last; 1: all are the same", {.lo = 1});
  v.field("cap", cap, "The longest interval; none: they grow without end", kPositive);
  v.choice("jitter", jitter, kJitterNames,
           "What chance makes of an interval: none, full (uniform below it), equal (half of it, and uniform below the "
           "other half), decorrelated (uniform between base and three times the last wait), randomized (times "
           "1 - factor to 1 + factor, as in resilience4j), envoy (whole milliseconds below it) or exponential (with it "
           "for the mean)");
  v.field("factor", factor, "Of the jitter randomized", {.lo = 0, .hi = 1});
}

void Backoff::check(Problems& p) {
  if (cap && *cap < base) p.error("/cap", "is shorter than the base");
}

Duration Backoff::interval(std::int64_t retry) const {
  const double most = cap ? static_cast<double>(cap->count()) : kLongest;
  auto ns = static_cast<double>(base.count());
  for (std::int64_t i = 1; i < retry && ns < most; ++i) ns *= multiplier;
  return rounded(std::min(ns, most));
}

Duration Backoff::wait(std::int64_t retry, std::optional<Duration> last, std::uint64_t word) const {
  const Duration whole = interval(retry);
  const auto ns = static_cast<double>(whole.count());
  const double most = cap ? static_cast<double>(cap->count()) : kLongest;
  switch (jitter) {
    case Jitter::kUnchanged:
      break;
    case Jitter::kFull:
      return rounded(between(0, ns, word));
    case Jitter::kEqual:
      return rounded(between(ns / 2, ns, word));
    case Jitter::kDecorrelated:
      return rounded(std::min(most, between(static_cast<double>(base.count()),
                                            3 * static_cast<double>(last.value_or(base).count()), word)));
    case Jitter::kRandomized:
      return rounded(std::min(most, between(ns * (1 - factor), ns * (1 + factor), word)));
    case Jitter::kExponential:
      return rounded(-std::log(1 - Stream::to_unit(word)) * ns);
    case Jitter::kEnvoy: {
      const std::int64_t ms = whole / std::chrono::milliseconds{1};
      if (ms == 0) return Duration{0};
      return std::chrono::milliseconds{static_cast<std::int64_t>(word % static_cast<std::uint64_t>(ms))};
    }
  }
  return whole;
}

}  // namespace windtunnel
