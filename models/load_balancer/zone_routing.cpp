#include "models/load_balancer/zone_routing.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 4> kModeNames = {"any", "zone_aware", "failover", "same_zone"};

std::int64_t sum(std::span<const std::int64_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}
std::uint64_t ten_thousandths(std::int64_t part, std::int64_t all) {
  return all == 0 ? 0 : static_cast<std::uint64_t>(10'000 * part / all);
}
std::int64_t zones_with(std::span<const std::int64_t> counts) {
  return std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
}

}  // namespace

void ZoneRouting::describe(FieldVisitor& v) {
  v.choice(
      "mode", mode, kModeNames,
      "any: zones are only counted; zone_aware: Envoy's, as much in the own zone as leaves every instance its even "
      "share, the rest where there is room; failover: Istio's, the own zone while enough of its instances are healthy; "
      "same_zone: Kubernetes' PreferSameZone, the own zone while it has any instance");
  v.field("min_cluster_size", min_cluster_size, "zone_aware: with fewer healthy instances zones are ignored",
          {.lo = 1, .hi = 1e9});
  v.field("overprovisioning_factor", overprovisioning_factor,
          "failover: the own zone keeps all requests until fewer than 1 / overprovisioning_factor of its instances are "
          "healthy",
          {.lo = 1, .hi = 1000});
}

ZonePlan::ZonePlan(std::span<const std::int64_t> balancers, std::span<const std::int64_t> backends, std::size_t own)
    : own_(own) {
  const std::int64_t all_balancers = sum(balancers), all_backends = sum(backends);
  const std::uint64_t here = ten_thousandths(balancers[own], all_balancers);
  const std::uint64_t there = ten_thousandths(backends[own], all_backends);
  if (there > 0 && there >= here)
    direct_ = 10'000;
  else
    direct_ = here == 0 ? 0 : there * 10'000 / here;
  std::uint64_t cumulative = 0;
  for (std::size_t z = 0; z < backends.size(); ++z) {
    if (backends[z] > 0) with_backends_.push_back(z);
    const std::uint64_t local = ten_thousandths(balancers[z], all_balancers);
    const std::uint64_t upstream = ten_thousandths(backends[z], all_backends);
    if (z != own && upstream > local) cumulative += upstream - local;
    residual_.push_back(cumulative);
  }
}

std::size_t ZonePlan::pick(std::uint64_t stays, std::uint64_t where) const {
  if (direct_ == 10'000 || stays % 10'000 < direct_) return own_;
  if (residual_.back() == 0) return with_backends_[where % with_backends_.size()];
  const std::uint64_t threshold = where % residual_.back();
  return static_cast<std::size_t>(std::upper_bound(residual_.begin(), residual_.end(), threshold) - residual_.begin());
}

bool zones_matter(std::span<const std::int64_t> balancers, std::span<const std::int64_t> backends, std::size_t own,
                  std::int64_t min_cluster_size) {
  return zones_with(balancers) >= 2 && balancers[own] > 0 && zones_with(backends) >= 2 &&
         sum(backends) >= min_cluster_size;
}

}  // namespace windtunnel
