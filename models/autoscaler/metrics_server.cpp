#include "models/autoscaler/metrics_server.hpp"

#include <cmath>
#include <utility>

namespace windtunnel::hpa {
namespace {

// A container younger than this has no first sample of its own: metrics-server waits for the next scrape.
constexpr Duration kLeastAge = std::chrono::seconds{10};

// When the instance's processes began to run; none: they do not run yet.
std::optional<Time> running_since(const InstanceSignal& instance, Time now) {
  if (instance.running_since != kNever)
    return instance.running_since <= now ? std::optional(instance.running_since) : std::nullopt;
  if (instance.state == InstanceSignal::State::kStarting) return std::nullopt;
  return instance.created;
}

}  // namespace

void MetricsServer::scrape(Time now, std::span<const InstanceSignal> instances) {
  std::map<std::uint32_t, Points> points;
  Batch batch{now + lag_, {}};
  for (const InstanceSignal& instance : instances) {
    const std::optional<Time> start = running_since(instance, now);
    if (!start) continue;
    Points& of = points[instance.id];
    of.last = {now, std::llround(instance.cpu_seconds * 1e9)};
    if (const auto known = points_.find(instance.id); known != points_.end()) {
      // A second scrape at the same moment brings no news.
      of.previous = known->second.last.at < now ? std::optional(known->second.last) : known->second.previous;
    } else if (now - *start >= kLeastAge && now - *start < resolution_) {
      of.previous = Point{*start, 0};
    }
    if (!of.previous) continue;
    // Whole nanocores first, as metrics-server keeps them; then up to whole milli, as quantities convert. Unlike the
    // real one we keep instances that used no CPU at all: a real process has always used some.
    const Duration window = of.last.at - of.previous->at;
    const double seconds = to_seconds(window);
    const auto nanocores =
        static_cast<std::int64_t>(static_cast<double>(of.last.cpu_ns - of.previous->cpu_ns) / seconds);
    batch.samples[instance.id] = {(nanocores + 999'999) / 1'000'000, now, window};
  }
  points_ = std::move(points);
  batches_.push_back(std::move(batch));
}

const Samples& MetricsServer::samples(Time now) {
  while (batches_.size() > 1 && batches_[1].readable_from <= now) batches_.pop_front();
  return batches_.empty() || batches_.front().readable_from > now ? none_ : batches_.front().samples;
}

}  // namespace windtunnel::hpa
