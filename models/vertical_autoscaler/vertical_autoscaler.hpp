#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/instance/instance_params.hpp"
#include "models/vertical_autoscaler/recommender.hpp"
#include "models/vertical_autoscaler/updater.hpp"

namespace windtunnel {

// Decides how large the instances of a service are: the Vertical Pod Autoscaler. `spec` is that of a
// VerticalPodAutoscaler (autoscaling.k8s.io/v1) with its own spelling.
namespace vpa {

enum class UpdateMode { kOff, kInitial, kRecreate, kAuto, kInPlaceOrRecreate };  // kAuto: another name of kRecreate
enum class ControlledValues { kRequestsAndLimits, kRequestsOnly };

struct EvictionRequirement {
  enum class Change { kTargetHigherThanRequests, kTargetLowerThanRequests };
  std::vector<std::string> resources;
  Change change = Change::kTargetHigherThanRequests;
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

struct UpdatePolicy {
  UpdateMode mode = UpdateMode::kAuto;
  std::optional<std::int64_t> min_replicas;
  std::vector<EvictionRequirement> eviction_requirements;
  void describe(FieldVisitor& v);
};

struct ContainerPolicy {
  enum class Mode { kAuto, kOff };
  std::string container = "*";
  Mode mode = Mode::kAuto;
  ResourceList min_allowed, max_allowed;
  std::optional<std::vector<std::string>> controlled_resources;  // none: both
  ControlledValues controlled_values = ControlledValues::kRequestsAndLimits;
  void describe(FieldVisitor& v);
  void check(Problems& p);
  bool controls(std::string_view resource) const;
};

struct ResourcePolicy {
  std::vector<ContainerPolicy> containers;
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

struct Spec {
  UpdatePolicy update;
  ResourcePolicy resources;
  void describe(FieldVisitor& v);
  ContainerPolicy container() const;  // an instance is a pod of one container, whatever it is called
};

// The recommendation for the controlled resources, within minAllowed and maxAllowed, and where requests alone are
// controlled, within the limits; none: the policy wants none.
std::optional<Recommendation> under(const ContainerPolicy& policy, const Recommendation& recommendation,
                                    const ResourceList& limits);

// Whether all requirements let a pod with these requests be evicted for this target; they are about resources that have
// both.
bool may_evict(const std::vector<EvictionRequirement>& requirements, const Amounts& requests, const Amounts& target);

// What a pod with this template is admitted with: the targets as requests, and limits in the template's proportion.
Resources admitted(const Resources& pod_template, const Amounts& target, ControlledValues controlled);

}  // namespace vpa

struct VerticalAutoscalerParams {
  vpa::Spec spec;
  vpa::RecommenderFlags recommender;
  vpa::UpdaterFlags updater;
  void describe(FieldVisitor& v);
};

}  // namespace windtunnel
