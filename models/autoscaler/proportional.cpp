#include <cmath>
#include <string>

#include "models/autoscaler/metric_policy.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

struct Settings {
  ReplicaLimits limits;
  MetricChoice metric;
  double tolerance = 0.1;
  Duration scale_in_window = std::chrono::minutes{5};
  Duration sync_period = std::chrono::seconds{15};
};

class Proportional final : public MetricPolicy {
 public:
  explicit Proportional(const Settings& s)
      : MetricPolicy(s.limits, s.sync_period), s_(s), stabilizer_(s.scale_in_window) {
    keep(*s_.metric);
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    const std::int64_t current = signal.spec_replicas;
    const std::optional<double> value = this->value(*s_.metric, signal);
    const std::int64_t ready = MetricWindow::counted(signal);
    if (!value || ready == 0) return decision(signal, current, "no value", {}, {});
    // From the service's total where there is one: a mean over a window in which instances came has them for a part
    // only.
    const double target = s_.metric->target();
    const bool spread = s_.metric->per_instance() || s_.metric->over() == ScalingMetric::Over::kInstances;
    const std::optional<double> total = spread ? this->total(*s_.metric, signal) : std::nullopt;
    const double ratio = total ? *total / (target * static_cast<double>(ready)) : *value / target;
    const bool inside = std::fabs(ratio - 1) <= s_.tolerance;
    const auto raw =
        inside ? current : static_cast<std::int64_t>(std::ceil(static_cast<double>(ready) * ratio * (1 - 1e-12)));
    const std::int64_t wanted = stabilizer_.stabilize(signal.now, current, raw);
    std::string why = s_.metric->words() + " " + s_.metric->spell(*value) + ", target " + s_.metric->spell(target);
    if (inside) why += ", within the tolerance";
    if (wanted != raw) why += "; " + std::to_string(raw) + " stabilized to " + std::to_string(wanted);
    Derivation how{raw};
    how.apply("scale_in_window", raw, wanted);
    return decision(signal, wanted, std::move(why),
                    {{"value", *value},
                     {"target", target},
                     {"ratio", ratio},
                     {"raw_recommendation", static_cast<double>(raw)},
                     {"stabilized", static_cast<double>(wanted)}},
                    std::move(how));
  }

 private:
  Settings s_;
  ScaleInStabilizer stabilizer_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    s_.limits.describe(v);
    v.field("metric", s_.metric, "What is kept at its target", kRequired);
    v.field("tolerance", s_.tolerance, "Share around the target within which nothing changes", kNonNegative);
    v.field("scale_in_window", s_.scale_in_window,
            "Replicas fall no further than to the highest recommendation of this time", kNonNegative);
    v.field("sync_period", s_.sync_period, "Time between two decisions", {.lo = 0.1});
  }
  void check(Problems& p) override { s_.limits.check(p); }
  bool needs_cpu_request() const override { return s_.metric->needs_cpu_request(); }
  std::optional<std::int64_t> most_replicas() const override { return s_.limits.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<Proportional>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_proportional(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("proportional", "Ready replicas times value over target, on any metric: the plainest loop");
}

}  // namespace windtunnel
