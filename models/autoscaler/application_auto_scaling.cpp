#include "models/autoscaler/aws/scalable_target.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

class Params final : public AutoscalerParams {
 public:
  void describe(FieldVisitor& v) override {
    v.field("target", s_.target, "The scalable target, as RegisterScalableTarget has it", kRequired);
    v.field("policies", s_.policies,
            "Its scaling policies, as PutScalingPolicy has them; the largest capacity asked for at a time is taken");
    v.field("tracking_alarms", s_.tracking_alarms, "The alarms that AWS makes for target tracking");
  }
  bool needs_cpu_request() const override {
    for (const aws::TargetPolicySpec& policy : s_.policies)
      if (policy.needs_cpu_request()) return true;
    return false;
  }
  std::optional<std::int64_t> most_replicas() const override { return s_.target.max_capacity; }
  std::unique_ptr<Autoscaler> make() const override { return std::make_unique<aws::ScalableTarget>(s_); }

 private:
  aws::TargetSettings s_;
};

}  // namespace

void add_application_auto_scaling(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<Params>("application_auto_scaling",
                          "AWS Application Auto Scaling of an ECS service: target tracking and step scaling");
}

}  // namespace windtunnel
