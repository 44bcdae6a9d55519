#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace windtunnel {

// How a request ended. Everything but kCompleted is a loss, and each has its cause.
enum class Outcome : std::uint8_t {
  kCompleted,
  kTimedOut,                  // the client gave up: no answer within its timeout
  kAbandoned,                 // the client's patience ended while the request still waited for service
  kRejectedNoInstance,        // no instance was ready to take it
  kRejectedFull,              // the instance's concurrency limit and backlog were full
  kRejectedThrottled,         // the fleet was at its maximum and takes no queue (functions)
  kFailedInstanceLost,        // the instance that held it crashed, was killed, or lost its zone
  kFailedOutOfMemory,         // the instance that held it was killed for its use of memory
  kFailedDependency,          // a call to another service that it needs failed
  kCancelled,                 // the service that called gave it up with its own request
  kRejectedRateLimited,       // a rate limiter refused it
  kRejectedConcurrencyLimit,  // as many as the concurrency limit lets in were under way
  kRejectedQueueDelay,        // it had waited too long for its queue when its turn came, or its loop was late
  kFailedError,               // the service answered with an error
  kFailedPoolTimeout,         // a call that it needs got no connection within the pool's acquire_timeout
  kFailedConnectionRefused,   // a call that it needs: the service it goes to accepted no further connection
  kFailedHeapLimit,           // the instance that held it aborted: more lived on its heap than may
};
inline constexpr std::size_t kOutcomes = 17;
inline constexpr std::array<std::string_view, kOutcomes> kOutcomeNames = {"completed",
                                                                          "timed_out",
                                                                          "abandoned",
                                                                          "rejected_no_instance",
                                                                          "rejected_full",
                                                                          "rejected_throttled",
                                                                          "failed_instance_lost",
                                                                          "failed_out_of_memory",
                                                                          "failed_dependency",
                                                                          "cancelled",
                                                                          "rejected_rate_limited",
                                                                          "rejected_concurrency_limit",
                                                                          "rejected_queue_delay",
                                                                          "failed_error",
                                                                          "failed_pool_timeout",
                                                                          "failed_connection_refused",
                                                                          "failed_heap_limit"};

}  // namespace windtunnel
