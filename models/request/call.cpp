#include "models/request/call.hpp"

#include <array>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 2> kOnFailureNames = {"fail", "ignore"};

constexpr std::size_t kMostCalls = 63;  // which of them are made is kept in the bits of a demand

void describe_network(Calls& calls, FieldVisitor& v) {
  v.field("network", calls.network, "From the caller to the called service, and again back", kNonNegative);
}

void check_timeout(const Calls& calls, const Callee& callee, const std::string& at, Problems& p) {
  if (callee.timeout && *callee.timeout <= 2 * calls.network)
    p.error(at + "/timeout", "is over before an answer can come: the network takes as long, there and back");
}

}  // namespace

void Callee::describe(FieldVisitor& v) {
  v.field("service", service, "The service that is called", kRequired);
  v.field(
      "class", request_class,
      "The request class of the call; none: the caller's own, or \"default\" where the service has no work for that");
  v.field("probability", probability, "Share of the requests that make this call", {.lo = 0, .hi = 1});
  v.field("timeout", timeout, "From departure to answer; the call has failed after it. None: waits for ever",
          kPositive);
  v.choice("on_timeout", on_timeout, kOnTimeoutNames,
           "What the called service does once nobody waits for the answer any more: continue (the work is done and "
           "wasted) or cancel (it leaves the queue, or its work stops)");
  v.choice("on_failure", on_failure, kOnFailureNames,
           "What a failed call means for the request that made it: fail (it ends as failed_dependency) or ignore (it "
           "goes on without the answer)");
  v.field(
      "pool", pool,
      "One of the caller's \"pools\": the call needs a connection of it, and holds that until it is answered; none: "
      "it needs no connection");
  policy.describe(v);
}

void Callee::check(Problems& p) {
  if (service.empty()) p.error("/service", "names no service");
  policy.check(p);
  if (policy.per == ClientPolicy::Per::kClass && (policy.circuit_breaker || policy.bulkhead))
    p.warning("/per", "changes nothing: a call belongs to one request class of its caller");
}

void SingleCall::describe(FieldVisitor& v) {
  to.front().describe(v);
  describe_network(*this, v);
}

void SingleCall::check(Problems& p) {
  to.front().check(p);
  check_timeout(*this, to.front(), "", p);
}

void ParallelCalls::describe(FieldVisitor& v) {
  v.field("to", to, "The services that are called at once", kRequired);
  v.field("wait_for", wait_for, "Successful answers that are enough; none: of all calls that were made", {.lo = 1});
  describe_network(*this, v);
}

void ParallelCalls::check(Problems& p) {
  const auto number = static_cast<std::int64_t>(to.size());
  if (to.empty()) p.error("/to", "names no service");
  if (to.size() > kMostCalls)
    p.error("/to", "has " + std::to_string(number) + " calls; at most " + std::to_string(kMostCalls) + " fit");
  if (!to.empty() && wait_for && *wait_for > number)
    p.error("/wait_for", "is " + std::to_string(*wait_for) + ", more than the " + std::to_string(number) + " calls");
  for (std::size_t i = 0; i < to.size(); ++i) check_timeout(*this, to[i], "/to/" + std::to_string(i), p);
}

}  // namespace windtunnel
