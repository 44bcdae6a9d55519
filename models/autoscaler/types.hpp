#pragma once

#include "models/autoscaler/autoscaler.hpp"

// The policies of this folder, one .cpp each.
namespace windtunnel {

void add_application_auto_scaling(Registry<AutoscalerParams>& autoscalers);
void add_cloud_run(Registry<AutoscalerParams>& autoscalers);
void add_ec2_auto_scaling(Registry<AutoscalerParams>& autoscalers);
void add_external(Registry<AutoscalerParams>& autoscalers);
void add_gce_mig(Registry<AutoscalerParams>& autoscalers);
void add_keda(Registry<AutoscalerParams>& autoscalers);
void add_keda_scaled_job(Registry<AutoscalerParams>& autoscalers);
void add_knative_kpa(Registry<AutoscalerParams>& autoscalers);
void add_kubernetes_hpa(Registry<AutoscalerParams>& autoscalers);
void add_per_request(Registry<AutoscalerParams>& autoscalers);
void add_pid(Registry<AutoscalerParams>& autoscalers);
void add_predictive(Registry<AutoscalerParams>& autoscalers);
void add_proportional(Registry<AutoscalerParams>& autoscalers);
void add_scheduled(Registry<AutoscalerParams>& autoscalers);
void add_queue_drain(Registry<AutoscalerParams>& autoscalers);
void add_square_root_staffing(Registry<AutoscalerParams>& autoscalers);
void add_utilization_law(Registry<AutoscalerParams>& autoscalers);
void add_threshold(Registry<AutoscalerParams>& autoscalers);

}  // namespace windtunnel
