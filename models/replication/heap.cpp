// Garbage that is collected, and heaps that are full: V8's two generations. Slow-path, and only for services that have
// a heap.
//
// Requests allocate in the young generation; when it is full it is collected, which takes little, and some of it goes
// to the old one, to die there. That is collected when it has grown to a multiple of what lived after the last time, at
// the latest when it is full; which takes long where much lives. So a heap near its end is collected all the time, and
// where all of it lives the process aborts: exit code 134, where a container that the kernel kills for its memory ends
// with 137.

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {
namespace {

constexpr double kGibi = 1024.0 * 1024 * 1024;

std::string mebibytes(double bytes) { return std::to_string(std::llround(bytes / (1024 * 1024))) + "Mi"; }

}  // namespace

void Replication::begin_heap(Service& service, std::uint32_t slot) {
  Collector& collector = *service.collector;
  if (collector.of.size() <= slot) collector.of.resize(instances_.size());
  collector.of[slot] = {};
  collector.of[slot].lived = collector.heap->base.count;
}

double Replication::heap_bytes(const Service& service, std::uint32_t slot) const {
  const Heap& heap = *service.collector->heap;
  const std::uint32_t inside = service.outstanding[instances_[slot].position];
  return heap.base.count + heap.per_request.count * static_cast<double>(inside) + service.collector->of[slot].leaked;
}

double Replication::heap_garbage(const Service& service, std::uint32_t slot) {
  const Collector::OfInstance& own = service.collector->of[slot];
  return own.garbage + own.young;
}

// What a request allocates is there when it leaves. Collecting comes at the same instant, once whoever moves the
// request is through with it.
void Replication::heap_changed(Service& service, std::uint32_t slot, bool left) {
  Collector& collector = *service.collector;
  Collector::OfInstance& own = collector.of[slot];
  if (left) {
    own.leaked += collector.heap->leak.count;
    own.young += collector.heap->allocation.count;
  }
  const double live = heap_bytes(service, slot);
  if (now_ns() >= measure_from_) collector.most = std::max(collector.most, live);
  if (own.due || instances_[slot].paused) return;
  const double most = collector.heap->most(service.params->instance.resources.limits.memory);
  const bool old_due = live + own.garbage >= std::min(collector.heap->growth * own.lived, most);
  if (own.young < collector.heap->semi_space.count && !old_due) return;
  own.due = true;
  sim_.at(sim_.now(), [this, &service, slot, life = lives_[slot].life] {
    if (lives_[slot].life != life) return;
    service.collector->of[slot].due = false;
    collect(service, slot);
  });
}

void Replication::collect(Service& service, std::uint32_t slot) {
  if (!instances_[slot].serving || instances_[slot].paused) return;
  Collector& collector = *service.collector;
  const Heap& heap = *collector.heap;
  Collector::OfInstance& own = collector.of[slot];
  const bool counts = now_ns() >= measure_from_;
  double takes = 0;
  while (own.young >= heap.semi_space.count) {
    own.young -= heap.semi_space.count;
    own.garbage += heap.promoted.value * heap.semi_space.count;
    takes += static_cast<double>(collector.scavenge->next_ns());
    if (counts) ++collector.scavenges;
  }
  const double live = heap_bytes(service, slot);
  const double most = heap.most(service.params->instance.resources.limits.memory);
  if (live + own.garbage >= std::min(heap.growth * own.lived, most)) {
    if (live >= most) return heap_limit_reached(service, slot, live);
    own.garbage = 0;
    own.lived = live;
    takes += static_cast<double>(collector.mark_compact->next_ns()) * live / kGibi;
    if (counts) ++collector.mark_compacts;
  }
  const std::int64_t length = std::llrint(takes);
  if (length == 0) return;
  if (counts) {
    collector.paused_ns += static_cast<double>(length);
    collector.longest_ns = std::max(collector.longest_ns, static_cast<double>(length));
  }
  pause(service, slot, true);
  sim_.after(Duration{length}, [this, &service, slot, length, life = lives_[slot].life] {
    if (lives_[slot].life == life) collected(service, slot, length);
  });
}

// It was CPU time, of one thread.
void Replication::collected(Service& service, std::uint32_t slot, std::int64_t length) {
  if (instances_[slot].shared)
    shared_[slot].used_ns += static_cast<double>(length);
  else
    instances_[slot].running_sum += length;
  pause(service, slot, false);
  collect(service, slot);
}

void Replication::heap_limit_reached(Service& service, std::uint32_t slot, double live) {
  const double most = service.collector->heap->most(service.params->instance.resources.limits.memory);
  const InstanceLife& life = lives_[slot];
  decide(service, "heap_abort",
         "instance " + std::to_string(life.serial) + " aborted: " + mebibytes(live) + " live on a heap of " +
             mebibytes(most),
         {{"heap_bytes", live},
          {"max_old_space_bytes", most},
          {"requests_lost", static_cast<double>(service.outstanding[instances_[slot].position])},
          {"ran_s", to_seconds(sim_.now() - life.running_since)}});
  if (now_ns() >= measure_from_) ++service.collector->aborts;
  restart(service, slot, life.pod, Outcome::kFailedHeapLimit);
}

void Replication::write_heap(Record& record, const Service& service) const {
  const Collector& collector = *service.collector;
  const auto put = [&](const char* name, const char* unit, double value) {
    record.values.push_back({service.name + ".heap." + name, unit, value});
  };
  put("scavenges", "count", static_cast<double>(collector.scavenges));
  put("mark_compacts", "count", static_cast<double>(collector.mark_compacts));
  put("pause_time", "share",
      service.total.alive > 0 ? collector.paused_ns / service.total.alive : std::numeric_limits<double>::quiet_NaN());
  put("pause_max", "s", ns_to_seconds(collector.longest_ns));
  put("live_max", "B", collector.most);
  put("aborts", "count", static_cast<double>(collector.aborts));
}

}  // namespace windtunnel
