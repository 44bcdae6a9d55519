// CPU that is wasted: from the moment a request's caller gives it up, where nothing tells the service so. It is charged
// when a step ends, or is cut off; at a core's speed of that moment, so whoever changes that has it charged before.

#include "models/replication/waste.hpp"

#include <algorithm>

#include "models/replication/operations.hpp"
#include "models/replication/service_runtime.hpp"
#include "models/run.hpp"

namespace windtunnel {

void Replication::build_waste() {
  const bool any = std::any_of(kinds_.begin(), kinds_.end(), [](const RequestKind& kind) {
    return !kind.cancels && (kind.timeout_line != kNone || kind.attempt || kind.called);
  });
  if (!any) return;
  waste_ = std::make_unique<Waste>();
  waste_->core_ns.resize(services_.size());
}

void Replication::nobody_waits(std::uint32_t r) {
  if (!waste_ || pool_[r].is(Request::kUnwanted)) return;
  pool_[r].mark(Request::kUnwanted);
  if (waste_->left.size() < pool_.size()) waste_->left.resize(pool_.size(), -1);
  waste_->left[r] = pool_[r].state() == Request::State::kRunning ? work_left(r) : -1;
  if (r < answers_.size())
    for (std::uint32_t called = answers_[r].first; called != kNone; called = callers_[called].next)
      nobody_waits(called);
  if (!operations_ || r >= operations_->first_of_caller.size()) return;
  const Operations& all = *operations_;
  for (std::uint32_t o = all.first_of_caller[r]; o != kNone; o = all.operations[o].after)
    for (std::uint32_t a = all.operations[o].first; a != kNone; a = all.attempts[a].after)
      if (all.attempts[a].request != kNone) nobody_waits(all.attempts[a].request);
}

// Of the step that it computes. Leaves no trace in the arithmetic of shared cores.
double Replication::work_left(std::uint32_t r) const {
  const Request& request = pool_.at(r);
  const Instance& instance = instances_[request.instance];
  const double stretch = lives_[request.instance].stretch;
  if (!instance.shared) {
    if (instance.paused) return static_cast<double>(request.demand);
    return static_cast<double>(request.until - now_ns()) / stretch;
  }
  const SharedCores& cores = shared_[request.instance];
  double at = cores.virtual_now;
  if (!instance.paused && !cores.frozen)
    at += static_cast<double>(now_ns() - cores.updated) * cores.rate_per_job(stretch);
  const auto job =
      std::find_if(cores.jobs.begin(), cores.jobs.end(), [r](const SharedCores::Job& j) { return j.request == r; });
  return job == cores.jobs.end() ? 0 : std::max(0.0, job->finish - at);
}

// What it has computed so far of its step.
void Replication::charge_so_far(std::uint32_t r) {
  const Request& request = pool_[r];
  if (request.state() != Request::State::kRunning) return;
  double& left = waste_->left[r];
  const double before = left < 0 ? static_cast<double>(request.demand) : left;
  left = work_left(r);
  waste_->core_ns[instances_[request.instance].service] +=
      std::max(0.0, before - left) * lives_[request.instance].stretch;
}

// A step of it on a CPU is done.
void Replication::charge_step(std::uint32_t r) {
  const Request& request = pool_[r];
  double& left = waste_->left[r];
  const double work = left < 0 ? static_cast<double>(request.demand) : left;
  waste_->core_ns[instances_[request.instance].service] += work * lives_[request.instance].stretch;
  left = -1;
}

// It ends. Steps that are done have been charged, but for the one of a plain request on cores of its own.
void Replication::charge_last(std::uint32_t r) {
  if (pool_[r].is(Request::kUnwanted) && kinds_[pool_[r].kind].plain && !instances_[pool_[r].instance].shared)
    charge_step(r);
}

// It is cut off.
void Replication::charge_lost(std::uint32_t r) {
  charge_so_far(r);
  pool_[r].unmark(Request::kUnwanted);
}

// Its clock is stopped, and its demand will be what is left.
void Replication::keep_charge(std::uint32_t r) {
  if (waste_->left[r] < 0) waste_->left[r] = static_cast<double>(pool_[r].demand);
}

// Of every request, or of those at one instance.
void Replication::charge_all(std::uint32_t slot) {
  if (!waste_) return;
  const auto known = static_cast<std::uint32_t>(std::min<std::size_t>(pool_.size(), waste_->left.size()));
  for (std::uint32_t r = 0; r < known; ++r)
    if (pool_[r].is(Request::kUnwanted) && (slot == kNone || pool_[r].instance == slot)) charge_so_far(r);
}

void Replication::begin_measuring_waste() {
  if (!waste_) return;
  charge_all(kNone);
  std::fill(waste_->core_ns.begin(), waste_->core_ns.end(), 0.0);
}

void Replication::check_waste(const Service& service) const {
  if (!waste_) return;
  // Every step's end is a whole nanosecond.
  constexpr double kRounding = 1e-3, kLeast = 1e3;
  if (waste_->core_ns[service.index] > service.total.cpu * (1 + kRounding) + kLeast)
    throw InvariantError("service " + service.name + " has wasted more CPU than it has used");
}

void Replication::write_waste(Record& record, const Service& service) const {
  if (!waste_) return;
  const double wasted = waste_->core_ns[service.index];
  record.values.push_back({service.name + ".cpu_wasted", "s", wasted / 1e9});
  record.values.push_back(
      {service.name + ".cpu_wasted_share", "share", service.total.cpu > 0 ? wasted / service.total.cpu : 0});
}

}  // namespace windtunnel
