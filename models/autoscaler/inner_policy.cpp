#include "models/autoscaler/inner_policy.hpp"

#include <algorithm>
#include <numeric>

namespace windtunnel {

InnerPolicy::InnerPolicy(std::unique_ptr<Autoscaler> policy, std::size_t signals_before)
    : policy_(std::move(policy)), signals_before_(signals_before) {
  if (policy_->watched().latency) latency_.emplace();
}

void InnerPolicy::watch(Watched& wanted) const {
  const Watched own = policy_->watched();
  wanted.requests |= own.requests;
  wanted.latency |= own.latency;
  wanted.signals.insert(wanted.signals.end(), own.signals.begin(), own.signals.end());
}

ServiceSignal InnerPolicy::shown(const ServiceSignal& signal) const {
  ServiceSignal out = signal;
  out.named = signal.named.subspan(std::min(signals_before_, signal.named.size()));
  return out;
}

Duration InnerPolicy::shared_observe_period(Duration own) const {
  const Duration inner = policy_->observe_period();
  return inner > Duration::zero() ? Duration{std::gcd(own.count(), inner.count())} : own;
}

void InnerPolicy::observe(const ServiceSignal& signal) {
  ServiceSignal own = shown(signal);
  if (latency_) {
    if (signal.latency != nullptr) latency_->merge(*signal.latency);
    own.latency = &*latency_;
  }
  const Duration period = policy_->observe_period();
  if (period == Duration::zero() || signal.now % period != Duration::zero()) return;
  policy_->observe(own);
  if (latency_) latency_->clear();
}

ScalingDecision InnerPolicy::decide(const ServiceSignal& signal) {
  ServiceSignal own = shown(signal);
  if (!latency_) return policy_->decide(own);
  Histogram latency = *latency_;
  const bool observes = policy_->observe_period() > Duration::zero();
  // Where it does not observe, a latency counts in one decision: the service's own histogram is not emptied now, so
  // what has come since the last observe() has to wait for the next decision.
  if (observes && signal.latency != nullptr) latency.merge(*signal.latency);
  if (!observes) latency_->clear();
  own.latency = &latency;
  return policy_->decide(own);
}

void check_inner_policy(const Choice<AutoscalerParams>& inner, std::string_view at, Problems& problems) {
  if (inner && inner->on_demand() != nullptr)
    problems.error(at, inner.type() + " starts an instance for each request by itself and follows nobody");
}

}  // namespace windtunnel
