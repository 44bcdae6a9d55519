#include "models/objective/objective.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "models/objective/types.hpp"

namespace windtunnel {
namespace {

constexpr std::array<std::pair<double, std::string_view>, 5> kQuantiles = {
    {{0.5, "p50"}, {0.9, "p90"}, {0.95, "p95"}, {0.99, "p99"}, {0.999, "p99.9"}}};

bool keeps(const Objective& objective, double value) {
  return objective.above() ? value > objective.limit() : value < objective.limit();
}

Verdict verdict_of(const Objective& objective, const Estimate& e) {
  if (e.n == 0) return Verdict::kUndecided;
  if (e.n == 1) return keeps(objective, e.mean) ? Verdict::kMet : Verdict::kMissed;
  const bool low = keeps(objective, e.low()), high = keeps(objective, e.high());
  if (low != high) return Verdict::kUndecided;
  return low ? Verdict::kMet : Verdict::kMissed;
}

}  // namespace

const Registry<Objective>& Objective::registry() {
  static const Registry<Objective> types = [] {
    Registry<Objective> r("objective", "metric");
    add_latency(r);
    add_wait_time(r);
    add_success_ratio(r);
    add_cost(r);
    add_replicas(r);
    add_age_of_oldest(r);
    return r;
  }();
  return types;
}

ObjectiveResult judge(const Objective& objective, const Result& result) {
  ObjectiveResult out;
  out.promise = objective.promise();
  out.name = objective.name.empty() ? out.promise : objective.name;
  out.metric = objective.metric();
  out.unit = objective.unit();
  out.limit = objective.limit();
  out.above = objective.above();
  const Metric* metric = result.find_metric(out.metric);
  if (metric == nullptr) {
    out.estimate.mean = std::nan("");
    return out;
  }
  if (!metric->unit.empty()) out.unit = metric->unit;
  out.estimate = metric->estimate;
  std::size_t met = 0;
  for (const double value : metric->values) met += keeps(objective, value) ? 1U : 0U;  // NaN keeps no promise
  if (!metric->values.empty())
    out.share_of_replications_met = static_cast<double>(met) / static_cast<double>(metric->values.size());
  out.verdict = verdict_of(objective, metric->estimate);
  return out;
}

void describe_name(Objective& objective, FieldVisitor& v) {
  v.field("name", objective.name, "What the promise is called in reports; none: the promise itself");
}

void describe_name_and_service(Objective& objective, FieldVisitor& v) {
  describe_name(objective, v);
  v.field("service", objective.service, "Whose figure it is", kRequired);
}

void TimeQuantile::describe(FieldVisitor& v) {
  describe_name_and_service(*this, v);
  v.field("quantile", quantile_, "Share of the requests that must stay below: 0.5, 0.9, 0.95, 0.99 or 0.999",
          {.lo = 0, .hi = 1});
  v.field("below", below_, "The promise: less than this time", kRequiredPositive);
}

void TimeQuantile::check(Problems& p) {
  if (quantile_name(quantile_.value).empty())
    p.error("/quantile", text_of(quantile_.value) + " is not kept; 0.5, 0.9, 0.95, 0.99 and 0.999 are");
}

std::string TimeQuantile::metric() const {
  return service + "." + std::string(key_) + "." + quantile_name(quantile_.value);
}

std::string TimeQuantile::promise() const {
  return quantile_name(quantile_.value) + " " + std::string(words_) + " of " + service + " below " + text_of(below_);
}

double TimeQuantile::limit() const { return to_seconds(below_); }

std::string quantile_name(double quantile) {
  for (const auto& [value, name] : kQuantiles)
    if (std::abs(quantile - value) < 1e-12) return std::string(name);
  return {};
}

std::string text_of(double number) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string();
}

std::string text_of(Duration duration) {
  constexpr std::array<std::pair<std::int64_t, std::string_view>, 7> kUnits = {{{86'400'000'000'000, "d"},
                                                                                {3'600'000'000'000, "h"},
                                                                                {60'000'000'000, "m"},
                                                                                {1'000'000'000, "s"},
                                                                                {1'000'000, "ms"},
                                                                                {1'000, "us"},
                                                                                {1, "ns"}}};
  for (const auto& [size, name] : kUnits)
    if (duration.count() % size == 0 && duration.count() != 0)
      return std::to_string(duration.count() / size) + std::string(name);
  return "0s";
}

}  // namespace windtunnel
