#include <algorithm>
#include <cstdint>
#include <memory>
#include <numeric>
#include <string>

#include "models/autoscaler/hpa/loop.hpp"
#include "models/autoscaler/hpa/metrics_adapter.hpp"
#include "models/autoscaler/hpa/spec.hpp"
#include "models/autoscaler/types.hpp"
#include "models/scenario/units.hpp"

namespace windtunnel {
namespace {

struct PipelineSpec : hpa::ResourcePipelineSpec {
  hpa::AdapterSpec custom;

  void describe(FieldVisitor& v) {
    ResourcePipelineSpec::describe(v);
    v.field("custom", custom, "How Pods, Object and External metrics reach it");
  }
};

struct Settings {
  hpa::Spec spec;
  hpa::Flags flags;
  PipelineSpec pipeline;
};

bool is_custom(const hpa::MetricSpec& metric) { return metric.name() != nullptr; }

// One rhythm for both kinds of metrics.
Duration observe_period_of(const Settings& s) {
  const Duration resources = s.pipeline.period(), custom = s.pipeline.custom.scrape_period;
  if (!s.spec.watches_resources()) return custom;
  if (std::none_of(s.spec.metrics.begin(), s.spec.metrics.end(), is_custom)) return resources;
  return Duration{std::gcd(resources.count(), custom.count())};
}

class KubernetesHpa final : public Autoscaler {
 public:
  explicit KubernetesHpa(const Settings& s)
      : sync_period_(s.flags.period()),
        observe_period_(observe_period_of(s)),
        loop_(s.spec, s.flags, s.pipeline),
        adapter_(s.pipeline.custom, s.spec.metrics_in_force()) {}

  Duration sync_period() const override { return sync_period_; }
  Duration observe_period() const override { return observe_period_; }
  Watched watched() const override { return adapter_.watched(); }
  bool bears_gaps() const override { return true; }
  void observe(const ServiceSignal& signal) override {
    loop_.measure(signal);
    if (adapter_.idle()) return;
    adapter_.observe(signal);
    if (signal.now % adapter_.period() == Duration::zero()) adapter_.scrape(signal);
  }
  ScalingDecision decide(const ServiceSignal& signal) override {
    return loop_.decide(signal, [&](std::size_t place) { return adapter_.reading(place, signal.now); });
  }

 private:
  Duration sync_period_, observe_period_;
  hpa::Loop loop_;
  hpa::MetricsAdapter adapter_;
};

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("spec", s_.spec, "The HorizontalPodAutoscaler's spec, as autoscaling/v2 writes it", kRequired);
    s_.flags.describe(v);
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
    const Duration period = s_.pipeline.period(), scrapes = s_.pipeline.custom.scrape_period;
    if (observe_period_of(s_) * kMostParts < std::min(period, scrapes))
      p.error("/metrics/custom/scrape_period",
              format_duration(scrapes) + " and the " + format_duration(period) +
                  " of the resource metrics have no common divisor worth the name; choose rounder ones");
  }
  bool check_signals(std::span<const std::string> there_are, Problems& p) const override {
    for_each_name([&](const std::string& at, const std::string& name, const MetricChoice& meant, hpa::Metric::Type) {
      const std::string wrong = hpa::unknown(name, *meant, there_are, "metrics.custom.names");
      if (!wrong.empty()) p.error(at, wrong);
    });
    return true;
  }
  bool needs_cpu_request() const override {
    const auto& metrics = s_.spec.metrics_in_force();
    bool needed = std::any_of(metrics.begin(), metrics.end(), [](const hpa::MetricSpec& spec) {
      const hpa::Metric metric = spec.metric();
      return metric.resource == hpa::Resource::kCpu && !metric.target.average_value;
    });
    for_each_name([&](const std::string&, const std::string&, const MetricChoice& meant, hpa::Metric::Type) {
      needed |= meant->needs_cpu_request();
    });
    return needed;
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.spec.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<KubernetesHpa>(s_); }

 private:
  static constexpr std::int64_t kMostParts = 60;  // observations per scrape

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
