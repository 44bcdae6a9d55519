#include "models/autoscaler/hpa/loop.hpp"

#include <algorithm>
#include <span>

#include "models/autoscaler/hpa/quantity.hpp"
#include "models/autoscaler/hpa/record.hpp"
#include "models/autoscaler/spell.hpp"

namespace windtunnel::hpa {
namespace {

// The name of an instance's only container: the one a metric asks for.
std::string container_of(const Spec& spec) {
  for (const MetricSpec& metric : spec.metrics_in_force())
    if (metric.container_resource) return metric.container_resource->container;
  return "app";
}

// A pod as its conditions tell the story of an instance: it gets its start time when it gets its machine and is not
// ready from then on until it is; one that drains has a deletion timestamp and goes on being ready, as its probes go
// on.
Pod pod_of(const InstanceSignal& instance, std::span<const Container> containers, Time now) {
  Pod pod;
  pod.id = instance.id;
  pod.started = instance.placed != kNever ? instance.placed : instance.created;
  pod.containers = containers;
  pod.ready = ReadyCondition::kFalse;
  pod.ready_changed = instance.created;
  switch (instance.state) {
    case InstanceSignal::State::kStarting:
      if (instance.running_since == kNever || instance.running_since > now) pod.phase = PodPhase::kPending;
      break;
    case InstanceSignal::State::kReady:
    case InstanceSignal::State::kDraining:
      pod.ready = ReadyCondition::kTrue;
      pod.ready_changed = instance.ready_since;
      pod.deleted = instance.state == InstanceSignal::State::kDraining;
      break;
  }
  return pod;
}

}  // namespace

void Flags::describe(FieldVisitor& v) {
  v.field("sync_period", sync_period, "From the end of one look at the metrics to the next", kPositive);
  // Without it ages of recommendations would equal windows exactly, which never happens to a real controller.
  v.field("processing_time", processing_time, "How long a look takes, on top of the sync period", kNonNegative);
  v.field("tolerance", tolerance, "Share around the target within which nothing changes", kPositive);
  v.field("cpu_initialization_period", cpu_initialization_period,
          "How long after a pod's start only CPU samples count that lie wholly after it became ready", kNonNegative);
  v.field("initial_readiness_delay", initial_readiness_delay,
          "A pod that has not been ready since so long after its start was never ready", kNonNegative);
  v.field("downscale_stabilization", downscale_stabilization,
          "Replicas fall to the highest recommendation of this time, where the spec does not say otherwise",
          kNonNegative);
}

void ResourcePipelineSpec::describe(FieldVisitor& v) {
  v.field("scrape_period", scrape_period,
          "Time between two readings of the pods' CPU and memory; a sample of CPU covers one such period "
          "(metrics-server's resolution)",
          kPositive);
  v.field("container_sampling", container_sampling,
          "Time between the kubelet's own measurements, of which a reading gets the last (about 10s or 15s in "
          "practice); 0s: it measures when it is read",
          kNonNegative);
  v.field("lag", lag, "From a reading to the moment at which the autoscaler can see it", kNonNegative);
}

Loop::Loop(const Spec& spec, const Flags& flags, const ResourcePipelineSpec& resources)
    : terms_{spec.tolerance_down(flags.tolerance), spec.tolerance_up(flags.tolerance), flags.cpu_initialization_period,
             flags.initial_readiness_delay},
      container_{container_of(spec), {}, {}},
      server_({resources.scrape_period, resources.container_sampling, resources.lag, container_.name}),
      watches_resources_(spec.watches_resources()),
      controller_(spec.limits(flags.downscale_stabilization)) {
  for (const MetricSpec& metric : spec.metrics_in_force()) {
    metrics_.push_back(metric.metric());
    const std::string* name = metric.name();
    names_.push_back(name != nullptr ? *name : metrics_.back().resource == Resource::kCpu ? "cpu" : "memory");
  }
}

void Loop::measure(const ServiceSignal& signal) {
  if (watches_resources_ && signal.now % server_.period() == Duration::zero())
    server_.measure(signal.now, signal.instances, signal.has("cpu"));
}

ScalingDecision Loop::decide(const ServiceSignal& signal, const Others& others) {
  look_at_pods(signal);
  const auto current = static_cast<std::int32_t>(signal.spec_replicas);
  std::vector<Proposal> proposals;
  if (controller_.path(current) == Path::kMetrics)
    for (std::size_t i = 0; i < metrics_.size(); ++i)
      proposals.push_back(propose(metrics_[i], read(i, signal, others), current, counted_, pods_, terms_, signal.now));
  const SyncResult result = controller_.sync(current, proposals, signal.now);

  const Look look{current, counted_, metrics_, names_, proposals, result};
  ScalingDecision decision;
  decision.replicas = result.desired;
  decision.how = derivation_of(look);
  decision.why = why_of(look);
  if (result.desired != current) decision.sentence = spell_change(current, result.desired, decision.why);
  decision.inputs = inputs_of(look);
  return decision;
}

void Loop::look_at_pods(const ServiceSignal& signal) {
  containers_.assign(signal.instances.size(), container_);
  pods_.clear();
  ids_.clear();
  for (const InstanceSignal& instance : signal.instances) {
    Container& container = containers_[pods_.size()];
    if (const double cores = signal.cpu_request_of(instance); cores > 0) container.requests.cpu = to_milli(cores);
    if (const double bytes = signal.memory_request_of(instance); bytes > 0) container.requests.memory = to_milli(bytes);
    pods_.push_back(pod_of(instance, {&container, 1}, signal.now));
    ids_.push_back(instance.id);
  }
  std::sort(ids_.begin(), ids_.end());
  // A Deployment does not count pods that are being deleted.
  counted_ =
      static_cast<std::int32_t>(std::count_if(pods_.begin(), pods_.end(), [](const Pod& pod) { return !pod.deleted; }));
}

// Both APIs list pods that still exist only.
Reading Loop::read(std::size_t place, const ServiceSignal& signal, const Others& others) {
  const Metric& metric = metrics_[place];
  Reading reading;
  if (metric.resource == Resource::kNone)
    reading = others(place);
  else
    reading.samples = samples_of(server_.pods(signal.now), metric.resource, metric.container);
  std::erase_if(reading.samples,
                [&](const auto& sample) { return !std::binary_search(ids_.begin(), ids_.end(), sample.first); });
  return reading;
}

}  // namespace windtunnel::hpa
