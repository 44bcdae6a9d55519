#include "models/autoscaler/keda/scaled_object.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <string_view>

#include "models/autoscaler/inner_policy.hpp"

namespace windtunnel::keda {
namespace {

constexpr double kMost = std::numeric_limits<std::int32_t>::max();
constexpr Bounds kCount{.lo = 0, .hi = kMost};
constexpr Bounds kRequiredCount{.lo = 0, .hi = kMost, .required = true};
constexpr Bounds kFromOne{.lo = 1, .hi = kMost};

constexpr std::array<std::string_view, 5> kBehaviors = {"static", "currentReplicas", "currentReplicasIfHigher",
                                                        "currentReplicasIfLower", "scalingModifiers"};

}  // namespace

void FallbackSpec::describe(FieldVisitor& v) {
  v.field("failureThreshold", failure_threshold, "Queries in a row that may fail before it takes effect",
          kRequiredCount);
  v.field("replicas", replicas, "Replicas that there are to be then", kRequiredCount);
  v.choice("behavior", behavior, kBehaviors,
           "These replicas, those there are, the more or the fewer of both, or nil in the formula");
}

void HpaConfigSpec::describe(FieldVisitor& v) {
  v.field("behavior", behavior, "How fast replicas may rise and fall, as autoscaling/v2 writes it");
  v.not_modelled("name", "nobody asks for the generated autoscaler by name");
}

void AdvancedSpec::describe(FieldVisitor& v) {
  v.field("horizontalPodAutoscalerConfig", hpa, "Of the generated HorizontalPodAutoscaler");
  v.not_modelled("restoreToOriginalReplicaCount", "the ScaledObject is not deleted here");
  v.field("scalingModifiers", modifiers, "One metric that a formula makes of the triggers, instead of theirs");
}

void Annotations::describe(FieldVisitor& v) {
  constexpr Bounds kQuoted{.quoted = true};
  v.field("autoscaling.keda.sh/paused-scale-in", paused_scale_in, "Whether replicas may not fall", kQuoted);
  v.field("autoscaling.keda.sh/paused-scale-out", paused_scale_out, "Whether replicas may not rise", kQuoted);
  v.field("autoscaling.keda.sh/force-activation", force_activation, "Whether it counts as active, come what may",
          kQuoted);
  v.field("autoscaling.keda.sh/paused", paused, "Whether replicas stay as they are, come what may", kQuoted);
  v.field("autoscaling.keda.sh/paused-replicas", paused_replicas,
          "Replicas that the first poll goes to, and that stay then; before paused",
          {.lo = 0, .hi = kMost, .quoted = true});
}

void ScaledObjectSpec::describe(FieldVisitor& v) {
  v.field("pollingInterval", polling_interval,
          "Seconds between two looks at whether a trigger is active, on which zero and idleReplicaCount depend; none: "
          "30",
          kFromOne);
  v.field("cooldownPeriod", cooldown_period,
          "Seconds after a trigger was last active before replicas go to zero or idleReplicaCount; none: 300", kCount);
  v.field("initialCooldownPeriod", initial_cooldown_period,
          "The same from the beginning on, while none has been active yet", kCount);
  v.field("idleReplicaCount", idle_replicas, "Replicas while no trigger is active; none: minReplicaCount", kCount);
  v.field("minReplicaCount", min_replicas, "Replicas at least, once there are any", kCount);
  v.field("maxReplicaCount", max_replicas, "Replicas at most", kFromOne);
  v.field("fallback", fallback, "What holds while a trigger's source cannot be asked; none: nothing changes then");
  v.field("advanced", advanced, "What concerns the generated HorizontalPodAutoscaler");
  v.field("triggers", triggers, "What it scales on: any of them wakes it, the highest decides", kRequired);
  v.not_modelled("scaleTargetRef", "the autoscaler's target is the service it is written in");
}

void ScaledObjectSpec::check(Problems& p) const {
  if (triggers.empty()) p.error("/triggers", "is empty; at least one trigger fits");
  if (max_replicas < min_replicas)
    p.error("/maxReplicaCount",
            std::to_string(max_replicas) + " is below minReplicaCount, " + std::to_string(min_replicas));
  if (idle_replicas && *idle_replicas >= min_replicas)
    p.error("/idleReplicaCount",
            std::to_string(*idle_replicas) + " is not below minReplicaCount, " + std::to_string(min_replicas));
  if (!triggers.empty() && only_resources()) {
    if (min_replicas == 0)
      p.error("/minReplicaCount", "0 needs a trigger other than cpu and memory: nothing else says when to come back");
    if (fallback) p.error("/fallback", "is for triggers other than cpu and memory");
  }
  ProblemsBelow of_modifiers(p, "/advanced/scalingModifiers");
  advanced.modifiers.check(triggers, of_modifiers);
  if (fallback && fallback->behavior == FallbackBehavior::kScalingModifiers && !advanced.modifiers.in_use())
    p.error("/fallback/behavior", "scalingModifiers needs advanced.scalingModifiers");
  if (fallback && advanced.modifiers.in_use() && !advanced.modifiers.allows_a_fallback())
    p.warning("/fallback",
              "has no effect: with scalingModifiers KEDA falls back only where their target is written as "
              "a whole number");
  std::set<std::string> names;
  bool cached = false;
  for (std::size_t i = 0; i < triggers.size(); ++i) {
    cached |= triggers[i].use_cached_metrics;
    if (triggers[i].name.empty() || names.insert(triggers[i].name).second) continue;
    p.error("/triggers/" + std::to_string(i) + "/name", "\"" + triggers[i].name + "\" is there twice");
  }
  // KEDA's admission warns of both as well.
  if (min_replicas == 0 || idle_replicas) return;
  if (polling_interval && !cached)
    p.warning(
        "/pollingInterval",
        "has no effect: with minReplicaCount above 0, no idleReplicaCount and no cached metrics nothing waits for "
        "a poll");
  if (cooldown_period)
    p.warning("/cooldownPeriod",
              "has no effect: it is for the step to zero or idleReplicaCount only, and there is none; advanced."
              "horizontalPodAutoscalerConfig.behavior.scaleDown slows what comes before");
}

bool ScaledObjectSpec::only_resources() const {
  return std::all_of(triggers.begin(), triggers.end(), [](const TriggerSpec& t) { return t.is_resource(); });
}

std::optional<Fallback> ScaledObjectSpec::fallback_in_force() const {
  if (!fallback || (advanced.modifiers.in_use() && !advanced.modifiers.allows_a_fallback())) return std::nullopt;
  return *fallback;
}

ExecutorSpec ScaledObjectSpec::executor(const Annotations& annotations) const {
  ExecutorSpec out;
  out.min_replicas = min_replicas;
  out.idle_replicas = idle_replicas;
  out.cooldown = cooldown();
  out.initial_cooldown = std::chrono::seconds{initial_cooldown_period};
  if (fallback) out.fallback_replicas = fallback->replicas;
  out.paused = annotations.paused;
  out.paused_replicas = annotations.paused_replicas;
  out.paused_scale_in = annotations.paused_scale_in;
  out.paused_scale_out = annotations.paused_scale_out;
  out.force_activation = annotations.force_activation;
  return out;
}

hpa::Spec ScaledObjectSpec::autoscaler(const Annotations& annotations) const {
  hpa::Spec out;
  out.min_replicas = std::max<std::int64_t>(1, min_replicas);
  out.max_replicas = max_replicas;
  out.metrics.clear();
  out.behavior = advanced.hpa.behavior;
  if (annotations.paused_scale_in || annotations.paused_scale_out) {
    if (!out.behavior) out.behavior.emplace();
    if (annotations.paused_scale_in) out.behavior->down.select = hpa::SelectPolicy::kDisabled;
    if (annotations.paused_scale_out) out.behavior->up.select = hpa::SelectPolicy::kDisabled;
  }
  return out;
}

}  // namespace windtunnel::keda
