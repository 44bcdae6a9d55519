#include "models/resilience/recent_latency.hpp"

#include <algorithm>
#include <cmath>

namespace windtunnel {
namespace {

constexpr double kRounding = 1e-9;  // 0.95 times 1000 is 950

}  // namespace

void RecentQuantile::describe(FieldVisitor& v) {
  v.field("quantile", quantile, "Of what the last calls took; copies are about as many as take longer",
          {.lo = 0, .hi = 1, .required = true});
  v.field("calls", calls, "The last calls that count, of each client process by itself", {.lo = 1, .hi = 100000});
  v.field("minimum", minimum, "Calls that must be known before it is believed; until then `delay` holds", {.lo = 1});
}

void RecentQuantile::check(Problems& p) {
  if (minimum > calls)
    p.error("/minimum",
            "is " + std::to_string(minimum) + ", more than the " + std::to_string(calls) + " calls that count");
}

RecentLatency::RecentLatency(const RecentQuantile& terms)
    : share_(terms.quantile.value),
      most_(static_cast<std::size_t>(terms.calls)),
      minimum_(static_cast<std::size_t>(terms.minimum)) {
  by_age_.reserve(most_);
  sorted_.reserve(most_);
}

void RecentLatency::record(std::int64_t ns) {
  if (by_age_.size() < most_) {
    by_age_.push_back(ns);
  } else {
    sorted_.erase(std::lower_bound(sorted_.begin(), sorted_.end(), by_age_[oldest_]));
    by_age_[oldest_] = ns;
    oldest_ = oldest_ + 1 == most_ ? 0 : oldest_ + 1;
  }
  sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), ns), ns);
}

std::optional<std::int64_t> RecentLatency::quantile() const {
  if (sorted_.size() < minimum_) return std::nullopt;
  const double rank = std::ceil(share_ * static_cast<double>(sorted_.size()) - kRounding);
  return sorted_[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
}

}  // namespace windtunnel
