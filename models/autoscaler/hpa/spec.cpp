#include "models/autoscaler/hpa/spec.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "models/autoscaler/hpa/quantity.hpp"

namespace windtunnel::hpa {
namespace {

constexpr Bounds kCount{.lo = 0, .hi = std::numeric_limits<std::int32_t>::max()};
constexpr Bounds kCountFromOne{.lo = 1, .hi = std::numeric_limits<std::int32_t>::max()};
constexpr Bounds kRequiredFromOne{.lo = 1, .hi = std::numeric_limits<std::int32_t>::max(), .required = true};

constexpr std::array<std::string_view, 5> kMetricTypes = {"Resource", "ContainerResource", "Pods", "Object",
                                                          "External"};
constexpr std::array<std::string_view, 3> kTargetTypes = {"Utilization", "Value", "AverageValue"};
constexpr std::array<std::string_view, 2> kPolicyTypes = {"Pods", "Percent"};
constexpr std::array<std::string_view, 3> kSelectPolicies = {"Max", "Min", "Disabled"};

std::int32_t narrow(std::int64_t within_bounds) { return static_cast<std::int32_t>(within_bounds); }

void describe_type(FieldVisitor& v, TargetSpec& t) {
  v.choice("type", t.type, kTargetTypes, "Which of the targets beside it is meant", kRequired);
}
void describe_average_value(FieldVisitor& v, TargetSpec& t, std::string_view meaning) {
  v.field("averageValue", t.average_value, meaning, kPositive);
}
void describe_value(FieldVisitor& v, TargetSpec& t) {
  v.field("value", t.value, "What the metric should be, other things being equal, at the present replicas", kPositive);
}

// `fits`: the type says what the controller goes by.
void check_type(bool fits, Problems& p) {
  if (!fits) p.warning("/type", "does not fit the target given beside it; the controller goes by the target");
}

}  // namespace

// --- targets ---------------------------------------------------------------------------------------------------------

Target TargetSpec::target() const {
  Target out{.type = type, .average_utilization = {}, .average_value = {}, .value = {}};
  if (average_utilization) out.average_utilization = narrow(*average_utilization);
  if (average_value) out.average_value = to_milli(*average_value);
  if (value) out.value = to_milli(*value);
  return out;
}

void ResourceTargetSpec::describe(FieldVisitor& v) {
  describe_type(v, *this);
  v.field("averageUtilization", average_utilization,
          "Percent of the pods' requests of the resource that they should use together", kCountFromOne);
  describe_average_value(v, *this, "Cores or bytes that a pod should use on average");
  v.not_modelled("value", "the controller has no such target for resources");
}
void ResourceTargetSpec::check(Problems& p) const {
  if (average_utilization && average_value) return p.error("", "has both averageUtilization and averageValue");
  if (!average_utilization && !average_value) return p.error("", "needs one of averageUtilization and averageValue");
  check_type(type == (average_value ? TargetType::kAverageValue : TargetType::kUtilization), p);
}

void PodsTargetSpec::describe(FieldVisitor& v) {
  describe_type(v, *this);
  describe_average_value(v, *this, "What the metric should be on average over the pods");
  v.not_modelled("value", "the controller knows averages only for metrics of pods");
  v.not_modelled("averageUtilization", "nobody requests an amount of such a metric");
}
void PodsTargetSpec::check(Problems& p) const {
  if (!average_value) return p.error("", "needs averageValue");
  check_type(type == TargetType::kAverageValue, p);
}

void ObjectTargetSpec::describe(FieldVisitor& v) {
  describe_type(v, *this);
  describe_value(v, *this);
  describe_average_value(v, *this, "What the metric over the replicas should be");
  v.not_modelled("averageUtilization", "nobody requests an amount of such a metric");
}
void ObjectTargetSpec::check(Problems& p) const {
  if (type == TargetType::kUtilization) return p.error("/type", "needs Value or AverageValue");
  if (type == TargetType::kValue && !value) p.error("", "is of type Value and needs value");
  if (type == TargetType::kAverageValue && !average_value)
    p.error("", "is of type AverageValue and needs averageValue");
}

void ExternalTargetSpec::describe(FieldVisitor& v) {
  describe_type(v, *this);
  describe_value(v, *this);
  describe_average_value(v, *this, "What the metric over the replicas should be");
  v.not_modelled("averageUtilization", "nobody requests an amount of such a metric");
}
void ExternalTargetSpec::check(Problems& p) const {
  if (value && average_value) return p.error("", "has both value and averageValue");
  if (!value && !average_value) return p.error("", "needs one of value and averageValue");
  check_type(type == (average_value ? TargetType::kAverageValue : TargetType::kValue), p);
}

// --- metrics ---------------------------------------------------------------------------------------------------------

void ResourceSpec::describe(FieldVisitor& v) {
  v.field("name", name, "The resource: cpu or memory", kRequired);
  v.field("target", target, "The level to keep", kRequired);
}
void ResourceSpec::check(Problems& p) const {
  if (name != "cpu" && name != "memory")
    p.error("/name", "\"" + name + "\" is not simulated; \"cpu\" and \"memory\" are");
  if (name == "memory")
    p.warning("/name",
              "has no figure where the memory of instances is not known: such a metric fails, and while one fails "
              "replicas do not fall");
}

void ContainerResourceSpec::describe(FieldVisitor& v) {
  v.field("container", container, "Whose usage; an instance is a pod of this one container", kRequired);
  ResourceSpec::describe(v);
}
void ContainerResourceSpec::check(Problems& p) const {
  ResourceSpec::check(p);
  if (container.empty()) p.error("/container", "needs the container's name");
}

void MetricIdentifierSpec::describe(FieldVisitor& v) {
  v.field("name", name, "A scaling metric, a signal of the scenario, or a name that metrics.custom.names explains",
          kRequired);
  v.not_modelled("selector", "a metric has one series here");
}
void MetricIdentifierSpec::check(Problems& p) const {
  if (name.empty()) p.error("/name", "needs the metric's name");
}

void PodsSpec::describe(FieldVisitor& v) {
  v.field("metric", metric, "What is measured of each pod", kRequired);
  v.field("target", target, "The level to keep", kRequired);
}

void DescribedObjectSpec::describe(FieldVisitor& v) {
  v.field("apiVersion", api_version, "Of the object");
  v.field("kind", kind, "Of the object; whatever it is, the service's own figures are taken", kRequired);
  v.field("name", name, "Of the object", kRequired);
}

void ObjectSpec::describe(FieldVisitor& v) {
  v.field("describedObject", described_object, "What the metric describes", kRequired);
  v.field("metric", metric, "What is measured of it", kRequired);
  v.field("target", target, "The level to keep", kRequired);
}

void ExternalSpec::describe(FieldVisitor& v) {
  v.field("metric", metric, "What is measured outside the cluster", kRequired);
  v.field("target", target, "The level to keep", kRequired);
}

void MetricSpec::describe(FieldVisitor& v) {
  v.choice("type", type, kMetricTypes, "Where the metric comes from: the key of this type is given too", kRequired);
  v.field("resource", resource, "Usage of the pods");
  v.field("containerResource", container_resource, "Usage of one container of the pods");
  v.field("pods", pods, "A metric that each pod has");
  v.field("object", object, "A metric of one object in the cluster");
  v.field("external", external, "A metric from outside the cluster");
}

void MetricSpec::check(Problems& p) const {
  struct Source {
    Metric::Type type;
    std::string_view key;
    bool given;
  };
  for (const Source& source : {Source{Metric::Type::kResource, "resource", resource.has_value()},
                               {Metric::Type::kContainerResource, "containerResource", container_resource.has_value()},
                               {Metric::Type::kPods, "pods", pods.has_value()},
                               {Metric::Type::kObject, "object", object.has_value()},
                               {Metric::Type::kExternal, "external", external.has_value()}}) {
    if (source.type == type && !source.given)
      p.error("", "is of type " + std::string(spelled(type)) + " and needs " + std::string(source.key));
    if (source.type != type && source.given)
      p.error("/" + std::string(source.key), "does not go with the type " + std::string(spelled(type)));
  }
}

Metric MetricSpec::metric() const {
  Metric out;
  out.type = type;
  switch (type) {
    case Metric::Type::kResource:
      out.resource = resource->resource();
      out.target = resource->target.target();
      break;
    case Metric::Type::kContainerResource:
      out.resource = container_resource->resource();
      out.container = container_resource->container;
      out.target = container_resource->target.target();
      break;
    case Metric::Type::kPods:
      out.target = pods->target.target();
      break;
    case Metric::Type::kObject:
      out.target = object->target.target();
      break;
    case Metric::Type::kExternal:
      out.target = external->target.target();
      break;
  }
  return out;
}

const std::string* MetricSpec::name() const {
  if (pods) return &pods->metric.name;
  if (object) return &object->metric.name;
  if (external) return &external->metric.name;
  return nullptr;
}

std::string_view spelled(Metric::Type type) { return kMetricTypes[static_cast<std::size_t>(type)]; }
std::string_view spelled(ScalingPolicy::Kind kind) { return kPolicyTypes[static_cast<std::size_t>(kind)]; }

const MetricSpec& default_metric() {
  static const MetricSpec metric = [] {
    MetricSpec out;
    out.resource.emplace().name = "cpu";
    out.resource->target.average_utilization = 80;
    return out;
  }();
  return metric;
}

// --- behavior --------------------------------------------------------------------------------------------------------

void PolicySpec::describe(FieldVisitor& v) {
  v.choice("type", type, kPolicyTypes, "What value counts: pods, or percent of the replicas at the period's start",
           kRequired);
  v.field("value", value, "The largest change within a period", kRequiredFromOne);
  v.field("periodSeconds", period_seconds, "Length of the period, in seconds", {.lo = 1, .hi = 1800, .required = true});
}

void RulesSpec::describe(FieldVisitor& v) {
  v.field("stabilizationWindowSeconds", window_seconds,
          "Seconds over which recommendations are looked at again, for the most cautious one; none: "
          "downscale_stabilization",
          {.lo = 0, .hi = 3600});
  v.choice("selectPolicy", select, kSelectPolicies,
           "Which policy counts: the one that allows the largest change, the smallest, or no change at all");
  v.field("policies", policies, "Limits on the change within a period");
  v.field("tolerance", tolerance, "Share around the target within which nothing changes; none: the controller's own",
          kNonNegative);
}
void RulesSpec::check(Problems& p) const {
  if (policies.empty()) p.error("/policies", "needs at least one policy");
}
ScalingRules RulesSpec::rules(Duration default_window) const {
  ScalingRules out;
  out.window = window_seconds ? std::chrono::seconds{*window_seconds} : default_window;
  out.select = select;
  for (const PolicySpec& policy : policies)
    out.policies.push_back({policy.type, narrow(policy.value), std::chrono::seconds{policy.period_seconds}});
  return out;
}

ScaleUpSpec::ScaleUpSpec() {
  window_seconds = 0;
  policies = {{ScalingPolicy::Kind::kPods, 4, 15}, {ScalingPolicy::Kind::kPercent, 100, 15}};
}
ScaleDownSpec::ScaleDownSpec() { policies = {{ScalingPolicy::Kind::kPercent, 100, 15}}; }

void BehaviorSpec::describe(FieldVisitor& v) {
  v.field("scaleUp", up, "How fast replicas may rise");
  v.field("scaleDown", down, "How fast replicas may fall");
}
Behavior BehaviorSpec::behavior(Duration downscale_stabilization) const {
  // The window is a number of seconds, so what the controller would fill in loses its fraction.
  const Duration whole = std::chrono::floor<std::chrono::seconds>(downscale_stabilization);
  return {up.rules(whole), down.rules(whole)};
}

// --- the spec --------------------------------------------------------------------------------------------------------

void Spec::describe(FieldVisitor& v) {
  v.field("minReplicas", min_replicas, "Replicas at least; 0 needs an Object or External metric", kCount);
  v.field("maxReplicas", max_replicas, "Replicas at most", kRequiredFromOne);
  v.field("metrics", metrics, "What is watched; the metric that asks for the most replicas decides");
  v.field("behavior", behavior,
          "How fast replicas change; none: up to twice the replicas, or four, per sync, and down at once after "
          "downscale_stabilization");
  v.not_modelled("scaleTargetRef", "the autoscaler's target is the service it is written in");
}

void Spec::check(Problems& p) const {
  if (max_replicas < min_replicas)
    p.error("/maxReplicas", std::to_string(max_replicas) + " is below minReplicas, " + std::to_string(min_replicas));
  if (min_replicas == 0 && !limits({}).wakes_from_zero)
    p.error("/minReplicas", "0 needs an Object or External metric: no other says anything while nothing runs");
  const std::string* container = nullptr;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (!metrics[i].container_resource) continue;
    const std::string& name = metrics[i].container_resource->container;
    if (container == nullptr) container = &name;
    if (name != *container)
      p.error("/metrics/" + std::to_string(i) + "/containerResource/container",
              "\"" + name + "\" is another container than \"" + *container + "\"; an instance has one");
  }
}

const std::vector<MetricSpec>& Spec::metrics_in_force() const {
  static const std::vector<MetricSpec> standard = {default_metric()};
  return metrics.empty() ? standard : metrics;
}

bool Spec::watches_resources() const {
  const auto& in_force = metrics_in_force();
  return std::any_of(in_force.begin(), in_force.end(),
                     [](const MetricSpec& metric) { return metric.name() == nullptr; });
}

Limits Spec::limits(Duration downscale_stabilization) const {
  Limits out{.min_replicas = narrow(min_replicas),
             .max_replicas = narrow(max_replicas),
             .behavior = {},
             .downscale_stabilization = downscale_stabilization,
             .wakes_from_zero = std::any_of(metrics.begin(), metrics.end(), [](const MetricSpec& metric) {
               return metric.type == Metric::Type::kObject || metric.type == Metric::Type::kExternal;
             })};
  if (behavior) out.behavior = behavior->behavior(downscale_stabilization);
  return out;
}

double Spec::tolerance_down(double otherwise) const {
  return behavior && behavior->down.tolerance ? approximate(*behavior->down.tolerance) : otherwise;
}
double Spec::tolerance_up(double otherwise) const {
  return behavior && behavior->up.tolerance ? approximate(*behavior->up.tolerance) : otherwise;
}

}  // namespace windtunnel::hpa
