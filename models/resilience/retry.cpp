#include "models/resilience/retry.hpp"

namespace windtunnel {

void Retry::describe(FieldVisitor& v) {
  v.field("attempts", attempts, "Attempts at most, the first one included", {.lo = 1, .hi = 1000});
  v.field("backoff", backoff, "How long to wait before each retry");
  v.field("budget", budget, "Limits the retries of all operations together. None: as many as attempts allow");
}

}  // namespace windtunnel
