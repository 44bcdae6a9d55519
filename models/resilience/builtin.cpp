#include "models/resilience/circuit_breaker.hpp"
#include "models/resilience/client_throttle.hpp"
#include "models/resilience/pushback.hpp"
#include "models/resilience/retry_budget.hpp"

namespace windtunnel {

const Registry<RetryBudgetParams>& RetryBudgetParams::registry() {
  static const Registry<RetryBudgetParams> budgets = [] {
    Registry<RetryBudgetParams> r("retry budget", "type", "ratio");
    add_ratio(r);
    add_token_bucket(r);
    add_share_of_active(r);
    add_grpc_throttling(r);
    add_aws_quota(r);
    add_failure_share(r);
    return r;
  }();
  return budgets;
}

const Registry<CircuitBreakerParams>& CircuitBreakerParams::registry() {
  static const Registry<CircuitBreakerParams> breakers = [] {
    Registry<CircuitBreakerParams> r("circuit breaker", "type", "consecutive_failures");
    add_consecutive_failures(r);
    add_resilience4j(r);
    add_hystrix(r);
    add_max_requests(r);
    return r;
  }();
  return breakers;
}

const Registry<ClientThrottleParams>& ClientThrottleParams::registry() {
  static const Registry<ClientThrottleParams> throttles = [] {
    Registry<ClientThrottleParams> r("client throttle", "type", "");
    add_adaptive_throttling(r);
    add_aws_adaptive(r);
    return r;
  }();
  return throttles;
}

const Registry<PushbackParams>& PushbackParams::registry() {
  static const Registry<PushbackParams> pushbacks = [] {
    Registry<PushbackParams> r("pushback", "type", "");
    add_grpc_pushback(r);
    add_rate_limit_reset(r);
    add_retry_after(r);
    return r;
  }();
  return pushbacks;
}

}  // namespace windtunnel
