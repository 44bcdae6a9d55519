#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "models/cache/cache_params.hpp"
#include "models/cache/key_index.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {

// What one cache holds: keys, until they are evicted or expire. Allocates only while it grows to its most entries.
class CacheStore {
 public:
  CacheStore(std::uint32_t most, Eviction eviction) : most_(most), eviction_(eviction) {}

  bool find(std::uint32_t key, std::int64_t now);  // a hit; whatever has expired is gone after it
  // Also of a key that it holds: it is as new. Takes one word for each entry that it evicts at random, else none.
  void insert(std::uint32_t key, std::int64_t expires, Stream& words);
  bool erase(std::uint32_t key);  // whether it was there
  void clear();
  std::uint32_t size() const { return static_cast<std::uint32_t>(index_.size()); }
  std::uint64_t evicted() const { return evicted_; }

  static constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();

 private:
  static constexpr std::uint32_t kNobody = 0xffffffffu;
  struct Entry {
    std::int64_t expires;
    std::uint32_t key;
    std::uint32_t older = kNobody, newer = kNobody;
  };
  void link(std::uint32_t entry);  // as the newest
  void unlink(std::uint32_t entry);
  void remove(std::uint32_t entry);

  std::uint32_t most_;
  Eviction eviction_;
  KeyIndex index_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::uint32_t oldest_ = kNobody, newest_ = kNobody;
  std::uint64_t evicted_ = 0;
};

}  // namespace windtunnel
