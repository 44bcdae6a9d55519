#include "models/cache/cache_params.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 3> kEvictionNames = {"lru", "fifo", "random"};

}  // namespace

void CacheParams::describe(FieldVisitor& v) {
  v.field("hit_ratio", hit_ratio, "Share of lookups that hit once it is warm; this or keys", {.lo = 0, .hi = 1});
  v.field("warm_up", warm_up,
          "With hit_ratio: lookups until an empty cache has it; the share of hits rises evenly until then",
          {.lo = 0, .hi = 1e12});
  v.field("keys", keys, "How many different things are asked for; this or hit_ratio", {.lo = 1, .hi = 10'000'000});
  v.field("zipf", zipf,
          "The k-th most popular key is asked for in proportion to k^-zipf: 0 makes all alike, about 0.8 is what web "
          "caches see",
          {.lo = 0, .hi = 10});
  v.field("size", size, "Entries that fit; none: every key does", {.lo = 1, .hi = 10'000'000});
  v.choice("eviction", eviction, kEvictionNames,
           "Which entry makes room for a new one: the least recently used, the oldest, or any at random");
  v.field("ttl", ttl, "How long an entry is good for once it is filled, used or not; none: for ever", kPositive);
  v.field("coalesce", coalesce,
          "Whether requests that miss a key wait for the fetch that is under way for it, instead of fetching it too; "
          "with \"shared\" those of all instances do, else those of one");
  v.field("shared", shared,
          "One cache for all instances, which outlives them; else each instance has its own, empty when it starts");
  v.field("in", in,
          "The service whose instances hold it, a part of the keys each (and lose it when they end); none: it is the "
          "service's own");
}

void CacheParams::check(Problems& p) {
  if (hit_ratio && keys) p.error("", "has both hit_ratio and keys; one of them says what hits");
  if (!hit_ratio && !keys) p.error("", "needs one of hit_ratio and keys");
  const auto only = [&](const char* at, const char* with) {
    p.error(at, std::string("says nothing without \"") + with + "\"");
  };
  if (keys && warm_up > 0) only("/warm_up", "hit_ratio");
  if (!hit_ratio || keys) return;
  if (zipf != 0) only("/zipf", "keys");
  if (size) only("/size", "keys");
  if (ttl) only("/ttl", "keys");
  if (coalesce) only("/coalesce", "keys");
}

}  // namespace windtunnel
