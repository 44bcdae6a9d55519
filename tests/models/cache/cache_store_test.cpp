// What a cache holds, and the hit ratios that follow: small cases by hand, long runs of independent lookups against
// closed forms.

#include "models/cache/cache_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <list>
#include <map>
#include <vector>

#include "models/theory/closed_forms.hpp"
#include "models/workload/popularity.hpp"
#include "sim/random/stream.hpp"

namespace windtunnel {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kSecond = 1'000'000'000;

// Looks each key up and inserts it where it misses: which of them hit.
std::vector<bool> lookups(CacheStore& store, const std::vector<std::uint32_t>& keys) {
  Stream words(1, "evictions", 0);
  std::vector<bool> hits;
  for (const std::uint32_t key : keys) {
    hits.push_back(store.find(key, 0));
    if (!hits.back()) store.insert(key, CacheStore::kForEver, words);
  }
  return hits;
}

TEST(CacheStore, MakesRoomByDroppingTheLeastRecentlyUsed) {
  CacheStore store(2, Eviction::kLru);
  EXPECT_THAT(lookups(store, {1, 2, 1, 3, 1, 2}), ElementsAre(false, false, true, false, true, false));
  EXPECT_EQ(store.evicted(), 2U);
}

TEST(CacheStore, MakesRoomByDroppingTheOldestHoweverMuchItIsUsed) {
  CacheStore store(2, Eviction::kFifo);
  EXPECT_THAT(lookups(store, {1, 2, 1, 3, 1}), ElementsAre(false, false, true, false, false));
}

TEST(CacheStore, HoldsAnEntryForItsTimeNoMatterHowOftenItHits) {
  CacheStore store(10, Eviction::kLru);
  Stream words(1, "evictions", 0);
  store.insert(7, 5 * kSecond, words);
  EXPECT_TRUE(store.find(7, 4 * kSecond));
  EXPECT_TRUE(store.find(7, 5 * kSecond - 1));
  EXPECT_FALSE(store.find(7, 5 * kSecond));
  EXPECT_EQ(store.size(), 0U);
}

TEST(CacheStore, IsEmptyOnceItIsCleared) {
  CacheStore store(3, Eviction::kLru);
  lookups(store, {1, 2, 3});
  EXPECT_EQ(store.size(), 3U);
  store.clear();
  EXPECT_EQ(store.size(), 0U);
  EXPECT_THAT(lookups(store, {1, 2, 3, 1}), ElementsAre(false, false, false, true));
}

TEST(CacheStore, LosesWhatIsErased) {
  CacheStore store(3, Eviction::kLru);
  lookups(store, {1, 2});
  EXPECT_TRUE(store.erase(1));
  EXPECT_FALSE(store.erase(1));
  EXPECT_THAT(lookups(store, {2, 1}), ElementsAre(true, false));
}

// Any sequence of operations, beside a list that does the same slowly.
TEST(CacheStore, DoesWhatAListDoes) {
  Stream words(11, "operations", 0), unused(1, "evictions", 0);
  CacheStore store(20, Eviction::kLru);
  std::list<std::uint32_t> list;  // the newest first
  std::map<std::uint32_t, std::int64_t> expires;
  for (std::int64_t now = 0; now < 200'000; ++now) {
    const std::uint32_t key = words.below(60);
    if (words.below(10) == 0) {
      ASSERT_EQ(store.erase(key), expires.erase(key) > 0);
      list.remove(key);
      continue;
    }
    bool there = expires.contains(key);
    if (there && expires[key] <= now) {
      expires.erase(key);
      list.remove(key);
      there = false;
    }
    ASSERT_EQ(store.find(key, now), there) << now;
    list.remove(key);
    if (!there) {
      if (list.size() == 20) {
        expires.erase(list.back());
        list.pop_back();
      }
      expires[key] = now + 100;
      store.insert(key, now + 100, unused);
    }
    list.push_front(key);
    ASSERT_EQ(store.size(), list.size());
  }
}

double measured(Eviction eviction, const Popularity& popularity, std::uint32_t size, int lookups_made) {
  CacheStore store(size, eviction);
  Stream keys(3, "keys", 0), words(3, "evictions", 0);
  int hits = 0;
  for (int i = -lookups_made / 4; i < lookups_made; ++i) {
    const auto key = static_cast<std::uint32_t>(popularity.pick(keys.next()));
    const bool hit = store.find(key, 0);
    if (!hit) store.insert(key, CacheStore::kForEver, words);
    if (i >= 0) hits += hit ? 1 : 0;
  }
  return hits / static_cast<double>(lookups_made);
}

std::vector<double> shares_of(const Popularity& popularity) {
  std::vector<double> shares;
  for (std::uint64_t k = 0; k < popularity.count(); ++k) shares.push_back(popularity.share(k));
  return shares;
}

// The standard error of a share over a million lookups is below 0.0005.
TEST(CacheStore, HitsByChesApproximation) {
  for (const double zipf : {0.6, 0.8, 1.1})
    for (const std::uint32_t size : {50U, 500U, 2000U}) {
      const Popularity popularity(10'000, zipf);
      const double theory = theory::hit_ratio_lru(shares_of(popularity), size);
      EXPECT_NEAR(measured(Eviction::kLru, popularity, size, 1'000'000), theory, 0.01 * theory + 0.0015)
          << "zipf " << zipf << ", " << size << " entries";
    }
}

TEST(CacheStore, HitsAlikeWhetherTheOldestGoesOrAnyAtRandom) {
  const Popularity popularity(10'000, 0.9);
  const double theory = theory::hit_ratio_fifo(shares_of(popularity), 500);
  EXPECT_NEAR(measured(Eviction::kFifo, popularity, 500, 1'000'000), theory, 0.01 * theory + 0.0015);
  EXPECT_NEAR(measured(Eviction::kRandom, popularity, 500, 1'000'000), theory, 0.01 * theory + 0.0015);
  EXPECT_LT(theory, theory::hit_ratio_lru(shares_of(popularity), 500));
}

// King: with three keys and room for one, a lookup hits if it repeats the one before: the sum of the squared shares.
TEST(CacheStore, OfOneEntryHitsWhenALookupRepeatsTheLast) {
  const Popularity popularity(3, 1);
  double exact = 0;
  for (const double share : shares_of(popularity)) exact += share * share;
  EXPECT_NEAR(exact, (36.0 + 9 + 4) / 121, 1e-12);
  EXPECT_NEAR(measured(Eviction::kLru, popularity, 1, 1'000'000), exact, 4 * std::sqrt(exact * (1 - exact) / 1e6));
}

// All alike: an entry is as good as any other, so the share that is held is the share that hits.
TEST(CacheStore, HitsByTheShareItHoldsWhereAllKeysAreAlike) {
  const Popularity popularity(1000, 0);
  EXPECT_NEAR(theory::hit_ratio_lru(shares_of(popularity), 300), 0.3, 1e-9);
  EXPECT_NEAR(theory::hit_ratio_fifo(shares_of(popularity), 300), 0.3, 1e-9);
  EXPECT_NEAR(measured(Eviction::kLru, popularity, 300, 1'000'000), 0.3, 4 * std::sqrt(0.3 * 0.7 / 1e6));
}

}  // namespace
}  // namespace windtunnel
