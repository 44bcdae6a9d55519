#include "models/autoscaler/aws/alarm.hpp"

#include <algorithm>

namespace windtunnel::aws {
namespace {

constexpr std::int64_t kFurtherBack = 2;

}  // namespace

bool Alarm::breaches(double value) const {
  switch (terms_.comparison) {
    case Comparison::kAtLeast:
      return value >= terms_.threshold;
    case Comparison::kAbove:
      return value > terms_.threshold;
    case Comparison::kBelow:
      return value < terms_.threshold;
    case Comparison::kAtMost:
      return value <= terms_.threshold;
  }
  return false;
}

void Alarm::add(std::optional<double> point) {
  points_.push_back(point);
  if (static_cast<std::int64_t>(points_.size()) > terms_.evaluation_periods + kFurtherBack) points_.pop_front();
  state_ = evaluate();
}

template <class Visit>
void Alarm::for_each_looked_at(Visit visit) const {
  std::int64_t left = terms_.evaluation_periods;
  for (auto point = points_.rbegin(); point != points_.rend() && left > 0; ++point) {
    if (!*point) continue;
    visit(**point);
    --left;
  }
}

std::int64_t Alarm::breaching() const {
  std::int64_t n = 0;
  for_each_looked_at([&](double value) { n += breaches(value) ? 1 : 0; });
  return n;
}

std::optional<double> Alarm::aggregate(Aggregation how) const {
  std::int64_t n = 0;
  double sum = 0, least = 0, most = 0;
  for_each_looked_at([&](double value) {
    least = n == 0 ? value : std::min(least, value);
    most = n == 0 ? value : std::max(most, value);
    sum += value;
    ++n;
  });
  if (n == 0) return std::nullopt;
  switch (how) {
    case Aggregation::kMinimum:
      return least;
    case Aggregation::kMaximum:
      return most;
    case Aggregation::kAverage:
      break;
  }
  return sum / static_cast<double>(n);
}

Alarm::State Alarm::evaluate() const {
  std::int64_t real = 0;
  for_each_looked_at([&](double) { ++real; });
  const std::int64_t bad = breaching();
  if (bad >= terms_.datapoints_to_alarm) return State::kAlarm;
  const std::int64_t absent = terms_.evaluation_periods - real;
  if (absent == 0 || terms_.missing == MissingData::kNotBreaching) return State::kOk;
  if (terms_.missing == MissingData::kBreaching)
    return bad + absent >= terms_.datapoints_to_alarm ? State::kAlarm : State::kOk;
  if (bad < real) return State::kOk;
  if (terms_.missing == MissingData::kIgnore) return state_;
  // Nothing is good, and what is bad has been so for as long as it takes.
  std::int64_t age = 0, oldest_bad = 0;
  for (auto point = points_.rbegin(); point != points_.rend(); ++point) {
    ++age;
    if (*point) oldest_bad = age;
  }
  return oldest_bad >= terms_.datapoints_to_alarm ? State::kAlarm : State::kInsufficientData;
}

}  // namespace windtunnel::aws
