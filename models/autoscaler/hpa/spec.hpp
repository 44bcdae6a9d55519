#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/autoscaler/hpa/controller.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"
#include "sim/describe/field.hpp"

// The spec of a HorizontalPodAutoscaler as autoscaling/v2 writes it, with the API server's defaults and what its
// validation refuses.
namespace windtunnel::hpa {

struct TargetSpec {  // what of it fits depends on the metric's type
  TargetType type = TargetType::kUtilization;
  std::optional<std::int64_t> average_utilization;
  std::optional<Quantity> average_value, value;

  Target target() const;
};
// Of Resource and ContainerResource metrics.
struct ResourceTargetSpec : TargetSpec {
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct PodsTargetSpec : TargetSpec {
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct ObjectTargetSpec : TargetSpec {
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct ExternalTargetSpec : TargetSpec {
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};

struct ResourceSpec {
  std::string name;
  ResourceTargetSpec target;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  Resource resource() const { return name == "cpu" ? Resource::kCpu : Resource::kMemory; }
};
struct ContainerResourceSpec : ResourceSpec {
  std::string container;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct MetricIdentifierSpec {
  std::string name;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
};
struct PodsSpec {
  MetricIdentifierSpec metric;
  PodsTargetSpec target;
  void describe(FieldVisitor& v);
};
struct DescribedObjectSpec {
  std::string api_version, kind, name;
  void describe(FieldVisitor& v);
};
struct ObjectSpec {
  DescribedObjectSpec described_object;
  MetricIdentifierSpec metric;
  ObjectTargetSpec target;
  void describe(FieldVisitor& v);
};
struct ExternalSpec {
  MetricIdentifierSpec metric;
  ExternalTargetSpec target;
  void describe(FieldVisitor& v);
};

struct MetricSpec {
  Metric::Type type = Metric::Type::kResource;
  std::optional<ResourceSpec> resource;
  std::optional<ContainerResourceSpec> container_resource;
  std::optional<PodsSpec> pods;
  std::optional<ObjectSpec> object;
  std::optional<ExternalSpec> external;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  // The rest requires that check() found nothing.
  Metric metric() const;
  const std::string* name() const;  // of Pods, Object and External metrics; null: it is a resource
};
std::string_view spelled(Metric::Type type);         // "ContainerResource"
std::string_view spelled(ScalingPolicy::Kind kind);  // "Percent"
const MetricSpec& default_metric();                  // where the list is absent or empty

struct PolicySpec {
  ScalingPolicy::Kind type = ScalingPolicy::Kind::kPods;
  std::int64_t value = 1;
  std::int64_t period_seconds = 15;
  void describe(FieldVisitor& v);
};
struct RulesSpec {
  std::optional<std::int64_t> window_seconds;
  SelectPolicy select = SelectPolicy::kMax;
  std::vector<PolicySpec> policies;
  std::optional<Quantity> tolerance;
  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  ScalingRules rules(Duration default_window) const;
};
// With what the API server fills in, field by field, once there is a behavior.
struct ScaleUpSpec : RulesSpec {
  ScaleUpSpec();
};
struct ScaleDownSpec : RulesSpec {
  ScaleDownSpec();
};
struct BehaviorSpec {
  ScaleUpSpec up;
  ScaleDownSpec down;
  void describe(FieldVisitor& v);
  // `downscale_stabilization`: the controller's, for a scaleDown without a window of its own.
  Behavior behavior(Duration downscale_stabilization) const;
};

struct Spec {
  std::int64_t min_replicas = 1;
  std::int64_t max_replicas = 1;
  std::vector<MetricSpec> metrics = {default_metric()};
  std::optional<BehaviorSpec> behavior;

  void describe(FieldVisitor& v);
  void check(Problems& p) const;
  const std::vector<MetricSpec>& metrics_in_force() const;  // with the API server's default where there are none
  bool watches_resources() const;                           // one of them is CPU or memory
  Limits limits(Duration downscale_stabilization) const;
  // Of the metrics, where behavior gives a direction no tolerance of its own.
  double tolerance_down(double otherwise) const;
  double tolerance_up(double otherwise) const;
};

}  // namespace windtunnel::hpa
