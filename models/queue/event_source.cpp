#include "models/queue/event_source.hpp"

namespace windtunnel {

void EventSource::describe(FieldVisitor& v) {
  v.field("initial_concurrency", initial_concurrency,
          "Messages that are handled at a time when they begin to come, and again once none waits any more", {.lo = 1});
  v.field("concurrency_per_minute", concurrency_per_minute, "By so many more each minute in which messages wait",
          {.lo = 1, .hi = 1e6});
  v.field("maximum_concurrency", maximum_concurrency, "Messages that are handled at a time at most", {.lo = 1});
  v.field(
      "throttle_retry", throttle_retry,
      "After an invocation that finds no function free and none to be started, it is tried again; until the message "
      "is visible again",
      kPositive);
}

void EventSource::check(Problems& p) {
  if (initial_concurrency > maximum_concurrency) p.error("/initial_concurrency", "is more than maximum_concurrency");
}

}  // namespace windtunnel
