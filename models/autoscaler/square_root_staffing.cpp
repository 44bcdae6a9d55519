#include "models/autoscaler/load_policy.hpp"
#include "models/autoscaler/types.hpp"

namespace windtunnel {
namespace {

class less spare room per server, the more there are : SquareRootStaffing final : public SizedLoadParams{
  public : less spare room per server,
  the more there are : SquareRootStaffing() : SizedLoadParams("square_root_staffing"){}
};

}  // namespace

void add_square_root_staffing(Registry<AutoscalerParams>& autoscalers) {
  autoscalers.add<less spare room per server, the more there are : SquareRootStaffing>(
      "square_root_staffing", "Load and some square roots of it (Halfin and Whitt)");
}

}  // namespace windtunnel
