// Faults, as they act on the deployment. Slow-path.

#include <algorithm>
#include <utility>

#include "models/replication/nodes.hpp"
#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"

namespace windtunnel {

Replication::Service& Replication::named(const std::string& service) const {
  for (const auto& s : services_)
    if (s->name == service) return *s;
  throw InvariantError("no service named " + service);
}

std::uint32_t Replication::slot_of(const Service& service, std::uint32_t serial) const {
  for (const std::uint32_t slot : service.slot_at)
    if (lives_[slot].serial == serial) return slot;
  return kNone;
}

std::vector<std::uint32_t> Replication::instances(const std::string& service) const {
  std::vector<std::uint32_t> out;
  for (const std::uint32_t slot : named(service).slot_at)
    if (instances_[slot].state != Instance::State::kDraining && (!nodes_ || nodes_->placed(slot)))
      out.push_back(lives_[slot].serial);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::uint32_t> Replication::instances_in_zone(const std::string& service, const std::string& zone) const {
  const auto& zones = scenario_.cluster.zones;
  const auto index = static_cast<std::uint32_t>(std::find(zones.begin(), zones.end(), zone) - zones.begin());
  std::vector<std::uint32_t> out;
  for (const std::uint32_t slot : named(service).slot_at)
    if (lives_[slot].zone == index) out.push_back(lives_[slot].serial);
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<std::string> Replication::services() const {
  std::vector<std::string> out;
  for (const auto& s : services_) out.push_back(s->name);
  return out;
}

void Replication::for_each_instance(const std::string& name, std::function<void(std::uint32_t)> action) {
  for (const std::uint32_t serial : instances(name)) action(serial);
  named(name).on_created.push_back(std::move(action));
}

void Replication::under_repair(const std::string& name, std::int64_t change) { named(name).under_repair += change; }

void Replication::kill(const std::string& name, std::uint32_t serial, bool replace) {
  Service& service = named(name);
  const std::uint32_t slot = slot_of(service, serial);
  if (slot == kNone) return;
  if (service.admission == Service::Admission::kOnDemand) forget_idle(service, slot);
  lose_all(service, slot, Outcome::kFailedInstanceLost);
  remove_instance(service, slot);
  if (service.admission == Service::Admission::kOnDemand) return start_for_pending(service);
  if (replace) set_replicas(service, service.spec_replicas);
}

void Replication::reconcile(const std::string& name) {
  Service& service = named(name);
  if (service.admission == Service::Admission::kOnDemand) return start_for_pending(service);
  set_replicas(service, service.spec_replicas);
}

void Replication::set_zone_up(const std::string& zone, bool up) {
  const auto& zones = scenario_.cluster.zones;
  const auto index = static_cast<std::size_t>(std::find(zones.begin(), zones.end(), zone) - zones.begin());
  zone_up_[index] = up;
  if (nodes_) nodes_->zone_changed(static_cast<std::uint32_t>(index), up);
}

void Replication::set_slowdown(const std::string& name, std::uint32_t serial, double factor) {
  Service& service = named(name);
  const std::uint32_t slot = slot_of(service, serial);
  if (slot == kNone) return;
  lives_[slot].fault_slowdown = factor;
  restretch(service, slot);
}

void Replication::record(const std::string& service, std::string kind, std::string sentence) {
  if (observer_ != nullptr) observer_->decision(sim_.now(), service, kind, sentence);
  if (narrated_)
    decisions_.push_back(
        {to_seconds(sim_.now() - scenario_.warmup), service, std::move(kind), std::move(sentence), {}});
}

}  // namespace windtunnel
