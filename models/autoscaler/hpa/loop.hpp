#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "models/autoscaler/autoscaler.hpp"
#include "models/autoscaler/hpa/controller.hpp"
#include "models/autoscaler/hpa/metrics_server.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"
#include "models/autoscaler/hpa/spec.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel::hpa {

// The flags of the controller (kube-controller-manager), and how long it takes.
struct Flags {
  Duration sync_period = std::chrono::seconds{15};
  Duration processing_time = std::chrono::milliseconds{1};
  double tolerance = 0.1;
  Duration cpu_initialization_period = std::chrono::minutes{5};
  Duration initial_readiness_delay = std::chrono::seconds{30};
  Duration downscale_stabilization = std::chrono::minutes{5};

  void describe(FieldVisitor& v);
  Duration period() const { return sync_period + processing_time; }  // from one look to the next
};

// How CPU and memory reach it.
struct ResourcePipelineSpec {
  Duration scrape_period = std::chrono::seconds{15};
  Duration container_sampling{0};
  Duration lag{0};

  void describe(FieldVisitor& v);
  Duration period() const { return container_sampling > Duration::zero() ? container_sampling : scrape_period; }
};

// One horizontal pod autoscaler at work on a service: lists its pods, reads the metrics of its spec, decides.
class Loop {
 public:
  // What the custom and external metrics APIs answer: of a metric that is no resource, by its place in spec.metrics.
  using Others = std::function<Reading(std::size_t place)>;

  Loop(const Spec& spec, const Flags& flags, const ResourcePipelineSpec& resources);

  bool watches_resources() const { return watches_resources_; }
  void measure(const ServiceSignal& signal);  // at least every ResourcePipelineSpec::period()
  // `others` is asked only where the controller looks at metrics at all.
  ScalingDecision decide(const ServiceSignal& signal, const Others& others);

 private:
  void look_at_pods(const ServiceSignal& signal);
  Reading read(std::size_t place, const ServiceSignal& signal, const Others& others);

  Terms terms_;
  std::vector<Metric> metrics_;
  std::vector<std::string> names_;
  Container container_;                // of every instance, but for what it requests …
  std::vector<Container> containers_;  // … and with that, by pod
  MetricsServer server_;
  bool watches_resources_;
  Controller controller_;
  std::vector<Pod> pods_;
  std::vector<std::uint32_t> ids_;  // of pods_, ascending
  std::int32_t counted_ = 0;
};

}  // namespace windtunnel::hpa
