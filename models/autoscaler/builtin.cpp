#include "models/autoscaler/types.hpp"

namespace windtunnel {

const Registry<AutoscalerParams>& AutoscalerParams::registry() {
  static const Registry<AutoscalerParams> types = [] {
    Registry<AutoscalerParams> r("autoscaler");
    add_knative_kpa(r);
    add_kubernetes_hpa(r);
    add_keda(r);
    add_keda_scaled_job(r);
    add_ec2_auto_scaling(r);
    add_application_auto_scaling(r);
    add_gce_mig(r);
    add_cloud_run(r);
    add_proportional(r);
    add_threshold(r);
    add_pid(r);
    add_utilization_law(r);
    add_square_root_staffing(r);
    add_queue_drain(r);
    add_per_request(r);
    add_predictive(r);
    add_scheduled(r);
    add_external(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
