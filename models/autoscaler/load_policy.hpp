#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "models/autoscaler/metric_policy.hpp"
#include "models/autoscaler/predictive/sizing.hpp"
#include "models/autoscaler/predictive/work_meter.hpp"

namespace windtunnel {

// What policies know that work replicas out from the load itself, not from how busy the replicas are.
struct LoadSettings {
  ReplicaLimits limits;
  std::optional<Duration> work_per_request;
  std::optional<Cpu> capacity;
  Duration window = std::chrono::minutes{1};
  Duration scale_in_window = std::chrono::minutes{5};
  Duration sync_period = std::chrono::seconds{15};

  void describe(FieldVisitor& v);  // beside the policy's own fields
  void check(Problems& p) const { limits.check(p); }
  bool needs_cpu_request() const { return !capacity; }
};

// Requests per second times work per request is the load: the number of servers (cores, threads) that it keeps busy.
class LoadPolicy : public MetricPolicy {
 public:
  explicit LoadPolicy(const LoadSettings& s);
  Watched watched() const final;
  ScalingDecision decide(const ServiceSignal& signal) final;

 protected:
  // What arrives, requests unless a policy knows better, per second over the window.
  virtual std::optional<double> rate(const ServiceSignal& signal) { return value(*rate_, signal); }
  Duration window() const { return s_.window; }
  struct Load {
    double rate = 0;    // requests per second
    double work_s = 0;  // per request
    double erlang() const { return rate * work_s; }
  };
  // Servers for it, not rounded; `why` is the end of the sentence, after the load itself.
  virtual double servers(const Load& load, const ServiceSignal& signal, std::string& why,
                         std::map<std::string, double>& inputs) const = 0;

 private:
  LoadSettings s_;
  MetricChoice rate_;
  predictive::WorkMeter work_;
  ScaleInStabilizer stabilizer_;
};

// Parameters of a policy that is one of the predictive policy's sizing rules, on the load as it is.
class SizedLoadParams : public AutoscalerParams {
 public:
  explicit SizedLoadParams(std::string_view rule) : sizing_(Choice<predictive::Sizing>::of(rule)) {}
  void describe(FieldVisitor& v) override;
  void check(Problems& p) override;
  bool needs_cpu_request() const override { return s_.needs_cpu_request(); }
  std::optional<std::int64_t> most_replicas() const override { return s_.limits.max_replicas; }
  std::unique_ptr<Autoscaler> make() const override;

 private:
  LoadSettings s_;
  Choice<predictive::Sizing> sizing_;
};

}  // namespace windtunnel
