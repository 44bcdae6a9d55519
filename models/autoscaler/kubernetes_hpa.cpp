#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/autoscaler/hpa/controller.hpp"
#include "models/autoscaler/hpa/metrics_server.hpp"
#include "models/autoscaler/hpa/quantity.hpp"
#include "models/autoscaler/hpa/record.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"
#include "models/autoscaler/hpa/spec.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

struct PipelineSpec {
  Duration scrape_period = std::chrono::seconds{15};
  Duration container_sampling{0};
  Duration lag{0};

  void describe(FieldVisitor& v) {
    v.field("scrape_period", scrape_period,
            "Time between two readings of the pods' CPU counters; a sample covers one such period (metrics-server's "
            "resolution)",
            kPositive);
    v.field("container_sampling", container_sampling,
            "Time between the kubelet's own measurements, of which a reading gets the last (about 10s or 15s in "
            "practice); 0s: it measures when it is read",
            kNonNegative);
    v.field("lag", lag, "From a reading to the moment at which the autoscaler can see it", kNonNegative);
  }
};

struct Settings {
  hpa::Spec spec;
  Duration sync_period = std::chrono::seconds{15};
  Duration processing_time = std::chrono::milliseconds{1};
  double tolerance = 0.1;
  Duration cpu_initialization_period = std::chrono::minutes{5};
  Duration initial_readiness_delay = std::chrono::seconds{30};
  Duration downscale_stabilization = std::chrono::minutes{5};
  PipelineSpec pipeline;
};

const std::vector<hpa::MetricSpec>& metrics_of(const hpa::Spec& spec) {
  static const std::vector<hpa::MetricSpec> standard = {hpa::default_metric()};
  return spec.metrics.empty() ? standard : spec.metrics;
}

// The name of an instance's only container: the one a metric asks for.
std::string container_of(const hpa::Spec& spec) {
  for (const hpa::MetricSpec& metric : metrics_of(spec))
    if (metric.container_resource) return metric.container_resource->container;
  return "app";
}

// A pod as its conditions tell the story of an instance: it gets its start time when it is created and is not ready
// from then on until it is; one that drains has a deletion timestamp.
hpa::Pod pod_of(const InstanceSignal& instance, std::span<const hpa::Container> containers, Time now) {
  hpa::Pod pod;
  pod.id = instance.id;
  pod.started = instance.created;
  pod.containers = containers;
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

class KubernetesHpa final : public Autoscaler {
 public:
  explicit KubernetesHpa(const Settings& s)
      : terms_{s.spec.tolerance_down(s.tolerance), s.spec.tolerance_up(s.tolerance), s.cpu_initialization_period,
               s.initial_readiness_delay},
        sync_period_(s.sync_period + s.processing_time),
        containers_{{container_of(s.spec), {}, {}}},
        server_({s.pipeline.scrape_period, s.pipeline.container_sampling, s.pipeline.lag, containers_[0].name}),
        controller_(s.spec.limits(s.downscale_stabilization)) {
    for (const hpa::MetricSpec& metric : metrics_of(s.spec)) {
      metrics_.push_back(metric.metric());
      const std::string* name = metric.name();
      names_.push_back(name != nullptr ? *name : metrics_.back().resource == hpa::Resource::kCpu ? "cpu" : "memory");
    }
  }

  Duration sync_period() const override { return sync_period_; }
  Duration observe_period() const override { return server_.period(); }
  void observe(const ServiceSignal& signal) override { server_.measure(signal.now, signal.instances); }

  ScalingDecision decide(const ServiceSignal& signal) override {
    look_at_pods(signal);
    const auto current = static_cast<std::int32_t>(signal.spec_replicas);
    std::vector<hpa::Proposal> proposals;
    for (const hpa::Metric& metric : metrics_)
      proposals.push_back(hpa::propose(metric, read(metric, signal), current, counted_, pods_, terms_, signal.now));
    const hpa::SyncResult result = controller_.sync(current, proposals, signal.now);
    const bool looked = result.path == hpa::Path::kMetrics || result.path == hpa::Path::kMetricsInvalid;
    if (!looked) proposals.clear();

    const hpa::Look look{current, counted_, metrics_, names_, proposals, result};
    ScalingDecision decision;
    decision.replicas = result.desired;
    if (result.desired != current) decision.sentence = hpa::sentence_of(look);
    decision.inputs = hpa::inputs_of(look);
    return decision;
  }

 private:
  void look_at_pods(const ServiceSignal& signal) {
    hpa::ResourceAmounts& requests = containers_[0].requests;
    requests = {};
    if (signal.cpu_request_cores > 0) requests.cpu = hpa::to_milli(signal.cpu_request_cores);
    if (signal.memory_request_bytes > 0) requests.memory = hpa::to_milli(signal.memory_request_bytes);
    pods_.clear();
    for (const InstanceSignal& instance : signal.instances) pods_.push_back(pod_of(instance, containers_, signal.now));
    // A Deployment does not count pods that are being deleted.
    counted_ = static_cast<std::int32_t>(
        std::count_if(pods_.begin(), pods_.end(), [](const hpa::Pod& pod) { return !pod.deleted; }));
  }

  hpa::Reading read(const hpa::Metric& metric, const ServiceSignal& signal) {
    hpa::Reading reading;
    reading.samples = hpa::samples_of(server_.pods(signal.now), metric.resource, metric.container);
    // The API lists pods that still exist.
    std::erase_if(reading.samples, [&](const auto& sample) {
      return std::none_of(signal.instances.begin(), signal.instances.end(),
                          [&](const InstanceSignal& instance) { return instance.id == sample.first; });
    });
    return reading;
  }

  hpa::Terms terms_;
  Duration sync_period_;
  std::vector<hpa::Metric> metrics_;
  std::vector<std::string> names_;
  std::vector<hpa::Container> containers_;  // of every instance
  hpa::MetricsServer server_;
  hpa::Controller controller_;
  std::vector<hpa::Pod> pods_;
  std::int32_t counted_ = 0;
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
    v.field("metrics", s_.pipeline, "How usage reaches the autoscaler");
  }
  bool needs_cpu_request() const override {
    const auto& metrics = metrics_of(s_.spec);
    return std::any_of(metrics.begin(), metrics.end(), [](const hpa::MetricSpec& spec) {
      const hpa::Metric metric = spec.metric();
      return metric.resource == hpa::Resource::kCpu && !metric.target.average_value;
    });
  }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<KubernetesHpa>(s_); }

 private:
  Settings s_;
};

}  // namespace

void add_kubernetes_hpa(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("kubernetes_hpa", "Kubernetes HorizontalPodAutoscaler (autoscaling/v2)");
}

}  // namespace windtunnel
