#include "models/resilience/hedge.hpp"

#include "models/resilience/retry_on.hpp"

namespace windtunnel {

void Hedge::describe(FieldVisitor& v) {
  v.field(
      "delay", delay,
      "After so long without an answer the next copy leaves; a failure sends it at once. None: as `after` says, and "
      "no copy before that is known",
      kNonNegative);
  v.field("after", after, "A quantile of what the last calls took, as the delay");
  v.field("attempts", attempts, "Copies at most, the first one included", {.lo = 2, .hi = 1000});
  v.field("non_fatal", non_fatal,
          "Failures that send the next copy at once (gRPC's nonFatalStatusCodes), as in \"on\" of a retry; any other "
          "ends the operation, and the copies under way with it. None: all are such");
  v.field("pushback", pushback,
          "What servers say of when to come back: the next copy leaves then, or none does. None: it is not heard");
  v.field("budget", budget,
          "Limits the copies of all operations together; one that gets no leave is not sent. None: as many as attempts "
          "allow");
}

void Hedge::check(Problems& p) {
  if (!delay && !after) p.error("", "needs a delay, or a quantile of the last calls for one (\"after\")");
  if (non_fatal) RetryOn::check(*non_fatal, "/non_fatal", p);
}

}  // namespace windtunnel
