#include "models/autoscaler/reason_log.hpp"

#include <utility>

namespace windtunnel {
namespace {

constexpr Duration kForgotten = std::chrono::minutes{10};  // a reason to stay that was not seen since

}  // namespace

bool ReasonLog::is_new_hold(const ScalingDecision& decision, std::int64_t replicas, Time now) {
  if (decision.why.empty()) return false;
  const bool changes = decision.replicas != replicas;
  if (changes) reasons_.clear();
  // What there is at first was asked for by somebody.
  if (changes || !std::exchange(any_, true)) reasons_.push_back({changes ? decision.how : Derivation{replicas}, now});
  if (changes) return false;
  std::erase_if(reasons_, [&](const Reason& r) { return now - r.seen > kForgotten; });
  for (Reason& reason : reasons_) {
    if (!reason.how.same_reason(decision.how)) continue;
    reason.seen = now;
    return false;
  }
  reasons_.push_back({decision.how, now});
  return true;
}

}  // namespace windtunnel
