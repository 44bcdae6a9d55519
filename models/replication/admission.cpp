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
    service.noted = true;
  }
  if (service.admission == Service::Admission::kBalanced) service.admission = Service::Admission::kControlled;
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
    if (kind.called)
      client = kCaller | named(kind.origin).index;
    else if (sources_[kind.source].params->clients)
      client = (std::uint64_t{kind.source} << 40) | sources_[kind.source].clients->next();
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
  if (control.of_service.in_flight >= control.of_service.limit->limit()) {
    lose(service, r, Outcome::kRejectedConcurrencyLimit);
    return false;
  }
  control.held[r] = {now_ns(), ++control.of_service.in_flight};
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
    own = {control.limit->make(streams_.named(service.name + "/concurrency_limit" + std::to_string(serial))), 0,
           serial};
  if (own.in_flight >= own.limit->limit()) {
    lose(service, r, Outcome::kRejectedConcurrencyLimit);
    return false;
  }
  control.held[r] = {now_ns(), ++own.in_flight, slot, serial};
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
  --limited->in_flight;
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
