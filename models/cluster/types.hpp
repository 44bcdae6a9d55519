#pragma once

#include "models/cluster/node_autoscaler.hpp"

// The policies of this folder, one .cpp each.
namespace windtunnel {

void add_cluster_autoscaler(Registry<NodeAutoscalerParams>& autoscalers);
void add_karpenter(Registry<NodeAutoscalerParams>& autoscalers);

}  // namespace windtunnel
