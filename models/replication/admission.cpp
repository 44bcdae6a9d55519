// Requests that are turned away, or wait, before anything else is done with them. Slow-path but for services that state
// limits.

#include <algorithm>
#include <limits>
#include <set>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::build_admission(Service& service) {
  const AdmissionParams& params = service.params->admission;
  if (params.plain()) return;
  service.control = std::make_unique<AdmissionControl>();
  AdmissionControl& control = *service.control;
  std::set<std::string> classes;
  for (const RequestKind& kind : kinds_) classes.insert(kind.request_class);
  for (const RequestKind& kind : kinds_)
    control.class_of.push_back(
        static_cast<std::uint32_t>(std::distance(classes.begin(), classes.find(kind.request_class))));
  for (const auto& limit : params.rate_limits) {
    AdmissionControl::RateLimit& entry = control.rate_limits.emplace_back();
    entry.params = &*limit;
    for (const RequestKind& kind : kinds_) entry.concerns.push_back(limit->concerns(kind.request_class));
  }
  control.knows_clients = params.knows_clients();
  if (params.concurrency_limit) {
    control.limit = &*params.concurrency_limit;
    control.in_instances = control.limit->per == ConcurrencyLimitParams::Per::kInstance;
    control.of_service.limit = control.limit->make(streams_.named(service.name + "/concurrency_limit"));
    build_partitions(control);
    service.noted = true;
  }
  if (service.admission == Service::Admission::kBalanced || service.admission == Service::Admission::kConnected)
    service.admission = Service::Admission::kControlled;
}

void Replication::build_partitions(AdmissionControl& control) const {
  const ConcurrencyLimitParams& limit = *control.limit;
  std::vector<double> shares;
  for (const auto& [unused, share] : limit.partitions) shares.push_back(share.value);
  for (const RequestKind& kind : kinds_) {
    const auto own = limit.partitions.find(kind.request_class);
    const bool passes = std::find(limit.bypass.begin(), limit.bypass.end(), kind.request_class) != limit.bypass.end();
    // Those that are not named come last, with a share of nothing: one place.
    const auto partition = static_cast<std::size_t>(std::distance(limit.partitions.begin(), own));
    control.partition_of.push_back(passes ? Places::kBypass : shares.empty() ? 0 : partition);
  }
  if (!shares.empty()) shares.push_back(0);
  control.no_places = Places(std::move(shares));
  control.of_service.places = control.no_places;
}

bool Replication::let_in(Service& service, std::uint32_t r) {
  AdmissionControl& control = *service.control;
  if (r >= control.held.size()) control.held.resize(pool_.size());
  control.held[r] = {};
  const std::uint16_t kind_index = pool_[r].kind;
  const RequestKind& kind = kinds_[kind_index];
  constexpr std::uint64_t kCaller = std::uint64_t{1} << 63;
  constexpr std::uint64_t kStranger = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t client = kStranger;
  if (control.knows_clients) {
    if (r >= control.asked_by.size()) control.asked_by.resize(pool_.size());
    control.asked_by[r] = AdmissionControl::kNobody;
    if (kind.called)
      client = kCaller | named(kind.origin).index;
    else if (sources_[kind.source].params->clients)
      client = (std::uint64_t{kind.source} << 40) | (control.asked_by[r] = sources_[kind.source].clients->next());
  }
  Duration wait{0};
  for (AdmissionControl::RateLimit& entry : control.rate_limits) {
    if (!entry.concerns[kind_index]) continue;
    std::uint64_t who = 0;
    if (entry.params->per == RateLimiterParams::Per::kClass) who = control.class_of[kind_index];
    if (entry.params->per == RateLimiterParams::Per::kClient) {
      if (client == kStranger) continue;
      who = client;
    }
    std::unique_ptr<RateLimiter>& limiter = entry.by[who];
    if (!limiter) limiter = entry.params->make(sim_.now());
    const std::optional<Duration> asked = limiter->acquire(sim_.now());
    if (!asked) {
      lose(service, r, Outcome::kRejectedRateLimited);
      return false;
    }
    wait = std::max(wait, *asked);
  }
  if (wait > Duration{0}) {
    sim_.schedule(now_ns() + wait.count(), kAdmit, r, pool_[r].stamp);
    return false;
  }
  return under_limit(service, r);
}

bool Replication::under_limit(Service& service, std::uint32_t r) {
  AdmissionControl& control = *service.control;
  if (control.limit == nullptr || control.in_instances) return true;
  const std::size_t partition = control.partition_of[pool_[r].kind];
  if (!control.of_service.places.take(partition, control.of_service.limit->limit())) {
    lose(service, r, Outcome::kRejectedConcurrencyLimit);
    return false;
  }
  if (partition != Places::kBypass) control.held[r] = {now_ns(), control.of_service.places.held()};
  return true;
}

void Replication::admit_controlled(Service& service, std::uint32_t r) {
  const std::uint32_t slot = service.slot_at[service.balancer->pick(service.visible, *service.balancer_words)];
  if (instance_takes(service, r, slot)) deliver(service, r, slot);
}

bool Replication::instance_takes(Service& service, std::uint32_t r, std::uint32_t slot) {
  AdmissionControl& control = *service.control;
  if (control.limit == nullptr || !control.in_instances) return true;
  AdmissionControl::Limited& own = control.of_instance[slot];
  const std::uint32_t serial = lives_[slot].serial;
  if (own.serial != serial)
    own = {control.limit->make(streams_.named(service.name + "/concurrency_limit" + std::to_string(serial))),
           control.no_places, serial};
  const std::size_t partition = control.partition_of[pool_[r].kind];
  if (!own.places.take(partition, own.limit->limit())) {
    lose(service, r, Outcome::kRejectedConcurrencyLimit);
    return false;
  }
  if (partition != Places::kBypass) control.held[r] = {now_ns(), own.places.held(), slot, serial};
  return true;
}

void Replication::permit_back(Service& service, const Request& request, bool failed) {
  AdmissionControl& control = *service.control;
  const auto r = static_cast<std::size_t>(&request - pool_.data());
  if (r >= control.held.size() || control.held[r].began < 0) return;
  const AdmissionControl::Held held = std::exchange(control.held[r], {});
  AdmissionControl::Limited* limited = &control.of_service;
  if (held.slot != kNone) {
    limited = &control.of_instance[held.slot];
    if (limited->serial != held.serial) return;
  }
  limited->places.give_back(control.partition_of[request.kind]);
  limited->limit->ended({Time{held.began}, sim_.now(), held.in_flight, failed || request.is(Request::kClientGone)});
}

double Replication::concurrency_limit_of(const Service& service) const {
  const AdmissionControl& control = *service.control;
  if (!control.in_instances) return static_cast<double>(control.of_service.limit->limit());
  double sum = 0, count = 0;
  for (const auto& [slot, limited] : control.of_instance) {
    if (instances_[slot].state == Instance::State::kAbsent || lives_[slot].serial != limited.serial) continue;
    sum += static_cast<double>(limited.limit->limit());
    ++count;
  }
  return count > 0 ? sum / count : static_cast<double>(control.of_service.limit->limit());
}

}  // namespace windtunnel
