#include "models/admission/types.hpp"

namespace windtunnel {

const Registry<RateLimiterParams>& RateLimiterParams::registry() {
  static const Registry<RateLimiterParams> types = [] {
    Registry<RateLimiterParams> r("rate limiter");
    add_token_bucket(r);
    add_leaky_bucket(r);
    add_fixed_window(r);
    add_sliding_window_log(r);
    add_sliding_window_counter(r);
    add_permissions_per_cycle(r);
    return r;
  }();
  return types;
}

const Registry<ConcurrencyLimitParams>& ConcurrencyLimitParams::registry() {
  static const Registry<ConcurrencyLimitParams> types = [] {
    Registry<ConcurrencyLimitParams> r("concurrency limit");
    add_fixed_limit(r);
    add_aimd(r);
    add_vegas(r);
    add_gradient(r);
    add_gradient2(r);
    add_envoy_gradient(r);
    return r;
  }();
  return types;
}

const Registry<QueueDisciplineParams>& QueueDisciplineParams::registry() {
  static const Registry<QueueDisciplineParams> types = [] {
    Registry<QueueDisciplineParams> r("queue discipline");
    add_fifo(r);
    add_lifo(r);
    add_priority(r);
    add_deadline(r);
    add_codel(r);
    add_controlled_delay(r);
    add_adaptive_lifo(r);
    return r;
  }();
  return types;
}

}  // namespace windtunnel
