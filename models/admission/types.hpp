#pragma once

#include "models/admission/concurrency_limit.hpp"
#include "models/admission/queue_discipline.hpp"
#include "models/admission/rate_limiter.hpp"

// The policies of this folder, one .cpp each.
namespace windtunnel {

void add_token_bucket(Registry<RateLimiterParams>& limiters);
void add_leaky_bucket(Registry<RateLimiterParams>& limiters);
void add_fixed_window(Registry<RateLimiterParams>& limiters);
void add_sliding_window_log(Registry<RateLimiterParams>& limiters);
void add_sliding_window_counter(Registry<RateLimiterParams>& limiters);
void add_permissions_per_cycle(Registry<RateLimiterParams>& limiters);

void add_fixed_limit(Registry<ConcurrencyLimitParams>& limits);
void add_aimd(Registry<ConcurrencyLimitParams>& limits);
void add_vegas(Registry<ConcurrencyLimitParams>& limits);
void add_gradient(Registry<ConcurrencyLimitParams>& limits);
void add_envoy_gradient(Registry<ConcurrencyLimitParams>& limits);
void add_gradient2(Registry<ConcurrencyLimitParams>& limits);

void add_fifo(Registry<QueueDisciplineParams>& disciplines);
void add_lifo(Registry<QueueDisciplineParams>& disciplines);
void add_priority(Registry<QueueDisciplineParams>& disciplines);
void add_deadline(Registry<QueueDisciplineParams>& disciplines);
void add_codel(Registry<QueueDisciplineParams>& disciplines);
void add_controlled_delay(Registry<QueueDisciplineParams>& disciplines);
void add_adaptive_lifo(Registry<QueueDisciplineParams>& disciplines);

}  // namespace windtunnel
