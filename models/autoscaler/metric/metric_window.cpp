#include "models/autoscaler/metric/metric_window.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace windtunnel {
namespace {

constexpr std::int64_t kMostObservations = 240;

// What the run begins with has been there before.
bool counts(const InstanceSignal& instance, Time now, Duration initialization) {
  return instance.state == InstanceSignal::State::kReady &&
         (now - instance.ready_since >= initialization || instance.created == Time{});
}

double seconds_between(Time from, Time to) { return static_cast<double>((to - from).count()) / 1e9; }

}  // namespace

void MetricWindow::keep(const ScalingMetric& metric, Detail detail) {
  assert(size_ == 0 && "metrics are named before the first observation");
  Kept kept{&metric, detail == Detail::kInstances};
  Watched own;
  metric.watch(own, kept.instances);
  watched_.requests |= own.requests;
  watched_.latency |= own.latency;
  watched_.loop_lag |= own.loop_lag;
  if (own.latency) {
    kept.latency = true;
    open_.emplace();
    merged_.emplace();
  }
  for (const std::string& name : own.signals) {
    const auto found = std::find(watched_.signals.begin(), watched_.signals.end(), name);
    kept.signal = found - watched_.signals.begin();
    if (found == watched_.signals.end()) watched_.signals.push_back(name);
  }
  instances_ |= metric.over() != ScalingMetric::Over::kService;
  longest_ = std::max(longest_, metric.window());
  finest_ = std::max(finest_, longest_ / kMostObservations);
  kept_.push_back(kept);
}

Duration MetricWindow::observe_period(Duration sync_period) const {
  std::int64_t period = sync_period.count();
  for (const Kept& kept : kept_) period = std::gcd(period, kept.metric->window().count());
  return std::max(Duration{period}, finest_);
}

std::int64_t MetricWindow::counted(const ServiceSignal& signal, Duration initialization) {
  return std::count_if(signal.instances.begin(), signal.instances.end(),
                       [&](const InstanceSignal& instance) { return counts(instance, signal.now, initialization); });
}

const MetricWindow::Kept& MetricWindow::kept(const ScalingMetric& metric) const {
  const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& k) { return k.metric == &metric; });
  assert(found != kept_.end() && "the metric is kept");
  return *found;
}

// --- observations
// ------------------------------------------------------------------------------------------------------

// The place in ring_ of a new last observation.
std::size_t MetricWindow::append() {
  if (size_ == ring_.size()) {
    std::rotate(ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(first_), ring_.end());
    if (open_)
      std::rotate(latencies_.begin(), latencies_.begin() + static_cast<std::ptrdiff_t>(first_), latencies_.end());
    first_ = 0;
    ring_.emplace_back();
    if (open_) latencies_.emplace_back();
  }
  return (first_ + size_++) % ring_.size();
}

void MetricWindow::observe(const ServiceSignal& signal) {
  if (open_ && signal.latency != nullptr) open_->merge(*signal.latency);
  if (size_ > 0 && signal.now - at(size_ - 1).at < finest_) return;
  // One observation at or before the begin of the longest window is enough.
  while (size_ > 1 && at(1).at <= signal.now - longest_) {
    first_ = (first_ + 1) % ring_.size();
    --size_;
  }
  const std::size_t place = append();
  Observation& o = ring_[place];
  o.at = signal.now;
  o.arrived = signal.arrived;
  o.completed = signal.completed;
  o.failed = signal.failed;
  o.outstanding_seconds = signal.outstanding_seconds;
  o.waiting_seconds = signal.waiting_seconds;
  o.named.assign(signal.named.begin(), signal.named.end());
  o.instances.clear();
  if (instances_)
    for (const InstanceSignal& i : signal.instances)
      o.instances.push_back({i.id, i.state == InstanceSignal::State::kReady, i.cpu_seconds, i.outstanding_seconds,
                             i.memory_bytes, i.arrived, i.lag_probes, i.lag_seconds});
  if (!open_) return;
  std::swap(latencies_[place], *open_);
  open_->clear();
}

std::size_t MetricWindow::begin_of(Duration length, Time now) {
  // Without a length: the last look before this moment.
  const Time latest = length == Duration::zero() ? now - Duration{1} : now - length;
  std::size_t after = size_;
  while (after > 0 && at(after - 1).at > latest) --after;
  return after == 0 ? size_ : after - 1;
}

// --- values
// ------------------------------------------------------------------------------------------------------------

std::optional<double> MetricWindow::service_value(const Kept& kept, const ServiceSignal& signal) {
  const std::size_t place = begin_of(kept.metric->window(), signal.now);
  const Observation& begin = place == size_ ? origin_ : at(place);
  const std::size_t after = place == size_ ? 0 : place + 1;
  ServiceReading reading{signal};
  reading.seconds = seconds_between(begin.at, signal.now);
  reading.arrived = signal.arrived - begin.arrived;
  reading.completed = signal.completed - begin.completed;
  reading.failed = signal.failed - begin.failed;
  reading.outstanding_seconds = signal.outstanding_seconds - begin.outstanding_seconds;
  reading.waiting_seconds = signal.waiting_seconds - begin.waiting_seconds;
  auto then = begin.instances.begin();
  for (const InstanceSignal& instance : signal.instances) {
    while (then != begin.instances.end() && then->id < instance.id) ++then;
    const bool known = then != begin.instances.end() && then->id == instance.id;
    reading.cpu_seconds += instance.cpu_seconds - (known ? then->cpu_seconds : 0);
  }
  if (kept.latency) {
    merged_->clear();
    for (std::size_t i = after; i < size_; ++i) merged_->merge(latencies_[(first_ + i) % ring_.size()]);
    merged_->merge(*open_);
    if (signal.latency != nullptr) merged_->merge(*signal.latency);
    reading.latency = &*merged_;
  }
  if (kept.signal) {
    const auto named = static_cast<std::size_t>(*kept.signal);
    double sum = signal.named[named];
    int looks = 1;
    if (kept.metric->window() > Duration::zero())
      for (std::size_t i = after; i < size_ && at(i).at < signal.now; ++i, ++looks) sum += at(i).named[named];
    reading.signal = sum / looks;
  }
  return kept.metric->of_service(reading);
}

template <class Visit>
void MetricWindow::for_each_ready(const Kept& kept, const ServiceSignal& signal, Duration initialization, Visit visit) {
  const std::size_t place = begin_of(kept.metric->window(), signal.now);
  const Observation& begin = place == size_ ? origin_ : at(place);
  const std::size_t after = place == size_ ? 0 : place + 1;
  auto then = begin.instances.begin();
  for (const InstanceSignal& instance : signal.instances) {
    while (then != begin.instances.end() && then->id < instance.id) ++then;
    if (!counts(instance, signal.now, initialization)) continue;
    const bool known = then != begin.instances.end() && then->id == instance.id;
    const bool was_ready = known && then->ready;
    InstanceReading reading{signal, instance};
    reading.seconds = seconds_between(was_ready ? begin.at : std::max(begin.at, instance.ready_since), signal.now);
    reading.cpu_seconds = instance.cpu_seconds - (known ? then->cpu_seconds : 0);
    reading.outstanding_seconds = instance.outstanding_seconds - (known ? then->outstanding_seconds : 0);
    reading.arrived = instance.arrived - (known ? then->arrived : 0);
    reading.lag_probes = instance.lag_probes - (known ? then->lag_probes : 0);
    reading.lag_seconds = instance.lag_seconds - (known ? then->lag_seconds : 0);
    reading.memory_bytes =
        kept.metric->window() > Duration::zero() ? mean_memory(instance, after, signal.now) : instance.memory_bytes;
    visit(reading);
  }
}

double MetricWindow::mean_memory(const InstanceSignal& instance, std::size_t from, Time now) {
  double sum = instance.memory_bytes;
  int looks = 1;
  for (std::size_t i = from; i < size_ && at(i).at < now; ++i) {
    const std::vector<InstanceAt>& there = at(i).instances;
    const auto found = std::lower_bound(there.begin(), there.end(), instance.id,
                                        [](const InstanceAt& a, std::uint32_t id) { return a.id < id; });
    if (found == there.end() || found->id != instance.id || !found->ready) continue;
    sum += found->memory_bytes;
    ++looks;
  }
  return sum / looks;
}

std::optional<double> MetricWindow::value(const ScalingMetric& metric, const ServiceSignal& signal,
                                          Duration initialization) {
  const Kept& of = kept(metric);
  const ScalingMetric::Over over = metric.over();
  if (over == ScalingMetric::Over::kInstances ||
      (over == ScalingMetric::Over::kEither && metric.per_instance() && initialization > Duration::zero())) {
    assert(over == ScalingMetric::Over::kInstances || of.instances);
    ScalingMetric::Weighted all;
    for_each_ready(of, signal, initialization, [&](const InstanceReading& reading) {
      const ScalingMetric::Weighted own = metric.of_instance(reading);
      all.sum += own.sum;
      all.weight += own.weight;
    });
    if (all.weight <= 0) return std::nullopt;
    return all.sum / all.weight;
  }
  const std::optional<double> total = service_value(of, signal);
  if (!total || !metric.per_instance()) return total;
  const std::int64_t instances = counted(signal, initialization);
  if (instances == 0) return std::nullopt;
  return *total / static_cast<double>(instances);
}

std::optional<double> MetricWindow::total(const ScalingMetric& metric, const ServiceSignal& signal) {
  return service_value(kept(metric), signal);
}

void MetricWindow::each(const ScalingMetric& metric, const ServiceSignal& signal, std::vector<OfInstance>& out) {
  const Kept& of = kept(metric);
  assert(metric.over() == ScalingMetric::Over::kInstances || of.instances);
  out.clear();
  for_each_ready(of, signal, {}, [&](const InstanceReading& reading) {
    const ScalingMetric::Weighted own = metric.of_instance(reading);
    if (own.weight > 0) out.push_back({reading.now.id, own.sum / own.weight});
  });
}

}  // namespace windtunnel
