#include "models/autoscaler/kpa/target.hpp"

#include <algorithm>

namespace windtunnel::kpa {
namespace {

constexpr double kLeast = 0.01;
constexpr double kRequestRateUtilization = 0.7;  // not in the ConfigMap

}  // namespace

Target resolve_target(const TargetTerms& terms) {
  const bool rate = terms.metric == Metric::kRequestRate;
  const auto limit = static_cast<double>(terms.container_concurrency);
  double total = rate ? terms.request_rate_default : limit > 0 ? limit : terms.concurrency_default;
  if (terms.target) total = !rate && limit > 0 ? std::min(*terms.target, limit) : *terms.target;
  const double utilization = terms.utilization.value_or(rate ? kRequestRateUtilization : terms.concurrency_utilization);
  return {std::max(kLeast, total * utilization), total};
}

}  // namespace windtunnel::kpa
