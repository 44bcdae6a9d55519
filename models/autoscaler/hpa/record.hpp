#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "models/autoscaler/derivation.hpp"
#include "models/autoscaler/hpa/controller.hpp"
#include "models/autoscaler/hpa/replica_calculator.hpp"

// A look of the horizontal pod autoscaler on record: what it saw, what each metric asked for, what became of that.
namespace windtunnel::hpa {

struct Look {
  std::int32_t current = 0, counted = 0;  // scale.spec.replicas, scale.status.replicas
  std::span<const Metric> metrics;
  std::span<const std::string> names;  // of the metrics, for people: "cpu", "request_rate"
  std::span<const Proposal> proposals;
  const SyncResult& result;
};

// Why the replicas change or stay: "cpu 120 % of request, target 60 %, 3 of 3 pods ready; limited by maxReplicas".
std::string why_of(const Look& look);

// The same step by step, by the names of the API's fields.
Derivation derivation_of(const Look& look);

// By key, in base units (cores, bytes, those of the metric). Keys that say nothing are left out.
//   current_replicas, status_replicas    before
//   metric_0_target                      of spec.metrics[0]: percent of the request, or an amount
//   metric_0_utilization                 percent of the requests, of utilization targets
//   metric_0_value                       the object's or external value
//   metric_0_usage                       on average over pods or replicas, or that value, as the target is
//   metric_0_ratio                       of that to the target
//   metric_0_cautious_ratio              once missing and unready pods are accounted for
//   metric_0_ready, _unready, _missing, _ignored    pods by class (of a Value: only _ready)
//   metric_0_tolerated                   1: no others than there are, as the ratio is within the tolerance
//   metric_0_proposed                    replicas it asks for
//   metric_0_failed                      1: it has no figure, or none that can be used
//   metric_1_target, …
//   deciding_metric                      place in spec.metrics of the one with the highest proposal
//   recommended, stabilized              that proposal, and what the stabilization windows made of it
//   limited_by_min_replicas, limited_by_max_replicas, limited_by_scale_up_limit, limited_by_scale_down_limit
//                                        what it was limited to, at the key of the limit that did it
//   limiting_policy_value, limiting_policy_period_s    the policy of behavior that set the limit
//   disabled                             1: nothing runs, and it was not the autoscaler that saw to it
//   desired                              after
std::map<std::string, double> inputs_of(const Look& look);

}  // namespace windtunnel::hpa
