#include <algorithm>
#include <numeric>
#include <string>

#include "models/load_balancer/bounded_load.hpp"
#include "models/load_balancer/maglev_table.hpp"
#include "models/load_balancer/types.hpp"
#include "models/load_balancer/xxhash64.hpp"

namespace windtunnel {

// Turns go round the backends in the order of their names; in round t one of weight w has its turn only if t w has
// reached what it has used up, so that shares are those of the weights. A turn claims the next free place of the
// backend's own permutation of the table.
void MaglevTable::build(std::span<const Backend> backends, std::uint64_t size) {
  struct Entry {
    std::uint32_t position;
    std::uint64_t place, skip;
    double weight, target;
  };
  constexpr std::uint32_t kFree = ~0U;
  std::vector<Entry> entries;
  double highest = 0;
  for (std::uint32_t i = 0; i < backends.size(); ++i) {
    const Backend& backend = backends[i];
    entries.push_back(
        {i, xxhash64(backend.name, 0) % size, xxhash64(backend.name, 1) % (size - 1) + 1, backend.weight, 0});
    highest = std::max(highest, backend.weight);
  }
  std::sort(entries.begin(), entries.end(),
            [&](const Entry& a, const Entry& b) { return backends[a.position].name < backends[b.position].name; });
  owners_.assign(size, kFree);
  std::uint64_t filled = 0;
  for (double round = 1; filled < size; ++round) {
    for (Entry& entry : entries) {
      if (filled == size) return;
      if (round * entry.weight < entry.target) continue;
      entry.target += highest;
      while (owners_[entry.place] != kFree) entry.place = (entry.place + entry.skip) % size;
      owners_[entry.place] = entry.position;
      ++filled;
    }
  }
}

namespace {

bool prime(std::int64_t n) {
  for (std::int64_t d = 2; d * d <= n; ++d)
    if (n % d == 0) return false;
  return n > 1;
}

class Maglev final : public LoadBalancer {
 public:
  Maglev(std::uint64_t size, std::uint64_t factor) : size_(size), bound_(factor) {}

  std::uint32_t pick(const Backends& backends, Stream&) override {
    const std::uint64_t hash = xxhash64(backends.client);
    return bound_.bounded(backends, hash, table_.position(hash));
  }
  void backends_changed(const Backends& backends) override {
    table_.build(backends.backend, size_);
    bound_.backends_changed(backends);
  }

 private:
  std::uint64_t size_;
  BoundedLoad bound_;
  MaglevTable table_;
};

class Params final : public LoadBalancerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("table_size", size_, "Places in the table, a prime number well above that of instances",
            {.lo = 3, .hi = 5'000'011});
    v.field("hash_balance_factor", factor_, kHashBalanceMeaning, {.lo = 100, .hi = 100'000});
  }
  void check(Problems& p) override {
    if (!prime(size_)) p.error("/table_size", "is " + std::to_string(size_) + "; a prime number fits");
  }
  bool looks_closer() const override { return true; }
  bool knows_clients() const override { return true; }
  bool respects_weights() const override { return true; }
  std::unique_ptr<LoadBalancer> make() const override {
    return std::make_unique<Maglev>(static_cast<std::uint64_t>(size_), static_cast<std::uint64_t>(factor_.value_or(0)));
  }

 private:
  std::int64_t size_ = 65'537;
  std::optional<std::int64_t> factor_;
};

}  // namespace

void add_maglev(Registry<LoadBalancerParams>& balancers) {
  balancers.add<Params>("maglev", "Envoy's Maglev: each client has its instance, and shares are as equal as can be");
}

}  // namespace windtunnel
