// Instances that run to completion. Slow-path: once per message, and only where there are jobs.

#include "models/replication/jobs.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "models/run.hpp"

namespace windtunnel {

bool Replication::Jobs::any(const Scenario& scenario) {
  return std::any_of(scenario.services.begin(), scenario.services.end(), [](const auto& service) {
    return service.second.autoscaler && service.second.autoscaler->jobs();
  });
}

Replication::Jobs::Jobs(Replication& run) : run_(run) {
  for (const auto& service : run_.services_) {
    const auto& autoscaler = service->params->autoscaler;
    auto& own = of_.emplace_back();
    if (!autoscaler || !autoscaler->jobs()) continue;
    own = std::make_unique<OfService>();
    own->terms = *autoscaler->jobs();
  }
}

void Replication::Jobs::started(const Service& service, std::int64_t jobs) {
  if (!has(service)) return;
  OfService& own = *of_[service.index];
  own.started_all += static_cast<std::uint64_t>(jobs);
  if (run_.now_ns() >= run_.measure_from_) own.started += static_cast<std::uint64_t>(jobs);
}

void Replication::Jobs::ready(Service& service, std::uint32_t slot) {
  if (instances_.size() <= slot) instances_.resize(run_.instances_.size());
  instances_[slot] = OfInstance{};
  instances_[slot].serial = run_.lives_[slot].serial;
  wait(service, slot);
}

bool Replication::Jobs::may_take(const Service& service, std::uint32_t slot) const {
  const OfInstance& own = instances_[slot];
  return own.serial == run_.lives_[slot].serial && own.taken < of_[service.index]->terms.messages;
}

void Replication::Jobs::takes(const Service&, std::uint32_t slot) { ++instances_[slot].taken; }

void Replication::Jobs::done(Service& service, std::uint32_t slot, bool handled) {
  OfInstance& own = instances_[slot];
  ++own.done;
  if (!handled) own.failed = true;
  if (own.done < own.taken) return;
  if (own.failed || own.taken == of_[service.index]->terms.messages) {
    own.taken = of_[service.index]->terms.messages;  // it asks for no more
    return end(service, slot);
  }
  wait(service, slot);
}

// Gives up unless it gets a message in time.
void Replication::Jobs::wait(Service& service, std::uint32_t slot) {
  const std::optional<Duration>& patience = of_[service.index]->terms.gives_up_after;
  if (!patience) return;
  const std::uint32_t serial = instances_[slot].serial;
  const std::int64_t taken = instances_[slot].taken;
  run_.sim_.after(*patience, [this, &service, slot, serial, taken] {
    OfInstance& own = instances_[slot];
    if (own.serial != serial || run_.lives_[slot].serial != serial || own.taken != taken || own.done != taken) return;
    if (run_.instances_[slot].state != Instance::State::kReady) return;
    own.taken = of_[service.index]->terms.messages;
    end(service, slot);
  });
}

// At the same instant, but once the message that was its last is through.
void Replication::Jobs::end(Service& service, std::uint32_t slot) {
  const std::uint32_t serial = instances_[slot].serial;
  run_.sim_.at(run_.sim_.now(), [this, &service, slot, serial] {
    const InstanceLife& life = run_.lives_[slot];
    if (life.serial != serial || run_.instances_[slot].state != Instance::State::kReady) return;
    OfService& own = *of_[service.index];
    const OfInstance& job = instances_[slot];
    ++own.ended_all;
    --service.spec_replicas;
    if (run_.now_ns() >= run_.measure_from_) {
      ++(job.failed ? own.failed : own.succeeded);
      if (job.done == 0) ++own.idle;
      own.duration.record((run_.sim_.now() - life.created).count());
    }
    run_.drain(service, slot);
  });
}

void Replication::Jobs::check() const {
  for (const auto& service : run_.services_) {
    if (!has(*service)) continue;
    const OfService& own = *of_[service->index];
    if (own.started_all != own.ended_all + static_cast<std::uint64_t>(service->spec_replicas))
      throw InvariantError("conservation of jobs is broken: " + service->name + " started " +
                           std::to_string(own.started_all) + ", " + std::to_string(own.ended_all) + " ended, " +
                           std::to_string(service->spec_replicas) + " run");
  }
}

void Replication::Jobs::write(Record& record, const Service& service) {
  OfService& own = *of_[service.index];
  const auto count = [&](const char* name, std::uint64_t value) {
    record.values.push_back({service.name + ".jobs." + name, "count", static_cast<double>(value)});
    record.figures.push_back(record.values.size() - 1);
  };
  count("started", own.started);
  count("succeeded", own.succeeded);
  count("failed", own.failed);
  count("without_message", own.idle);
  count("running_at_end", static_cast<std::uint64_t>(service.spec_replicas));
  write_times(record, service.name + ".jobs.duration", own.duration);
}

}  // namespace windtunnel
