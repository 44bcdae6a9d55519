#include "models/resilience/retry.hpp"

namespace windtunnel {

void Retry::describe(FieldVisitor& v) {
  v.field("attempts", attempts, "Attempts at most, the first one included", {.lo = 1, .hi = 1000});
  v.field("backoff", backoff, "How long to wait before each retry");
  v.field("budget", budget, "Limits the retries of all operations together. None: as many as attempts allow");
  v.field("clients", clients, "Client processes that take turns with the operations; each has a budget of its own",
          {.lo = 1, .hi = 1e6});
}

void Retry::check(Problems& p) {
  if (clients > 1 && !budget) p.warning("/clients", "changes nothing without a budget");
}

}  // namespace windtunnel
