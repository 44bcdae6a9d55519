#include "models/cluster/types.hpp"

namespace windtunnel {

const Registry<NodeAutoscalerParams>& NodeAutoscalerParams::registry() {
  static const Registry<NodeAutoscalerParams> types = [] {
    Registry<NodeAutoscalerParams> r("node autoscaler");
    add_cluster_autoscaler(r);
    add_karpenter(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
