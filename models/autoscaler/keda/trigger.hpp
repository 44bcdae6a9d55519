#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/autoscaler/hpa/spec.hpp"
#include "sim/calendar/cron.hpp"
#include "sim/describe/field.hpp"

// A ScaledObject's triggers as its spec writes them, and what their metadata says to a scaler (KEDA 2.20, pkg/scalers).
namespace windtunnel::keda {

struct TriggerSpec {
  std::string type, name, metric_type;
  bool use_cached_metrics = false;
  std::map<std::string, std::string> metadata;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;

  const std::string& key() const { return name.empty() ? type : name; }  // what it is called beside the spec
  bool is_resource() const { return type == "cpu" || type == "memory"; }
  bool is_cron() const { return type == "cron"; }
  bool pushes() const { return type == "external-push"; }
  // It says itself what its target is; the metadata of external scalers does not.
  bool has_target() const { return !is_resource() && type != "external" && !pushes(); }

  // The rest requires that check() found nothing.
  double target() const;                  // of those with has_target()
  double activation() const;              // active above it
  bool says(std::string_view key) const;  // of metadata: "true"
  // The signal of the scenario's queue that its metadata names; empty: they name none.
  std::string queue_signal() const;
  bool backlog_activates() const;  // a rate, but what waits makes it active too
  bool null_fails() const;         // a query without a result is an error, not 0
  // Its entry in the generated HorizontalPodAutoscaler's spec.metrics. `target`: of those without one of their own.
  hpa::MetricSpec metric(double target) const;
};

// An External metric of a generated HorizontalPodAutoscaler.
hpa::MetricSpec external_metric(const std::string& name, double target, bool value);

// The hours of a cron trigger.
class CronHours {
 public:
  explicit CronHours(const TriggerSpec& trigger);
  bool open(UtcSeconds now) const;  // from its start, until before its end
  double replicas() const { return replicas_; }

 private:
  Cron start_, end_;
  double replicas_ = 0;
};

// The lag that a kafka trigger reports: no more than keeps every replica at a partition of its own, and with `even`
// moved to where all have as many. `threshold`: lagThreshold.
double kafka_lag(double lag, double threshold, std::int64_t partitions, bool idle_consumers, bool even);

}  // namespace windtunnel::keda
