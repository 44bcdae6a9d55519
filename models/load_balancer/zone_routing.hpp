#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/describe/field.hpp"

namespace windtunnel {

// Balancers that stand in zones, balancer i in zone i modulo their number, and what they make of that.
struct ZoneRouting {
  enum class Mode { kAny, kZoneAware, kFailover, kSameZone };

  Mode mode = Mode::kZoneAware;
  std::int64_t min_cluster_size = 6;
  double overprovisioning_factor = 1.4;

  void describe(FieldVisitor& v);
};

// Envoy's zone-aware routing (source/common/upstream/load_balancer_impl.cc, read 2026) as one balancer does it, in ten
// thousandths.
class ZonePlan {
 public:
  // Balancers and healthy backends by zone; `own`: the balancer's.
  ZonePlan(std::span<const std::int64_t> balancers, std::span<const std::int64_t> backends, std::size_t own);

  // Share of the requests that stay in the own zone.
  std::uint64_t direct() const { return direct_; }
  // Of the other zones that can take more than their own balancers bring: their shares of the rest, added up by zone.
  std::span<const std::uint64_t> residual() const { return residual_; }
  // A zone with backends. Both words at random; the first decides whether the request stays.
  std::size_t pick(std::uint64_t stays, std::uint64_t where) const;

 private:
  std::size_t own_;
  std::uint64_t direct_ = 0;
  std::vector<std::uint64_t> residual_;
  std::vector<std::size_t> with_backends_;
};

// Whether there are zones enough, and backends, for Envoy to route by them at all.
bool zones_matter(std::span<const std::int64_t> balancers, std::span<const std::int64_t> backends, std::size_t own,
                  std::int64_t min_cluster_size);

}  // namespace windtunnel
