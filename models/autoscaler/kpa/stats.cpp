#include "models/autoscaler/kpa/stats.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace windtunnel::kpa {

Collection::Collection(Metric metric, Averaging averaging, Duration stable_window, Duration panic_window, bool scraped)
    : metric_(metric), scraped_(scraped), stable_(stable_window, averaging), panic_(panic_window, averaging) {}

void Collection::record(Time at, const Stat& stat) {
  stable_.record(at, stat.of(metric_));
  panic_.record(at, stat.of(metric_));
}

std::optional<Collection::Averages> Collection::averages(Time now) const {
  if (scraped_ && stable_.empty(now)) return std::nullopt;
  return Averages{stable_.average(now), panic_.average(now)};
}

std::int64_t sample_size(std::int64_t pods) {
  if (pods <= 3) return pods;
  constexpr double kConfidence = 1.96 * 1.96 * 100 / (5.0 * 5.0);
  const auto n = static_cast<double>(pods);
  return static_cast<std::int64_t>(std::ceil(n * kConfidence / (n + kConfidence - 1)));
}

std::optional<Stat> Scraper::scrape(std::span<const InstanceSignal> instances, Time now) {
  std::map<std::uint32_t, Counters> seen;
  std::vector<Stat> old, young;
  for (const InstanceSignal& instance : instances) {
    const Counters direct{instance.outstanding_seconds - instance.proxied_seconds,
                          instance.arrived - instance.proxied_arrived};
    seen[instance.id] = direct;
    if (instance.state != InstanceSignal::State::kReady) continue;
    const auto before = last_.find(instance.id);
    const Counters last = before == last_.end() ? Counters{} : before->second;
    auto& group = now - instance.created > stable_window_ ? old : young;
    group.push_back({direct.seconds - last.seconds, static_cast<double>(direct.arrived - last.arrived)});
  }
  last_ = std::move(seen);

  const auto pods = static_cast<std::int64_t>(old.size() + young.size());
  if (pods == 0) return std::nullopt;
  const auto size = static_cast<std::size_t>(sample_size(pods));
  Stat sum;
  std::size_t taken = 0;
  for (const auto* group : {&old, &young})
    for (std::size_t i = 0; i < group->size() && taken < size; ++i, ++taken) {
      const Stat& stat = (*group)[(turn_ + i) % group->size()];
      sum.concurrency += stat.concurrency;
      sum.request_count += stat.request_count;
    }
  turn_ += size;
  const double sampled = static_cast<double>(size), all = static_cast<double>(pods);
  return Stat{sum.concurrency / sampled * all, sum.request_count / sampled * all};
}

std::optional<Stat> ActivatorReporter::first_request(const Counters& now, Time arrived_at) {
  if (follows_ || now.arrived == last_.arrived) return std::nullopt;
  follows_ = reported_first_ = true;
  since_ = arrived_at;
  return Stat{1, 1};
}

std::optional<Stat> ActivatorReporter::report(const Counters& counters, Time now) {
  if (!follows_) return std::nullopt;
  const double seconds = to_seconds(now - since_);
  const double average = seconds > 0 ? (counters.seconds - last_.seconds) / seconds : 0;
  const double first = reported_first_ ? 1 : 0;
  const Stat stat{std::max(average - first, 0.0), static_cast<double>(counters.arrived - last_.arrived) - first};
  // A report at the moment of the first request itself covers no time and says nothing about it.
  if (average == 0 && seconds > 0) follows_ = false;
  reported_first_ = false;
  since_ = now;
  last_ = counters;
  return stat;
}

}  // namespace windtunnel::kpa
