#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"
#include "models/autoscaler/hpa/spec.hpp"
#include "models/autoscaler/metric/metric_window.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel::hpa {

// What a metric's name stands for.
struct MetricMeaning {
  std::string metric;  // a scaling metric, or a signal of the scenario
  std::optional<Duration> window;
  std::optional<Share> quantile;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  // Rates, latencies and shares cover `rate_window`, levels `gauge_window`, where it does not say otherwise.
  MetricChoice choice(bool per_instance, Duration rate_window, Duration gauge_window) const;
};

// Why `meant` is not there, where it is a signal that the scenario does not have: to go on after the name that stands
// for it. `explained`: the field that could say what the name stands for. Empty: it is there.
std::string unknown(std::string_view name, const ScalingMetric& meant, std::span<const std::string> signals,
                    std::string_view explained);

// A monitoring system and the adapter between it and the custom and external metrics APIs.
struct AdapterSpec {
  Duration scrape_period = std::chrono::seconds{15};
  Duration rate_window = std::chrono::minutes{1};
  Duration gauge_window{0};
  Duration lag{0};
  std::map<std::string, MetricMeaning> names;
  void describe(FieldVisitor& v);

  // What a name stands for by `names`, by itself as the name of a scaling metric, or as that of a signal. Rates,
  // latencies and shares cover rate_window, levels gauge_window, where the name's meaning says nothing else.
  MetricChoice meant_by(const std::string& name, Metric::Type type) const;
};

// Why a metric of this type cannot be had of it; empty: it can.
std::string misfit(Metric::Type type, const MetricChoice& meant);

// The answers of the custom and external metrics APIs for the Pods, Object and External metrics of a spec. At each
// scrape every metric is worked out as prometheus-adapter (0.12) does it: in thousandths, which are cut off below; what
// is a share of nothing is 0. Figures are in base units: seconds, per second, cores, shares from 0 to 1, numbers.
class MetricsAdapter {
 public:
  MetricsAdapter(const AdapterSpec& spec, std::span<const MetricSpec> metrics);

  bool idle() const { return scraped_.empty(); }  // no such metric: nothing below is to be called
  const Watched& watched() const { return window_.watched(); }
  Duration period() const { return period_; }  // between scrapes

  void observe(const ServiceSignal& signal) { window_.observe(signal); }  // every observation of the policy's
  void scrape(const ServiceSignal& signal);
  // Of the metric at this place of the spec, at `now`, which must not go back.
  const Reading& reading(std::size_t metric, Time now);

 private:
  struct Scraped {
    std::size_t place;  // in the spec
    Metric::Type type;
    MetricChoice metric;
  };
  struct Batch {
    Time readable_from{};
    std::map<std::size_t, Reading> readings;  // by place in the spec
  };

  Reading work_out(const Scraped& scraped, const ServiceSignal& signal);

  Duration period_, lag_;
  std::vector<Scraped> scraped_;
  MetricWindow window_;
  std::deque<Batch> batches_;  // those that can be read, but for the newest of them, are dropped
  std::vector<MetricWindow::OfInstance> each_;
};

}  // namespace windtunnel::hpa
