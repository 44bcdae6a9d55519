#include "models/resilience/bulkhead.hpp"

namespace windtunnel {

void Bulkhead::describe(FieldVisitor& v) {
  v.field("max_concurrent_calls", max_concurrent_calls, "Calls under way at most", {.lo = 1});
  v.field("max_wait", max_wait, "For a place; who waits longer is refused", kNonNegative);
}

}  // namespace windtunnel
