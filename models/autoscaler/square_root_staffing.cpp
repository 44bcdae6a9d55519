#include "models/autoscaler/load_policy.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

class SquareRootStaffing final : public SizedLoadParams {
 public:
  SquareRootStaffing() : SizedLoadParams("square_root_staffing") {}
};

}  // namespace

void add_square_root_staffing(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<SquareRootStaffing>("square_root_staffing", "Load and some square roots of it (Halfin and Whitt)");
}

}  // namespace windtunnel
