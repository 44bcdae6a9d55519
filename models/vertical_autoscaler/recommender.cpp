#include "models/vertical_autoscaler/recommender.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace windtunnel::vpa {
namespace {

constexpr double kCpuSampleWeight = 0.1;
constexpr double kSampleSeconds = 60;  // what the confidence takes a sample for
constexpr Bounds kPercentile{.lo = 0, .hi = 1, .above_lo = true};

// Requests are whole milli-cores and bytes. The margin forgives what a double adds.
double whole_cpu(double cores) { return std::ceil(cores * 1000 - 1e-6) / 1000; }
double whole_memory(double bytes) { return std::ceil(bytes - 1e-6); }

}  // namespace

void RecommenderFlags::describe(FieldVisitor& v) {
  v.field("interval", interval, "Time between two samples of usage, each with a recommendation", kPositive);
  v.field("target_percentile", target_percentile, "Percentile of usage that requests should cover", kPercentile);
  v.field("lower_percentile", lower_percentile, "Percentile below which a request is too low", kPercentile);
  v.field("upper_percentile", upper_percentile, "Percentile above which a request is too high", kPercentile);
  v.field("safety_margin", safety_margin, "Added to each of them", kNonNegative);
  v.field("confidence_interval", confidence_interval,
          "History that makes the upper bound twice its percentile; less of it widens both bounds", kPositive);
  v.field("min_cpu", min_cpu, "Least that is ever recommended for a pod", kNonNegative);
  v.field("min_memory", min_memory, "Least that is ever recommended for a pod", kNonNegative);
  v.field("cpu_half_life", cpu_half_life, "Age at which a sample of CPU counts half", kPositive);
  v.field("memory_half_life", memory_half_life, "Age at which a peak of memory counts half", kPositive);
  v.field("memory_interval", memory_interval, "A container has one peak of memory in each such interval", kPositive);
  v.field("oom_min_bump", oom_min_bump, "What a container killed out of memory is taken to need beyond what it had",
          kNonNegative);
  v.field("oom_bump_ratio", oom_bump_ratio, "The same as a factor; the more counts", {.lo = 1});
}

void RecommenderFlags::check(Problems& p) {
  if (lower_percentile.value > target_percentile.value) p.error("/lower_percentile", "is above the target_percentile");
  if (upper_percentile.value < target_percentile.value) p.error("/upper_percentile", "is below the target_percentile");
}

Usage::Usage(const RecommenderFlags& flags)
    : flags_(flags),
      cpu_(UsageHistogram::of_cpu(flags.cpu_half_life)),
      memory_(UsageHistogram::of_memory(flags.memory_half_life)) {}

void Usage::cpu(Time at, double cores) {
  cpu_.add(cores, kCpuSampleWeight, at);
  first_sample_ = std::min(first_sample_, at);
  last_sample_ = std::max(last_sample_, at);
  ++samples_;
}

void Usage::memory(std::uint32_t container, Time at, double bytes) {
  Container& c = containers_[container];
  if (at >= c.last) add_memory(c, at, bytes, false);
}

// A peak is filed at the end of its interval: while the interval lasts, a higher one replaces it there.
void Usage::add_memory(Container& c, Time at, double bytes, bool oom) {
  c.last = at;
  if (!c.window_end) c.window_end = at;
  if (at < *c.window_end) {
    const double before = std::max(c.peak, c.oom_peak);
    if (before == 0 || bytes <= before) return;
    memory_.subtract(before, 1, *c.window_end);
  } else {
    *c.window_end += ((at - *c.window_end) / flags_.memory_interval + 1) * flags_.memory_interval;
    c.peak = c.oom_peak = 0;
  }
  memory_.add(bytes, 1, *c.window_end);
  (oom ? c.oom_peak : c.peak) = bytes;
}

// Not by the peak of an earlier such event: several of them in a row would drive it up without end.
bool Usage::out_of_memory(std::uint32_t container, Time at, double request) {
  Container& c = containers_[container];
  if (c.window_end && at < *c.window_end - flags_.memory_interval) return false;
  const double used = std::max(request, c.peak);
  add_memory(c, at, std::max(used + flags_.oom_min_bump.count, used * flags_.oom_bump_ratio), true);
  return true;
}

void Usage::forget(std::uint32_t container) { containers_.erase(container); }

void Usage::merge(const Usage& other) {
  cpu_.merge(other.cpu_);
  memory_.merge(other.memory_);
  first_sample_ = std::min(first_sample_, other.first_sample_);
  last_sample_ = std::max(last_sample_, other.last_sample_);
  samples_ += other.samples_;
}

double Usage::confidence() const {
  if (samples_ == 0) return 0;
  const double interval = to_seconds(flags_.confidence_interval);
  return std::min(to_seconds(last_sample_ - first_sample_), static_cast<double>(samples_) * kSampleSeconds) / interval;
}

Recommendation Usage::recommend() const {
  const double confidence = this->confidence();
  const double margin = 1 + flags_.safety_margin.value;
  const double narrow = confidence > 0 ? 1 + 0.001 / confidence : std::numeric_limits<double>::infinity();
  const auto amounts = [&](double p, double factor) {
    // Nothing times an infinite factor is nothing.
    const double cpu = cpu_.percentile(p), memory = memory_.percentile(p);
    return Amounts{whole_cpu(std::max(cpu > 0 ? cpu * margin * factor : 0, flags_.min_cpu.cores)),
                   whole_memory(std::max(memory > 0 ? memory * margin * factor : 0, flags_.min_memory.count))};
  };
  Recommendation out;
  out.target = out.uncapped = amounts(flags_.target_percentile.value, 1);
  out.lower = amounts(flags_.lower_percentile.value, 1 / (narrow * narrow));
  out.upper = amounts(flags_.upper_percentile.value,
                      confidence > 0 ? 1 + 1 / confidence : std::numeric_limits<double>::infinity());
  return out;
}

}  // namespace windtunnel::vpa
