#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/autoscaler/hpa/metrics_adapter.hpp"
#include "models/autoscaler/keda/trigger.hpp"
#include "models/autoscaler/metric/metric_window.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel::keda {

struct OutageSpec {
  Duration at{}, length{};
  void describe(FieldVisitor& v);
};

// What a trigger measures here.
struct TriggerMeaning : hpa::MetricMeaning {
  std::optional<double> target;
  std::optional<std::int64_t> partitions;
  std::vector<OutageSpec> outages;
  void describe(FieldVisitor& v);
};

struct SourcesSpec {
  std::map<std::string, TriggerMeaning> triggers;
  Duration rate_window = std::chrono::minutes{1};
  Duration gauge_window{0};
  void describe(FieldVisitor& v);

  // By TriggerSpec::key(); where nothing is said it is the queue that its metadata names, or the key itself is the
  // metric.
  TriggerMeaning meaning(const TriggerSpec& trigger) const;
  MetricChoice metric(const TriggerMeaning& meaning) const { return meaning.choice(false, rate_window, gauge_window); }
};

// As external metrics travel: thousandths, what is below cut off; what is no number, infinite or below zero is 0.
std::int64_t to_milli(double value);

// The scalers of a ScaledObject's triggers, which ask their sources anew each time. Figures are in base units.
class Scalers {
 public:
  Scalers(std::span<const TriggerSpec> triggers, const SourcesSpec& sources);

  const Watched& watched() const { return window_.watched(); }
  bool idle() const { return !measures_; }  // nothing is measured: observe() has nothing to do
  Duration observe_period() const;          // for windows to be met to within five seconds
  void observe(const ServiceSignal& signal) { window_.observe(signal); }

  struct Answer {
    std::optional<double> value;  // none: the source could not be asked
    bool active = false;
  };
  // Of the trigger at this place, which is neither cpu nor memory.
  Answer ask(std::size_t trigger, const ServiceSignal& signal);

 private:
  struct Scaler {
    double activation = 0;
    bool backlog_activates = false, null_fails = false;
    std::optional<CronHours> hours;
    MetricChoice metric;  // none: cron, cpu or memory
    std::vector<OutageSpec> outages;
    // Of kafka triggers whose partitions are known.
    std::int64_t partitions = 0;
    double lag_threshold = 0;
    bool idle_consumers = false, even = false;
  };
  std::optional<double> measured(const Scaler& scaler, const ServiceSignal& signal);

  std::vector<Scaler> scalers_;
  MetricWindow window_;
  bool measures_ = false;
};

}  // namespace windtunnel::keda
