#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/describe/field.hpp"

namespace windtunnel {

enum class Eviction { kLru, kFifo, kRandom };

// A cache that the steps of a service's work look things up in: either its share of hits is given, or it holds keys,
// and the hits come of that.
struct CacheParams {
  std::optional<Share> hit_ratio;
  std::int64_t warm_up = 0;  // lookups until an empty cache has that hit ratio

  std::optional<std::int64_t> keys;
  double zipf = 0;
  std::optional<std::int64_t> size;  // entries; none: room for every key
  Eviction eviction = Eviction::kLru;
  std::optional<Duration> ttl;
  bool coalesce = false;

  bool shared = false;
  std::string in;  // the service that holds it; empty: nobody else does

  bool one_for_all() const { return shared || !in.empty(); }
  void describe(FieldVisitor& v);
  void check(Problems& p);
};

}  // namespace windtunnel
