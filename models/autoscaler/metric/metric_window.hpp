#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/autoscaler/metric/scaling_metric.hpp"

namespace windtunnel {

// The values of a policy's metrics over their windows. A value is exact for the stretch from the last observation at or
// before the window's begin to now, so windows that are whole numbers of observe_period() are met exactly. Before time
// 0 there was nothing: until a window has passed, a value covers what there has been.
//
// A policy calls keep() for each metric before it is asked for watched(), passes on every observe(), and may ask for
// values at any signal. Its own observe_period() must not be zero, or latencies would be counted again and again.
class MetricWindow {
 public:
  enum class Detail {
    kValues,
    kInstances,  // also with `initialization`, and per instance: each instance's requests are watched
  };
  // `metric` must outlive the window.
  void keep(const ScalingMetric& metric, Detail detail = Detail::kValues);

  const Watched& watched() const { return watched_; }
  // The greatest common divisor of the windows and of the policy's own period, but no less than a 240th of the longest
  // window; never zero.
  Duration observe_period(Duration sync_period) const;

  void observe(const ServiceSignal& signal);

  // At `signal.now`, which is not before the last observation: what was observed and what `signal` adds. None: nothing
  // is known (no requests completed, no instance ready, …). With an `initialization`, an instance that has been ready
  // for less does not count, nor do its requests where the metric has them by instance; those that the run begins with
  // have been ready for long.
  std::optional<double> value(const ScalingMetric& metric, const ServiceSignal& signal, Duration initialization = {});
  // The service's figure, also where the metric is one per instance. Of cpu_utilization it is the sum over the
  // instances; of memory_utilization there is none.
  std::optional<double> total(const ScalingMetric& metric, const ServiceSignal& signal);
  // Each ready instance's own, by ascending id; only metrics that are not over the service alone.
  struct OfInstance {
    std::uint32_t id = 0;
    double value = 0;
  };
  void each(const ScalingMetric& metric, const ServiceSignal& signal, std::vector<OfInstance>& out);

  // Instances that are ready, and have been for so long.
  static std::int64_t counted(const ServiceSignal& signal, Duration initialization = {});

 private:
  struct Kept {
    const ScalingMetric* metric = nullptr;
    bool instances = false, latency = false;
    std::optional<std::ptrdiff_t> signal{};  // place in watched_.signals
  };
  struct InstanceAt {
    std::uint32_t id = 0;
    bool ready = false;
    double cpu_seconds = 0, outstanding_seconds = 0, memory_bytes = 0;
    std::uint64_t arrived = 0;
    std::uint64_t lag_probes = 0;
    double lag_seconds = 0;
  };
  struct Observation {
    Time at{};
    std::uint64_t arrived = 0, completed = 0, failed = 0;
    double outstanding_seconds = 0, waiting_seconds = 0;
    std::vector<InstanceAt> instances;  // by ascending id
    std::vector<double> named;
  };

  const Kept& kept(const ScalingMetric& metric) const;
  Observation& at(std::size_t i) { return ring_[(first_ + i) % ring_.size()]; }
  std::size_t append();
  // The place of the observation that a window of `length` begins with; size_: origin_.
  std::size_t begin_of(Duration length, Time now);
  std::optional<double> service_value(const Kept& kept, const ServiceSignal& signal);
  // Calls with every ready instance's reading.
  template <class Visit>
  void for_each_ready(const Kept& kept, const ServiceSignal& signal, Duration initialization, Visit visit);
  double mean_memory(const InstanceSignal& instance, std::size_t from, Time now);

  std::vector<Kept> kept_;
  Watched watched_;
  bool instances_ = false;  // whether observations hold them
  Duration longest_{};
  Duration finest_{1};  // observations closer than this to the one before are not kept

  std::vector<Observation> ring_;
  std::vector<Histogram> latencies_;  // by place in ring_: of requests completed since the observation before
  std::size_t first_ = 0, size_ = 0;
  Observation origin_;                      // time 0
  std::optional<Histogram> open_, merged_;  // since the last observation kept; scratch
};

}  // namespace windtunnel
