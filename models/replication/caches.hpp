#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/cache/cache_params.hpp"
#include "models/cache/cache_store.hpp"
#include "models/cache/key_index.hpp"
#include "models/replication/replication.hpp"
#include "models/workload/popularity.hpp"

namespace windtunnel {

// The caches of a run, and what each request has to do with them.
struct Replication::Caches {
  // What is held together: by an instance, by all of them, or by an instance of another service.
  struct Store {
    std::optional<CacheStore> entries;           // none: the share of hits is given
    std::uint64_t lookups = 0;                   // since it was empty
    std::uint32_t slot = kNone, serial = kNone;  // of its instance; kNone: it has none
  };
  struct Cache {
    const CacheParams* params = nullptr;
    std::string name;
    Service* home = nullptr;
    Service* holder = nullptr;  // null: nobody else holds it
    std::optional<Popularity> popularity;
    std::unique_ptr<Stream> eviction_words;
    std::vector<Store> stores;  // by slot, by part of the keys, or a single one
    KeyIndex under_way;         // by key and instance, who fetches, where others wait for it
    // Books, on measured requests.
    std::uint64_t lookups = 0, hits = 0, fetches = 0, coalesced = 0;
    std::uint64_t lookups_taken = 0, hits_taken = 0;  // by the series
  };
  enum class State : std::uint8_t {
    kNotYet,    // or over
    kMissed,    // does what a miss does …
    kFetching,  // … and others may wait for it
    kWaiting,   // for somebody else's fetch
    kServed,    // it waits no longer, the fetch was good …
    kFailed,    // … or has failed …
    kLeft,      // … or has been left to it
  };
  struct Looked {
    std::uint64_t drawn = 0;                       // its key, or the word that decides where the share of hits is given
    std::uint64_t fetch = 0;                       // key and instance
    std::uint32_t first = kNone, last = kNone;     // of those that wait for it …
    std::uint32_t previous = kNone, next = kNone;  // … or its neighbours among those, and whom it waits for
    std::uint32_t fetcher = kNone;
    State state = State::kNotYet;
  };

  explicit Caches(Replication& replication) : run(replication) {}
  Store* store_for(Cache& cache, std::uint32_t r, std::uint64_t key);
  static void empty(const Cache& cache, Store& store);
  bool hits(Cache& cache, std::uint32_t r, std::uint64_t drawn);
  void fill(std::uint32_t r, const CacheUse& use, Looked& look);
  void end_fetch(Cache& cache, Looked& fetcher, State how);
  Looked& looked_by(std::uint32_t r, std::uint32_t place) { return looked[std::size_t{r} * places + place]; }
  void unlink(std::uint32_t waiting);

  Replication& run;
  std::vector<std::unique_ptr<Cache>> all;
  std::uint32_t places = 0;         // most uses of caches by any kind of request
  std::vector<Looked> looked;       // `places` per request; named by their place in it
  std::vector<bool> a_call_failed;  // by request, in the present lookup or fetch
};

}  // namespace windtunnel
