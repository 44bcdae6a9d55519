#include "models/autoscaler/reason_log.hpp"

#include <utility>

namespace windtunnel {
namespace {

constexpr Duration kForgotten = std::chrono::minutes{10};  // a reason to stay that was not seen since

}  // namespace

void ReasonLog::changed(const Derivation& how, Time now) { reasons_ = {{how, now}}; }

bool ReasonLog::is_new_hold(const Derivation& how, std::int64_t replicas, Time now) {
  // What there is at first was asked for by somebody.
  if (!std::exchange(any_, true)) reasons_.push_back({Derivation{replicas}, now});
  std::erase_if(reasons_, [&](const Reason& r) { return now - r.seen > kForgotten; });
  for (Reason& reason : reasons_) {
    if (!reason.how.same_reason(how)) continue;
    reason.seen = now;
    return false;
  }
  reasons_.push_back({how, now});
  return true;
}

}  // namespace windtunnel
