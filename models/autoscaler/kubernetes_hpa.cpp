#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/autoscaler/hpa_controller.hpp"
#include "models/autoscaler/metrics_server.hpp"
#include "models/autoscaler/replica_calculator.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

// --- spec, as autoscaling/v2 writes it
// ---------------------------------------------------------------------------------

constexpr std::string_view kOneMetricSoFar = "only Resource metrics are simulated";
constexpr Bounds kCount{.lo = 0, .hi = std::numeric_limits<std::int32_t>::max()};
constexpr Bounds kCountFromOne{.lo = 1, .hi = std::numeric_limits<std::int32_t>::max()};
constexpr Bounds kRequiredFromOne{.lo = 1, .hi = std::numeric_limits<std::int32_t>::max(), .required = true};

enum class MetricType { kResource, kContainerResource, kPods, kObject, kExternal };
constexpr std::array<std::string_view, 5> kMetricTypes = {"Resource", "ContainerResource", "Pods", "Object",
                                                          "External"};
enum class TargetType { kUtilization, kValue, kAverageValue };
constexpr std::array<std::string_view, 3> kTargetTypes = {"Utilization", "Value", "AverageValue"};
constexpr std::array<std::string_view, 2> kPolicyTypes = {"Pods", "Percent"};
constexpr std::array<std::string_view, 3> kSelectPolicies = {"Max", "Min", "Disabled"};

struct TargetSpec {
  TargetType type = TargetType::kUtilization;
  std::optional<std::int64_t> average_utilization;
  std::optional<Cpu> average_value;

  void describe(FieldVisitor& v) {
    v.choice("type", type, kTargetTypes, "What the target is compared with", kRequired);
    v.field("averageUtilization", average_utilization,
            "Percent of the pods' CPU requests that they should use together", kCountFromOne);
    v.field("averageValue", average_value, "Cores that a pod should use on average", kPositive);
    v.not_modelled("value", "resource metrics have no such target");
  }
  void check(Problems& p) const {
    if (average_utilization && average_value) p.error("", "has both averageUtilization and averageValue");
    if (!average_utilization && !average_value) p.error("", "needs one of averageUtilization and averageValue");
    const bool fits = average_value ? type == TargetType::kAverageValue : type == TargetType::kUtilization;
    if (average_utilization.has_value() != average_value.has_value() && !fits)
      p.warning("/type", "does not fit the target given beside it; the controller goes by the target");
  }
};

struct ResourceSpec {
  std::string name;
  TargetSpec target;

  void describe(FieldVisitor& v) {
    v.field("name", name, "The resource; \"cpu\" is simulated", kRequired);
    v.field("target", target, "The level to keep", kRequired);
  }
  void check(Problems& p) const {
    if (name != "cpu") p.error("/name", "\"" + name + "\" is not simulated; \"cpu\" is");
  }
};

struct MetricSpec {
  MetricType type = MetricType::kResource;
  std::optional<ResourceSpec> resource;

  void describe(FieldVisitor& v) {
    v.choice("type", type, kMetricTypes, "Where the metric comes from", kRequired);
    v.field("resource", resource, "For type Resource: usage of the pods");
    v.not_modelled("containerResource", kOneMetricSoFar);
    v.not_modelled("pods", kOneMetricSoFar);
    v.not_modelled("object", kOneMetricSoFar);
    v.not_modelled("external", kOneMetricSoFar);
  }
  void check(Problems& p) const {
    if (type != MetricType::kResource)
      p.error("/type", std::string(kMetricTypes[static_cast<std::size_t>(type)]) + " metrics are not simulated; " +
                           std::string(kOneMetricSoFar));
    else if (!resource)
      p.error("", "a Resource metric needs resource");
  }
};

// What the API server fills in where spec.metrics is absent or empty.
MetricSpec default_metric() {
  MetricSpec metric;
  metric.resource = ResourceSpec{
      .name = "cpu", .target = {.type = TargetType::kUtilization, .average_utilization = 80, .average_value = {}}};
  return metric;
}

struct PolicySpec {
  hpa::ScalingPolicy::Kind type = hpa::ScalingPolicy::Kind::kPods;
  std::int64_t value = 1;
  std::int64_t period_seconds = 15;

  void describe(FieldVisitor& v) {
    v.choice("type", type, kPolicyTypes, "What value counts: pods, or percent of the replicas at the period's start",
             kRequired);
    v.field("value", value, "The largest change within a period", kRequiredFromOne);
    v.field("periodSeconds", period_seconds, "Length of the period, in seconds",
            {.lo = 1, .hi = 1800, .required = true});
  }
};

// The API server fills in each of these by itself once there is a behavior.
struct RulesSpec {
  std::optional<std::int64_t> window_seconds;
  hpa::SelectPolicy select = hpa::SelectPolicy::kMax;
  std::vector<PolicySpec> policies;
  std::optional<Cpu> tolerance;

  void describe(FieldVisitor& v) {
    v.field("stabilizationWindowSeconds", window_seconds,
            "Seconds over which recommendations are looked at again, for the most cautious one; none: "
            "downscale_stabilization",
            {.lo = 0, .hi = 3600});
    v.choice("selectPolicy", select, kSelectPolicies,
             "Which policy counts: the one that allows the largest change, the smallest, or no change at all");
    v.field("policies", policies, "Limits on the change within a period");
    v.field("tolerance", tolerance, "Share around the target within which nothing changes; none: the autoscaler's own",
            kNonNegative);
  }
  void check(Problems& p) const {
    if (policies.empty()) p.error("/policies", "needs at least one policy");
  }
  hpa::ScalingRules rules(Duration default_window) const {
    hpa::ScalingRules out;
    out.window = window_seconds ? std::chrono::seconds{*window_seconds} : default_window;
    out.select = select;
    for (const PolicySpec& policy : policies)
      out.policies.push_back(
          {policy.type, static_cast<std::int32_t>(policy.value), std::chrono::seconds{policy.period_seconds}});
    return out;
  }
};
struct ScaleUpSpec : RulesSpec {
  ScaleUpSpec() {
    window_seconds = 0;
    policies = {{hpa::ScalingPolicy::Kind::kPods, 4, 15}, {hpa::ScalingPolicy::Kind::kPercent, 100, 15}};
  }
};
struct ScaleDownSpec : RulesSpec {
  ScaleDownSpec() { policies = {{hpa::ScalingPolicy::Kind::kPercent, 100, 15}}; }
};

struct BehaviorSpec {
  ScaleUpSpec up;
  ScaleDownSpec down;

  void describe(FieldVisitor& v) {
    v.field("scaleUp", up, "How fast replicas may rise");
    v.field("scaleDown", down, "How fast replicas may fall");
  }
};

struct HpaSpec {
  std::int64_t min_replicas = 1;
  std::int64_t max_replicas = 1;
  std::vector<MetricSpec> metrics = {default_metric()};
  std::optional<BehaviorSpec> behavior;

  void describe(FieldVisitor& v) {
    v.field("minReplicas", min_replicas, "Replicas at least", kCount);
    v.field("maxReplicas", max_replicas, "Replicas at most", kRequiredFromOne);
    v.field("metrics", metrics, "What is watched; the metric that asks for the most replicas decides");
    v.field("behavior", behavior,
            "How fast replicas change; none: up to twice the replicas, or four, per sync, and down at once after "
            "downscale_stabilization");
    v.not_modelled("scaleTargetRef", "the autoscaler's target is the service it is written in");
  }
  void check(Problems& p) const {
    if (max_replicas < min_replicas)
      p.error("/maxReplicas", std::to_string(max_replicas) + " is below minReplicas, " + std::to_string(min_replicas));
    if (min_replicas == 0)
      p.error("/minReplicas", "0 needs an Object or External metric, and " + std::string(kOneMetricSoFar));
  }
};

struct PipelineSpec {
  Duration scrape_period = std::chrono::seconds{15};
  Duration lag{0};

  void describe(FieldVisitor& v) {
    v.field("scrape_period", scrape_period,
            "Time between two readings of the pods' CPU counters; a sample covers one such period (metrics-server's "
            "resolution)",
            kPositive);
    v.field("lag", lag, "From a reading to the moment at which the autoscaler can see it", kNonNegative);
  }
};

struct Settings {
  HpaSpec spec;
  Duration sync_period = std::chrono::seconds{15};
  Duration processing_time = std::chrono::milliseconds{1};
  double tolerance = 0.1;
  Duration cpu_initialization_period = std::chrono::minutes{5};
  Duration initial_readiness_delay = std::chrono::seconds{30};
  Duration downscale_stabilization = std::chrono::minutes{5};
  PipelineSpec pipeline;
};

// --- the control loop
// --------------------------------------------------------------------------------------------------

// Quantities become whole milli-units upwards; the margin forgives what a double adds to 0.1 * 1000.
std::int64_t to_milli(double quantity) { return static_cast<std::int64_t>(std::ceil(quantity * 1000 - 1e-6)); }

hpa::Terms terms_of(const Settings& s) {
  hpa::Terms terms{s.tolerance, s.tolerance, s.cpu_initialization_period, s.initial_readiness_delay};
  if (!s.spec.behavior) return terms;
  if (s.spec.behavior->up.tolerance) terms.tolerance_up = s.spec.behavior->up.tolerance->cores;
  if (s.spec.behavior->down.tolerance) terms.tolerance_down = s.spec.behavior->down.tolerance->cores;
  return terms;
}

hpa::Limits limits_of(const Settings& s) {
  hpa::Limits limits{.min_replicas = static_cast<std::int32_t>(s.spec.min_replicas),
                     .max_replicas = static_cast<std::int32_t>(s.spec.max_replicas),
                     .behavior = {},
                     .downscale_stabilization = s.downscale_stabilization};
  if (s.spec.behavior)
    limits.behavior = hpa::Behavior{s.spec.behavior->up.rules(s.downscale_stabilization),
                                    s.spec.behavior->down.rules(s.downscale_stabilization)};
  return limits;
}

// A pod as its conditions tell the story of an instance: it gets its start time when it gets its machine and is not
// ready from then on until it is; one that drains has a deletion timestamp.
hpa::Pod pod_of(const InstanceSignal& instance, std::int64_t request, Time now) {
  hpa::Pod pod;
  pod.id = instance.id;
  pod.started = instance.placed != kNever ? instance.placed : instance.created;
  if (request > 0) pod.request = request;
  pod.ready = hpa::ReadyCondition::kFalse;
  pod.ready_changed = instance.created;
  switch (instance.state) {
    case InstanceSignal::State::kStarting:
      if (instance.running_since == kNever || instance.running_since > now) pod.phase = hpa::PodPhase::kPending;
      break;
    case InstanceSignal::State::kReady:
      pod.ready = hpa::ReadyCondition::kTrue;
      pod.ready_changed = instance.ready_since;
      break;
    case InstanceSignal::State::kDraining:
      pod.deleted = true;
      break;
  }
  return pod;
}

std::string in_cores(std::int64_t milli) { return std::to_string(milli) + "m"; }

class KubernetesHpa final : public Autoscaler {
 public:
  explicit KubernetesHpa(const Settings& s)
      : metrics_(s.spec.metrics),
        terms_(terms_of(s)),
        limits_(limits_of(s)),
        sync_period_(s.sync_period + s.processing_time),
        scrape_period_(s.pipeline.scrape_period),
        server_(s.pipeline.scrape_period, s.pipeline.lag),
        controller_(limits_) {
    if (metrics_.empty()) metrics_.push_back(default_metric());
  }

  Duration sync_period() const override { return sync_period_; }
  Duration observe_period() const override { return scrape_period_; }
  void observe(const ServiceSignal& signal) override { server_.scrape(signal.now, signal.instances); }

  ScalingDecision decide(const ServiceSignal& signal) override {
    const std::int64_t request = to_milli(signal.cpu_request_cores);
    pods_.clear();
    hpa::Samples samples;  // those of pods that still exist, as the metrics API lists them
    const hpa::Samples& scraped = server_.samples(signal.now);
    for (const InstanceSignal& instance : signal.instances) {
      pods_.push_back(pod_of(instance, request, signal.now));
      if (const auto found = scraped.find(instance.id); found != scraped.end()) samples.insert(*found);
    }

    const auto current = static_cast<std::int32_t>(signal.spec_replicas);
    std::vector<hpa::Proposal> proposals;
    for (const MetricSpec& metric : metrics_) {
      const TargetSpec& target = metric.resource->target;
      proposals.push_back(target.average_value
                              ? hpa::propose_for_average(current, to_milli(target.average_value->cores), samples, pods_,
                                                         hpa::Resource::kCpu, terms_, signal.now)
                              : hpa::propose_for_utilization(current,
                                                             static_cast<std::int32_t>(*target.average_utilization),
                                                             samples, pods_, hpa::Resource::kCpu, terms_, signal.now));
    }
    const hpa::SyncResult result = controller_.sync(current, proposals, signal.now);

    ScalingDecision decision;
    decision.replicas = result.desired;
    if (result.desired != current) decision.sentence = sentence(current, result, proposals);
    decision.inputs = inputs(current, result, proposals);
    return decision;
  }

 private:
  const TargetSpec& target_of(std::size_t metric) const { return metrics_[metric].resource->target; }

  std::string sentence(std::int32_t current, const hpa::SyncResult& result,
                       const std::vector<hpa::Proposal>& proposals) const {
    std::string text = std::to_string(current) + " -> " + std::to_string(result.desired) + ": ";
    if (result.path == hpa::Path::kAboveMax) return text + "above maxReplicas";
    if (result.path == hpa::Path::kBelowMin) return text + "below minReplicas";
    const hpa::Proposal& by = proposals[*result.deciding];
    const TargetSpec& target = target_of(*result.deciding);
    if (target.average_value)
      text += "cpu " + in_cores(by.average) + " on average, target " + in_cores(to_milli(target.average_value->cores));
    else
      text += "cpu " + std::to_string(by.utilization) + " % of request, target " +
              std::to_string(*target.average_utilization) + " %";
    text +=
        ", " + std::to_string(by.ready) + " of " + std::to_string(by.ready + by.unready + by.missing) + " pods ready";
    if (by.missing > 0) text += ", " + std::to_string(by.missing) + " without metrics";
    if (result.stabilized != result.recommended)
      text += "; " + std::to_string(result.recommended) + " stabilized to " + std::to_string(result.stabilized);
    return text + limited(result.limited);
  }

  std::string limited(const hpa::Limited& by) const {
    switch (by.by) {
      case hpa::LimitedBy::kNothing:
        return {};
      case hpa::LimitedBy::kMinReplicas:
        return "; limited by minReplicas";
      case hpa::LimitedBy::kMaxReplicas:
        return "; limited by maxReplicas";
      case hpa::LimitedBy::kScaleUpLimit:
        if (by.policy == nullptr) return "; limited to twice the replicas, or four, per sync";
        return "; limited by scaleUp " + policy_text(*by.policy);
      case hpa::LimitedBy::kScaleDownLimit:
        return "; limited by scaleDown " + policy_text(*by.policy);
    }
    return {};
  }

  static std::string policy_text(const hpa::ScalingPolicy& policy) {
    return std::string(kPolicyTypes[static_cast<std::size_t>(policy.kind)]) + " " + std::to_string(policy.value) + "/" +
           std::to_string(policy.period / std::chrono::seconds{1}) + "s";
  }

  std::map<std::string, double> inputs(std::int32_t current, const hpa::SyncResult& result,
                                       const std::vector<hpa::Proposal>& proposals) const {
    std::map<std::string, double> out = {{"current_replicas", current}, {"desired", result.desired}};
    if (result.path != hpa::Path::kMetrics && result.path != hpa::Path::kMetricsInvalid) return out;
    const std::size_t metric = result.deciding.value_or(0);
    const hpa::Proposal& by = proposals[metric];
    out["ready"] = static_cast<double>(by.ready);
    out["unready"] = static_cast<double>(by.unready);
    out["missing"] = static_cast<double>(by.missing);
    if (!by.valid()) return out;
    const TargetSpec& target = target_of(metric);
    if (target.average_value) {
      out["average_cores"] = static_cast<double>(by.average) / 1000;
      out["target_cores"] = target.average_value->cores;
    } else {
      out["utilization"] = by.utilization;
      out["target"] = static_cast<double>(*target.average_utilization);
    }
    out["ratio"] = by.ratio;
    out["raw_recommendation"] = by.replicas;
    if (result.path == hpa::Path::kMetrics) out["stabilized"] = result.stabilized;
    return out;
  }

  std::vector<MetricSpec> metrics_;
  hpa::Terms terms_;
  hpa::Limits limits_;
  Duration sync_period_, scrape_period_;
  hpa::MetricsServer server_;
  hpa::Controller controller_;
  std::vector<hpa::Pod> pods_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("spec", s_.spec, "The HorizontalPodAutoscaler's spec, as autoscaling/v2 writes it", kRequired);
    v.field("sync_period", s_.sync_period, "From the end of one look at the metrics to the next", kPositive);
    // Without it ages of recommendations would equal windows exactly, which never happens to a real controller.
    v.field("processing_time", s_.processing_time, "How long a look takes, on top of the sync period", kNonNegative);
    v.field("tolerance", s_.tolerance, "Share around the target within which nothing changes", kPositive);
    v.field("cpu_initialization_period", s_.cpu_initialization_period,
            "How long after a pod's start only CPU samples count that lie wholly after it became ready", kNonNegative);
    v.field("initial_readiness_delay", s_.initial_readiness_delay,
            "A pod that has not been ready since so long after its start was never ready", kNonNegative);
    v.field("downscale_stabilization", s_.downscale_stabilization,
            "Replicas fall to the highest recommendation of this time, where the spec does not say otherwise",
            kNonNegative);
    v.field("metrics", s_.pipeline, "How CPU usage reaches the autoscaler");
  }
  bool needs_cpu_request() const override {
    if (s_.spec.metrics.empty()) return true;
    for (const MetricSpec& metric : s_.spec.metrics)
      if (metric.resource && metric.resource->target.average_utilization) return true;
    return false;
  }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<KubernetesHpa>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_kubernetes_hpa(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("kubernetes_hpa", "Kubernetes HorizontalPodAutoscaler (autoscaling/v2) on CPU usage");
}

}  // namespace windtunnel
