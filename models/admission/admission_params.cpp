#include "models/admission/admission_params.hpp"

#include <algorithm>

namespace windtunnel {

void AdmissionParams::describe(FieldVisitor& v) {
  v.field(
      "rate_limits", rate_limits,
      "Rate limiters that a request passes one after the other; what an earlier one has given is spent even if a later "
      "one refuses. It waits for the longest of the waits they ask for");
  v.field("concurrency_limit", concurrency_limit,
          "How many requests may be under way at once, from here until their work has ended; none: any number");
  v.field("retry_after", retry_after,
          "When to come back, as those are told who are turned away here (Retry-After, grpc-retry-pushback-ms), for "
          "clients that listen (\"pushback\"). None: they are told nothing",
          kNonNegative);
  v.field(
      "too_busy", too_busy,
      "Each process of an event_loop turns requests away when it is late, once it has got to them, as toobusy-js does; "
      "none: it serves them all");
}

bool AdmissionParams::knows_clients() const {
  return std::any_of(rate_limits.begin(), rate_limits.end(),
                     [](const auto& limit) { return limit->per == RateLimiterParams::Per::kClient; });
}

}  // namespace windtunnel
