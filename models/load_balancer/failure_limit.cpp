#include "models/load_balancer/failure_limit.hpp"

namespace windtunnel {

void FailureLimit::describe(FieldVisitor& v) {
  v.field("max_fails", max_fails, "Failures without a success for a whole fail_timeout that put an instance aside",
          {.lo = 1, .hi = 1e9});
  v.field("fail_timeout", fail_timeout,
          "How long it is left alone; then one request tries it. Counted in whole seconds, as NGINX' clock does",
          {.lo = 1});
}

bool FailureCounts::eligible(std::uint32_t number, Time now) {
  const Peer& peer = peers_.of(number);
  return peer.fails < limit_.max_fails || seconds(now) - peer.checked > timeout();
}

void FailureCounts::picked(std::uint32_t number, Time now) {
  Peer& peer = peers_.of(number);
  if (seconds(now) - peer.checked > timeout()) peer.checked = seconds(now);
}

void FailureCounts::answered(std::uint32_t number, bool failed, Time now) {
  Peer& peer = peers_.of(number);
  if (failed) {
    ++peer.fails;
    peer.accessed = peer.checked = seconds(now);
  } else if (peer.accessed < peer.checked) {
    peer.fails = 0;
  }
}

Time FailureCounts::eligible_from(std::uint32_t number) {
  return std::chrono::seconds{peers_.of(number).checked + timeout() + 1};
}

}  // namespace windtunnel
