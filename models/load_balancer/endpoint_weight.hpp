#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "models/load_balancer/load_balancer.hpp"
#include "sim/time.hpp"

namespace windtunnel {

// gRPC's weighted_round_robin (gRFC A58; grpc-go balancer/weightedroundrobin, read 2026), which Envoy calls
// client_side_weighted_round_robin.
struct EndpointWeights {
  Duration blackout_period = std::chrono::seconds{10};
  Duration weight_expiration_period = std::chrono::seconds{180};
  double error_utilization_penalty = 1;
};

// The weight of one backend by what it reports.
class EndpointWeight {
 public:
  // requests / (utilization + errors / requests x penalty), rates per second. A report without requests or utilization
  // is ignored.
  void report(const LoadReport& load, Time now, const EndpointWeights& terms);
  // 0: not known yet, not yet trusted, or too old.
  double weight(Time now, const EndpointWeights& terms);

 private:
  double weight_ = 0;
  std::optional<Time> updated_, non_empty_since_;
};

// Its scheduler: backends in turn, each skipped so often that turns are in proportion to the weights. A weight of 0
// stands for the mean of the others; with fewer than two others, or all alike, nobody is skipped.
class StaticStride {
 public:
  void set_weights(std::span<const double> weights);
  // `sequence` counts turns, those that were skipped too. Requires weights.
  std::uint32_t pick(std::uint64_t& sequence) const;

 private:
  std::vector<std::uint16_t> scaled_;  // 65535 is the largest
};

}  // namespace windtunnel
