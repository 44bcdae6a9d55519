#include "models/vertical_autoscaler/vertical_autoscaler.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace windtunnel {
namespace vpa {
namespace {

constexpr std::array<std::string_view, 5> kUpdateModes = {"Off", "Initial", "Recreate", "Auto", "InPlaceOrRecreate"};
constexpr std::array<std::string_view, 2> kContainerModes = {"Auto", "Off"};
constexpr std::array<std::string_view, 2> kControlledValues = {"RequestsAndLimits", "RequestsOnly"};
constexpr std::array<std::string_view, 2> kChanges = {"TargetHigherThanRequests", "TargetLowerThanRequests"};

void check_resources(const std::vector<std::string>& names, const std::string& at, Problems& p) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] != "cpu" && names[i] != "memory")
      p.error(at + "/" + std::to_string(i), "\"" + names[i] + "\" is neither \"cpu\" nor \"memory\"");
}

template <class Amount, class Get>
void check_range(const std::optional<Amount>& least, const std::optional<Amount>& most, Get get, const std::string& at,
                 Problems& p) {
  if (least && most && get(*most) < get(*least)) p.error(at, "is below minAllowed");
}

void limit(std::optional<double>& value, std::optional<double> least, std::optional<double> most) {
  if (!value) return;
  if (least) value = std::max(*value, *least);
  if (most) value = std::min(*value, *most);
}

std::optional<double> cores(const ResourceList& list) {
  return list.cpu ? std::optional(list.cpu->cores) : std::nullopt;
}
std::optional<double> bytes(const ResourceList& list) {
  return list.memory ? std::optional(list.memory->count) : std::nullopt;
}

void keep_controlled(Amounts& amounts, const ContainerPolicy& policy) {
  if (!policy.controls("cpu")) amounts.cpu.reset();
  if (!policy.controls("memory")) amounts.memory.reset();
}

}  // namespace

void EvictionRequirement::describe(FieldVisitor& v) {
  v.field("resources", resources, "Resources that must all change that way: cpu, memory", kRequired);
  v.choice("changeRequirement", change, kChanges, "Which way", kRequired);
}
void EvictionRequirement::check(Problems& p) { check_resources(resources, "/resources", p); }

void UpdatePolicy::describe(FieldVisitor& v) {
  v.choice("updateMode", mode, kUpdateModes,
           "What becomes of a recommendation: nothing; new pods start with it; pods are evicted for it too (Recreate, "
           "and Auto, its old name); or resized where they run, and evicted where that does not fit");
  v.field("minReplicas", min_replicas, "With fewer live pods none is evicted; none: the updater's min_replicas",
          {.lo = 1});
  v.field("evictionRequirements", eviction_requirements, "All of them must hold for a pod to be evicted");
}

void ContainerPolicy::describe(FieldVisitor& v) {
  v.field("containerName", container,
          "Whose policy this is; an instance is a pod of one container, whatever it is called");
  v.choice("mode", mode, kContainerModes, "Off: nothing is recommended");
  v.field("minAllowed", min_allowed, "Least that is recommended");
  v.field("maxAllowed", max_allowed, "Most that is recommended");
  v.field("controlledResources", controlled_resources, "What is recommended: cpu, memory; none: both");
  v.choice("controlledValues", controlled_values, kControlledValues,
           "Whether limits follow the requests in the proportion they were written in");
}
void ContainerPolicy::check(Problems& p) {
  check_range(
      min_allowed.cpu, max_allowed.cpu, [](const Cpu& c) { return c.cores; }, "/maxAllowed/cpu", p);
  check_range(
      min_allowed.memory, max_allowed.memory, [](const Bytes& b) { return b.count; }, "/maxAllowed/memory", p);
  if (controlled_resources) check_resources(*controlled_resources, "/controlledResources", p);
}
bool ContainerPolicy::controls(std::string_view resource) const {
  return !controlled_resources ||
         std::find(controlled_resources->begin(), controlled_resources->end(), resource) != controlled_resources->end();
}

void ResourcePolicy::describe(FieldVisitor& v) {
  v.field("containerPolicies", containers, "By container; \"*\" is for those that are not named");
}
void ResourcePolicy::check(Problems& p) {
  std::size_t named = 0;
  for (std::size_t i = 0; i < containers.size(); ++i)
    if (containers[i].container != "*" && ++named == 2)
      p.error("/containerPolicies/" + std::to_string(i), "an instance is a pod of one container; another one is named");
}

void Spec::describe(FieldVisitor& v) {
  v.field("updatePolicy", update, "How recommendations reach the pods");
  v.field("resourcePolicy", resources, "What may be recommended");
  v.not_modelled("targetRef", "the autoscaler's target is the service it is written in");
  v.not_modelled("recommenders", "there is one recommender, the default one");
}

ContainerPolicy Spec::container() const {
  const ContainerPolicy* found = nullptr;
  for (const ContainerPolicy& policy : resources.containers)
    if (found == nullptr || found->container == "*") found = &policy;
  return found != nullptr ? *found : ContainerPolicy{};
}

std::optional<Recommendation> under(const ContainerPolicy& policy, const Recommendation& recommendation,
                                    const ResourceList& limits) {
  if (policy.mode == ContainerPolicy::Mode::kOff) return std::nullopt;
  Recommendation out = recommendation;
  for (Amounts* amounts : {&out.target, &out.lower, &out.upper, &out.uncapped}) keep_controlled(*amounts, policy);
  for (Amounts* amounts : {&out.target, &out.lower, &out.upper}) {
    limit(amounts->cpu, cores(policy.min_allowed), cores(policy.max_allowed));
    limit(amounts->memory, bytes(policy.min_allowed), bytes(policy.max_allowed));
    if (policy.controlled_values == ControlledValues::kRequestsAndLimits) continue;
    limit(amounts->cpu, {}, cores(limits));
    limit(amounts->memory, {}, bytes(limits));
  }
  return out;
}

bool may_evict(const std::vector<EvictionRequirement>& requirements, const Amounts& requests, const Amounts& target) {
  return std::all_of(requirements.begin(), requirements.end(), [&](const EvictionRequirement& requirement) {
    return std::all_of(requirement.resources.begin(), requirement.resources.end(), [&](const std::string& name) {
      const std::optional<double>& to = name == "cpu" ? target.cpu : target.memory;
      const std::optional<double>& from = name == "cpu" ? requests.cpu : requests.memory;
      if (!to || !from) return true;
      return requirement.change == EvictionRequirement::Change::kTargetHigherThanRequests ? *to > *from : *to < *from;
    });
  });
}

Resources admitted(const Resources& pod_template, const Amounts& target, ControlledValues controlled) {
  Resources out = pod_template;
  const bool scale = controlled == ControlledValues::kRequestsAndLimits;
  // A limit without a request is a request of as much.
  if (target.cpu) {
    const Cpu before = out.requests.cpu.value_or(out.limits.cpu.value_or(Cpu{0}));
    out.requests.cpu = Cpu{*target.cpu};
    if (out.limits.cpu && scale) out.limits.cpu->cores *= *target.cpu / before.cores;
  }
  if (target.memory) {
    const Bytes before = out.requests.memory.value_or(out.limits.memory.value_or(Bytes{0}));
    out.requests.memory = Bytes{*target.memory};
    if (out.limits.memory && scale) out.limits.memory->count *= *target.memory / before.count;
  }
  return out;
}

}  // namespace vpa

void VerticalAutoscalerParams::describe(FieldVisitor& v) {
  v.field("spec", spec, "The spec of a VerticalPodAutoscaler, autoscaling.k8s.io/v1");
  v.field("recommender", recommender, "Flags of the recommender");
  v.field("updater", updater, "Flags of the updater");
}

}  // namespace windtunnel
