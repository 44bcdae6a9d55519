#include "models/autoscaler/load_policy.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

class UtilizationLaw final : public SizedLoadParams {
 public:
  UtilizationLaw() : SizedLoadParams("utilization_law") {}
};

}  // namespace

void add_utilization_law(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<UtilizationLaw>("utilization_law", "Load over the utilization that servers are to have");
}

}  // namespace windtunnel
