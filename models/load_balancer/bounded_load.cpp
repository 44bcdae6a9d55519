#include "models/load_balancer/bounded_load.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace windtunnel {

void BoundedLoad::backends_changed(const Backends& backends) {
  weights_ = 0;
  for (const Backend& backend : backends.backend) weights_ += backend.weight;
}

void BoundedLoad::order(std::uint64_t hash, std::uint32_t n, std::vector<std::uint32_t>& out) {
  out.resize(n);
  std::iota(out.begin(), out.end(), 0U);
  std::mt19937 words(static_cast<std::uint32_t>(hash));
  for (std::uint32_t i = 0; i < n; ++i) {
    const std::uint32_t left = n - i;
    std::uint64_t drawn = left;
    while (drawn >= left) drawn = words() / ((std::uint64_t{1} << 32) / left);
    std::swap(out[i], out[i + drawn]);
  }
}

std::uint32_t BoundedLoad::bounded(const Backends& backends, std::uint64_t hash, std::uint32_t first_choice) {
  if (factor_percent_ == 0) return first_choice;
  const std::uint64_t held =
      std::accumulate(backends.outstanding.begin(), backends.outstanding.end(), std::uint64_t{0});
  const std::uint64_t rounded_up = ((held + 1) * factor_percent_ + 99) / 100;
  const auto slots = static_cast<double>(rounded_up);
  const auto overload = [&](std::uint32_t position) {
    return backends.outstanding[position] /
           std::max(1.0, std::ceil(slots * (backends.backend[position].weight / weights_)));
  };
  double least = overload(first_choice);
  if (least <= 1) return first_choice;
  order(hash, static_cast<std::uint32_t>(backends.size()), order_);
  std::uint32_t best = first_choice;
  for (const std::uint32_t other : order_) {
    if (other == first_choice) continue;
    const double its = overload(other);
    if (its <= 1) return other;
    if (its >= least) continue;
    least = its;
    best = other;
  }
  return best;
}

}  // namespace windtunnel
