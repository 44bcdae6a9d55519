#include "models/autoscaler/keda/trigger.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>

#include "models/autoscaler/zoned_cron.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel::keda {
namespace {

constexpr std::string_view kAverageValue = "AverageValue", kValue = "Value", kUtilization = "Utilization";

// Where a scaler's metadata has its target and its activation threshold. `standard`: the target where there is none;
// 0: there has to be one.
struct Kind {
  std::string_view type, target, activation;
  double standard = 0;
};
constexpr std::array kKinds = {
    Kind{"aws-cloudwatch", "targetMetricValue", "activationTargetMetricValue"},
    Kind{"aws-sqs-queue", "queueLength", "activationQueueLength", 5},
    Kind{"azure-queue", "queueLength", "activationQueueLength", 5},
    Kind{"azure-servicebus", "messageCount", "activationMessageCount", 5},
    Kind{"graphite", "threshold", "activationThreshold"},
    Kind{"kafka", "lagThreshold", "activationLagThreshold", 10},
    Kind{"loki", "threshold", "activationThreshold"},
    Kind{"metrics-api", "targetValue", "activationTargetValue"},
    Kind{"mysql", "queryValue", "activationQueryValue"},
    Kind{"nats-jetstream", "lagThreshold", "activationLagThreshold", 10},
    Kind{"postgresql", "targetQueryValue", "activationTargetQueryValue"},
    Kind{"prometheus", "threshold", "activationThreshold"},
    Kind{"queue", "value", "activationValue"},
    Kind{"rabbitmq", "value", "activationValue", 20},
    Kind{"redis", "listLength", "activationListLength", 5},
};
constexpr std::array<std::string_view, 5> kOwnTerms = {"cpu", "memory", "cron", "external", "external-push"};
constexpr std::array<std::string_view, 3> kRabbitModes = {"QueueLength", "MessageRate", "DeliverGetRate"};

const Kind* kind_of(std::string_view type) {
  const auto found = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& kind) { return kind.type == type; });
  return found == kKinds.end() ? nullptr : &*found;
}

template <class Names>
bool among(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

std::string_view text_of(const TriggerSpec& trigger, std::string_view key) {
  const auto found = trigger.metadata.find(std::string(key));
  return found == trigger.metadata.end() ? std::string_view() : std::string_view(found->second);
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> truth_of(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::string_view rabbit_mode(const TriggerSpec& trigger) {
  const std::string_view mode = text_of(trigger, "mode");
  return mode.empty() ? kRabbitModes[0] : mode;
}

// --- checks

class Metadata {
 public:
  Metadata(const TriggerSpec& trigger, Problems& problems) : trigger_(trigger), problems_(problems) {}

  void positive(std::string_view key, bool required) {
    const std::string_view text = given(key, required);
    if (text.empty()) return;
    const auto value = number_of(text);
    if (!value || *value <= 0) wrong(key, text, "is no number above 0");
  }
  void number(std::string_view key) {
    const std::string_view text = text_of(trigger_, key);
    if (!text.empty() && !number_of(text)) wrong(key, text, "is no number");
  }
  void truth(std::string_view key) {
    const std::string_view text = text_of(trigger_, key);
    if (!text.empty() && !truth_of(text)) wrong(key, text, R"(is neither "true" nor "false")");
  }
  void quantity(std::string_view key) {
    const std::string_view text = given(key, true);
    double value = 0;
    if (text.empty()) return;
    if (const std::string error = parse_quantity(text, value); !error.empty())
      wrong(key, text, error);
    else if (value <= 0)
      wrong(key, text, "is not above 0");
  }
  void cron(std::string_view key) {
    const std::string_view text = given(key, true);
    Cron parsed;
    if (text.empty()) return;
    if (const std::string error = Cron::parse(text, parsed); !error.empty()) wrong(key, text, error);
  }
  std::string_view given(std::string_view key, bool required) {
    const std::string_view text = text_of(trigger_, key);
    if (text.empty() && required) problems_.error("/metadata", "needs " + std::string(key));
    return text;
  }
  void wrong(std::string_view key, std::string_view text, const std::string& why) {
    problems_.error("/metadata/" + std::string(key), in_quotes(text) + " " + why);
  }
  void ignored(std::string_view key, std::string_view why) {
    if (trigger_.metadata.contains(std::string(key)))
      problems_.warning("/metadata/" + std::string(key), "is not modelled: " + std::string(why));
  }

 private:
  const TriggerSpec& trigger_;
  Problems& problems_;
};

void check_resource(const TriggerSpec& trigger, Metadata& metadata, Problems& p) {
  if (trigger.metric_type != kUtilization && trigger.metric_type != kAverageValue)
    return p.error(trigger.metric_type.empty() ? "" : "/metricType",
                   "needs the metricType Utilization or AverageValue, as it is " + trigger.type);
  if (trigger.metric_type == kUtilization)
    metadata.positive("value", true);
  else
    metadata.quantity("value");
}

void check_cron(const TriggerSpec& trigger, Metadata& metadata, Problems& p) {
  const std::string_view zone = metadata.given("timezone", true);
  if (!zone.empty())
    if (const std::string error = wrong_zone(zone); !error.empty()) metadata.wrong("timezone", zone, error);
  metadata.cron("start");
  metadata.cron("end");
  if (const std::string_view start = text_of(trigger, "start"); !start.empty() && start == text_of(trigger, "end"))
    p.error("/metadata/end", "is the same as start");
  const std::string_view replicas = metadata.given("desiredReplicas", true);
  const auto count = number_of(replicas);
  if (!replicas.empty() && (!count || *count < 0 || *count != std::floor(*count)))
    metadata.wrong("desiredReplicas", replicas, "is no whole number from 0 on");
}

void check_rabbit(const TriggerSpec& trigger, Metadata& metadata) {
  const std::string_view mode = rabbit_mode(trigger);
  if (!among(kRabbitModes, mode))
    metadata.wrong("mode", mode, R"(is not simulated; "QueueLength", "MessageRate" and "DeliverGetRate" are)");
  else if (mode != kRabbitModes[0])
    metadata.given("value", true);
}

void check_kafka(Metadata& metadata) {
  metadata.truth("allowIdleConsumers");
  metadata.truth("ensureEvenDistributionOfPartitions");
  metadata.ignored("limitToPartitionsWithLag", "partitions have no lag of their own here");
  metadata.ignored("excludePersistentLag", "partitions have no lag of their own here");
}

}  // namespace

void TriggerSpec::describe(FieldVisitor& v) {
  v.field("type", type, "The scaler: cron, cpu, memory, external-push, or one of those whose target is known (docs)",
          kRequired);
  v.field("name", name, "What it is called; empty: its type");
  v.field("metricType", metric_type,
          "What the target is: AverageValue (also if empty), Value, or Utilization of cpu and memory");
  v.field("useCachedMetrics", use_cached_metrics,
          "Whether the horizontal pod autoscaler is told what the last poll found, instead of asking again");
  v.field("metadata", metadata, "The scaler's own settings, in quotes; addresses and the like are of no concern here",
          kRequired);
  v.not_modelled("authenticationRef", "nobody is asked for a password here");
}

void TriggerSpec::check(Problems& p) const {
  Metadata in(*this, p);
  const Kind* kind = kind_of(type);
  if (kind == nullptr && !among(kOwnTerms, type)) {
    std::string known;
    for (const std::string_view one : kOwnTerms) known += std::string(one) + ", ";
    for (const Kind& one : kKinds) known += std::string(one.type) + (&one == &kKinds.back() ? "" : ", ");
    p.error("/type", in_quotes(type) + " is not simulated; these are: " + known);
    return;
  }
  if (!is_resource() && !metric_type.empty() && metric_type != kAverageValue && metric_type != kValue)
    p.error("/metricType", in_quotes(metric_type) + " does not fit; AverageValue and Value do" +
                               (metric_type == kUtilization ? ", Utilization is for cpu and memory" : ""));
  if (use_cached_metrics && (is_resource() || is_cron())) p.error("/useCachedMetrics", "is not for " + type);
  if (is_resource()) check_resource(*this, in, p);
  if (is_cron()) check_cron(*this, in, p);
  if (type == "rabbitmq") check_rabbit(*this, in);
  if (type == "kafka") check_kafka(in);
  if (type == "queue") in.given("queue", true);
  if (type == "aws-sqs-queue") {
    in.truth("scaleOnInFlight");
    in.truth("scaleOnDelayed");
    if (text_of(*this, "scaleOnInFlight") == "false" && says("scaleOnDelayed"))
      p.error("/metadata/scaleOnDelayed", "is simulated together with scaleOnInFlight only");
  }
  if (type == "prometheus") in.truth("ignoreNullValues");
  if (kind == nullptr) return;
  in.positive(kind->target, kind->standard == 0);
  in.number(kind->activation);
  for (const auto& [key, value] : metadata)
    if (key.starts_with("activation") && key != kind->activation)
      p.warning("/metadata/" + key, "is nothing that " + type + " knows; it has " + std::string(kind->activation));
}

double TriggerSpec::target() const {
  if (is_cron()) return 1;
  const Kind& kind = *kind_of(type);
  return number_of(text_of(*this, kind.target)).value_or(kind.standard);
}

double TriggerSpec::activation() const {
  const Kind* kind = kind_of(type);
  return kind == nullptr ? 0 : number_of(text_of(*this, kind->activation)).value_or(0);
}

bool TriggerSpec::says(std::string_view key) const { return text_of(*this, key) == "true"; }

std::string TriggerSpec::queue_signal() const {
  const auto figure = [](std::string_view queue, const char* of_it) {
    return queue.empty() ? std::string() : std::string(queue) + "." + of_it;
  };
  if (type == "queue") return figure(text_of(*this, "queue"), "depth");
  if (type == "rabbitmq" && !backlog_activates()) {
    // Over HTTP the broker tells what is not acknowledged, too.
    const bool all = text_of(*this, "protocol") == "http" && !says("excludeUnacknowledged");
    return figure(text_of(*this, "queueName"), all ? "depth" : "visible");
  }
  if (type != "aws-sqs-queue") return {};
  const std::string_view url = text_of(*this, "queueURL");
  const std::string_view queue = url.substr(url.rfind('/') + 1);
  const bool in_flight = truth_of(text_of(*this, "scaleOnInFlight")).value_or(true);
  return figure(queue, !in_flight ? "visible" : says("scaleOnDelayed") ? "messages" : "depth");
}

bool TriggerSpec::backlog_activates() const { return type == "rabbitmq" && rabbit_mode(*this) != kRabbitModes[0]; }

bool TriggerSpec::null_fails() const {
  return type == "prometheus" && !truth_of(text_of(*this, "ignoreNullValues")).value_or(true);
}

hpa::MetricSpec TriggerSpec::metric(double target) const {
  hpa::MetricSpec out;
  if (is_resource()) {
    hpa::ResourceTargetSpec level;
    double value = 0;
    parse_quantity(text_of(*this, "value"), value);
    if (metric_type == kUtilization) {
      level.average_utilization = static_cast<std::int64_t>(value);
    } else {
      level.type = hpa::TargetType::kAverageValue;
      level.average_value = Quantity{value};
    }
    const std::string_view container = text_of(*this, "containerName");
    out.type = container.empty() ? hpa::Metric::Type::kResource : hpa::Metric::Type::kContainerResource;
    hpa::ResourceSpec& resource = container.empty() ? out.resource.emplace() : out.container_resource.emplace();
    resource.name = type;
    resource.target = level;
    if (out.container_resource) out.container_resource->container = container;
    return out;
  }
  return external_metric(key(), target, metric_type == kValue);
}

hpa::MetricSpec external_metric(const std::string& name, double target, bool value) {
  hpa::MetricSpec out;
  out.type = hpa::Metric::Type::kExternal;
  hpa::ExternalSpec& external = out.external.emplace();
  external.metric.name = name;
  // Targets travel in thousandths, what is below is cut off.
  const Quantity level{std::floor(target * 1000) / 1000};
  if (value) {
    external.target.type = hpa::TargetType::kValue;
    external.target.value = level;
  } else {
    external.target.type = hpa::TargetType::kAverageValue;
    external.target.average_value = level;
  }
  return out;
}

// --- cron

CronHours::CronHours(const TriggerSpec& trigger)
    : replicas_(number_of(text_of(trigger, "desiredReplicas")).value_or(0)) {
  const std::string_view zone = text_of(trigger, "timezone");
  start_ = zoned_cron(text_of(trigger, "start"), zone);
  end_ = zoned_cron(text_of(trigger, "end"), zone);
}

bool CronHours::open(UtcSeconds now) const {
  const std::optional<UtcSeconds> end = end_.next(now), start = start_.next(now);
  return end && (!start || *end < *start);
}

// --- kafka

double kafka_lag(double lag, double threshold, std::int64_t partitions, bool idle_consumers, bool even) {
  const auto most = static_cast<double>(partitions);
  if (even) {
    std::int64_t share = 1;
    while (share < partitions && (partitions % share != 0 || static_cast<double>(share) * threshold < lag)) ++share;
    lag = static_cast<double>(share) * threshold;
  }
  if (!idle_consumers && std::trunc(lag / threshold) > most) lag = most * threshold;
  return lag;
}

}  // namespace windtunnel::keda
