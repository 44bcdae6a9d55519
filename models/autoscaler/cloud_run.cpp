#include <algorithm>
#include <cmath>
#include <string>

#include "models/autoscaler/metric_policy.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

// --- template, as the Cloud Run Admin API (v2) writes it
// ---------------------------------------------------------------

struct ScalingSpec {
  std::int64_t min_instances = 0, max_instances = 100;
  void describe(FieldVisitor& v) {
    v.field("minInstanceCount", min_instances, "Instances at least", {.lo = 0, .hi = 1e6});
    v.field("maxInstanceCount", max_instances, "Instances at most", {.lo = 1, .hi = 1e6});
  }
  void check(Problems& p) const {
    if (max_instances < min_instances)
      p.error("/maxInstanceCount",
              std::to_string(max_instances) + " is below minInstanceCount, " + std::to_string(min_instances));
  }
};

struct TemplateSpec {
  ScalingSpec scaling;
  std::int64_t concurrency = 80;
  void describe(FieldVisitor& v) {
    v.field("scaling", scaling, "How many instances there may be");
    v.field("maxInstanceRequestConcurrency", concurrency,
            "Requests that an instance is given at a time; the service's instance.concurrency should say the same",
            {.lo = 1, .hi = 1000});
    constexpr std::string_view kElsewhere = "the scenario says it elsewhere: instance, work, startup, traffic";
    for (const std::string_view name :
         {"revision", "labels", "annotations", "vpcAccess", "timeout", "serviceAccount", "containers", "volumes",
          "executionEnvironment", "encryptionKey", "sessionAffinity", "healthCheckDisabled", "nodeSelector"})
      v.not_modelled(name, kElsewhere);
  }
};

struct Settings {
  TemplateSpec spec;
  Share cpu_target{0.6}, concurrency_target{0.6};
  Duration window = std::chrono::minutes{1};
  Duration idle_retention = std::chrono::minutes{15};
  Duration sync_period = std::chrono::seconds{5};
};

ReplicaLimits limits_of(const ScalingSpec& scaling) {
  ReplicaLimits out;
  out.min_replicas = scaling.min_instances;
  out.max_replicas = scaling.max_instances;
  return out;
}

class CloudRun final : public MetricPolicy {
 public:
  explicit CloudRun(const Settings& s)
      : MetricPolicy(limits_of(s.spec.scaling), s.sync_period),
        s_(s),
        cpu_(*metric_named("cpu", {.window = s.window, .per_instance = false})),
        concurrency_(*metric_named("concurrency", {.window = s.window, .per_instance = false})),
        stabilizer_(s.idle_retention) {
    keep(*cpu_);
    keep(*concurrency_);
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    const std::optional<double> cpu = value(*cpu_, signal), requests = value(*concurrency_, signal);
    std::map<std::string, double> inputs;
    std::int64_t by_cpu = 0, by_requests = 0;
    // Sums over the instances, so that those that come in the middle of the window do not count as if they had always
    // been there.
    if (cpu && signal.cpu_request_cores > 0) {
      by_cpu = rounded_up(*cpu / (s_.cpu_target.value * signal.cpu_request_cores));
      inputs["cpu_cores"] = *cpu;
      inputs["by_cpu"] = static_cast<double>(by_cpu);
    }
    if (requests) {
      by_requests = rounded_up(*requests / (s_.concurrency_target.value * static_cast<double>(s_.spec.concurrency)));
      inputs["concurrency"] = *requests;
      inputs["by_concurrency"] = static_cast<double>(by_requests);
    }
    const std::int64_t raw = std::max(by_cpu, by_requests);
    const std::int64_t wanted = stabilizer_.stabilize(signal.now, signal.spec_replicas, raw);
    inputs["raw_recommendation"] = static_cast<double>(raw);
    inputs["stabilized"] = static_cast<double>(wanted);
    std::string why =
        by_cpu > by_requests
            ? spell_number(*cpu) + " cores in use, " + spell_share(s_.cpu_target.value) + " of each instance wanted"
            : spell_number(requests.value_or(0)) + " requests at a time, " + spell_share(s_.concurrency_target.value) +
                  " of " + std::to_string(s_.spec.concurrency) + " wanted in each";
    if (wanted != raw) why += "; " + std::to_string(raw) + " wanted now, " + std::to_string(wanted) + " lately";
    Derivation how{raw};
    how.apply("idle_retention", raw, wanted);
    return decision(signal, wanted, std::move(why), std::move(inputs), std::move(how));
  }

 private:
  static std::int64_t rounded_up(double instances) {
    return static_cast<std::int64_t>(std::ceil(std::min(instances * (1 - 1e-12), 1e9)));
  }

  Settings s_;
  MetricChoice cpu_, concurrency_;
  ScaleInStabilizer stabilizer_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("template", s_.spec, "The service's template, as the Cloud Run Admin API v2 has it");
    v.field("cpu_target", s_.cpu_target, "Share of the instances' CPU to be used; Cloud Run's own",
            {.lo = 0, .hi = 1, .above_lo = true});
    v.field("concurrency_target", s_.concurrency_target,
            "Share of maxInstanceRequestConcurrency to be used; Cloud Run's own", {.lo = 0, .hi = 1, .above_lo = true});
    v.field("window", s_.window, "What both are averaged over", kPositive);
    v.field("idle_retention", s_.idle_retention, "How long instances are kept that nothing needs; not guaranteed",
            kNonNegative);
    v.field("sync_period", s_.sync_period, "Time between two looks", {.lo = 0.1});
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.spec.scaling.max_instances; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<CloudRun>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_cloud_run(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("cloud_run", "Google Cloud Run: the higher of what CPU and concurrency want, down to zero");
}

}  // namespace windtunnel
