// Caches in front of what steps do. A request's keys are drawn when it arrives, as its work is. At the end of a step
// that looks up it goes on, goes on behind what a miss does, or waits for another's fetch; those that wait go on by
// events of their own, so that nothing of theirs runs in the way of the one who fetched.

#include "models/replication/caches.hpp"

#include <algorithm>
#include <cassert>
#include <limits>
#include <utility>

#include "models/replication/service_runtime.hpp"
#include "models/service/cached_steps.hpp"

namespace windtunnel {

void Replication::Caches::unlink(std::uint32_t waiting) {
  const Looked& gone = looked[waiting];
  Looked& fetcher = looked[gone.fetcher];
  (gone.previous == kNone ? fetcher.first : looked[gone.previous].next) = gone.next;
  (gone.next == kNone ? fetcher.last : looked[gone.next].previous) = gone.previous;
}

void Replication::draw_keys(const RequestKind& kind, std::uint32_t r) {
  Caches& caches = *caches_;
  if (caches.a_call_failed.size() < pool_.size()) {
    caches.a_call_failed.resize(pool_.size());
    caches.looked.resize(std::size_t{pool_.size()} * caches.places);
  }
  caches.a_call_failed[r] = false;
  for (const StepRuntime& step : kind.steps) {
    if (!step.cached || step.cached->cache == kNone) continue;
    const Caches::Cache& cache = *caches.all[step.cached->cache];
    const std::uint64_t word = step.cached->words->next();
    caches.looked_by(r, step.cached->place) = {.drawn = cache.popularity ? cache.popularity->pick(word) : word};
  }
}

// Where the request finds what it looks for; null: the instance that would hold it is not there.
Replication::Caches::Store* Replication::Caches::store_for(Cache& cache, std::uint32_t r, std::uint64_t key) {
  if (cache.params->shared) return &cache.stores.front();
  if (cache.holder == nullptr) {
    const std::uint32_t slot = run.pool_[r].instance;
    if (cache.stores.size() <= slot) cache.stores.resize(run.instances_.size());
    Store& store = cache.stores[slot];
    if (store.serial != run.lives_[slot].serial) {
      empty(cache, store);
      store.slot = slot;
      store.serial = run.lives_[slot].serial;
    }
    return &store;
  }
  // A part without an instance is taken over, empty, by the first that has none.
  Store& part = cache.stores[cache.popularity ? key % cache.stores.size() : 0];
  const auto alive = [&](const Store& store) {
    return store.slot != kNone && run.lives_[store.slot].serial == store.serial &&
           run.instances_[store.slot].service == cache.holder->index &&
           run.instances_[store.slot].position < cache.holder->slot_at.size() &&
           cache.holder->slot_at[run.instances_[store.slot].position] == store.slot;
  };
  if (alive(part)) return &part;
  for (std::uint32_t position = 0; position < cache.holder->ready; ++position) {
    const std::uint32_t slot = cache.holder->slot_at[position];
    const bool taken = std::any_of(cache.stores.begin(), cache.stores.end(), [&](const Store& store) {
      return store.slot == slot && store.serial == run.lives_[slot].serial;
    });
    if (taken) continue;
    empty(cache, part);
    part.slot = slot;
    part.serial = run.lives_[slot].serial;
    return &part;
  }
  return nullptr;
}

void Replication::Caches::empty(const Cache& cache, Store& store) {
  store.lookups = 0;
  if (!cache.params->keys) return;
  if (store.entries) return store.entries->clear();
  store.entries.emplace(
      static_cast<std::uint32_t>(std::min(cache.params->size.value_or(*cache.params->keys), *cache.params->keys)),
      cache.params->eviction);
}

bool Replication::Caches::hits(Cache& cache, std::uint32_t r, std::uint64_t drawn) {
  Store* store = store_for(cache, r, drawn);
  if (store == nullptr) return false;
  if (store->entries) return store->entries->find(static_cast<std::uint32_t>(drawn), run.now_ns());
  const double warm =
      cache.params->warm_up == 0
          ? 1
          : std::min(1.0, static_cast<double>(store->lookups) / static_cast<double>(cache.params->warm_up));
  ++store->lookups;
  return Stream::to_unit(drawn) <= cache.params->hit_ratio->value * warm;
}

// At the end of a step that has to do with caches. Sends the request on to its next step, whichever that is; false: it
// waits for another's fetch.
bool Replication::use_caches(Service& service, std::uint32_t r, bool holds_thread, std::uint32_t station) {
  Caches& caches = *caches_;
  Request& request = pool_[r];
  const CacheUse& use = *kinds_[request.kind].steps[request.step()].cached;
  if (use.cache == kNone) {
    pass(r, request.step() + 1);
    return true;
  }
  Caches::Cache& cache = *caches.all[use.cache];
  Caches::Looked& looked = caches.looked_by(r, use.place);
  if (use.invalidates) {
    if (Caches::Store* store = caches.store_for(cache, r, looked.drawn); store != nullptr && store->entries)
      store->entries->erase(static_cast<std::uint32_t>(looked.drawn));
    pass(r, request.step() + 1);
    return true;
  }
  const bool counts = request.is(Request::kMeasured);
  if (counts) ++cache.lookups;
  const bool unknown = caches.a_call_failed[r];
  caches.a_call_failed[r] = false;
  if (!unknown && caches.hits(cache, r, looked.drawn)) {
    if (counts) ++cache.hits;
    pass(r, use.end);
    return true;
  }
  looked.state = Caches::State::kMissed;
  if (cache.params->coalesce) {
    looked.fetch = looked.drawn << 32U | (cache.params->shared ? kNone : request.instance);
    const std::uint32_t self = r * caches.places + use.place;
    const std::uint32_t fetcher = cache.under_way.find(looked.fetch);
    if (fetcher != KeyIndex::kAbsent) {
      if (counts) ++cache.coalesced;
      looked.state = Caches::State::kWaiting;
      looked.fetcher = fetcher;
      looked.next = kNone;
      looked.previous = std::exchange(caches.looked[fetcher].last, self);
      (looked.previous == kNone ? caches.looked[fetcher].first : caches.looked[looked.previous].next) = self;
      request.be(Request::State::kOnIo);
      service.on_io.add(sim_.now(), 1);
      if (holds_thread && !service.holds_threads) release_thread(service, station);
      return false;
    }
    cache.under_way.set(looked.fetch, self);
    looked.state = Caches::State::kFetching;
    looked.first = looked.last = kNone;
  }
  if (counts) ++cache.fetches;
  pass(r, request.step() + 1);
  return true;
}

// Goes on to that step; what misses have fetched by then is filled in.
void Replication::pass(std::uint32_t r, std::uint32_t step) {
  Caches& caches = *caches_;
  Request& request = pool_[r];
  const RequestKind& kind = kinds_[request.kind];
  for (std::uint32_t k = request.step() + 1; k-- > 0;) {
    const CacheUse* use = kind.steps[k].cached.get();
    if (use == nullptr || use->cache == kNone || use->invalidates || use->end != step) continue;
    Caches::Looked& looked = caches.looked_by(r, use->place);
    if (looked.state == Caches::State::kMissed || looked.state == Caches::State::kFetching)
      caches.fill(r, *use, looked);
  }
  request.go_to(step);
}

// A fetch that has done without an answer (on_failure: ignore) serves those that wait, and is not kept.
void Replication::Caches::fill(std::uint32_t r, const CacheUse& use, Looked& look) {
  Cache& cache = *all[use.cache];
  if (a_call_failed[r]) {
    a_call_failed[r] = false;
  } else if (cache.params->keys) {
    if (Store* store = store_for(cache, r, look.drawn)) {
      const std::int64_t room = CacheStore::kForEver - run.now_ns();
      const std::int64_t ttl = cache.params->ttl ? cache.params->ttl->count() : CacheStore::kForEver;
      store->entries->insert(static_cast<std::uint32_t>(look.drawn), run.now_ns() + std::min(room, ttl),
                             *cache.eviction_words);
    }
  }
  if (std::exchange(look.state, State::kNotYet) == State::kFetching) end_fetch(cache, look, State::kServed);
}

void Replication::Caches::end_fetch(Cache& cache, Looked& fetcher, State how) {
  cache.under_way.erase(fetcher.fetch);
  for (std::uint32_t waiting = fetcher.first; waiting != kNone; waiting = looked[waiting].next) {
    looked[waiting].state = how;
    const std::uint32_t r = waiting / places;
    run.sim_.schedule(run.now_ns(), kFetched, r, run.pool_[r].stamp);
  }
  fetcher.first = fetcher.last = kNone;
}

// The fetch that the request has waited for is over, in one way or another.
void Replication::fetched(std::uint32_t r) {
  Request& request = pool_[r];
  Service& service = *kinds_[request.kind].home;
  const StepRuntime& step = kinds_[request.kind].steps[request.step()];
  Caches::Looked& looked = caches_->looked_by(r, step.cached->place);
  if (looked.state == Caches::State::kFailed) {
    looked.state = Caches::State::kNotYet;
    return lose(service, r, Outcome::kFailedDependency);
  }
  service.on_io.add(sim_.now(), -1);
  ++request.stamp;
  if (looked.state == Caches::State::kServed) {
    looked.state = Caches::State::kNotYet;
    pass(r, step.cached->end);
  } else {
    looked.state = Caches::State::kFetching;
    if (request.is(Request::kMeasured)) ++caches_->all[step.cached->cache]->fetches;
    pass(r, request.step() + 1);
  }
  const std::uint32_t station = station_of(service, request, step.role);
  go_on(service, r, service.holds_threads, station);
}

// It is lost. A fetch that has failed fails those that wait for it; one whose request ends for reasons of its own is
// left to the first of them.
void Replication::forget_lookups(std::uint32_t r, Outcome why) {
  Caches& caches = *caches_;
  for (const StepRuntime& step : kinds_[pool_[r].kind].steps) {
    if (!step.cached || step.cached->cache == kNone || step.cached->invalidates) continue;
    Caches::Cache& cache = *caches.all[step.cached->cache];
    Caches::Looked& looked = caches.looked_by(r, step.cached->place);
    const Caches::State state = std::exchange(looked.state, Caches::State::kNotYet);
    if (state == Caches::State::kWaiting) caches.unlink(r * caches.places + step.cached->place);
    if (state != Caches::State::kFetching && state != Caches::State::kLeft) continue;
    const std::uint32_t heir = looked.first;
    if (why == Outcome::kFailedDependency || why == Outcome::kFailedError || heir == kNone) {
      caches.end_fetch(cache, looked, Caches::State::kFailed);
      continue;
    }
    Caches::Looked& next = caches.looked[heir];
    next.state = Caches::State::kLeft;
    next.first = next.next;
    next.last = next.first == kNone ? kNone : looked.last;
    for (std::uint32_t waiting = next.first; waiting != kNone; waiting = caches.looked[waiting].next)
      caches.looked[waiting].fetcher = heir;
    if (next.first != kNone) caches.looked[next.first].previous = kNone;
    cache.under_way.set(looked.fetch, heir);
    const std::uint32_t who = heir / caches.places;
    sim_.schedule(now_ns(), kFetched, who, pool_[who].stamp);
  }
}

// Of a request that looks up or fetches.
void Replication::note_failed_call(std::uint32_t r) {
  const Request& request = pool_[r];
  if (kinds_[request.kind].steps[request.step()].cached) caches_->a_call_failed[r] = true;
}

std::size_t Replication::flush_cache(const std::string& service, const std::string& name) {
  std::size_t entries = 0;
  if (!caches_) return 0;
  for (const auto& cache : caches_->all) {
    if (cache->home->name != service || (!name.empty() && cache->name != name)) continue;
    for (Caches::Store& store : cache->stores) {
      const bool there = cache->holder != nullptr || cache->params->shared ||
                         (store.slot != kNone && lives_[store.slot].serial == store.serial &&
                          slot_of(*cache->home, store.serial) == store.slot);
      if (there && store.entries) entries += store.entries->size();
      Caches::empty(*cache, store);
    }
  }
  return entries;
}

// --- from the scenario, and the books
// ---------------------------------------------------------------------------------

void Replication::build_caches() {
  for (const auto& service : services_)
    for (const auto& [name, params] : service->params->caches) {
      if (!caches_) caches_ = std::make_unique<Caches>(*this);
      auto cache = std::make_unique<Caches::Cache>();
      cache->params = &params;
      cache->name = name;
      cache->home = service.get();
      if (!params.in.empty()) cache->holder = &named(params.in);
      if (params.keys) cache->popularity.emplace(static_cast<std::uint64_t>(*params.keys), params.zipf);
      cache->eviction_words = std::make_unique<Stream>(streams_.named(service->name + "/caches/" + name));
      if (params.one_for_all())
        cache->stores.resize(
            cache->holder == nullptr || params.shared ? 1 : static_cast<std::size_t>(cache->holder->params->replicas));
      for (Caches::Store& store : cache->stores) Caches::empty(*cache, store);
      caches_->all.push_back(std::move(cache));
    }
}

// Of a kind whose steps stand: keys are drawn from "<stream>/step<k>/key".
void Replication::build_cached_steps(RequestKind& kind, const std::string& stream) {
  const std::vector<Step>& steps = kind.home->params->work.at(kind.work_class);
  const auto number = [&](const std::string& name) {
    const auto found = std::find_if(caches_->all.begin(), caches_->all.end(),
                                    [&](const auto& cache) { return cache->home == kind.home && cache->name == name; });
    assert(found != caches_->all.end());
    return static_cast<std::uint32_t>(found - caches_->all.begin());
  };
  std::uint32_t places = 0;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    const Step& step = steps[k];
    if (step.look_up.empty() && step.on_miss.empty() && step.invalidate.empty()) continue;
    auto use = std::make_unique<CacheUse>();
    use->invalidates = !step.invalidate.empty();
    if (const std::string& name = use->invalidates ? step.invalidate : step.look_up; !name.empty()) {
      use->cache = number(name);
      use->place = places++;
      use->words = std::make_unique<Stream>(streams_.named(stream + "/step" + std::to_string(k) + "/key"));
    }
    kind.steps[k].cached = std::move(use);
  }
  for (const CachedSteps& cached : cached_steps(steps))
    kind.steps[cached.lookup].cached->end = static_cast<std::uint32_t>(cached.end);
  kind.uses_caches = places > 0;
  if (kind.uses_caches) steps_most_ = std::max(steps_most_, 2U);  // that the keys are drawn, with the later demands
  caches_->places = std::max(caches_->places, places);
}

void Replication::begin_cache_series(Service& service) const {
  for (const auto& cache : caches_->all)
    if (cache->home == &service) service.series.columns.push_back({"hit_ratio_" + cache->name, "share", {}});
}

void Replication::cache_series_point(const Service& service, std::vector<double>& row) const {
  for (const auto& cache : caches_->all) {
    if (cache->home != &service) continue;
    const std::uint64_t lookups = cache->lookups - std::exchange(cache->lookups_taken, cache->lookups);
    const std::uint64_t hits = cache->hits - std::exchange(cache->hits_taken, cache->hits);
    row.push_back(lookups == 0 ? std::numeric_limits<double>::quiet_NaN()
                               : static_cast<double>(hits) / static_cast<double>(lookups));
  }
}

void Replication::write_caches(Record& record, const Service& service) const {
  const double seconds = to_seconds(scenario_.horizon);
  for (const auto& cache : caches_->all) {
    if (cache->home != &service) continue;
    const auto put = [&](const char* name, const char* unit, double value) {
      record.values.push_back({service.name + ".caches." + cache->name + "." + name, unit, value});
    };
    const auto lookups = static_cast<double>(cache->lookups);
    put("hit_ratio", "share",
        lookups == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(cache->hits) / lookups);
    put("lookups", "1/s", lookups / seconds);
    put("fetches", "1/s", static_cast<double>(cache->fetches) / seconds);
    if (cache->params->coalesce) put("coalesced", "1/s", static_cast<double>(cache->coalesced) / seconds);
    if (!cache->params->keys) continue;
    double entries = 0;
    for (const Caches::Store& store : cache->stores)
      if (store.entries) entries += static_cast<double>(store.entries->size());
    put("entries", "count", entries);
  }
}

}  // namespace windtunnel
