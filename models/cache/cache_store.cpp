#include "models/cache/cache_store.hpp"

namespace windtunnel {

bool CacheStore::find(std::uint32_t key, std::int64_t now) {
  const std::uint32_t entry = index_.find(key);
  if (entry == KeyIndex::kAbsent) return false;
  if (entries_[entry].expires <= now) {
    remove(entry);
    return false;
  }
  if (eviction_ == Eviction::kLru && entry != newest_) {
    unlink(entry);
    link(entry);
  }
  return true;
}

void CacheStore::insert(std::uint32_t key, std::int64_t expires, Stream& words) {
  std::uint32_t entry = index_.find(key);
  if (entry != KeyIndex::kAbsent) {
    unlink(entry);
  } else {
    if (index_.size() == most_) {  // every place is taken, so any of them can be drawn
      remove(eviction_ == Eviction::kRandom ? words.below(most_) : oldest_);
      ++evicted_;
    }
    if (free_.empty()) {
      entry = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      entry = free_.back();
      free_.pop_back();
    }
    index_.set(key, entry);
  }
  entries_[entry].key = key;
  entries_[entry].expires = expires;
  link(entry);
}

bool CacheStore::erase(std::uint32_t key) {
  const std::uint32_t entry = index_.find(key);
  if (entry == KeyIndex::kAbsent) return false;
  remove(entry);
  return true;
}

void CacheStore::clear() {
  index_.clear();
  entries_.clear();
  free_.clear();
  oldest_ = newest_ = kNobody;
}

void CacheStore::link(std::uint32_t entry) {
  entries_[entry].older = newest_;
  entries_[entry].newer = kNobody;
  (newest_ == kNobody ? oldest_ : entries_[newest_].newer) = entry;
  newest_ = entry;
}

void CacheStore::unlink(std::uint32_t entry) {
  const Entry& gone = entries_[entry];
  (gone.older == kNobody ? oldest_ : entries_[gone.older].newer) = gone.newer;
  (gone.newer == kNobody ? newest_ : entries_[gone.newer].older) = gone.older;
}

void CacheStore::remove(std::uint32_t entry) {
  unlink(entry);
  index_.erase(entries_[entry].key);
  free_.push_back(entry);
}

}  // namespace windtunnel
