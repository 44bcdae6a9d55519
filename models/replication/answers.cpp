// What answers say: the status of a failure, and when to come back.

#include <algorithm>

#include "models/replication/operations.hpp"
#include "models/replication/service_runtime.hpp"

namespace windtunnel {

// `drawn` is the number that decided for an error, and decides which.
void Replication::fail_saying(Service& service, RequestKind& kind, std::uint32_t r, const StepRuntime& step,
                              double drawn) {
  if (operations_)
    operations_->said = &*std::find_if(step.errors.begin(), step.errors.end() - 1,
                                       [drawn](const ErrorAnswer& answer) { return drawn <= answer.up_to; });
  fail(service, kind, r);
  if (operations_) operations_->said = nullptr;
}

// What the client sees of an attempt that a service had, or refused. The statuses are those of whoever refuses so:
// 429 a rate limiter, Netflix's concurrency limits and AWS Lambda; 503 Envoy without a host, queue-proxy with a full
// queue; 500 a service without the answer that it needs itself.
Failure Replication::failure_of(const Service& service, Outcome how) const {
  using Kind = Failure::Kind;
  const auto answer = [](int http, std::optional<Duration> retry_after = {}) {
    return Failure{Kind::kAnswer, Status::of_http(http), retry_after};
  };
  const std::optional<Duration>& turned_away = service.params->admission.retry_after;
  switch (how) {
    case Outcome::kTimedOut:
    case Outcome::kAbandoned:
    case Outcome::kCancelled:
      return {Kind::kTimeout, {}, {}};
    case Outcome::kFailedInstanceLost:
    case Outcome::kFailedOutOfMemory:
    case Outcome::kFailedHeapLimit:
      return {Kind::kReset, {}, {}};
    case Outcome::kRejectedNoInstance:
    case Outcome::kRejectedFull:
    case Outcome::kRejectedQueueDelay:
      return answer(503);
    case Outcome::kRejectedThrottled:
      return answer(429);
    case Outcome::kRejectedRateLimited:
    case Outcome::kRejectedConcurrencyLimit:
      return answer(429, turned_away);
    case Outcome::kFailedError:
      if (operations_->said != nullptr)
        return {Kind::kAnswer, operations_->said->status, operations_->said->retry_after};
      return answer(500);
    case Outcome::kFailedDependency:
    case Outcome::kFailedPoolTimeout:
    case Outcome::kFailedConnectionRefused:
    case Outcome::kCompleted:
      break;
  }
  return answer(500);
}

}  // namespace windtunnel
