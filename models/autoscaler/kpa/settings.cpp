#include "models/autoscaler/kpa/settings.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

namespace windtunnel::kpa {
namespace {

using std::chrono::seconds;

constexpr double kMost = std::numeric_limits<std::int32_t>::max();
constexpr Bounds kPods{.lo = 0, .hi = kMost, .quoted = true};
constexpr Bounds kRate{.lo = 1, .above_lo = true, .quoted = true};
constexpr Bounds kWindow{.lo = 6, .hi = 3600};
constexpr Bounds kUpToAnHour{.lo = 0, .hi = 3600};
constexpr Bounds kBurst{.lo = -1, .quoted = true};

constexpr std::array<std::string_view, 2> kClasses = {"kpa.autoscaling.knative.dev", "hpa.autoscaling.knative.dev"};
constexpr std::array<std::string_view, 4> kMetrics = {"concurrency", "rps", "cpu", "memory"};
constexpr std::array<std::string_view, 2> kAlgorithms = {"linear", "weighted-exponential"};

// What the ConfigMap says for all revisions and an annotation for one.
constexpr std::string_view kBurstMeaning =
    "Requests in flight that must be able to come on top without queueing in the pods, else the activator is in the "
    "path; 0: only at zero pods, -1: always";
constexpr std::string_view kWindowMeaning = "Stable window: what the metric is averaged over";
constexpr std::string_view kPanicWindowMeaning = "Panic window, in percent of the stable window";
constexpr std::string_view kPanicThresholdMeaning =
    "Panic begins where the panic window asks for so many percent of the ready pods";
constexpr std::string_view kMinScaleMeaning = "Pods at least";
constexpr std::string_view kMaxScaleMeaning = "Pods at most; 0: any number";
constexpr std::string_view kInitialScaleMeaning = "Pods that a revision must have had once before it counts as active";
constexpr std::string_view kDelayMeaning = "Pods fall to the most that were asked for within this time";
constexpr std::string_view kRetentionMeaning = "How long the last pod stays at least once it is decided that it goes";

constexpr std::string_view kOneRevision = "there is one revision, which all traffic goes to";
constexpr std::string_view kRecord = "Knative's own record, which says nothing about scaling";

// The annotation's place in messages.
std::string at(std::string_view name) { return "/annotations/autoscaling.knative.dev~1" + std::string(name); }

}  // namespace

void Annotations::describe(FieldVisitor& v) {
  v.choice("autoscaling.knative.dev/class", class_name, kClasses, "Who scales the revision");
  v.choice("autoscaling.knative.dev/metric", metric, kMetrics,
           "What it is scaled on: requests in flight, or arriving per second");
  v.field("autoscaling.knative.dev/target", target,
          "The metric that a pod can stand; none: containerConcurrency, or the cluster's default",
          {.lo = 0.01, .quoted = true});
  v.field("autoscaling.knative.dev/target-utilization-percentage", target_utilization_percentage,
          "Percent of it that a pod should have", {.lo = 1, .hi = 100, .quoted = true});
  v.field("autoscaling.knative.dev/target-burst-capacity", target_burst_capacity, kBurstMeaning, kBurst);
  v.field("autoscaling.knative.dev/window", window, kWindowMeaning, kWindow);
  v.choice("autoscaling.knative.dev/metric-aggregation-algorithm", algorithm, kAlgorithms,
           "How it is averaged: all seconds alike, or the newest counting most");
  v.field("autoscaling.knative.dev/panic-window-percentage", panic_window_percentage, kPanicWindowMeaning,
          {.lo = 1, .hi = 100, .quoted = true});
  v.field("autoscaling.knative.dev/panic-threshold-percentage", panic_threshold_percentage, kPanicThresholdMeaning,
          {.lo = 110, .hi = 1000, .quoted = true});
  v.field("autoscaling.knative.dev/min-scale", min_scale, kMinScaleMeaning, kPods);
  v.field("autoscaling.knative.dev/max-scale", max_scale, kMaxScaleMeaning, kPods);
  v.field("autoscaling.knative.dev/initial-scale", initial_scale, kInitialScaleMeaning, kPods);
  v.field("autoscaling.knative.dev/activation-scale", activation_scale, "Pods at least while there are any",
          {.lo = 2, .hi = kMost, .quoted = true});
  v.field("autoscaling.knative.dev/scale-down-delay", scale_down_delay, kDelayMeaning, kUpToAnHour);
  v.field("autoscaling.knative.dev/scale-to-zero-pod-retention-period", pod_retention, kRetentionMeaning, kUpToAnHour);
  v.field("serving.knative.dev/progress-deadline", progress_deadline,
          "A revision that is not ready 30 s after this time goes back to zero", kPositive);
  v.not_modelled("serving.knative.dev/rollout-duration", kOneRevision);
  v.not_modelled("serving.knative.dev/creator", kRecord);
  v.not_modelled("serving.knative.dev/lastModifier", kRecord);
  v.not_modelled("serving.knative.dev/routes", kRecord);
  v.not_modelled("serving.knative.dev/routingStateModified", kRecord);
}

void Config::describe(FieldVisitor& v) {
  v.choice("pod-autoscaler-class", class_name, kClasses, "Who scales revisions");
  v.field("container-concurrency-target-percentage", concurrency_target_percentage,
          "Percent of a pod's concurrency that it should have; up to 1: as a fraction",
          {.lo = 0, .hi = 100, .above_lo = true, .quoted = true});
  v.field("container-concurrency-target-default", concurrency_target_default, "Concurrency of pods that have no limit",
          {.lo = 0.01, .quoted = true});
  v.field("requests-per-second-target-default", rps_target_default, "Requests per second that a pod can stand",
          {.lo = 0.01, .quoted = true});
  v.field("target-burst-capacity", target_burst_capacity, kBurstMeaning, kBurst);
  v.field("stable-window", stable_window, kWindowMeaning, kWindow);
  v.field("panic-window-percentage", panic_window_percentage, kPanicWindowMeaning,
          {.lo = 1, .hi = 100, .quoted = true});
  v.field("panic-threshold-percentage", panic_threshold_percentage, kPanicThresholdMeaning,
          {.lo = 0, .above_lo = true, .quoted = true});
  v.field("max-scale-up-rate", max_scale_up_rate, "Pods at most, as a multiple of those ready", kRate);
  v.field("max-scale-down-rate", max_scale_down_rate, "Pods at least, as those ready divided by this", kRate);
  v.field("enable-scale-to-zero", enable_scale_to_zero, "Whether the last pod may go", {.quoted = true});
  v.field("scale-to-zero-grace-period", scale_to_zero_grace_period,
          "How long the activator must have been in the path before the last pod goes", kPositive);
  v.field("scale-to-zero-pod-retention-period", pod_retention, kRetentionMeaning, kNonNegative);
  v.field("scale-down-delay", scale_down_delay, kDelayMeaning, kNonNegative);
  v.field("activator-capacity", activator_capacity, "Requests in flight that one activator can stand",
          {.lo = 1, .quoted = true});
  v.field("initial-scale", initial_scale, kInitialScaleMeaning, kPods);
  v.field("allow-zero-initial-scale", allow_zero_initial_scale, "Whether initial-scale may be 0", {.quoted = true});
  v.field("min-scale", min_scale, kMinScaleMeaning, kPods);
  v.field("max-scale", max_scale, kMaxScaleMeaning, kPods);
  v.field("max-scale-limit", max_scale_limit, "The largest max-scale allowed; 0: any", kPods);
  v.not_modelled("_example", "an example, which Knative does not read either");
}

Duration Settings::panic_window() const {
  const double percentage = annotations.panic_window_percentage.value_or(config.panic_window_percentage);
  const double whole_seconds = std::round(to_seconds(stable_window()) * percentage / 100);
  return std::max(seconds{1}, seconds{static_cast<std::int64_t>(whole_seconds)});
}

Metric Settings::metric() const {
  return annotations.metric == MetricName::kRps ? Metric::kRequestRate : Metric::kConcurrency;
}

TargetTerms Settings::target_terms() const {
  TargetTerms terms;
  terms.metric = metric();
  terms.container_concurrency = container_concurrency;
  terms.target = annotations.target;
  if (annotations.target_utilization_percentage) terms.utilization = *annotations.target_utilization_percentage / 100;
  terms.concurrency_default = config.concurrency_target_default;
  terms.concurrency_utilization = config.concurrency_target_percentage > 1 ? config.concurrency_target_percentage / 100
                                                                           : config.concurrency_target_percentage;
  terms.request_rate_default = config.rps_target_default;
  return terms;
}

DeciderSpec Settings::decider() const {
  DeciderSpec spec;
  spec.target = resolve_target(target_terms());
  spec.target_burst_capacity = target_burst_capacity();
  spec.max_scale_up_rate = config.max_scale_up_rate;
  spec.max_scale_down_rate = config.max_scale_down_rate;
  spec.panic_threshold = annotations.panic_threshold_percentage.value_or(config.panic_threshold_percentage) / 100;
  spec.stable_window = stable_window();
  spec.scale_down_delay = annotations.scale_down_delay.value_or(config.scale_down_delay);
  spec.activation_scale = annotations.activation_scale.value_or(1);
  return spec;
}

ScalerSpec Settings::scaler() const {
  ScalerSpec spec;
  spec.min_scale = min_scale();
  spec.max_scale = max_scale();
  spec.initial_scale = initial_scale();
  spec.scale_to_zero = config.enable_scale_to_zero;
  spec.stable_window = stable_window();
  spec.grace_period = config.scale_to_zero_grace_period;
  spec.pod_retention = annotations.pod_retention.value_or(config.pod_retention);
  spec.activation_timeout = annotations.progress_deadline + seconds{30};
  spec.activator_always_in_path = target_burst_capacity() == -1;
  return spec;
}

// --- what does not fit together

void Settings::check(Problems& p) const {
  check_kind(p);
  check_scale(p);
  check_numbers(p);
}

void Settings::check_kind(Problems& p) const {
  constexpr std::string_view kOther = "the HPA class is another autoscaler, kubernetes_hpa";
  const Annotations& a = annotations;
  if (a.class_name == Class::kHpa) p.error(at("class"), std::string(kOther));
  if (config.class_name == Class::kHpa) p.error("/config/pod-autoscaler-class", std::string(kOther));
  if (a.metric == MetricName::kCpu || a.metric == MetricName::kMemory)
    p.error(at("metric"), "\"" + std::string(kMetrics[static_cast<std::size_t>(a.metric)]) +
                              "\" is a metric of the HPA class; the KPA knows concurrency and rps");
}

void Settings::check_scale(Problems& p) const {
  const Annotations& a = annotations;
  const Config& c = config;
  const std::int64_t least = min_scale(), most = max_scale();
  if (most != 0 && most < least)
    p.error(a.max_scale ? at("max-scale") : "/config/max-scale",
            std::to_string(most) + " is below min-scale, " + std::to_string(least));
  if (a.activation_scale && *a.activation_scale < least)
    p.error(at("activation-scale"),
            std::to_string(*a.activation_scale) + " is below min-scale, " + std::to_string(least));
  if (a.activation_scale && most != 0 && *a.activation_scale > most)
    p.error(at("activation-scale"),
            std::to_string(*a.activation_scale) + " is above max-scale, " + std::to_string(most));
  if (c.max_scale_limit > 0 && (most == 0 || most > c.max_scale_limit))
    p.error(a.max_scale ? at("max-scale") : "/config/max-scale",
            std::to_string(most) + " is not from 1 to max-scale-limit, " + std::to_string(c.max_scale_limit));
  if (c.initial_scale == 0 && !c.allow_zero_initial_scale)
    p.error("/config/initial-scale", "0 needs allow-zero-initial-scale");
  if (a.initial_scale && *a.initial_scale == 0 && !c.allow_zero_initial_scale)
    p.error(at("initial-scale"), "0 needs allow-zero-initial-scale in config");
}

void Settings::check_numbers(Problems& p) const {
  const Annotations& a = annotations;
  const Config& c = config;
  const auto burst = [&p](const std::string& where, double capacity) {
    if (capacity < 0 && capacity != -1) p.error(where, "must be at least 0, or -1 for any burst");
  };
  if (a.target_burst_capacity) burst(at("target-burst-capacity"), *a.target_burst_capacity);
  burst("/config/target-burst-capacity", c.target_burst_capacity);
  const auto whole = [&p](const std::string& where, Duration d) {
    if (d % seconds{1} != Duration::zero()) p.error(where, "must be whole seconds");
  };
  if (a.window) whole(at("window"), *a.window);
  if (a.scale_down_delay) whole(at("scale-down-delay"), *a.scale_down_delay);
  whole("/config/stable-window", c.stable_window);
  whole("/config/scale-down-delay", c.scale_down_delay);
  const TargetTerms terms = target_terms();
  if (terms.concurrency_utilization * terms.concurrency_default < 0.01)
    p.error("/config/container-concurrency-target-default",
            "times container-concurrency-target-percentage is below 0.01");
}

}  // namespace windtunnel::kpa
