// What instances use, for advice on how large they should be. Slow-path, and only for services that state requests.

#include <algorithm>
#include <utility>

#include "models/replication/nodes.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

std::vector<Replication::Use> Replication::use_since(const Service& service, std::map<std::uint32_t, double>& seen,
                                                     Duration period) const {
  const double seconds = to_seconds(period);
  std::map<std::uint32_t, double> seen_now;
  std::vector<std::uint32_t> slots = service.slot_at;
  std::sort(slots.begin(), slots.end(), [&](auto a, auto b) { return lives_[a].serial < lives_[b].serial; });
  std::vector<Use> out;
  for (const std::uint32_t slot : slots) {
    const InstanceLife& life = lives_[slot];
    const double consumed = cpu_ns_so_far(slot);
    seen_now[life.serial] = consumed;
    if (life.running_since > sim_.now()) continue;
    Use& use = out.emplace_back();
    use.slot = slot;
    // As the metrics server, which has no figure of a container before it has read it twice.
    if (const auto before = seen.find(life.serial); before != seen.end())
      use.cores = ns_to_seconds(consumed - before->second) / seconds;
    use.memory = memory_bytes(service, slot);
  }
  seen = std::move(seen_now);
  return out;
}

// Where a vertical autoscaler sets the requests they follow the use already.
void Replication::begin_sizing(Service& service) {
  const Resources& resources = service.params->instance.resources;
  const std::optional<VerticalAutoscalerParams>& vertical = service.params->vertical_autoscaler;
  if (!resources.requests.cpu && !resources.requests.memory) return;
  if (vertical && vertical->spec.update.mode != vpa::UpdateMode::kOff) return;
  service.sizing = std::make_unique<SizingWatch>(
      SizingWatch{SizingBooks(service.name, resources, vertical.value_or(VerticalAutoscalerParams{}))});
  sample_sizing(service);
}

void Replication::sample_sizing(Service& service) {
  SizingWatch& watch = *service.sizing;
  const Time now = sim_.now();
  for (const Use& use : use_since(service, watch.cpu_seen, SizingBooks::kPeriod)) {
    if (use.cores) watch.books.cpu(now, *use.cores);
    if (use.memory > 0) watch.books.memory(lives_[use.slot].pod.id, now, use.memory);
  }
  sim_.after(SizingBooks::kPeriod, [this, &service] { sample_sizing(service); });
}

void Replication::write_sizing(Record& record, Service& service) {
  if (!service.sizing) return;
  const double on_nodes = service.total.alive - (nodes_ ? nodes_->pending_ns(service) : 0);
  const auto price = scenario_.cost.per_instance_hour.find(service.name);
  std::optional<double> cost;
  if (price != scenario_.cost.per_instance_hour.end()) cost = price->second * ns_to_seconds(billed_ns(service)) / 3600;
  service.sizing->books.replication_ends(on_nodes / static_cast<double>(scenario_.horizon.count()), cost);
  record.sizing.push_back(std::move(service.sizing->books));
}

}  // namespace windtunnel
