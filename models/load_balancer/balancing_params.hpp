#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/load_balancer/connection_limit.hpp"
#include "models/load_balancer/failure_limit.hpp"
#include "models/load_balancer/health_check.hpp"
#include "models/load_balancer/load_balancer.hpp"
#include "models/load_balancer/outlier_detection.hpp"
#include "models/load_balancer/sessions.hpp"
#include "models/load_balancer/zone_routing.hpp"
#include "sim/describe/field.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// What the balancers of a service know and when, whatever their policy.
struct BalancingParams {
  enum class Dispatch { kRandom, kRoundRobin, kSameZone };
  enum class Counts { kOwn, kAll };
  enum class Subsetting { kRandom, kDeterministic };

  std::int64_t balancers = 1;
  Dispatch dispatch = Dispatch::kRandom;
  Counts counts = Counts::kOwn;
  std::optional<Duration> refresh;  // of counts of all; none: always up to date
  Duration endpoint_delay{0};
  std::optional<std::int64_t> subset;
  Subsetting subsetting = Subsetting::kRandom;
  std::vector<double> weights;  // of instance number i: weights[i mod size]; empty: all 1
  std::optional<OutlierDetection> outlier_detection;
  std::optional<FailureLimit> failure_limit;
  std::optional<HealthChecks> health_checks;
  Share panic_threshold{0.5};
  std::optional<ZoneRouting> zone_routing;
  std::optional<StickySessions> sticky_sessions;
  std::optional<ConnectionLimit> connection_limit;

  void describe(FieldVisitor& v);
  void check(Problems& p);
  // Whether something is other than one balancer with a live view of equal instances.
  bool plain() const;
  double weight(std::uint32_t number) const { return weights.empty() ? 1 : weights[number % weights.size()]; }
};

}  // namespace windtunnel
