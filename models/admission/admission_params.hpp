#pragma once

#include <optional>
#include <vector>

#include "models/admission/concurrency_limit.hpp"
#include "models/admission/rate_limiter.hpp"
#include "models/admission/too_busy.hpp"
#include "sim/describe/field.hpp"

namespace windtunnel {

// Whom a service turns away, or lets wait, before it has anything else to do with them.
struct AdmissionParams {
  std::vector<Choice<RateLimiterParams>> rate_limits;
  Choice<ConcurrencyLimitParams> concurrency_limit;  // none: any number
  std::optional<Duration> retry_after;               // that who is turned away is told; none: nothing
  std::optional<TooBusy> too_busy;                   // none: event loops serve however late they are

  void describe(FieldVisitor& v);
  // Nobody is turned away before there is an instance for it.
  bool plain() const { return rate_limits.empty() && !concurrency_limit; }
  bool knows_clients() const;  // looks at who asks
};

}  // namespace windtunnel
