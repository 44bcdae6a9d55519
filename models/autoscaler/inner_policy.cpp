#include "models/autoscaler/inner_policy.hpp"

#include <numeric>

namespace windtunnel {

InnerPolicy::InnerPolicy(std::unique_ptr<Autoscaler> policy) : policy_(std::move(policy)) {
  if (policy_->watched().latency) latency_.emplace();
}

Duration InnerPolicy::shared_observe_period(Duration own) const {
  const Duration inner = policy_->observe_period();
  return inner > Duration::zero() ? Duration{std::gcd(own.count(), inner.count())} : own;
}

void InnerPolicy::observe(const ServiceSignal& signal) {
  ServiceSignal shown = signal;
  if (latency_) {
    if (signal.latency != nullptr) latency_->merge(*signal.latency);
    shown.latency = &*latency_;
  }
  const Duration period = policy_->observe_period();
  if (period == Duration::zero() || signal.now % period != Duration::zero()) return;
  policy_->observe(shown);
  if (latency_) latency_->clear();
}

ScalingDecision InnerPolicy::decide(const ServiceSignal& signal) {
  if (!latency_) return policy_->decide(signal);
  ServiceSignal shown = signal;
  Histogram latency = *latency_;
  const bool observes = policy_->observe_period() > Duration::zero();
  // Where it does not observe, a latency counts in one decision: the service's own histogram is not emptied now, so
  // what has come since the last observe() has to wait for the next decision.
  if (observes && signal.latency != nullptr) latency.merge(*signal.latency);
  if (!observes) latency_->clear();
  shown.latency = &latency;
  return policy_->decide(shown);
}

void check_inner_policy(const Choice<AutoscalerParams>& inner, std::string_view at, Problems& problems) {
  if (inner && inner->on_demand() != nullptr)
    problems.error(at, inner.type() + " starts an instance for each request by itself and follows nobody");
}

}  // namespace windtunnel
