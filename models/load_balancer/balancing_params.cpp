#include "models/load_balancer/balancing_params.hpp"

#include <array>
#include <string>
#include <string_view>

namespace windtunnel {
namespace {

constexpr std::array<std::string_view, 3> kDispatchNames = {"random", "round_robin", "same_zone"};
constexpr std::array<std::string_view, 2> kCountsNames = {"own", "all"};
constexpr std::array<std::string_view, 2> kSubsettingNames = {"random", "deterministic"};

}  // namespace

void BalancingParams::describe(FieldVisitor& v) {
  v.field(
      "balancers", balancers,
      "How many balancers (proxies, clients with a balancer in them) place the requests, each with its own state and "
      "random numbers",
      {.lo = 1, .hi = 10'000});
  v.choice("dispatch", dispatch, kDispatchNames,
           "Which of several balancers a request comes to; same_zone: calls to one in their caller's zone (a proxy "
           "beside it), in turn, and traffic to all in turn");
  v.choice("counts", counts, kCountsNames,
           "The requests an instance holds as a balancer sees them: only its own, as proxies count, or those of all "
           "balancers");
  v.field(
      "refresh", refresh,
      "With counts of all: each balancer learns them once in so long, at a phase of its own, and goes by what it has "
      "learnt until then. None: they are always up to date",
      kPositive);
  v.field("endpoint_delay", endpoint_delay,
          "How long balancers take to hear that an instance has become ready or is no longer. Until then a request may "
          "be sent to one that is gone, and fails",
          kNonNegative);
  v.field("subset", subset, "Each balancer knows only so many instances; none: all", {.lo = 1, .hi = 1e9});
  v.choice(
      "subsetting", subsetting, kSubsettingNames,
      "Which: random (each draws its own, so some instances are in many subsets) or deterministic (the instances are "
      "shuffled and dealt out to as many balancers as they suffice for, then shuffled anew for the next ones, as "
      "Google's SRE book has it)");
  v.field(
      "weights", weights,
      "Of the instances in the order in which they were created, again from the front where there are more of them; "
      "empty: all 1",
      {.lo = 0, .hi = 1e9, .above_lo = true});
  v.field(
      "outlier_detection", outlier_detection,
      "Each balancer leaves out instances for a time that fail its requests, as Envoy and gRPC do. None: it goes on "
      "sending to them");
  v.field("failure_limit", failure_limit, "The same as NGINX does it: max_fails and fail_timeout");
  v.field("health_checks", health_checks, "Each balancer asks its instances for their health; none: it does not");
  v.field(
      "panic_threshold", panic_threshold,
      "With a smaller share of healthy instances a balancer uses them all, healthy or not, as Envoy does; 0: never, "
      "and requests fail when there is none. Not with failure_limit: NGINX does not",
      {.lo = 0, .hi = 1});
  v.field("zone_routing", zone_routing,
          "Balancers stand in the zones of the cluster, in turn; this is what they make of it. None: they do not");
  v.field(
      "sticky_sessions", sticky_sessions,
      "Clients come back to the instance that served them before. Who asks is for \"clients\" of the traffic source "
      "to say. None: every request goes where the policy sends it");
  v.field("connection_limit", connection_limit,
          "How many requests a balancer lets into an instance at once, the others wait at it; none: any number");
}

void BalancingParams::check(Problems& p) {
  if (refresh && counts == Counts::kOwn)
    p.error("/refresh", "is for \"counts\": \"all\"; its own a balancer always knows");
  if (outlier_detection && failure_limit)
    p.error("/failure_limit", "is NGINX' way of what outlier_detection does; only one of them fits");
}

bool BalancingParams::plain() const {
  return balancers == 1 && counts == Counts::kOwn && endpoint_delay == Duration::zero() && !subset && weights.empty() &&
         !outlier_detection && !failure_limit && !health_checks && !zone_routing && !sticky_sessions &&
         !connection_limit;
}

}  // namespace windtunnel
