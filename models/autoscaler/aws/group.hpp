#pragma once

#include <optional>

#include "models/autoscaler/aws/engine.hpp"
#include "models/autoscaler/aws/scheduled_actions.hpp"
#include "models/autoscaler/aws/specs.hpp"
#include "models/autoscaler/aws/warm_pool.hpp"

namespace windtunnel::aws {

struct GroupSettings {
  GroupSpec group;
  std::vector<PolicySpec> policies;
  std::vector<ScheduledAction> scheduled_actions;
  std::optional<WarmPoolSpec> warm_pool;
  TrackingAlarms tracking_alarms;
};

// An EC2 Auto Scaling group, after its user guide (June 2023). Instances that are warming up are in no metric and are
// no capacity to add to, so that the same breach does not add twice; while there are any, no policy scales in. A simple
// scaling policy waits until what is going on has ended, and for its cooldown after.
class Group final : public Engine {
 public:
  explicit Group(const GroupSettings& settings);

 private:
  class View final : public Capacity {
   public:
    std::int64_t desired() const override { return signal->spec_replicas; }
    std::int64_t out_base(Duration warmup) const override;
    std::int64_t in_base() const override { return present; }
    bool in_blocked(Duration warmup) const override;
    bool simple_blocked() const override { return busy || cooling; }

    const ServiceSignal* signal = nullptr;
    std::int64_t present = 0;  // instances that serve or are leaving
    bool busy = false;         // some start or leave
    bool cooling = false;
  };

  void look(const ServiceSignal& signal) override;
  void follow_schedule(const ServiceSignal& signal, std::int64_t& desired, std::string& why) override;
  void carried_out(const Policy& by, std::int64_t before, std::int64_t after, const ServiceSignal& signal) override;
  const Capacity& capacity() const override { return view_; }
  void finish(ScalingDecision& decision, const ServiceSignal& signal) override;

  View view_;
  Schedule schedule_;
  std::optional<Duration> cooldown_after_activity_;  // of the simple policy whose activity is going on
  Time cooling_until_{};
  std::optional<WarmPoolSpec> pool_spec_;
  std::optional<WarmPool> pool_;
};

}  // namespace windtunnel::aws
