#include "models/theory/caches.hpp"

#include <cmath>
#include <string>

#include "models/theory/closed_forms.hpp"
#include "models/workload/popularity.hpp"

namespace windtunnel {
namespace {

TheoryOf theory_of(const std::string& service, const std::string& name, const CacheParams& cache,
                   const ServiceParams& params, const Scenario& scenario, const Result& result) {
  TheoryOf out;
  out.service = service;
  const std::string prefix = service + ".caches." + name;
  const auto nothing = [&](const char* why) {
    out.why = "of the cache " + name + ": " + why;
    return out;
  };
  if (!cache.keys) return nothing("its share of hits is given");
  if (!scenario.faults.empty()) return nothing("there are faults");
  const bool fits = !cache.size || *cache.size >= *cache.keys;
  if (fits && !cache.ttl) return nothing("every key fits and is good for ever, so all hit in the end");
  if (!fits && cache.ttl) return nothing("entries are evicted, and expire");
  if (!cache.in.empty() && !cache.shared && scenario.services.at(cache.in).replicas > 1)
    return nothing("its keys are spread over instances");
  const Metric* lookups = result.find_metric(prefix + ".lookups");
  const Metric* simulated = result.find_metric(prefix + ".hit_ratio");
  if (lookups == nullptr || simulated == nullptr) return nothing("nothing is looked up");
  if (!cache.one_for_all() && cache.ttl && params.autoscaler) return nothing("its instances come and go");

  const Popularity popularity(static_cast<std::uint64_t>(*cache.keys), cache.zipf);
  std::vector<double> shares(popularity.count());
  for (std::uint64_t k = 0; k < popularity.count(); ++k) shares[k] = popularity.share(k);
  const auto size = static_cast<double>(cache.size.value_or(*cache.keys));
  double hits = 0;
  if (fits) {
    const double caches = cache.one_for_all() ? 1 : static_cast<double>(params.replicas);
    hits = theory::hit_ratio_ttl(shares, lookups->estimate.mean / caches, to_seconds(*cache.ttl));
    out.model = "renewals of the keys of " + name;
  } else if (cache.eviction == Eviction::kLru) {
    hits = theory::hit_ratio_lru(shares, size);
    out.model = "Che's approximation of " + name;
  } else {
    hits = theory::hit_ratio_fifo(shares, size);
    out.model = "the characteristic time of " + name;
  }
  out.standing = TheoryOf::Standing::kApproximation;
  out.why = "of a warm cache whose keys are asked for independently, and fetched at once";
  out.figures.push_back({prefix + ".hit_ratio", "share", hits, hits, simulated->estimate, false});
  return out;
}

}  // namespace

std::vector<TheoryOf> compare_caches(const Scenario& scenario, const Result& result) {
  std::vector<TheoryOf> out;
  for (const auto& [service, params] : scenario.services)
    for (const auto& [name, cache] : params.caches)
      out.push_back(theory_of(service, name, cache, params, scenario, result));
  return out;
}

}  // namespace windtunnel
