#include "models/autoscaler/hpa/metrics_server.hpp"

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

// Whole seconds and the rest apart, as Go's Duration.Seconds.
double in_seconds(Duration d) {
  return static_cast<double>(d / std::chrono::seconds{1}) +
         static_cast<double>((d % std::chrono::seconds{1}).count()) / 1e9;
}

}  // namespace

MetricsServer::MetricsServer(Terms terms) : terms_(std::move(terms)), next_scrape_(terms_.resolution) {}

Duration MetricsServer::period() const {
  return terms_.sampling > Duration::zero() ? terms_.sampling : terms_.resolution;
}

void MetricsServer::measure(Time now, std::span<const InstanceSignal> instances, bool has_cpu) {
  const bool when_asked = terms_.sampling == Duration::zero();
  if (!when_asked) scrape_until(now - Duration{1});
  has_cpu_ = has_cpu;
  measured_.clear();
  for (const InstanceSignal& instance : instances)
    if (const std::optional<Time> start = running_since(instance, now))
      measured_[instance.id] = {now, *start, std::llround(instance.cpu_seconds * 1e9),
                                std::llround(instance.memory_bytes)};
  if (when_asked) scrape(now);
}

const std::vector<PodMetrics>& MetricsServer::pods(Time now) {
  static const std::vector<PodMetrics> none;
  if (terms_.sampling > Duration::zero()) scrape_until(now);
  while (batches_.size() > 1 && batches_[1].readable_from <= now) batches_.pop_front();
  return batches_.empty() || batches_.front().readable_from > now ? none : batches_.front().pods;
}

void MetricsServer::scrape_until(Time now) {
  for (; next_scrape_ <= now; next_scrape_ += terms_.resolution) scrape(next_scrape_);
}

void MetricsServer::scrape(Time at) {
  std::map<std::uint32_t, Points> points;
  Batch batch{at + terms_.lag, {}};
  for (const auto& [id, point] : measured_) {
    Points& of = points[id];
    of.last = point;
    of.previous = before(point, id);
    if (!of.previous) continue;
    // Whole nanocores first, as metrics-server keeps them; then up to whole milli, as quantities convert. Unlike the
    // real one we keep instances that used no CPU at all: a real process has always used some.
    const Duration window = point.at - of.previous->at;
    const auto nanocores =
        static_cast<std::int64_t>(static_cast<double>(point.cpu_ns - of.previous->cpu_ns) / in_seconds(window));
    ResourceAmounts usage;
    if (has_cpu_) usage.cpu = (nanocores + 999'999) / 1'000'000;
    if (point.memory_bytes > 0) usage.memory = point.memory_bytes * 1000;
    batch.pods.push_back({id, point.at, window, {{terms_.container, usage}}});
  }
  points_ = std::move(points);
  batches_.push_back(std::move(batch));
}

// The point that a new one is compared with; none: there is none yet.
std::optional<MetricsServer::Point> MetricsServer::before(const Point& now, std::uint32_t pod) const {
  const Duration age = now.at - now.started;
  if (age >= kLeastAge && age < terms_.resolution) return Point{now.started, now.started, 0, 0};
  const auto known = points_.find(pod);
  if (known == points_.end()) return std::nullopt;
  // A second look at the same measurement brings no news.
  return known->second.last.at < now.at ? std::optional(known->second.last) : known->second.previous;
}

}  // namespace windtunnel::hpa
