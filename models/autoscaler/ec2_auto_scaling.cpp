#include "models/autoscaler/aws/group.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("group", s_.group, "The Auto Scaling group, as CreateAutoScalingGroup has it", kRequired);
    v.field("policies", s_.policies,
            "Its scaling policies, as PutScalingPolicy has them; the largest capacity asked for at a time is taken");
    v.field("scheduled_actions", s_.scheduled_actions,
            "What is done by the calendar, as PutScheduledUpdateGroupAction has it");
    v.field("warm_pool", s_.warm_pool,
            "Instances that stand by, as PutWarmPool has it; none: every start is a cold one");
    v.field("tracking_alarms", s_.tracking_alarms, "The alarms that AWS makes for target tracking");
  }
  bool needs_cpu_request() const override {
    for (const aws::PolicySpec& policy : s_.policies)
      if (policy.needs_cpu_request()) return true;
    return false;
  }
  const Startup* prepared_startup() const override { return s_.warm_pool ? &s_.warm_pool->startup : nullptr; }
  std::optional<std::int64_t> most_replicas() const override {
    return s_.scheduled_actions.empty() ? std::optional(s_.group.max_size) : std::nullopt;
  }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<aws::Group>(s_); }

 private:
  aws::GroupSettings s_;
};

}  // namespace

void add_ec2_auto_scaling(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("ec2_auto_scaling",
                          "Amazon EC2 Auto Scaling: target tracking, step and simple scaling, scheduled actions, warm "
                          "pools");
}

}  // namespace windtunnel
