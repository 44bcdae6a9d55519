#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "models/load_balancer/bounded_load.hpp"
#include "models/load_balancer/hash_ring.hpp"
#include "models/load_balancer/types.hpp"
#include "models/load_balancer/xxhash64.hpp"

namespace windtunnel {

void HashRing::build(std::span<const Backend> backends, std::uint64_t min_size, std::uint64_t max_size) {
  points_.clear();
  double sum = 0, lowest = std::numeric_limits<double>::infinity();
  for (const Backend& backend : backends) {
    sum += backend.weight;
    lowest = std::min(lowest, backend.weight);
  }
  lowest /= sum;
  const double scale =
      std::min(std::ceil(lowest * static_cast<double>(min_size)) / lowest, static_cast<double>(max_size));
  double target = 0;
  for (std::uint32_t i = 0; i < backends.size(); ++i) {
    target += scale * (backends[i].weight / sum);
    for (std::uint64_t k = 0; static_cast<double>(points_.size()) < target; ++k)
      points_.push_back({xxhash64(backends[i].name + "_" + std::to_string(k)), i});
  }
  std::sort(points_.begin(), points_.end(), [](const Point& a, const Point& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.position < b.position;
  });
}

std::uint32_t HashRing::position(std::uint64_t hash) const {
  const auto found = std::lower_bound(points_.begin(), points_.end(), hash,
                                      [](const Point& point, std::uint64_t h) { return point.hash < h; });
  return (found == points_.end() ? points_.front() : *found).position;
}

namespace {

class RingHash final : public LoadBalancer {
 public:
  RingHash(std::uint64_t min_size, std::uint64_t max_size, std::uint64_t factor)
      : min_size_(min_size), max_size_(max_size), bound_(factor) {}

  std::uint32_t pick(const Backends& backends, Stream&) override {
    const std::uint64_t hash = xxhash64(backends.client);
    return bound_.bounded(backends, hash, ring_.position(hash));
  }
  void backends_changed(const Backends& backends) override {
    ring_.build(backends.backend, min_size_, max_size_);
    bound_.backends_changed(backends);
  }

 private:
  std::uint64_t min_size_, max_size_;
  BoundedLoad bound_;
  HashRing ring_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("minimum_ring_size", min_size_, "Points on the ring, at least; more make shares more equal",
            {.lo = 1, .hi = 8'388'608});
    v.field("maximum_ring_size", max_size_, "Points on the ring, at most", {.lo = 1, .hi = 8'388'608});
    v.field("hash_balance_factor", factor_, kHashBalanceMeaning, {.lo = 100, .hi = 100'000});
  }
  void check(Problems& p) override {
    if (min_size_ > max_size_)
      p.error("/minimum_ring_size",
              "is " + std::to_string(min_size_) + ", more than maximum_ring_size, " + std::to_string(max_size_));
  }
  bool looks_closer() const override { return true; }
  bool knows_clients() const override { return true; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override {
    return std::make_unique<RingHash>(static_cast<std::uint64_t>(min_size_), static_cast<std::uint64_t>(max_size_),
                                      static_cast<std::uint64_t>(factor_.value_or(0)));
  }

 private:
  std::int64_t min_size_ = 1024, max_size_ = 8'388'608;
  std::optional<std::int64_t> factor_;
};

}  // namespace

void add_ring_hash(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("ring_hash",
                        "Envoy's ring hash: each client has its instance, and few move when the set changes");
}

}  // namespace windtunnel
