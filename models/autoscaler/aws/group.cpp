#include "models/autoscaler/aws/group.hpp"

#include <algorithm>

namespace windtunnel::aws {
namespace {

std::vector<std::unique_ptr<Policy>> policies_of(const GroupSettings& settings) {
  std::vector<std::unique_ptr<Policy>> out;
  for (const PolicySpec& policy : settings.policies)
    if (policy.enabled) out.push_back(policy.make(settings.group, settings.tracking_alarms));
  return out;
}

}  // namespace

Group::Group(const GroupSettings& settings)
    : Engine(policies_of(settings), settings.group.min_size, settings.group.max_size),
      schedule_(settings.scheduled_actions),
      pool_spec_(settings.warm_pool) {}

std::int64_t Group::View::out_base(Duration warmup) const { return MetricWindow::counted(*signal, warmup); }

bool Group::View::in_blocked(Duration warmup) const {
  const auto& instances = signal->instances;
  const auto live = std::count_if(instances.begin(), instances.end(), [](const InstanceSignal& instance) {
    return instance.state != InstanceSignal::State::kDraining;
  });
  return MetricWindow::counted(*signal, warmup) < live;
}

void Group::look(const ServiceSignal& signal) {
  view_.signal = &signal;
  view_.present = 0;
  view_.busy = false;
  Time last_ready{};
  for (const InstanceSignal& instance : signal.instances) {
    view_.busy |= instance.state != InstanceSignal::State::kReady;
    if (instance.state == InstanceSignal::State::kStarting) continue;
    ++view_.present;
    last_ready = std::max(last_ready, instance.ready_since);
  }
  if (cooldown_after_activity_ && !view_.busy) {
    // From the last launch; what leaves is only known to have gone.
    cooling_until_ =
        std::max(cooling_until_, (last_ready > cooling_until_ ? last_ready : signal.now)) + *cooldown_after_activity_;
    cooldown_after_activity_.reset();
  }
  view_.cooling = signal.now < cooling_until_;
}

void Group::follow_schedule(const ServiceSignal& signal, std::int64_t& desired, std::string& why) {
  for (const ScheduledAction* action : schedule_.due(signal.utc, signal.utc - signal.now)) {
    least_ = action->min_size.value_or(least_);
    most_ = action->max_size.value_or(most_);
    desired = action->desired.value_or(desired);
    why += (why.empty() ? "" : ", ") +
           ("scheduled action" + (action->name.empty() ? std::string() : " \"" + action->name + "\""));
  }
  most_ = std::max(least_, most_);
}

void Group::carried_out(const Policy& by, std::int64_t, std::int64_t, const ServiceSignal&) {
  if (const auto cooldown = by.out_cooldown()) cooldown_after_activity_ = cooldown;
}

void Group::finish(ScalingDecision& decision, const ServiceSignal& signal) {
  if (!pool_spec_) return;
  if (!pool_) {
    pool_.emplace(*pool_spec_, signal.mean_startup);
    pool_->fill(signal.spec_replicas, most_, signal.now);
  }
  const std::int64_t change = decision.replicas - signal.spec_replicas;
  decision.inputs["pool_prepared"] = static_cast<double>(pool_->prepared(signal.now));
  if (change > 0) {
    decision.prepared = pool_->take(change, signal.now);
    decision.inputs["from_pool"] = static_cast<double>(decision.prepared);
    decision.sentence +=
        ", " + std::to_string(decision.prepared) + " of " + std::to_string(change) + " from the warm pool";
  }
  if (change < 0) pool_->give_back(-change, signal.now);
  pool_->fill(decision.replicas, most_, signal.now);
}

}  // namespace windtunnel::aws
