#include "models/vertical_autoscaler/usage_histogram.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sim/random/math.hpp"

namespace windtunnel::vpa {
namespace {

constexpr double kRatio = 1.05;
constexpr double kEpsilon = 0.001 * 0.1;   // below it a bucket counts as empty: a thousandth of the least weight
constexpr double kMaxDecayExponent = 100;  // half-lives by which weights may have grown before all are scaled down
constexpr double kLn2 = 6.93147180559945309417e-01;

double left_of(double weight, double taken) {
  const double left = weight - taken;
  return left < kEpsilon ? 0 : left;
}

}  // namespace

UsageHistogram::UsageHistogram(double first_bucket, double max_value, Duration half_life) : half_life_(half_life) {
  // As many buckets as it takes for one to begin beyond the greatest value: ceil(log_1.05(max * 0.05 / first + 1)) + 1.
  double power = 1;
  do {
    start_.push_back(first_bucket * (power - 1) / (kRatio - 1));
    power *= kRatio;
  } while (start_.back() < max_value);
  weight_.resize(start_.size());
  first_ = start_.size() - 1;
}

UsageHistogram UsageHistogram::of_cpu(Duration half_life) { return {0.01, 1000, half_life}; }
UsageHistogram UsageHistogram::of_memory(Duration half_life) { return {1e7, 1e12, half_life}; }

std::size_t UsageHistogram::bucket_of(double value) const {
  const auto after = std::upper_bound(start_.begin() + 1, start_.end(), value);
  return static_cast<std::size_t>(after - start_.begin()) - 1;
}

double UsageHistogram::decay(Time at) {
  const double age = to_seconds(at - reference_) / to_seconds(half_life_);
  if (age <= kMaxDecayExponent) return exp_of(age * kLn2);
  const double shift = std::round(age);
  reference_ += half_life_ * static_cast<std::int64_t>(shift);
  const double scale = std::ldexp(1.0, -static_cast<int>(std::min(shift, 2000.0)));
  for (double& weight : weight_) weight *= scale;
  total_ *= scale;
  find_ends();
  return decay(at);
}

void UsageHistogram::find_ends() {
  while (weight_[first_] < kEpsilon && first_ + 1 < weight_.size()) ++first_;
  while (weight_[last_] < kEpsilon && last_ > 0) --last_;
}

void UsageHistogram::add(double value, double weight, Time at) {
  const double counted = weight * decay(at);
  const std::size_t bucket = bucket_of(value);
  weight_[bucket] += counted;
  total_ += counted;
  if (weight_[bucket] < kEpsilon) return;
  first_ = std::min(first_, bucket);
  last_ = std::max(last_, bucket);
}

void UsageHistogram::subtract(double value, double weight, Time at) {
  const double counted = weight * decay(at);
  double& there = weight_[bucket_of(value)];
  there = left_of(there, counted);
  total_ = left_of(total_, counted);
  find_ends();
}

void UsageHistogram::merge(const UsageHistogram& other) {
  assert(weight_.size() == other.weight_.size() && half_life_ == other.half_life_);
  const double scale = decay(other.reference_);
  for (std::size_t i = 0; i < weight_.size(); ++i) {
    weight_[i] += other.weight_[i] * scale;
    if (weight_[i] < kEpsilon) continue;
    first_ = std::min(first_, i);
    last_ = std::max(last_, i);
  }
  total_ += other.total_ * scale;
}

bool UsageHistogram::empty() const { return weight_[first_] < kEpsilon; }

double UsageHistogram::percentile(double p) const {
  if (empty()) return 0;
  const double wanted = p * total_;
  double sum = 0;
  std::size_t bucket = first_;
  for (; bucket < last_; ++bucket) {
    sum += weight_[bucket];
    if (sum >= wanted) break;
  }
  return start_[std::min(bucket + 1, start_.size() - 1)];
}

}  // namespace windtunnel::vpa
