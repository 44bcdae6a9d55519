#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "models/autoscaler/hpa/controller.hpp"
#include "models/autoscaler/hpa/metrics_adapter.hpp"
#include "models/autoscaler/hpa/metrics_server.hpp"
#include "models/autoscaler/hpa/quantity.hpp"
#include "models/autoscaler/hpa/record.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"
#include "models/autoscaler/hpa/spec.hpp"
#include "models/autoscaler/spell.hpp"
#include "models/autoscaler/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

struct PipelineSpec {
  Duration scrape_period = std::chrono::seconds{15};
  Duration container_sampling{0};
  Duration lag{0};
  hpa::AdapterSpec custom;

  void describe(FieldVisitor& v) {
    v.field("scrape_period", scrape_period,
            "Time between two readings of the pods' CPU and memory; a sample of CPU covers one such period "
            "(metrics-server's resolution)",
            kPositive);
    v.field("container_sampling", container_sampling,
            "Time between the kubelet's own measurements, of which a reading gets the last (about 10s or 15s in "
            "practice); 0s: it measures when it is read",
            kNonNegative);
    v.field("lag", lag, "From a reading to the moment at which the autoscaler can see it", kNonNegative);
    v.field("custom", custom, "How Pods, Object and External metrics reach it");
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

bool is_custom(const hpa::MetricSpec& metric) { return metric.name() != nullptr; }
bool watches_resources(const hpa::Spec& spec) {
  const auto& metrics = metrics_of(spec);
  return !std::all_of(metrics.begin(), metrics.end(), is_custom);
}

Duration resource_period_of(const PipelineSpec& pipeline) {
  return pipeline.container_sampling > Duration::zero() ? pipeline.container_sampling : pipeline.scrape_period;
}
// One rhythm for both kinds of metrics.
Duration observe_period_of(const Settings& s) {
  const Duration resources = resource_period_of(s.pipeline), custom = s.pipeline.custom.scrape_period;
  if (!watches_resources(s.spec)) return custom;
  if (std::none_of(s.spec.metrics.begin(), s.spec.metrics.end(), is_custom)) return resources;
  return Duration{std::gcd(resources.count(), custom.count())};
}

// A pod as its conditions tell the story of an instance: it gets its start time when it gets its machine and is not
// ready from then on until it is; one that drains has a deletion timestamp and goes on being ready, as its probes go
// on.
hpa::Pod pod_of(const InstanceSignal& instance, std::span<const hpa::Container> containers, Time now) {
  hpa::Pod pod;
  pod.id = instance.id;
  pod.started = instance.placed != kNever ? instance.placed : instance.created;
  pod.containers = containers;
  pod.ready = hpa::ReadyCondition::kFalse;
  pod.ready_changed = instance.created;
  switch (instance.state) {
    case InstanceSignal::State::kStarting:
      if (instance.running_since == kNever || instance.running_since > now) pod.phase = hpa::PodPhase::kPending;
      break;
    case InstanceSignal::State::kReady:
    case InstanceSignal::State::kDraining:
      pod.ready = hpa::ReadyCondition::kTrue;
      pod.ready_changed = instance.ready_since;
      pod.deleted = instance.state == InstanceSignal::State::kDraining;
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
        adapter_(s.pipeline.custom, metrics_of(s.spec)),
        watches_resources_(watches_resources(s.spec)),
        observe_period_(observe_period_of(s)),
        controller_(s.spec.limits(s.downscale_stabilization)) {
    for (const hpa::MetricSpec& metric : metrics_of(s.spec)) {
      metrics_.push_back(metric.metric());
      const std::string* name = metric.name();
      names_.push_back(name != nullptr ? *name : metrics_.back().resource == hpa::Resource::kCpu ? "cpu" : "memory");
    }
  }

  Duration sync_period() const override { return sync_period_; }
  Duration observe_period() const override { return observe_period_; }
  Watched watched() const override { return adapter_.watched(); }
  void observe(const ServiceSignal& signal) override {
    const auto due = [&](Duration period) { return signal.now.count() % period.count() == 0; };
    if (watches_resources_ && due(server_.period())) server_.measure(signal.now, signal.instances);
    if (adapter_.idle()) return;
    adapter_.observe(signal);
    if (due(adapter_.period())) adapter_.scrape(signal);
  }

  ScalingDecision decide(const ServiceSignal& signal) override {
    look_at_pods(signal);
    const auto current = static_cast<std::int32_t>(signal.spec_replicas);
    std::vector<hpa::Proposal> proposals;
    for (std::size_t i = 0; i < metrics_.size(); ++i)
      proposals.push_back(hpa::propose(metrics_[i], read(i, signal), current, counted_, pods_, terms_, signal.now));
    const hpa::SyncResult result = controller_.sync(current, proposals, signal.now);
    const bool looked = result.path == hpa::Path::kMetrics || result.path == hpa::Path::kMetricsInvalid;
    if (!looked) proposals.clear();

    const hpa::Look look{current, counted_, metrics_, names_, proposals, result};
    ScalingDecision decision;
    decision.replicas = result.desired;
    decision.how = hpa::derivation_of(look);
    decision.why = hpa::why_of(look);
    if (result.desired != current) decision.sentence = spell_change(current, result.desired, decision.why);
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
    ids_.clear();
    for (const InstanceSignal& instance : signal.instances) {
      pods_.push_back(pod_of(instance, containers_, signal.now));
      ids_.push_back(instance.id);
    }
    std::sort(ids_.begin(), ids_.end());
    // A Deployment does not count pods that are being deleted.
    counted_ = static_cast<std::int32_t>(
        std::count_if(pods_.begin(), pods_.end(), [](const hpa::Pod& pod) { return !pod.deleted; }));
  }

  // Both APIs list pods that still exist only.
  hpa::Reading read(std::size_t place, const ServiceSignal& signal) {
    const hpa::Metric& metric = metrics_[place];
    hpa::Reading reading;
    if (metric.resource == hpa::Resource::kNone)
      reading = adapter_.reading(place, signal.now);
    else
      reading.samples = hpa::samples_of(server_.pods(signal.now), metric.resource, metric.container);
    std::erase_if(reading.samples,
                  [&](const auto& sample) { return !std::binary_search(ids_.begin(), ids_.end(), sample.first); });
    return reading;
  }

  hpa::Terms terms_;
  Duration sync_period_;
  std::vector<hpa::Metric> metrics_;
  std::vector<std::string> names_;
  std::vector<hpa::Container> containers_;  // of every instance
  hpa::MetricsServer server_;
  hpa::MetricsAdapter adapter_;
  bool watches_resources_;
  Duration observe_period_;
  hpa::Controller controller_;
  std::vector<hpa::Pod> pods_;
  std::vector<std::uint32_t> ids_;  // of pods_, ascending
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
  void check(Problems& p) override {
    for_each_name([&](const std::string& at, const std::string&, const MetricChoice& meant, hpa::Metric::Type type) {
      if (const std::string wrong = hpa::misfit(type, meant); !wrong.empty()) p.error(at, wrong);
    });
    for (const auto& explained : s_.pipeline.custom.names) {
      const auto is_it = [&](const hpa::MetricSpec& metric) {
        return is_custom(metric) && *metric.name() == explained.first;
      };
      if (std::none_of(s_.spec.metrics.begin(), s_.spec.metrics.end(), is_it))
        p.warning("/metrics/custom/names", "\"" + explained.first + "\" is the name of no metric of the spec");
    }
    const Duration period = resource_period_of(s_.pipeline), scrapes = s_.pipeline.custom.scrape_period;
    if (observe_period_of(s_) * kMostParts < std::min(period, scrapes))
      p.error("/metrics/custom/scrape_period",
              format_duration(scrapes) + " and the " + format_duration(period) +
                  " of the resource metrics have no common divisor worth the name; choose rounder ones");
  }
  bool check_signals(std::span<const std::string> there_are, Problems& p) const override {
    for_each_name([&](const std::string& at, const std::string& name, const MetricChoice& meant, hpa::Metric::Type) {
      const std::string signal(meant->signal());
      if (signal.empty() || std::find(there_are.begin(), there_are.end(), signal) != there_are.end()) return;
      p.error(at, (name == signal ? "" : "stands for \"" + signal + "\", which ") + "is neither a scaling metric (" +
                      scaling_metrics() + ") nor a signal of the scenario" +
                      (there_are.empty() ? ", which has none" : " (" + listed(there_are) + ")") +
                      (name == signal ? "; metrics.custom.names may say what it stands for" : ""));
    });
    return true;
  }
  bool needs_cpu_request() const override {
    const auto& metrics = metrics_of(s_.spec);
    bool needed = std::any_of(metrics.begin(), metrics.end(), [](const hpa::MetricSpec& spec) {
      const hpa::Metric metric = spec.metric();
      return metric.resource == hpa::Resource::kCpu && !metric.target.average_value;
    });
    for_each_name([&](const std::string&, const std::string&, const MetricChoice& meant, hpa::Metric::Type) {
      needed |= meant->needs_cpu_request();
    });
    return needed;
  }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<KubernetesHpa>(s_); }

 private:
  static constexpr std::int64_t kMostParts = 60;  // observations per scrape

  static std::string listed(std::span<const std::string> names) {
    std::string out;
    for (const std::string& name : names) out += (out.empty() ? "" : ", ") + name;
    return out;
  }
  static std::string scaling_metrics() {
    std::vector<std::string> names;
    for (const ChoiceView::Entry& entry : ScalingMetric::registry().entries())
      if (entry.type != "signal") names.emplace_back(entry.type);
    return listed(names);
  }

  // Of Pods, Object and External metrics: where the name stands, the name, and what it stands for.
  template <class Visit>
  void for_each_name(Visit visit) const {
    for (std::size_t i = 0; i < s_.spec.metrics.size(); ++i) {
      const hpa::MetricSpec& metric = s_.spec.metrics[i];
      const std::string* name = metric.name();
      if (name == nullptr) continue;
      const std::string_view key = metric.pods ? "pods" : metric.object ? "object" : "external";
      visit("/spec/metrics/" + std::to_string(i) + "/" + std::string(key) + "/metric/name", *name,
            s_.pipeline.custom.meant_by(*name, metric.type), metric.type);
    }
  }

  Settings s_;
};

}  // namespace

void add_kubernetes_hpa(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("kubernetes_hpa", "Kubernetes HorizontalPodAutoscaler (autoscaling/v2)");
}

}  // namespace windtunnel
