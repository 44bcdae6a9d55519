#include "models/resilience/retry.hpp"

#include "models/resilience/retry_on.hpp"

namespace windtunnel {

void Retry::describe(FieldVisitor& v) {
  v.field("attempts", attempts, "Attempts at most, the first one included", {.lo = 1, .hi = 1000});
  v.field("on", on,
          "Failures that are worth another attempt: statuses (503, UNAVAILABLE), 5xx, gateway-error, reset, "
          "connect-failure and retriable-4xx (Envoy's retry_on), transient and throttling (the AWS SDKs), timeout, and "
          "refused (by the client's own breaker, throttle or bulkhead). None: any");
  v.field("backoff", backoff, "How long to wait before each retry");
  v.field("pushback", pushback, "How a server is heard that says when to come back. None: not at all");
  v.field("budget", budget, "Limits the retries of all operations together. None: as many as attempts allow");
}

void Retry::check(Problems& p) {
  if (!on) return;
  if (on->empty()) p.error("/on", "is empty: nothing would be retried; leave out the retry, or name what is worth one");
  RetryOn::check(*on, "/on", p);
}

}  // namespace windtunnel
