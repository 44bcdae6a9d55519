#include "models/workload/traffic.hpp"

#include <cmath>
#include <cstdio>

namespace windtunnel {
namespace {

constexpr double kSumTolerance = 1e-9;

}  // namespace

void Traffic::describe(FieldVisitor& v) {
  v.field("name", name, "Names the source in results and its random numbers", kRequired);
  v.field("to", to, "The service that gets the requests", kRequired);
  v.field("arrivals", arrivals, "When requests come", kRequired);
  v.field("mix", mix, "Request classes and their shares, which sum to 1; empty: one class, \"default\"",
          {.lo = 0, .hi = 1});
  v.field("timeout", timeout, "From arrival to answer; the client gives up after it. None: waits for ever", kPositive);
  v.choice("on_timeout", on_timeout, kOnTimeoutNames,
           "What the server does with a request whose client has given up: continue (the work is done and wasted) or "
           "cancel (it leaves the queue, or its work stops)");
  v.field("patience", patience,
          "From arrival to the start of service; a client who has waited that long leaves. None: waits for ever",
          {.unit = Unit::kDuration});
  policy.describe(v);
  v.field("processes", processes,
          "Client processes that take turns with the operations, each with a budget, breaker, throttle and bulkhead of "
          "its own, and connections where the service has \"connections\"",
          {.lo = 1, .hi = 1e6});
  v.field(
      "clients", clients,
      "Who asks, where the service's balancer goes by that (hashes), or has \"connections\", of which each client then "
      "has its own. None: every request is of a client of its own");
}

void Traffic::check(Problems& p) {
  policy.check(p);
  if (mix.empty()) return;
  double sum = 0;
  for (const auto& [unused, share] : mix) sum += share.value;
  if (std::abs(sum - 1) > kSumTolerance) {
    char text[32];
    std::snprintf(text, sizeof text, "%.10g", sum);
    p.error("/mix", "shares sum to " + std::string(text) + "; they must sum to 1");
  }
}

}  // namespace windtunnel
