// Instances that are a primary and its replicas: who takes what, and who comes after the primary.

#include "models/replication/read_replicas.hpp"

#include <algorithm>
#include <limits>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::build_replica_set(Service& service) {
  if (!service.params->read_replicas) return;
  ReplicaSet& set = *service.replica_set;
  for (const RequestKind& kind : kinds_)
    set.reads.push_back(std::find(set.params->reads.begin(), set.params->reads.end(), kind.request_class) !=
                        set.params->reads.end());
}

void Replication::admit_to_replica_set(Service& service, std::uint32_t r) {
  ReplicaSet& set = *service.replica_set;
  const bool counts = pool_[r].is(Request::kMeasured);
  std::uint32_t position = 0;
  if (set.reads[pool_[r].kind]) {
    const bool by_replica = service.ready > (set.has_primary ? 1U : 0U);
    if (by_replica) position = service.hidden + service.balancer->pick(service.visible, *service.balancer_words);
    if (counts) {
      ++set.all_reads;
      set.by_replicas += by_replica ? 1 : 0;
    }
    if (by_replica && set.lag) {
      const std::int64_t as_of = now_ns() - set.lag->next_ns();
      if (counts && set.last_write > as_of) ++set.stale;
    }
  } else if (!set.has_primary) {
    return lose(service, r, Outcome::kRejectedNoInstance);
  }
  const std::uint32_t slot = service.slot_at[position];
  if (service.control && !instance_takes(service, r, slot)) return;
  deliver(service, r, slot);
}

void Replication::note_write(Service& service, const Request& request) {
  if (!service.replica_set->reads[request.kind]) service.replica_set->last_write = now_ns();
}

// Called with the instance among the ready ones.
void Replication::replica_ready(Service& service, std::uint32_t slot) {
  ReplicaSet& set = *service.replica_set;
  if (set.next_is_primary) promote(service, slot);
  service.hidden = set.has_primary && service.ready > 1 ? 1 : 0;
}

void Replication::promote(Service& service, std::uint32_t slot) {
  ReplicaSet& set = *service.replica_set;
  swap_positions(service, instances_[slot].position, 0);
  set.has_primary = true;
  set.next_is_primary = false;
  set.without_primary.set(sim_.now(), 0);
}

// Called before the instance leaves the ready ones.
void Replication::replica_leaves(Service& service, std::uint32_t slot) {
  ReplicaSet& set = *service.replica_set;
  const bool is_primary = set.has_primary && instances_[slot].position == 0;
  if (is_primary) {
    set.has_primary = false;
    set.without_primary.set(sim_.now(), 1);
    sim_.after(set.params->failover, [this, &service] { fail_over(service); });
  }
  service.hidden = set.has_primary && service.ready > 2 ? 1 : 0;
}

void Replication::fail_over(Service& service) {
  ReplicaSet& set = *service.replica_set;
  if (set.has_primary) return;
  set.next_is_primary = service.ready == 0;
  if (set.next_is_primary) return;
  std::uint32_t oldest = service.slot_at[0];
  for (std::uint32_t position = 1; position < service.ready; ++position)
    if (more(instances_[service.slot_at[position]]).serial < more(instances_[oldest]).serial)
      oldest = service.slot_at[position];
  promote(service, oldest);
  if (now_ns() >= measure_from_) ++set.promotions;
  service.hidden = service.ready > 1 ? 1 : 0;
  service.show_backends();
  service.balancer->backends_changed(service.visible);
  decide(service, "failover", "instance " + std::to_string(more(instances_[oldest]).serial) + " is the primary now",
         {});
}

void Replication::begin_measuring_replicas(Service& service) {
  ReplicaSet& set = *service.replica_set;
  set.without_before = set.without_primary.integral(sim_.now());
}

void Replication::write_replicas(Record& record, const Service& service) const {
  const ReplicaSet& set = *service.replica_set;
  const auto put = [&](const char* name, const char* unit, double value) {
    record.values.push_back({service.name + ".read_replicas." + name, unit, value});
  };
  const auto share = [](std::uint64_t n, std::uint64_t all) {
    return all == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n) / static_cast<double>(all);
  };
  put("reads", "share", share(set.by_replicas, set.all_reads));
  put("stale", "share", share(set.stale, set.by_replicas));
  put("failovers", "count", static_cast<double>(set.promotions));
  put("without_primary", "share",
      static_cast<double>(set.without_primary.integral(sim_.now()) - set.without_before) /
          static_cast<double>(scenario_.horizon.count()));
}

}  // namespace windtunnel
