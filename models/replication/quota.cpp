// CPU limits that are kept by the period, as the bandwidth control of Linux' fair scheduler does it: cgroup v1's
// cpu.cfs_quota_us and cpu.cfs_period_us. Of an instance that does not compute nothing is done; its quota is full when
// it begins again in a later period. What the kernel hands out per core in slices is taken for exact.

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/replication/service_runtime.hpp"

namespace windtunnel {

void Replication::begin_quota(Service& service, std::uint32_t slot) {
  CpuQuota& quota = *service.quota;
  if (quota.of.size() <= slot) quota.of.resize(instances_.size());
  const std::uint32_t version = quota.of[slot].version + 1;
  quota.of[slot] = {now_ns()};
  quota.of[slot].version = version;
  shared_[slot].metered = true;
  shared_[slot].frozen = false;
}

void Replication::end_quota(Service& service, std::uint32_t slot) {
  if (!shared_[slot].frozen) return;
  service.quota->throttled_ns +=
      static_cast<double>(now_ns() - std::max(measure_from_, service.quota->of[slot].frozen_since));
  shared_[slot].frozen = false;
}

void Replication::meter_quota(Service& service, std::uint32_t slot) {
  SharedCores& cores = shared_[slot];
  if (cores.jobs.empty() || instances_[slot].paused) return;
  CpuQuota& quota = *service.quota;
  CpuQuota::OfInstance& own = quota.of[slot];
  const std::int64_t now = now_ns(), since = now - own.period_began;
  if (since >= quota.period_ns) {  // it has not computed since its last period ended
    own.period_began += since / quota.period_ns * quota.period_ns;
    own.used_before = cores.used_ns;
    own.active = false;
  }
  const bool counts = now >= measure_from_;
  if (!own.active) {
    own.active = true;
    if (counts) ++quota.periods;
    sim_.schedule(own.period_began + quota.period_ns, kQuotaPeriod, slot, lives_[slot].life);
  }
  const double whole = lives_[slot].pod.size.cpu_limit * static_cast<double>(quota.period_ns);
  if (cores.frozen || cores.used_ns - own.used_before < whole) return;
  // A step that ends with the quota, give or take what rounding leaves of it, has ended.
  if (cores.jobs.front().finish - cores.virtual_now <= cores.rate_per_job(lives_[slot].stretch)) return;
  cores.frozen = true;
  own.frozen_since = now;
  if (counts) ++quota.throttled;
}

void Replication::watch_quota(Service& service, std::uint32_t slot) {
  const SharedCores& cores = shared_[slot];
  CpuQuota::OfInstance& own = service.quota->of[slot];
  const double left = lives_[slot].pod.size.cpu_limit * static_cast<double>(service.quota->period_ns) -
                      (cores.used_ns - own.used_before);
  const double until = std::max(1.0, std::ceil(left / (cores.wanted() * cores.granted)));
  ++own.version;
  const std::int64_t ends = own.period_began + service.quota->period_ns;
  if (until < static_cast<double>(ends - now_ns()))
    sim_.schedule(now_ns() + static_cast<std::int64_t>(until), kQuotaSpent, slot, own.version);
}

void Replication::quota_spent(std::uint32_t slot, std::uint32_t version) {
  if (services_[instances_[slot].service]->quota->of[slot].version != version) return;
  if (instances_[slot].state == Instance::State::kAbsent) return;
  shared_[slot].advance(now_ns(), lives_[slot].stretch, instances_[slot].paused);
  shared_changed(slot);
}

void Replication::quota_period(std::uint32_t slot, std::uint32_t life) {
  if (lives_[slot].life != life) return;
  Service& service = *services_[instances_[slot].service];
  CpuQuota::OfInstance& own = service.quota->of[slot];
  SharedCores& cores = shared_[slot];
  cores.advance(now_ns(), lives_[slot].stretch, instances_[slot].paused);
  end_quota(service, slot);
  if (now_ns() - own.period_began >= service.quota->period_ns) {  // else somebody has begun the next one
    own.period_began += service.quota->period_ns;
    own.used_before = cores.used_ns;
    own.active = false;
  }
  shared_changed(slot);
}

void Replication::begin_measuring_quota(Service& service) {
  service.quota->periods = service.quota->throttled = 0;
  service.quota->throttled_ns = 0;
}

void Replication::write_quota(Record& record, const Service& service) {
  const CpuQuota& quota = *service.quota;
  double frozen = quota.throttled_ns;
  for (const std::uint32_t slot : service.slot_at)
    if (shared_[slot].frozen)
      frozen += static_cast<double>(now_ns() - std::max(measure_from_, quota.of[slot].frozen_since));
  const auto put = [&](const char* name, const char* unit, double value) {
    record.values.push_back({service.name + ".cpu_throttling." + name, unit, value});
  };
  put("periods", "count", static_cast<double>(quota.periods));
  put("throttled_periods", "count", static_cast<double>(quota.throttled));
  put("throttled_share", "share",
      quota.periods == 0 ? std::numeric_limits<double>::quiet_NaN()
                         : static_cast<double>(quota.throttled) / static_cast<double>(quota.periods));
  put("throttled_time", "s", ns_to_seconds(frozen));
}

}  // namespace windtunnel
